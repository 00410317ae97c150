package story

import (
	"cmp"
	"fmt"
	"slices"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// MaxCandidates is how many entries of one page or guid a decision looks at, the
// earliest first. If more entries link a page, that is no evidence in practice.
const MaxCandidates = 64

// MaxMates is how many entries a decision compares by what they say: first those that
// share terms, see [Finds.Best], then the latest members of their stories.
const MaxMates = 128

// ownWords is the number of words from which a text about somebody else's page is
// content of its own: a comment, and not the teaser of that page.
const ownWords = 50

// Decision says which Story an entry joins.
type Decision struct {
	StoryID int64 // 0: it starts a new one
	Match   news.Match
	Related []int64 // other stories of the same page or its translations, ascending, at most maxRelated
}

// Decide judges a new entry against stored ones. candidates are those that have its URL
// or its GUID, of any Source; the earliest [MaxCandidates] count. alike are those that
// its [Sketch.Asked] terms found, with members of their stories, at most [MaxMates].
// Neither the order of the entries nor repetitions matter.
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

// mergeable leaves out what must not be in one story with e: the entries of other
// Sources, if either Source never merges.
func mergeable(e Evidence, candidates []Evidence) []Evidence {
	return slices.DeleteFunc(slices.Clone(candidates), func(c Evidence) bool {
		return c.SourceID != e.SourceID && (c.Apart || e.Apart)
	})
}

// most returns the decision to join the most similar entry, the earliest among equals,
// or to start a story. It also returns the nearest miss.
func (l limits) most(e Evidence, candidates []Evidence) (Decision, nearest) {
	var best likeness
	var with Evidence
	var near nearest
	taken := byNames(candidates)
	for _, c := range candidates {
		if e.Sketch == nil || c.Sketch == nil {
			continue
		}
		p := compare(e.Sketch, c.Sketch)
		found := l.once(taken[c.StoryID]).judge(&p)
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

// once returns the limits for a story that has taken a report in other words, or has not. It
// takes no other: an error of the weakest rule must not draw the next one in.
func (l limits) once(taken bool) limits {
	if taken {
		l.report = 0
	}
	return l
}

// byNames returns the stories of which a candidate was matched by names only.
func byNames(candidates []Evidence) map[int64]bool {
	stories := map[int64]bool{}
	for _, c := range candidates {
		if c.Sketch != nil && c.Sketch.Derived {
			stories[c.StoryID] = true
		}
	}
	return stories
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

// trial is one decision under way.
type trial struct {
	entry  Evidence
	spread map[int64]bool // Sources that use the URL for several stories
}

// A tier is one rule for "the same story". It returns the reason with a sentence
// for the operator, or no reason.
type tier func(t trial, c Evidence) (news.Reason, string)

// first returns the decision to join the earliest candidate that the rule accepts, or
// to start a story.
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

// byGUID joins entries of two feeds of one outlet. Within one Source, guids were judged
// as identities before: equal guids there belong to two different entries.
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

// byURL accepts entries of one page unless there is an objection.
func byURL(t trial, c Evidence) (news.Reason, string) {
	if !sharePage(t.entry, c) || t.objection(c) != "" {
		return "", ""
	}
	return news.ReasonURL, fmt.Sprintf("same address %s %s", t.entry.URL, t.where(c))
}

func sharePage(e, c Evidence) bool {
	return e.URL != "" && e.URL == c.URL && !clean.IsRoot(e.URL)
}

// objection says why two entries of one page are not one story, or "" if nothing objects.
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

// comments reports whether a writes about the page of b rather than passing it on. A
// text that equals that of b word for word was copied from it.
func comments(a, b Evidence) bool {
	return a.Page != Own && a.Words >= ownWords && a.Text != b.Text
}

// boilerplate is the number of words up to which a text may belong to any entry of its
// outlet: "Comments", "submitted by …".
const boilerplate = 10

// reissues reports whether one outlet published the same headline and text twice. Then
// it cannot be two people who link one page.
func reissues(a, b Evidence) bool {
	return a.Outlet == b.Outlet && a.Title == b.Title && a.Text == b.Text && a.Words > boilerplate
}

// spread finds the Sources that use the page of e for several stories. The Source of e
// does so if it has an entry of that page that says something else.
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

// repeats reports whether two entries of one Source with one address say the same: they
// have the same text or, if one has none, the same headline. Two redirects of an
// aggregator do, whatever their headlines, because both stand for the page.
func repeats(a, b Evidence) bool {
	if a.Page == Pointer && b.Page == Pointer {
		return true
	}
	if a.Text != 0 && b.Text != 0 {
		return a.Text == b.Text
	}
	return a.Title != 0 && a.Title == b.Title
}

// arrived returns the candidates in order of arrival, without repetitions.
func arrived(candidates []Evidence) []Evidence {
	sorted := slices.SortedFunc(slices.Values(candidates), func(a, b Evidence) int {
		return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(a.EntryID, b.EntryID))
	})
	return slices.CompactFunc(sorted, func(a, b Evidence) bool { return a.EntryID == b.EntryID })
}

// maxRelated is how many related stories are returned. Hundreds may link one page.
const maxRelated = 8

// related returns the earliest other stories of the same page and of its translations.
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
