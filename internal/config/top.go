package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"tributary/internal/news"
)

// file holds the sections of the file as read, before references between them are resolved.
type file struct {
	cfg      *Config
	top      node
	site     *yaml.Node
	listen   *yaml.Node
	admin    *yaml.Node
	publish  *yaml.Node
	export   *yaml.Node
	include  *yaml.Node
	defaults node
	items    node // the value of sources:
	sources  []*draft
	listed   bool // whether the file has sources: or include:
	feeds    []*feedDraft
}

// config reads the whole file. The result may be used only if no error was recorded.
func (r *reader) config(root *yaml.Node) *Config {
	f := &file{top: node{root, "the file", "sources: and below it - " + aFeed}, cfg: &Config{
		Path: r.path, Dir: r.dir,
		Site:   news.Site{Title: defaultTitle},
		Listen: defaultListen, Admin: defaultAdmin,
		Data: r.resolvePath(defaultData), Publish: r.resolvePath(defaultPublish),
		Limits: DefaultLimits(), Stories: news.DefaultMatching(), Hub: Auto,
	}}
	complete := r.mapping(f.top, r.topSection(f))
	f.cfg.Defaults = r.defaults(f.defaults)
	if f.items.Node != nil {
		r.optionalItems(f.items, func(item node) { f.sources = append(f.sources, r.source(item, f.cfg.Defaults)) })
	}
	r.readIncluded(f)
	if complete && !f.listed {
		r.errorf(root, "sources: is missing; write a list of them, each with feed: https://…, or seeds: seeds/*")
	}
	r.checkListeners(f)
	r.checkFolders(f)
	r.checkLoops(f)
	byName, tags := r.nameSources(f)
	r.linkFeeds(f, byName, tags)
	r.finish(f)
	return f.cfg
}

func (r *reader) topSection(f *file) section {
	cfg := f.cfg
	return section{"the file", []field{
		{"site", "{title: My river}", r.part(r.siteSection(&cfg.Site, &f.site))},
		{"listen", "127.0.0.1:8080", noting(&f.listen, into(&cfg.Listen, r.listener))},
		{"admin", "127.0.0.1:8081", noting(&f.admin, into(&cfg.Admin, off(r, r.listener)))},
		{"data", "data/", into(&cfg.Data, parsed(r, r.folder))},
		{"publish", "feeds/", noting(&f.publish, into(&cfg.Publish, off(r, parsed(r, r.folder))))},
		{"export", "public/", noting(&f.export, into(&cfg.Export, off(r, parsed(r, r.folder))))},
		{"defaults", `{schedule: "@every 1h"}`, func(n node) {
			if !isEmpty(n) {
				f.defaults = n
			}
		}},
		{"limits", "{total: 30s}", into(&cfg.Limits, r.limits)},
		{"proxy", "http://proxy.example:3128", into(&cfg.Proxy, r.proxy)},
		{"stories", "{match: normal, window: 7d}", r.part(r.storiesSection(&cfg.Stories))},
		{"hub", "off", into(&cfg.Hub, oneOf(r, Auto, Off, On))},
		{"theme", "theme/", into(&cfg.Theme, off(r, parsed(r, r.theme)))},
		{"include", "members/*.yaml", func(n node) {
			f.listed, f.include = true, n.Node
			into(&cfg.Include, r.include)(n)
		}},
		{"sources", "- feed: https://example.org/atom.xml", func(n node) {
			f.listed, f.items = true, n
			if isEmpty(n) || n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
				r.warnf(n.Node, "sources: is an empty list, so there is nothing to read; write %s", n.example)
			}
		}},
		{"feeds", "- name: all", func(n node) {
			r.optionalItems(n, func(item node) { f.feeds = append(f.feeds, r.feed(item)) })
		}},
	}}
}

// optionalItems reads a list that may be empty, for example because all its items are commented out.
func (r *reader) optionalItems(n node, read func(node)) {
	if !isEmpty(n) {
		r.items(n, read)
	}
}

// part returns the reader of a section, which may be empty.
func (r *reader) part(s section) func(node) {
	return func(n node) {
		if !isEmpty(n) {
			r.mapping(n, s)
		}
	}
}

// siteSection reads into s, and keeps the node of its url.
func (r *reader) siteSection(s *news.Site, url **yaml.Node) section {
	return section{"site", []field{
		{"title", "My river", into(&s.Title, r.text)},
		{"url", "https://me.example/river/", noting(url, into(&s.URL, parsed(r, baseURL)))},
		{"contact", "me@example.org", into(&s.Contact, parsed(r, contact))},
		{"language", "de", into(&s.Language, oneOf(r, news.Languages()...))},
		{"logo", "logo.svg", into(&s.Logo, r.logo)},
		{"intro", "What happens along the river.", into(&s.Intro, r.markdown)},
		{"links", "[{title: Imprint, url: https://me.example/imprint}]", into(&s.Links, r.siteLinks)},
	}}
}

func (r *reader) storiesSection(m *news.Matching) section {
	return section{"stories", []field{
		{"match", "normal", into(&m.Level, oneOf(r, news.Strict, news.Normal, news.Loose))},
		{"window", "7d", into(&m.Window, r.duration(news.MinWindow, news.MaxWindow))},
	}}
}

// isEmpty reports whether a key has no value.
func isEmpty(n node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// orNone returns a reader that also takes "", which means none: the default of such a key
// can be written down.
func orNone[T any](read func(node) (T, bool)) func(node) (T, bool) {
	return func(n node) (value T, ok bool) {
		if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == "" {
			return value, true
		}
		return read(n)
	}
}

// off returns a reader that also takes "", which turns a feature off, and nothing else that
// sounds like it.
func off[T any](r *reader, read func(node) (T, bool)) func(node) (T, bool) {
	return orNone(func(n node) (value T, ok bool) {
		if r.saysOff(n) {
			return value, false
		}
		return read(n)
	})
}

// folder parses a path relative to the folder of the file.
func (r *reader) folder(n node, text string) (string, error) {
	if strings.HasPrefix(text, "~") {
		return "", fmt.Errorf(`%s %s: "~" is not expanded; write the whole path, or ${HOME}`, n, shown(n.Value))
	}
	return r.resolvePath(text), nil
}

// saysOff reports an error and returns true if a value is a word such as "off" where only
// "" turns the feature off: it would be taken for the name of a folder or host. A quoted
// word is such a name.
func (r *reader) saysOff(n node) bool {
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
	if on, ok := yesNo[strings.ToLower(n.Value)]; n.Kind != yaml.ScalarNode || quoted || on || !ok {
		return false
	}
	r.errorf(n.Node, "%s %s does not turn it off; write %s \"\"", n, n.Value, n)
	return true
}

// checkListeners keeps the operator's pages off the public listener.
func (r *reader) checkListeners(f *file) {
	cfg := f.cfg
	if cfg.Admin == cfg.Listen && !strings.HasSuffix(cfg.Admin, ":0") {
		at := f.admin
		if at == nil {
			at = f.listen
		}
		r.errorf(at, "listen: and admin: are the same address; give the operator's pages a port of their own, as in admin: 127.0.0.1:8081")
	}
	if f.admin != nil && cfg.Admin != "" && isOpen(cfg.Admin) {
		r.warnf(f.admin, "admin: %s can be reached by other machines, and the operator's pages ask for no password", shown(f.admin.Value))
	}
	if cfg.Site.URL == "" && f.site == nil {
		cfg.Site.URL = siteURL(cfg.Listen)
		if f.listen != nil && isOpen(cfg.Listen) {
			r.warnf(f.listen, "listen: is open to other machines while site has no url:, so feeds name an address of this machine; write url: https://me.example/river/")
		}
	}
}

// checkFolders keeps the database out of folders that a web server may serve to everybody.
func (r *reader) checkFolders(f *file) {
	r.checkOutput("publish: feeds/", f.cfg.Publish, f.publish, f)
	r.checkOutput("export: public/", f.cfg.Export, f.export, f)
}

// checkOutput refuses an output folder that contains the database. better is what to write
// instead.
func (r *reader) checkOutput(better, folder string, at *yaml.Node, f *file) {
	if folder == "" {
		return
	}
	inside, err := filepath.Rel(folder, f.cfg.Data)
	if err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return
	}
	if at == nil {
		at = f.top.Node
	}
	key, _, _ := strings.Cut(better, ":")
	r.errorf(at, "%s: the folder of data: lies in it, so the database would be published; write %s", key, better)
}

// hasList reports whether one of the sources is a list. The folders of a list are
// tags that are not known yet.
func hasList(sources []*draft) bool {
	return slices.ContainsFunc(sources, func(d *draft) bool { return d.Kind == kindList })
}

// linkFeeds resolves the references of feeds, and refuses duplicate names.
func (r *reader) linkFeeds(f *file, sources map[string]*draft, tags map[string]bool) {
	lines := map[string]int{}
	for _, d := range f.feeds {
		r.link(d, sources, tags, hasList(f.sources))
		if d.Name == "" {
			continue
		}
		if line, repeated := lines[d.Name]; repeated {
			r.errorf(d.named, "name: %s is also that of the feed in line %d; names are unique", shown(d.named.Value), line)
			continue
		}
		lines[d.Name] = d.named.Line
	}
	r.linkMoved(f, lines)
}

// finish moves the drafts into the configuration and applies the defaults.
func (r *reader) finish(f *file) {
	cfg := f.cfg
	seeds, _ := parseSchedule(defaultSeedSchedule)
	for _, d := range f.sources {
		if d.Kind == kindList {
			cfg.Lists = append(cfg.Lists, r.finishList(d, cfg.Defaults))
			continue
		}
		if d.Kind == news.KindSeeds {
			d.setSchedule(seeds)
		} else {
			d.setSchedule(cfg.Defaults.Schedule)
		}
		cfg.Sources = append(cfg.Sources, d.Source)
	}
	if len(f.feeds) == 0 {
		all := newFeed()
		all.Name = defaultFeed
		f.feeds = []*feedDraft{{Feed: all}}
	}
	for _, d := range f.feeds {
		if d.Title == "" {
			d.Title = d.Name
			if d.Name == defaultFeed {
				d.Title = cfg.Site.Title
			}
		}
		cfg.Feeds = append(cfg.Feeds, d.Feed)
	}
}
