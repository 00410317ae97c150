package story

import (
	"cmp"
	"fmt"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// What a decision says of itself, for the operator.

// nearest is the candidate that came closest to being the same.
type nearest struct {
	with      Evidence
	pair      pair
	objection string // why the two are not the same
}

// tellable is the shared part from which a near miss is worth mentioning.
const tellable = .1

func (n *nearest) see(c Evidence, p pair, objection string) {
	if part := p.runs.part(); part >= tellable && part > n.pair.runs.part() {
		n.with, n.pair, n.objection = c, p, objection
	}
}

// detail says in words how close it came, or "" if nothing came close.
func (n *nearest) detail() string {
	if n.with.EntryID == 0 {
		return ""
	}
	p := &n.pair
	return fmt.Sprintf("; most alike is entry %d (%s), but %s: %s of the shorter one's rare five-word runs (%d of %d) stand in the other; %s",
		n.with.EntryID, named(n.with.Outlet), n.objection, percent(p.runs.part()), p.runs.both, p.runs.of, p.circumstances())
}

// whyNew explains why an entry starts a story, in particular if others share its page.
func (t trial) whyNew(candidates []Evidence) string {
	if clean.IsRoot(t.entry.URL) {
		return "first of its story; its address is the root of a site and identifies nothing"
	}
	n, why := 0, ""
	for _, c := range candidates {
		if sharePage(t.entry, c) {
			n++
			why = cmp.Or(why, t.objection(c))
		}
	}
	if n == 0 {
		return "first of its story: no other entry has its guid, address or text"
	}
	return fmt.Sprintf("first of its story: %d %s its address %s, but %s", n, news.Plural(n, "entry shares", "entries share"), t.entry.URL, why)
}

// where says in words where the two entries were published.
func (t trial) where(c Evidence) string {
	switch {
	case t.entry.SourceID == c.SourceID:
		return "twice in one feed of " + named(c.Outlet)
	case t.entry.Outlet == c.Outlet:
		return "in two feeds of " + named(c.Outlet)
	}
	return fmt.Sprintf("in %s and %s", named(c.Outlet), named(t.entry.Outlet))
}

func named(outlet string) string { return cmp.Or(outlet, "an unnamed outlet") }

// apart says how far apart two entries were published, or "" if that is unknown.
func apart(a, b time.Time) string {
	if a.IsZero() || b.IsZero() {
		return ""
	}
	d := a.Sub(b).Abs()
	switch {
	case d < time.Minute:
		return ", published at the same time"
	case d < 2*time.Hour:
		return fmt.Sprintf(", published %d min apart", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf(", published %d hours apart", int(d.Hours()))
	}
	return fmt.Sprintf(", published %d days apart", int(d.Hours()/24))
}
