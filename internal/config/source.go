package config

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"go.yaml.in/yaml/v4"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// kindList marks a draft as a list. It is never used outside this package.
const kindList news.Kind = "opml"

// draft is a source or a list as read, before it is compared with the others.
type draft struct {
	Source
	list     List
	node     *yaml.Node // the item
	address  *yaml.Node // the value of feed:, seeds: or opml:
	named    *yaml.Node // the value of name:; nil if the name is derived
	auth     *yaml.Node // the value of basic_auth:
	login    string     // the value of the Authorization header made of it
	variable bool       // the address contains ${…}
	stated   bool       // public: is set
}

// source reads an item of sources: over the defaults.
func (r *reader) source(n node, defaults Source) *draft {
	if r.scratch == nil {
		r.scratch = &draft{}
		r.sourceKeys = r.sourceSection(r.scratch)
	}
	*r.scratch = draft{node: n.Node, Source: defaults}
	r.scratch.Line, r.scratch.File = n.Line, r.path
	r.scratch.Schedule = schedule.Spec{} // the default one depends on its kind
	before := len(r.problems)
	complete := r.mapping(n, r.sourceKeys)
	d := new(draft)
	*d = *r.scratch
	if d.Kind == "" && complete {
		r.errorf(n.Node, "this source has neither seeds: nor feed: nor opml:; write %s", aFeed)
	}
	r.onlyFor(n, d)
	r.checkContent(n, d)
	if d.Kind == news.KindSeeds {
		d.Content, d.Selector = ContentFeed, ""
	}
	r.authorize(d)
	if len(r.problems) == before {
		r.checkSchedule(n, d)
	}
	return d
}

func (r *reader) sourceSection(d *draft) section {
	return section{"a source", append([]field{
		{"seeds", "seeds/*", func(n node) { d.read(r, n, news.KindSeeds, r.seeds) }},
		{"feed", "https://example.org/atom.xml", func(n node) { d.read(r, n, news.KindFeed, feedURL) }},
		{"opml", "blogroll.opml", func(n node) { d.read(r, n, kindList, d.list.address(r)) }},
		{"name", "example", noting(&d.named, into(&d.Name, parsed(r, sourceName)))},
		{"title", "My river", into(&d.Title, r.text)},
		{"tags", "[news, de]", into(&d.Tags, list(r, r.text))},
		{"public", "false", func(n node) {
			d.stated = true
			into(&d.Public, r.boolean)(n)
		}},
		{"outlet", "example.org", into(&d.Outlet, r.text)},
		{"site", "https://example.org/", into(&d.Site, parsed(r, pageURL))},
		{"icon", "https://example.org/icon.png", into(&d.Icon, parsed(r, pageURL))},
		{"author", "Anna Beispiel", into(&d.Author, r.text)},
		{"contact", "me@example.org", into(&d.Contact, parsed(r, contact))},
		{"headers", `{Authorization: "Bearer ${TOKEN}"}`, into(&d.Headers, r.headers)},
		{"basic_auth", `{username: me, password: "${PASSWORD}"}`, noting(&d.auth, into(&d.login, r.basicAuth))},
		{"refresh", `"@every 24h"`, into(&d.list.Refresh, parsed(r, r.refresh))},
		{"limit", "100", into(&d.list.Limit, r.whole(1, MaxListed))},
	}, r.sharedFields(&d.Source)...)}
}

// sharedFields are the keys of defaults:, each of which a source may have too.
func (r *reader) sharedFields(s *Source) []field {
	return []field{
		{"schedule", `"@every 1h"`, into(&s.Schedule, parsed(r, r.schedule))},
		{"min_interval", "1h", into(&s.MinInterval, r.duration(leastInterval, longest))},
		{"max_interval", "24h", into(&s.MaxInterval, r.duration(leastInterval, longest))},
		{"content", "page", into(&s.Content, oneOf(r, ContentFeed, ContentPage))},
		{"selector", "article", into(&s.Selector, parsed(r, selector))},
		{"backlog", "20", into(&s.Backlog, r.whole(0, mostBacklog))},
		{"user_agent", "Mozilla/5.0 (compatible; MyRiver)", into(&s.UserAgent, r.text)},
		{"websub", "off", into(&s.WebSub, oneOf(r, Auto, Off, On))},
		{"merge", "false", func(n node) {
			if merge, ok := r.boolean(n); ok {
				s.Apart = !merge
			}
		}},
		{"where", `'language == "de"'`, into(&s.Where, orNone(r.sourceRule))},
		{"allow_networks", "[192.168.0.0/16]", into(&s.AllowNetworks, list(r, parsed(r, r.network)))},
		{"allow_ports", "[80, 443]", into(&s.AllowPorts, list(r, r.port))},
	}
}

// Limits of what a source may set.
const (
	leastInterval = time.Minute // for schedule: auto
	mostBacklog   = 1_000_000   // in entries; more than any document has
)

// read reads the address of a source, and refuses a second one of another kind.
func (d *draft) read(r *reader, n node, kind news.Kind, address func(node, string) (string, error)) {
	if d.Kind != "" && d.Kind != kind {
		r.errorf(n.Node, "this source has both %s: and %s:; make two sources of it", d.Kind, kind)
	}
	d.Kind, d.address = kind, n.Node
	d.variable = hasVariable(n.Value)
	into(&d.URL, parsed(r, address))(n)
}

// meaningless are the keys without meaning for a kind of source, and the reason.
var meaningless = map[news.Kind]struct {
	keys []string
	why  string
}{
	news.KindSeeds: {[]string{"headers", "basic_auth", "user_agent", "allow_networks", "allow_ports", "content", "selector",
		"websub", "min_interval", "max_interval", "refresh", "limit"}, "seeds, which are read from disk"},
	news.KindFeed: {[]string{"refresh", "limit"}, "a single feed, only for a list (opml:)"},
	kindList: {[]string{"outlet", "site", "icon", "author", "contact", "selector"},
		"a list, whose sources differ in it"},
}

// onlyFor refuses keys that have no meaning for the kind of the source.
func (r *reader) onlyFor(n node, d *draft) {
	for _, key := range []string{"headers", "basic_auth", "refresh"} {
		if at, _ := find(n.Node, key); at != nil && d.list.OnDisk {
			r.errorf(at, "%q has no meaning for a list on disk, which is read when it changes; leave it out", key)
		}
	}
	rule := meaningless[d.Kind]
	for key := range pairs(n.Node) {
		if slices.Contains(rule.keys, key.Value) {
			r.errorf(key, "%q has no meaning for %s; leave it out", key.Value, rule.why)
		}
	}
}

// seeds parses and resolves the glob of a folder of seed documents.
func (r *reader) seeds(n node, raw string) (string, error) {
	if strings.Contains(raw, "://") {
		return "", fmt.Errorf("seeds: %s is an address; did you mean feed:?", shown(n.Value))
	}
	return r.glob(n, raw, "*")
}

// glob parses and resolves a pattern of file names; files is what to write behind a folder. If
// nothing matches it, that is only a warning, because files may arrive later.
func (r *reader) glob(n node, raw, files string) (string, error) {
	glob, err := r.folder(n, raw)
	if err != nil {
		return "", err
	}
	_, err = filepath.Match(glob, "")
	switch {
	case err != nil:
		return "", fmt.Errorf("%s %s is no pattern of file names; write %s", n, shown(n.Value), n.example)
	case strings.Contains(raw, "**"):
		return "", fmt.Errorf(`%s %s: "**" is not supported; name each folder, as in %s`, n, shown(n.Value), n.example)
	case isFolder(glob):
		return "", fmt.Errorf("%s %s is a folder; did you mean %s?", n, shown(n.Value), shown(strings.TrimRight(n.Value, "/")+"/"+files))
	}
	r.warnUnmatched(n, glob)
	return glob, nil
}

func (r *reader) warnUnmatched(n node, glob string) {
	if found, err := filepath.Glob(glob); err == nil && len(found) > 0 {
		return
	}
	why := "matches no file"
	switch folder := filepath.Dir(glob); {
	case !hasMeta(folder) && !strings.Contains(folder, "{") && !isFolder(folder):
		why = "matches nothing: there is no such folder"
	case strings.Contains(n.Value, "{"):
		why = "matches no file: braces stand for themselves; write a source for each alternative"
	}
	r.warnf(n.Node, "%s %s %s", n, shown(n.Value), why)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// hasMeta reports whether a path has a character that is special to filepath.Match.
func hasMeta(path string) bool { return strings.ContainsAny(path, `*?[\`) }

// pageURL parses an address that is shown to readers. It refuses one that seems to hold a secret.
func pageURL(n node, raw string) (string, error) {
	_, err := feedURL(n, raw)
	if err == nil && news.HasSecret(raw) {
		err = fmt.Errorf("%s %s holds what looks like a secret, and would be shown on public pages; leave it out", n, shown(n.Value))
	}
	return raw, err
}

func (r *reader) defaultsSection(s *Source) section { return section{"defaults", r.sharedFields(s)} }

// defaults reads the section defaults: over the built-in defaults.
func (r *reader) defaults(n node) Source {
	s := Source{
		Source: news.Source{Public: true}, AllowNetworks: []netip.Prefix{}, AllowPorts: []uint16{80, 443},
		MinInterval: schedule.MinInterval, MaxInterval: schedule.MaxInterval, Content: ContentFeed, WebSub: Auto,
	}
	s.Schedule, _ = schedule.Parse(defaultSchedule, time.Local)
	if n.Node != nil {
		r.mapping(n, r.defaultsSection(&s))
	}
	if s.MinInterval > s.MaxInterval {
		r.errorf(valueOf(n, "max_interval"), "max_interval: is shorter than min_interval, %s; write max_interval: 24h", inWords(s.MinInterval))
		s.MinInterval, s.MaxInterval = schedule.MinInterval, schedule.MaxInterval // so that no source reports it again
	}
	s.setSchedule(schedule.Spec{})
	return s
}

// longestSelector is the maximum length of a selector in bytes.
const longestSelector = 1000

// selector parses a CSS selector.
func selector(n node, text string) (string, error) {
	if len(text) > longestSelector {
		return "", fmt.Errorf("selector: is longer than %d bytes; write %s", longestSelector, n.example)
	}
	if _, err := cascadia.ParseGroup(text); err != nil {
		return "", fmt.Errorf("selector: %s is no CSS selector; write %s, or selector: \"#text > p\"", shown(n.Value), n.example)
	}
	return text, nil
}

// checkContent refuses a selector for a feed whose pages are not read.
func (r *reader) checkContent(n node, d *draft) {
	_, selector := find(n.Node, "selector")
	if selector != nil && d.Kind == news.KindFeed && d.Content != ContentPage {
		r.errorf(selector, "selector: chooses in the article's page, which is not read; write content: page beside it")
	}
}
