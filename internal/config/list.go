package config

import (
	"os"
	"strings"
	"time"

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

// address returns a reader of the address or path of a list.
func (l *List) address(r *reader) func(node) (string, bool) {
	return func(n node) (string, bool) {
		raw, ok := r.text(n)
		if !ok {
			return "", false
		}
		if strings.Contains(raw, "://") || strings.HasPrefix(raw, "http:") || strings.HasPrefix(raw, "https:") {
			return r.feedURL(n)
		}
		l.OnDisk = true
		path, ok := r.folder(n) // resolves the path
		if ok {
			r.checkListFile(n, raw, path)
		}
		return path, ok
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

// refresh reads when a list is read again.
func (r *reader) refresh(n node) (schedule.Spec, bool) {
	spec, ok := r.schedule(n)
	if ok && spec.Auto() {
		r.errorf(n.Node, "refresh: auto is for feeds; write %s", n.example)
		return schedule.Spec{}, false
	}
	return spec, ok
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
