package story

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// MaxCandidates is how many entries of one page or guid a decision looks at, the
// earliest first. A page that more entries link is no evidence in practice.
const MaxCandidates = 64

// MaxMates is how many entries a decision compares by what they say: first those
// that share terms, see [Finds.Best], then the latest of their stories.
const MaxMates = 128

// ownWords is the length from which a text about another's page is something of
// its own: a comment, not the teaser of that page.
const ownWords = 50

// Decision says which Story an entry joins.
type Decision struct {
	StoryID int64 // 0: it starts one
	Match   news.Match
	Related []int64 // stories of the same page that are not the same, ascending, at most maxRelated
}

// Decide judges a new entry against stored ones: the earliest [MaxCandidates]
// of those that have its URL or its GUID, of any Source, and alike, those that its
// [Sketch.Asked] terms found with members of their stories, at most [MaxMates]. The order in which they are given does not matter, nor
// whether one is given twice.
func Decide(e Evidence, candidates, alike []Evidence, m news.Matching) Decision {
	candidates, alike = arrived(mergeable(e, candidates)), arrived(mergeable(e, alike))
	candidates = candidates[:min(len(candidates), MaxCandidates)]
	trial := trial{entry: e, spread: spread(e, candidates)}
	d := Decision{Match: news.Match{Reason: news.ReasonNew}}
	for _, tier := range []tier{byGUID, byURL} {
		if d = tier.first(trial, candidates); d.StoryID != 0 {
			break
		}
	}
	var near nearest
	if d.StoryID == 0 {
		d, near = limitsOf(m).most(e, alike)
	}
	d.Related = related(e, slices.Concat(candidates, alike), d.StoryID)
	if d.StoryID == 0 {
		d.Match.Detail = trial.whyNew(candidates) + near.detail()
	}
	return d
}

// mergeable leaves out what must not be one story with e: entries of sources that
// never merge, other than its own.
func mergeable(e Evidence, candidates []Evidence) []Evidence {
	var kept []Evidence
	for _, c := range candidates {
		if c.SourceID == e.SourceID || !c.Apart && !e.Apart {
			kept = append(kept, c)
		}
	}
	return kept
}

// most returns the decision to join the entry that is most alike, the earliest of
// equals, or to start a story.
func (l limits) most(e Evidence, candidates []Evidence) (Decision, nearest) {
	var best likeness
	var with Evidence
	var near nearest
	for _, c := range candidates {
		if e.Sketch == nil || c.Sketch == nil {
			continue
		}
		p := compare(e.Sketch, c.Sketch)
		found := l.judge(&p)
		if found.reason == "" {
			near.see(c, p, found.detail)
		} else if best.reason == "" || found.strength() > best.strength() {
			best, with = found, c
		}
	}
	if best.reason == "" {
		return Decision{Match: news.Match{Reason: news.ReasonNew}}, near
	}
	return Decision{StoryID: with.StoryID, Match: news.Match{
		Reason: best.reason,
		With:   with.EntryID,
		Score:  best.score,
		Detail: best.detail + " (" + named(with.Outlet) + ")" + apart(e.Published, with.Published),
	}}, near
}

// strength orders likenesses: copied text before teasers before headlines.
func (f likeness) strength() float64 {
	switch f.reason {
	case news.ReasonText, news.ReasonUpdate, news.ReasonURL:
		return 2 + f.score
	case news.ReasonTeaser:
		return 1 + f.score
	}
	return f.score
}

// nearest is the candidate that came closest to being the same.
type nearest struct {
	with      Evidence
	pair      pair
	objection string // against taking the two for the same
}

// tellable is the shared part from which a near miss is worth a sentence.
const tellable = .1

func (n *nearest) see(c Evidence, p pair, objection string) {
	if part := p.runs.part(); part >= tellable && part > n.pair.runs.part() {
		n.with, n.pair, n.objection = c, p, objection
	}
}

// detail says in words how close it came, "" when nothing did.
func (n *nearest) detail() string {
	if n.with.EntryID == 0 {
		return ""
	}
	p := &n.pair
	return fmt.Sprintf("; most alike is entry %d (%s), but %s: %s of the shorter one's rare five-word runs (%d of %d) stand in the other; %s",
		n.with.EntryID, named(n.with.Outlet), n.objection, percent(p.runs.part()), p.runs.both, p.runs.of, p.circumstances())
}

// trial is one decision under way.
type trial struct {
	entry  Evidence
	spread map[int64]bool // Sources that use the URL for several stories
}

// A tier is one rule for "the same story". It returns the reason with a sentence
// for the operator, or no reason.
type tier func(t trial, c Evidence) (news.Reason, string)

// first returns the decision to join the earliest candidate that the tier takes
// for the same, or to start a story.
func (is tier) first(t trial, candidates []Evidence) Decision {
	for _, c := range candidates {
		if reason, detail := is(t, c); reason != "" {
			return Decision{StoryID: c.StoryID, Match: news.Match{
				Reason: reason,
				With:   c.EntryID,
				Score:  1,
				Detail: detail + apart(t.entry.Published, c.Published),
			}}
		}
	}
	return Decision{Match: news.Match{Reason: news.ReasonNew}}
}

// byGUID joins two feeds of one outlet. Within one Source the guid is a matter
// of identity and was settled before: equal guids there are two entries.
func byGUID(t trial, c Evidence) (news.Reason, string) {
	e := t.entry
	if e.GUID == "" || e.GUID != c.GUID || e.SourceID == c.SourceID || e.Outlet == "" || e.Outlet != c.Outlet {
		return "", ""
	}
	switch {
	case e.Title != 0 && e.Title == c.Title:
		return news.ReasonGUID, fmt.Sprintf("same guid in another feed of %s, and the same headline", e.Outlet)
	case sharePage(e, c):
		return news.ReasonGUID, fmt.Sprintf("same guid in another feed of %s, and the same address", e.Outlet)
	}
	return "", ""
}

// byURL takes an equal page for the same story unless there is an objection.
func byURL(t trial, c Evidence) (news.Reason, string) {
	if !sharePage(t.entry, c) || t.objection(c) != "" {
		return "", ""
	}
	return news.ReasonURL, fmt.Sprintf("same address %s %s", t.entry.URL, t.where(c))
}

// where says in words where the two entries appeared.
func (t trial) where(c Evidence) string {
	switch {
	case t.entry.SourceID == c.SourceID:
		return "twice in one feed of " + named(c.Outlet)
	case t.entry.Outlet == c.Outlet:
		return "in two feeds of " + named(c.Outlet)
	}
	return fmt.Sprintf("in %s and %s", named(c.Outlet), named(t.entry.Outlet))
}

func sharePage(e, c Evidence) bool {
	return e.URL != "" && e.URL == c.URL && !clean.IsRoot(e.URL)
}

// objection says why an equal page does not make the two one story, "" when
// nothing speaks against it.
func (t trial) objection(c Evidence) string {
	e := t.entry
	switch {
	case e.Page == Foreign && c.Page == Foreign && !reissues(e, c):
		return "it links somebody else's page " + t.where(c)
	case comments(e, c):
		return fmt.Sprintf("%s wrote %d words of its own about it", named(e.Outlet), e.Words)
	case comments(c, e):
		return fmt.Sprintf("%s wrote %d words of its own about it", named(c.Outlet), c.Words)
	case t.spread[e.SourceID]:
		return "this source uses the address for several entries"
	case t.spread[c.SourceID]:
		return fmt.Sprintf("a source of %s uses the address for several entries", named(c.Outlet))
	}
	return ""
}

// comments reports whether a writes about the page of b rather than passing it
// on; a text that is word for word that of b was copied from it.
func comments(a, b Evidence) bool {
	return a.Page != Own && a.Words >= ownWords && a.Text != b.Text
}

// boilerplate is the length up to which a text may be that of any entry of its
// outlet: "Comments", "submitted by …".
const boilerplate = 10

// reissues reports whether one outlet said the same twice, headline and text, so
// that it cannot be two people who link one page.
func reissues(a, b Evidence) bool {
	return a.Outlet == b.Outlet && a.Title == b.Title && a.Text == b.Text && a.Words > boilerplate
}

// spread finds the Sources that use the page of e for several stories. The Source
// of e does when it has an entry there that says something else.
func spread(e Evidence, candidates []Evidence) map[int64]bool {
	several := map[int64]bool{}
	story := map[int64]int64{}
	for _, c := range candidates {
		if !sharePage(e, c) {
			continue
		}
		if known, ok := story[c.SourceID]; ok && known != c.StoryID {
			several[c.SourceID] = true
		}
		story[c.SourceID] = c.StoryID
		if c.SourceID == e.SourceID && !repeats(e, c) {
			several[c.SourceID] = true
		}
	}
	return several
}

// repeats reports whether two entries of one Source say the same under one
// address: the same text, or without texts to compare the same headline. Two
// redirects of an aggregator do whatever the headlines are: both are the page's.
func repeats(a, b Evidence) bool {
	if a.Page == Pointer && b.Page == Pointer {
		return true
	}
	if a.Text != 0 && b.Text != 0 {
		return a.Text == b.Text
	}
	return a.Title != 0 && a.Title == b.Title
}

// arrived returns candidates in order of arrival, each once.
func arrived(candidates []Evidence) []Evidence {
	sorted := slices.SortedFunc(slices.Values(candidates), func(a, b Evidence) int {
		return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(a.EntryID, b.EntryID))
	})
	return slices.CompactFunc(sorted, func(a, b Evidence) bool { return a.EntryID == b.EntryID })
}

// maxRelated is how many related stories are told: hundreds may link one page.
const maxRelated = 8

// related are the earliest stories of the same page, and of translations of it.
func related(e Evidence, candidates []Evidence, joined int64) []int64 {
	var ids []int64
	for _, c := range candidates {
		if c.StoryID != joined && (sharePage(e, c) || translates(e.Sketch, c.Sketch)) {
			ids = append(ids, c.StoryID)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), maxRelated)]
}

// translates reports whether two entries are one page in two languages.
func translates(a, b *Sketch) bool {
	return a != nil && b != nil && a.Twin != 0 && a.Twin == b.Twin && a.Language != b.Language
}

// whyNew explains an entry that starts a story although others share its page.
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
	return fmt.Sprintf("first of its story: %d %s its address %s, but %s", n, plural(n, "entry shares", "entries share"), t.entry.URL, why)
}

func named(outlet string) string { return cmp.Or(outlet, "an unnamed outlet") }

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// apart says how far apart two entries were published, "" when that is unknown.
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
