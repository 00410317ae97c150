package config

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/fetch"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// List is an OPML list of sources, in a file or on the web. It brings in sources
// but is not one itself. In sources: of a feed, its name stands for all of them.
type List struct {
	Name    string        // unique among lists and sources
	Title   string        // as configured
	URL     string        // an address, or a path resolved against the folder of File
	OnDisk  bool          // URL is a path
	Limit   int           // maximum number of sources taken from it
	Refresh schedule.Spec // when it is read again; one on disk is read when it changes
	Each    Source        // settings, tags and public for its sources; Name and URL are empty
	Line    int           // where it begins in File
	File    string        // the file that names it
}

// MaxListed is how many sources a list may bring at most. Whoever writes a list
// makes us send requests to that many servers; compare GHSA-83jp-rww3-57rr in
// CommaFeed.
const MaxListed = 2000

// defaultRefresh is how often a list on the web is read.
const defaultRefresh = "@every 24h"

// address returns a parser of the address or path of a list.
func (l *List) address(r *reader) func(node, string) (string, error) {
	return func(n node, raw string) (string, error) {
		if strings.Contains(raw, "://") || strings.HasPrefix(raw, "http:") || strings.HasPrefix(raw, "https:") {
			return feedURL(n, raw)
		}
		l.OnDisk = true
		path, err := r.folder(n, raw) // resolves the path
		if err == nil {
			r.checkListFile(n, raw, path)
		}
		return path, err
	}
}

// checkListFile warns about a list that does not exist, since it may be created later.
func (r *reader) checkListFile(n node, raw, path string) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		r.errorf(n.Node, "opml: %s is a folder; name one file, as in %s", shown(n.Value), n.example)
	case err == nil:
	case hasMeta(raw):
		r.errorf(n.Node, "opml: %s is a pattern; a list is one file, as in %s", shown(n.Value), n.example)
	case strings.Contains(raw, "/") && guessAddress(raw) != "" && !hasVariable(n.Value):
		r.warnf(n.Node, "opml: %s: there is no such file%s", shown(n.Value), didYouMean(shown(guessAddress(raw))))
	default:
		r.warnf(n.Node, "opml: %s: there is no such file", shown(n.Value))
	}
}

// refresh parses when a list is read again.
func (r *reader) refresh(n node, text string) (schedule.Spec, error) {
	spec, err := r.schedule(n, text)
	if err == nil && spec.Auto() {
		err = fmt.Errorf("refresh: auto is for feeds; write %s", n.example)
	}
	return spec, err
}

// finishList returns the list of a draft with the defaults applied.
func (r *reader) finishList(d *draft, defaults Source) List {
	l := d.list
	l.Name, l.Title, l.URL, l.Line, l.File = d.Name, d.Title, d.URL, d.Line, d.File
	if l.Limit == 0 {
		l.Limit = MaxListed
	}
	if l.Refresh.String() == "" {
		l.Refresh, _ = schedule.Parse(defaultRefresh, time.Local)
	}
	d.setSchedule(defaults.Schedule)
	l.Each = d.Source
	l.Each.Name, l.Each.URL, l.Each.Title, l.Each.Kind = "", "", "", ""
	return l
}

// maxPerHost is how many sources on one host a list may bring; see MaxListed.
const maxPerHost = 200

// With returns the configuration with the sources that its lists bring added
// after those of the file. The map is keyed by the names of lists. A source that
// the file names keeps the settings of the file. A source on several lists has
// the settings of the first and the tags of all, and is public only if all of
// them are. Source.Lists names the lists of each source.
//
// Names are stable: a source keeps its former name (news.Listed.Name) unless a
// source of the file has that name now.
func (c *Config) With(lists map[string][]news.Listed) *Config {
	m := merger{cfg: *c, byKey: map[string]int{}, taken: map[string]bool{}}
	m.cfg.Sources = slices.Clone(c.Sources)
	for i, s := range c.Sources {
		m.taken[s.Name] = true
		if s.Kind == news.KindFeed {
			m.byKey[news.FeedKey(s.URL)] = i
		}
	}
	m.configured = len(c.Sources)
	for _, l := range c.Lists {
		m.taken[l.Name] = true
	}
	for _, l := range c.Lists {
		for _, s := range l.Take(c.Site, lists[l.Name]) {
			m.add(l, s)
		}
	}
	m.name()
	return &m.cfg
}

// Take returns the sources that are taken from a list, up to its limits. Entries
// with an unusable address, or with the address of one of our own feeds, are
// skipped.
func (l List) Take(site news.Site, listed []news.Listed) []news.Listed {
	var taken []news.Listed
	hosts := map[string]int{}
	for _, s := range listed {
		u, err := webAddress(s.URL)
		if err != nil || isOwn(site, s.URL) || hosts[u.Hostname()] == maxPerHost {
			continue
		}
		if len(taken) == l.Limit {
			break
		}
		hosts[u.Hostname()]++
		taken = append(taken, s)
	}
	return taken
}

// isOwn reports whether an address is that of something we publish, which cannot be a source.
func isOwn(site news.Site, address string) bool {
	return site.HasFeed(address) || news.FeedKey(address) == news.FeedKey(site.URL+"/sources.opml")
}

// merger adds the sources of lists to those of the file.
type merger struct {
	cfg        Config
	configured int            // number of sources in the file
	byKey      map[string]int // index of a source, by news.FeedKey of its address
	taken      map[string]bool
	wanted     []string // former names of the sources of lists; "" for none
}

// add adds a source of a list, or adds the list to a source that exists already.
func (m *merger) add(l List, listed news.Listed) {
	at, known := m.byKey[news.FeedKey(listed.URL)]
	if !known {
		m.byKey[news.FeedKey(listed.URL)] = len(m.cfg.Sources)
		m.cfg.Sources = append(m.cfg.Sources, l.source(listed))
		m.wanted = append(m.wanted, listed.Name)
		return
	}
	s := &m.cfg.Sources[at]
	s.Lists = append(slices.Clip(s.Lists), l.Name)
	if at < m.configured {
		return // the file determines everything else
	}
	s.Public = s.Public && l.Each.Public
	s.Tags = merged(s.Tags, tagsOf(l, listed))
	if m.wanted[at-m.configured] == "" {
		m.wanted[at-m.configured] = listed.Name
	}
}

// source returns a source of a list, without a name. The headers of the list may
// hold secrets, so a source gets them only if it has the origin of the list.
func (l List) source(listed news.Listed) Source {
	s := l.Each
	s.Kind, s.URL, s.Title, s.Site = news.KindFeed, listed.URL, listed.Title, listed.Site
	s.Tags, s.Lists, s.Listed = tagsOf(l, listed), []string{l.Name}, true
	if l.OnDisk || !fetch.SameOrigin(l.URL, listed.URL) {
		s.Headers = nil
	}
	return s
}

// tagsOf returns the tags of a source of a list: those of the list, and its folders.
func tagsOf(l List, listed news.Listed) []string {
	tags := slices.Clone(l.Each.Tags)
	for _, folder := range listed.Tags {
		if tag := Tag(folder); tag != "" {
			tags = merged(tags, []string{tag})
		}
	}
	return tags
}

// merged adds to tags those of more that it lacks.
func merged(tags, more []string) []string {
	for _, tag := range more {
		if !slices.Contains(tags, tag) {
			tags = append(slices.Clip(tags), tag)
		}
	}
	return tags
}

// Tag turns the name of a folder into a tag. A name that gives no slug, such as
// one in another script, is used as it is.
func Tag(folder string) string {
	return cmp.Or(Slug(folder), clean.Line(folder))
}

// name names the sources of lists. Those that had a name before are served first.
func (m *merger) name() {
	sources := m.cfg.Sources[m.configured:]
	for i, name := range m.wanted {
		if isName(name) && !m.taken[name] {
			sources[i].Name = name
			m.taken[name] = true
		}
	}
	isTaken := func(name string) bool { return m.taken[name] }
	for i := range sources {
		if s := &sources[i]; s.Name == "" {
			telling := s.Public && !news.HasSecret(s.URL) // a path may be a secret
			s.Name = uniqueName(derivedName(s.URL, telling), s.URL, isTaken)
			m.taken[s.Name] = true
		}
	}
}

// Named returns the contents of lists with the names that their sources have in
// the configuration. It is stored so that sources keep their names.
func (c *Config) Named(lists map[string][]news.Listed) map[string][]news.Listed {
	names := map[string]string{}
	for _, s := range c.Sources {
		if s.Kind == news.KindFeed {
			names[news.FeedKey(s.URL)] = s.Name
		}
	}
	named := maps.Clone(lists)
	for list, sources := range named {
		named[list] = slices.Clone(sources)
		for i, s := range sources {
			if name := names[news.FeedKey(s.URL)]; name != "" {
				named[list][i].Name = name
			}
		}
	}
	return named
}
