package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"tributary/internal/news"
	"tributary/internal/story"
)

// The rule (where:) of a feed is applied when its stories are judged. The rule of a source
// is applied when an entry is stored or changes; an entry that it does not take is hidden:
// it stays in its story and appears in no feed.
//
// Of both the key is stored. When a key changes, what was first seen within RuleReach is
// judged again: what no longer matches leaves the feeds, what matches now goes into their
// history, because it is no news.

// RuleReach is how far back a changed rule is applied.
const RuleReach = 30 * 24 * time.Hour

// ruleKey returns the key of a rule and, if the rule looks at sources, of their names and
// tags.
func ruleKey(r news.Rule, sources ...news.Source) string {
	if r == nil {
		return ""
	}
	if !r.Uses("source") && !r.Uses("tags") {
		return r.Key()
	}
	known := make([]string, len(sources))
	for i, s := range sources {
		known[i] = s.Name + "\x00" + strings.Join(s.Tags, "\x00")
	}
	slices.Sort(known)
	return fmt.Sprintf("%s-%016x", r.Key(), xxh3.HashString(strings.Join(known, "\x01")))
}

// syncRule stores the rule of a feed that selects sources. Unless the feed is new,
// a changed one has the latest stories judged anew.
func (t *tx) syncRule(f *news.Feed, sources []news.Source, anew bool, now time.Time) error {
	selected := slices.DeleteFunc(slices.Clone(sources), func(s news.Source) bool { return !f.Selects(s) })
	f.Judged = ruleKey(f.Where, selected...)
	var was string
	if err := t.get(`SELECT rule FROM feed WHERE id = $1`, []any{f.ID}, &was); err != nil || was == f.Judged {
		return err
	}
	t.do(`UPDATE feed SET rule = $2 WHERE id = $1`, f.ID, f.Judged)
	if anew {
		return t.err
	}
	t.markPast(f.ID)
	// The revision of the youngest entry beyond reach.
	older, err := t.number(`SELECT born FROM entry WHERE first_seen < $1 ORDER BY id DESC LIMIT 1`, ms(now.Add(-RuleReach)))
	if ignoreNoRows(err) != nil {
		return err
	}
	return t.do(`UPDATE feed SET scanned = CASE WHEN scanned < $2 THEN scanned ELSE $2 END WHERE id = $1`, f.ID, older)
}

// syncSourceRule stores the rule of a source. A changed one has its latest entries
// judged anew, by Rejudge.
func (t *tx) syncSourceRule(s news.Source) error {
	key := ruleKey(s.Where, s)
	changed, err := t.exec(`UPDATE source SET rule = $2, rejudge = coalesce((SELECT max(id) + 1 FROM entry WHERE source_id = $1), 0)
		WHERE id = $1 AND rule <> $2`, s.ID, key)
	if err != nil || changed == 0 {
		return err
	}
	return t.do(`UPDATE feed SET boundary = CASE WHEN boundary < scanned THEN scanned ELSE boundary END
		WHERE id IN (SELECT feed_id FROM feed_source WHERE source_id = $1)`, s.ID)
}

// hides reports whether the rule of the source does not take an arriving entry.
// Times are those that the store keeps.
func (s *saving) hides(a *story.Arrival, published, updated, seen time.Time) bool {
	if s.h.Source.Where == nil {
		return false
	}
	e := a.Entry
	e.GUID, e.Published, e.Updated, e.FirstSeen = a.GUID(), published, updated, seen
	return !s.h.Source.Where.Match(news.Subject{Entry: &e, Source: &s.h.Source})
}

// rejudgeIfRuleChanged has the entries of the source judged again when a reload changed its
// rule while this fetch was under way.
func (s *saving) rejudgeIfRuleChanged() error {
	return s.do(`UPDATE source SET rejudge = coalesce((SELECT max(id) + 1 FROM entry WHERE source_id = $1), 0)
		WHERE id = $1 AND rule <> $2`, s.h.Source.ID, ruleKey(s.h.Source.Where, s.h.Source))
}

// rejudgeLimit is how many entries one transaction judges again.
const rejudgeLimit = 500

// Unjudged are the sources in use that have entries to be judged anew.
func (db *DB) Unjudged(ctx context.Context) ([]int64, error) {
	return db.ids(ctx, `SELECT id FROM source WHERE rejudge > 0 AND retired_at = 0`)
}

// Rejudge applies the changed rule of a source to its entries, latest first, as far
// back as RuleReach. It does a bounded part and reports whether there is more. A
// source that another reload changed meanwhile is left to that.
func (db *DB) Rejudge(ctx context.Context, s news.Source, now time.Time) (more bool, err error) {
	err = db.update(ctx, func(t *tx) error {
		var key string
		var below int64
		if err := t.get(`SELECT rule, rejudge FROM source WHERE id = $1`, []any{s.ID}, &key, &below); err != nil {
			return err
		}
		if key != ruleKey(s.Where, s) || below == 0 {
			return nil
		}
		next, changed, err := t.rejudgePart(s, below, now.Add(-RuleReach))
		if err != nil {
			return err
		}
		more = next > 0
		t.do(`UPDATE source SET rejudge = $2 WHERE id = $1`, s.ID, next)
		if len(changed) == 0 {
			return t.err
		}
		return t.toggleHidden(changed)
	})
	return more, err
}

// rejudgePart judges the next entries of a source, those with row numbers below the given
// one, and returns which are judged differently. next is where to go on; 0 at the end.
func (t *tx) rejudgePart(s news.Source, below int64, since time.Time) (next int64, changed []member, err error) {
	n := 0
	err = t.each(selectShown+`e.source_id = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3`,
		[]any{s.ID, below, rejudgeLimit}, func(scan scan) error {
			var row news.Shown
			if err := scanShown(scan, &row); err != nil {
				return err
			}
			if row.Entry.FirstSeen.Before(since) {
				return errStop
			}
			if n++; n == rejudgeLimit {
				next = row.Entry.ID
			}
			if news.Takes(s.Where, news.Subject{Entry: &row.Entry, Source: &s}) == row.Entry.Hidden {
				changed = append(changed, member{row.Entry.ID, row.Entry.StoryID})
			}
			return nil
		})
	return next, changed, err
}

// toggleHidden hides entries that were not hidden, and the other way round.
func (t *tx) toggleHidden(entries []member) error {
	revision := t.nextRevision()
	for _, e := range entries {
		t.do(`UPDATE entry SET hidden = 1 - hidden WHERE id = $1`, e.entry)
		t.touch(e.story, revision)
	}
	return t.err
}

// applyRule removes from the candidates what the rule of the feed does not take.
func (p *publishing) applyRule(found map[int64][]news.Candidate) error {
	if p.feed.Where == nil {
		return nil
	}
	return keepThose(found, p.takes)
}

// takes reports whether the rule of the feed takes a candidate. cs are all candidates of its
// story.
func (p *publishing) takes(c news.Candidate, cs []news.Candidate) (bool, error) {
	s, err := p.shownEntry(c.EntryID)
	if err != nil {
		return false, err
	}
	subject := news.Subject{Entry: &s.Entry, Source: &s.Source, Outlets: outletsOf(cs), Size: len(cs)}
	if p.awaits {
		if err := p.countAwaited(&subject, cs); err != nil {
			return false, err
		}
	}
	if p.feed.Where.Match(subject) {
		return true, nil
	}
	return p.tookBefore(subject, c, cs)
}

// tookBefore reports whether the rule took an entry that was published before the database
// was lost, when it was as old as it was then: the age of an entry is judged once.
func (p *publishing) tookBefore(s news.Subject, c news.Candidate, cs []news.Candidate) (bool, error) {
	n := fresh{story: s.Entry.StoryID, kept: p.feed.Duplicates == news.Keep}
	if n.kept {
		cs = []news.Candidate{c}
	}
	past, err := p.findPast(n, cs)
	if past == nil || err != nil {
		return false, err
	}
	s.Entry.FirstSeen = past.Entered
	return p.feed.Where.Match(s), nil
}

// outletsOf names the outlets of entries, each once.
func outletsOf(cs []news.Candidate) []string {
	var outlets []string
	for _, c := range cs {
		if c.Outlet != "" && !slices.Contains(outlets, c.Outlet) {
			outlets = append(outlets, c.Outlet)
		}
	}
	slices.Sort(outlets)
	return outlets
}

// Subjects calls see for the entries of the given sources that were first seen
// since a time and may be in a feed, latest first. Each is passed as the rule of
// a feed with these sources would see it.
func (db *DB) Subjects(ctx context.Context, sources []int64, since time.Time, see func(news.Subject)) error {
	if len(sources) == 0 {
		return nil
	}
	from := ` FROM entry e`
	where := ` WHERE e.source_id IN (` + integers(sources) + `) AND ` + feedable
	outlets, sizes := map[int64][]string{}, map[int64]int{}
	err := db.each(ctx, `SELECT e.story_id, e.outlet`+from+where+` AND e.story_id IN (SELECT story_id FROM entry WHERE first_seen >= $1)
		ORDER BY e.outlet`, []any{ms(since)}, func(scan scan) error {
		var story int64
		var outlet string
		err := scan(&story, &outlet)
		sizes[story]++
		if outlet != "" && !slices.Contains(outlets[story], outlet) {
			outlets[story] = append(outlets[story], outlet)
		}
		return err
	})
	if err != nil {
		return err
	}
	return db.each(ctx, `SELECT `+shownColumns+from+shownJoins+where+` AND e.first_seen >= $1 ORDER BY e.id DESC`, []any{ms(since)}, func(scan scan) error {
		var s news.Shown
		err := scanShown(scan, &s)
		if err == nil {
			see(news.Subject{Entry: &s.Entry, Source: &s.Source, Outlets: outlets[s.Entry.StoryID], Size: sizes[s.Entry.StoryID]})
		}
		return err
	})
}
