// Package config reads config.yaml, the one file that says what a Tributary
// takes in and gives out.
//
// Reading is strict and complete. Strict: an unknown key, a wrong type, a
// duplicate name, a reference to nothing or an address that is none is an
// error; nothing is ignored. Complete: every problem of the file is found in
// one go and reported with its line and column and with what would be right.
// Only a file that is not YAML at all is reported by its first error, because
// the rest of it has no meaning yet.
//
// # The file
//
//	site:      title, url, contact, logo, intro, links
//	listen:    where pages and feeds are served       127.0.0.1:8080
//	admin:     the operator's pages; "" turns it off  127.0.0.1:8081
//	data:      the folder of the database             data/
//	publish:   the folder of rendered feeds; "" off   feeds/
//	limits:    of a request, and of how many there are
//	proxy:     that requests go through               none
//	stories:   match and window: what is one story
//	hub:       others may subscribe to the feeds       auto
//	theme:     a folder of templates and styles of pages; "" none
//	defaults:  schedule, min_interval, max_interval, content, selector, backlog,
//	           user_agent, websub, merge, where, allow_networks, allow_ports
//	include:   patterns of names of files that hold further sources
//	sources:   a list; each has seeds:, feed: or opml:, and may have name,
//	           title, tags, public, outlet, site, icon, author, contact,
//	           headers, basic_auth, all of defaults:, and with opml: refresh
//	           and limit
//	feeds:     a list; each has name:, and may have title, description,
//	           language, sources, tags, duplicates, limit, window, where,
//	           content, max_per_source, max_per_source_day, settle,
//	           also_reported, item_title, item_footer, digest, archive,
//	           archive_keep, moved_from, access, kind, author, image, and
//	           with kind: podcast: email, explicit, categories
//
// A file with only sources: is complete; it publishes one feed named all. An
// included file holds one source or a list of them, as they stand in sources:.
// Paths are relative to the folder of the file that they stand in. What stands
// at a source
// replaces what stands in defaults:, whose schedule is that of feeds: a folder
// of seeds is scanned every 30 seconds unless it has a schedule of its own.
//
// # Secrets
//
// In any value ${VAR} stands for an environment variable, ${VAR:-x} for one
// with a fallback, ${file:PATH} for the text of a file and $$ for a dollar
// sign. They are expanded in the values after YAML has been read, so that what
// they hold cannot change the structure of the file; it never appears in a
// problem.
//
// # Editing
//
// AppendSources and AppendFeeds add to the file as its author would,
// and leave every other byte as it was.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"tributary/internal/filter"
	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Config is a valid configuration with every default filled in. It is not
// changed after Load; a reload makes a new one.
type Config struct {
	Path     string // of the file, as given
	Dir      string // its folder, which relative paths start from
	Site     news.Site
	Listen   string   // host:port
	Admin    string   // host:port; empty: no operator's pages
	Data     string   // folder, resolved against Dir
	Publish  string   // folder, resolved against Dir; empty: nothing is written
	Export   string   // folder that gets the whole public site; empty: none does
	Proxy    *url.URL // that requests go through; nil: none. May hold a password
	Limits   Limits
	Stories  news.Matching // which entries are one story
	Hub      Switch        // others may subscribe to our feeds at a hub of ours
	Theme    string        // folder of templates and styles, resolved against Dir; empty: none
	Defaults Defaults
	Include  []string    // patterns of the names of further files with sources, resolved against Dir
	Terms    []string    // names of the files that rules take words from, as in list("terms.txt")
	Sources  []Source    // in the order of the file, then of the included files
	Lists    []List      // likewise
	Feeds    []news.Feed // in the order of the file; never empty
}

// Defaults are the settings of sources that do not say otherwise; see Source
// for what they mean. The two lists also bind requests that belong to no
// source.
type Defaults struct {
	Schedule      schedule.Spec // of feeds; seeds have their own default
	ScheduleText  string
	Auto          bool
	Least, Most   time.Duration
	AllowNetworks []netip.Prefix // reachable although not public
	AllowPorts    []uint16
	Content       Content
	Selector      string
	Backlog       int
	UserAgent     string
	WebSub        Switch
	Apart         bool
	Where         news.Rule
}

// Source is a source as configured, with the defaults applied.
type Source struct {
	news.Source   // URL is the feed's address, or the glob resolved against the folder of File
	Schedule      schedule.Spec
	ScheduleText  string // as written
	AllowNetworks []netip.Prefix
	AllowPorts    []uint16
	Headers       map[string]string // may hold secrets: for the configured origin only, never logged
	Line          int               // where it begins in File
	File          string            // that names it, or the list that it stands on; Config.Path or an included file

	Listed    bool          // a list brings it, and no file names it
	Content   Content       // what of an entry is read
	Selector  string        // CSS selector of the article in its page, with ContentPage; empty: by readability
	UserAgent string        // instead of ours
	WebSub    Switch        // hubs that its document names may push it
	Auto      bool          // schedule: auto, within the two bounds, as Schedule says too
	Least     time.Duration // shortest interval of schedule: auto
	Most      time.Duration // longest interval of schedule: auto
	Backlog   int           // how many entries of its first document may be published; 0: all
}

// Policy is what requests for the source may reach.
func (s Source) Policy() netguard.Policy {
	return netguard.Policy{AllowNetworks: s.AllowNetworks, AllowPorts: s.AllowPorts}
}

// Policy is what requests may reach that belong to no source.
func (d Defaults) Policy() netguard.Policy {
	return netguard.Policy{AllowNetworks: d.AllowNetworks, AllowPorts: d.AllowPorts}
}

// Content says where the text of an entry comes from.
type Content string

// The values of content: at a source.
const (
	ContentFeed Content = "feed" // from the feed's document alone
	ContentPage Content = "page" // from the page that the entry links to
)

// The defaults of the file, DESIGN section 4.3.
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
	defaultLeast        = time.Hour
	defaultMost         = 24 * time.Hour
)

// maxBytes bounds the file. It leaves room for ten thousand sources with every
// option that a source commonly has.
const maxBytes = 4 << 20

// Load reads the configuration at path. Variables are looked up with env; nil
// knows none. It returns the warnings, which do not keep the configuration
// from working, and as error a *Problems with everything that does. The
// configuration is nil when there is an error.
func Load(path string, env func(string) (string, bool)) (*Config, []Problem, error) {
	data, err := readFile(path, maxBytes)
	if err != nil {
		return nil, nil, &Problems{List: []Problem{{Path: path, Text: err.Error()}}}
	}
	return Parse(path, data, env)
}

// Parse is Load for a file whose bytes are at hand. Path says where relative
// paths start and what problems are called by; the file itself is not read.
func Parse(path string, data []byte, env func(string) (string, bool)) (*Config, []Problem, error) {
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
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
	cfg.Terms = r.terms
	failures, warnings := r.report()
	if len(failures) > 0 {
		return nil, warnings, &Problems{List: failures}
	}
	return cfg, warnings, nil
}

func newReader(path string, data []byte, env func(string) (string, bool)) *reader {
	return &reader{main: path, path: path, dir: filepath.Dir(path), data: data, env: env,
		schedules: map[string]schedule.Spec{}, rules: map[ruleKey]*filter.Rule{}}
}

// readFile reads at most limit bytes. Its errors do not repeat the path.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("no such file")
	case err != nil:
		return nil, cause(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, cause(err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("more than %d KiB; is it the right file?", limit>>10)
	}
	return data, nil
}

// cause strips the operation and the path from an error of package os.
func cause(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}
