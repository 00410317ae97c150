// Package config reads config.yaml, the file that says what a Tributary reads and publishes.
//
// Load returns a Config, which holds the Sources, the Lists that bring in further
// sources, the Feeds and all other settings, with every default filled in.
// Config.With adds the sources that lists have brought. A Watch notices when a
// file of the configuration changes.
//
// Reading is strict: an unknown key, a wrong type, a duplicate name, an undefined
// reference or an invalid address is an error. Reading is also complete: all
// problems in the file are found at once, and each is reported as a Problem with
// its line and column and with the remedy. Only for a file that is not YAML is
// the first error alone reported, because the rest has no meaning yet.
//
// # The file
//
//	site:      title, url, contact, logo, intro, links
//	listen:    where pages and feeds are served            127.0.0.1:8080
//	admin:     the operator's pages; "" turns them off     127.0.0.1:8081
//	data:      folder of the database                      data/
//	publish:   folder of rendered feeds; "" turns it off   feeds/
//	export:    folder of the whole public site             none
//	limits:    limits of each request, and of the number of requests
//	proxy:     proxy for requests                          none
//	stories:   match and window: what counts as one story
//	hub:       whether others may subscribe to the feeds   auto
//	theme:     folder of templates and styles for pages    built in
//	defaults:  schedule, min_interval, max_interval, content, selector, backlog,
//	           user_agent, websub, merge, where, allow_networks, allow_ports
//	include:   patterns of files that hold further sources
//	sources:   a list; each has seeds:, feed: or opml:, and may have name,
//	           title, tags, public, outlet, site, icon, author, contact,
//	           headers, basic_auth, everything in defaults:, and with opml:
//	           refresh and limit
//	feeds:     a list; each has name:, and may have title, description,
//	           language, sources, tags, duplicates, limit, window, where,
//	           content, max_per_source, max_per_source_day, settle,
//	           also_reported, item_title, item_footer, digest, archive,
//	           archive_keep, moved_from, access, kind, author, image, and
//	           with kind: podcast: email, explicit, categories
//
// A file with only sources: is complete. It publishes one feed, named all. An
// included file holds one source or a list of them, in the form of sources:.
// Relative paths start at the folder of the file that contains them. A setting of
// a source replaces that of defaults:. The schedule in defaults: applies to feeds
// only: a folder of seeds is scanned every 30 seconds unless it has a schedule of
// its own.
//
// # Secrets
//
// In any value, ${VAR} stands for an environment variable, ${VAR:-x} for one with
// a fallback, ${file:PATH} for the text of a file, and $$ for a dollar sign. They
// are expanded after the YAML has been parsed, so what they hold cannot change
// the structure of the file. No problem ever shows it.
//
// # Editing
//
// AppendSources and AppendFeeds add items to the file as its author would write
// them, and MoveSource changes the address of a source. They leave every other
// byte unchanged.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tributary/internal/filter"
	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Config is a valid configuration with every default filled in. It does not
// change once it is in force; a reload makes a new one.
type Config struct {
	Path     string // of the file, as given to Load
	Dir      string // folder of the file, at which relative paths start
	Site     news.Site
	Listen   string   // host:port
	Admin    string   // host:port; "": no operator's pages
	Data     string   // folder, resolved against Dir
	Publish  string   // folder, resolved against Dir; "": nothing is written
	Export   string   // folder for the whole public site; "": none
	Proxy    *url.URL // proxy for requests, which may hold a password; nil: none
	Limits   Limits
	Stories  news.Matching // which entries are one story
	Hub      Switch        // whether others may subscribe to our feeds at our hub
	Theme    string        // folder of templates and styles, resolved against Dir; "": built in
	Defaults Source        // what a source has that sets nothing itself; it has no name and no address
	Include  []string      // patterns of further files with sources, resolved against Dir
	Sources  []Source      // in the order of the file, then of the included files
	Lists    []List        // in the same order
	Feeds    []news.Feed   // in the order of the file; never empty
}

// KeepPlaces gives c what a running process cannot change, as the configuration that it
// runs with has it: where it listens and where its data lie. The address of a site without
// url: follows from the former. It reports whether c had others.
func (c *Config) KeepPlaces(running *Config) (changed bool) {
	if c.Listen == running.Listen && c.Admin == running.Admin && c.Data == running.Data {
		return false
	}
	if c.Site.URL == siteURL(c.Listen) {
		c.Site.URL = siteURL(running.Listen)
	}
	c.Listen, c.Admin, c.Data = running.Listen, running.Admin, running.Data
	return true
}

// Source is a source as configured, with the defaults applied.
type Source struct {
	news.Source        // URL is the address of the feed, or the glob resolved against the folder of File
	Line        int    // where it begins in File
	File        string // the file that names it or its list: Config.Path or an included file
	Listed      bool   // brought by a list, and named in no file

	Schedule      schedule.Spec     // when it is read; "auto" holds the two bounds below as well
	MinInterval   time.Duration     // the shortest interval of "auto"
	MaxInterval   time.Duration     // the longest one
	AllowNetworks []netip.Prefix    // may be reached although they are not public
	AllowPorts    []uint16          // that requests may go to
	Headers       map[string]string // may hold secrets: sent to the configured origin only, never logged
	UserAgent     string            // replaces our own
	Content       Content           // where the text of its entries comes from
	Selector      string            // CSS selector of the article in its page, for ContentPage; "": by readability
	WebSub        Switch            // whether hubs named in its document may push it
	Backlog       int               // how many entries of its first document may be published; 0: all
}

// Policy returns the addresses that requests for the source may reach. That of
// Config.Defaults is for requests that belong to no source.
func (s Source) Policy() netguard.Policy {
	return netguard.Policy{AllowNetworks: s.AllowNetworks, AllowPorts: s.AllowPorts}
}

// AsksLike tells whether requests for s and o are the same: where they go, what they say,
// and what they may reach.
func (s Source) AsksLike(o Source) bool {
	return s.URL == o.URL && s.UserAgent == o.UserAgent && maps.Equal(s.Headers, o.Headers) &&
		slices.Equal(s.AllowNetworks, o.AllowNetworks) && slices.Equal(s.AllowPorts, o.AllowPorts)
}

// Content says where the text of an entry comes from.
type Content string

// The values of content: at a source.
const (
	ContentFeed Content = "feed" // from the feed's document alone
	ContentPage Content = "page" // from the page that the entry links to
)

// Switch says whether a feature is used: always, never, or where it can work.
type Switch string

// The values of websub: at a source, and of hub:.
const (
	Auto Switch = "auto" // where the other side can reach us
	On   Switch = "on"   // even if our address is not public, for others on the same network
	Off  Switch = "off"
)

// Defaults of the file.
const (
	defaultTitle        = "Tributary"
	defaultListen       = "127.0.0.1:8080"
	defaultAdmin        = "127.0.0.1:8081"
	defaultData         = "data/"
	defaultPublish      = "feeds/"
	defaultSchedule     = "@every 1h"
	defaultSeedSchedule = "@every 30s"
	defaultFeed         = "all"
	defaultLimit        = 100
	defaultWindow       = 48 * time.Hour
)

// maxBytes is the maximum size of the file. It has room for ten thousand sources
// with every option that is common for a source.
const maxBytes = 4 << 20

// Load reads the configuration at path. It looks up variables with env; if env is
// nil, none are set. It returns the warnings, with which the configuration still
// works. If anything else is wrong, the configuration is nil and the error is a
// *Problems that lists all of it.
func Load(path string, env func(string) (string, bool)) (*Config, []Problem, error) {
	return loadWith(path, env, readFile)
}

// Reload is Load for a process that has loaded the configuration before. It refuses a pipe,
// which would have nothing more to read and block for ever.
func Reload(path string, env func(string) (string, bool)) (*Config, []Problem, error) {
	return loadWith(path, env, ReadFile)
}

func loadWith(path string, env func(string) (string, bool), read func(string, int64) ([]byte, error)) (*Config, []Problem, error) {
	data, err := read(path, maxBytes)
	if err != nil {
		return nil, nil, &Problems{List: []Problem{{Path: path, Text: err.Error()}}}
	}
	return Parse(path, data, env)
}

// Parse is like Load for a file that has been read already. Path is where
// relative paths start, and is named in problems; the file at path is not read.
func Parse(path string, data []byte, env func(string) (string, bool)) (*Config, []Problem, error) {
	r := newReader(path, data, env)
	root, problem := document(data)
	if root == nil && problem == nil {
		problem = &Problem{Text: "the file is empty; the smallest configuration is a list of sources:, each with feed: https://…"}
	}
	if problem != nil {
		problem.Path = path
		return nil, nil, &Problems{List: []Problem{*problem}}
	}
	cfg := r.config(root)
	r.checkZone()
	failures, warnings := r.report()
	if len(failures) > 0 {
		return nil, warnings, &Problems{List: failures}
	}
	return cfg, warnings, nil
}

func newReader(path string, data []byte, env func(string) (string, bool)) *reader {
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	return &reader{main: path, path: path, dir: filepath.Dir(path), data: data, env: env,
		schedules: map[string]schedule.Spec{}, rules: map[ruleKey]*filter.Rule{}}
}

// readFile reads a file of at most limit bytes. Its errors do not contain the path.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("no such file")
	case err != nil:
		return nil, news.Cause(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, news.Cause(err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("more than %d KiB; is it the right file?", limit>>10)
	}
	return data, nil
}
