package config

import (
	"os"
	"strings"
	"time"

	"tributary/internal/schedule"
)

// List is an OPML list of sources, in a file or on the web. It brings sources
// and is none itself; its name stands for them in sources: of a feed.
type List struct {
	Name    string        // unique among lists and sources
	Title   string        // as configured
	URL     string        // an address, or a path resolved against the folder of the file that names it
	OnDisk  bool          // it is a path
	Limit   int           // sources taken of it at most
	Refresh schedule.Spec // when it is read again; one on disk is read when it changes
	Each    Source        // what its sources are like: settings, tags, public; Name and URL are empty
	Line    int           // where it begins in its file
	File    string        // that names it
}

// MaxListed is how many sources a list may bring. Whoever writes a list makes
// us ask that many servers: CommaFeed's GHSA-83jp-rww3-57rr.
const MaxListed = 2000

// defaultRefresh is how often a list on the web is read.
const defaultRefresh = "@every 24h"

// address makes a reader of the address of a list or of its path.
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
		path, ok := r.folder(n) // a path like any other
		if ok {
			r.checkListFile(n, raw, path)
		}
		return path, ok
	}
}

// checkListFile warns of a list that cannot be read now; it may come later.
func (r *reader) checkListFile(n node, raw, path string) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		r.errorf(n.Node, "opml: %s is a folder; name one file, as in %s", shown(n.Value), examples["opml"])
	case err == nil:
	case hasMeta(raw):
		r.errorf(n.Node, "opml: %s is a pattern; a list is one file, as in %s", shown(n.Value), examples["opml"])
	case strings.Contains(raw, "/") && guessAddress(raw) != "" && !hasVariable(n.Value):
		r.warnf(n.Node, "opml: %s: there is no such file%s", shown(n.Value), didYouMean(shown(guessAddress(raw))))
	default:
		r.warnf(n.Node, "opml: %s: there is no such file", shown(n.Value))
	}
}

// refresh reads when a list is read again.
func (r *reader) refresh(n node) (schedule.Spec, bool) {
	when, ok := r.rhythm(n)
	if ok && when.auto {
		r.errorf(n.Node, "refresh: auto is for feeds; write %s", examples["refresh"])
		return schedule.Spec{}, false
	}
	return when.spec, ok
}

// finishList makes the list of a draft, defaults applied.
func (r *reader) finishList(d *draft, defaults Defaults) List {
	l := d.list
	l.Name, l.Title, l.URL, l.Line, l.File = d.Name, d.Title, d.URL, d.Line, d.File
	if l.Limit == 0 {
		l.Limit = MaxListed
	}
	if l.Refresh.String() == "" {
		l.Refresh, _ = schedule.Parse(defaultRefresh, time.Local)
	}
	d.rhythmOf(defaults, schedule.Spec{})
	l.Each = d.Source
	l.Each.Name, l.Each.URL, l.Each.Title, l.Each.Kind = "", "", "", ""
	return l
}
