package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// A feed with digest: holds every new story back (see settle.go) until the end of the
// period. Then all stories that wait get their Publications together, and what the digest
// says of them is stored with it. So everything that selects stories and joins entries
// works as in other feeds, and a story is in one digest only, because it has one
// Publication in a feed.
//
// What is no news, such as the backlog of a new source, waits only if it was published
// within the open period: the digests of earlier periods are closed.

// boundDigest decides whether this run closes a period. It does when one has ended and no
// changed stories are left over for another run, since a digest is written in one
// transaction. Periods that ended while the process did not run are closed as one.
func (p *publishing) boundDigest() {
	p.due = -1 // what waits is judged with the end of the period
	if last := p.feed.Digest.Last(p.now); last.After(p.closed) && !p.more {
		p.closing, p.due = last, ms(p.now)
	}
}

// awaitDigest takes a story into the digest that this run closes, or lets it wait for the
// next one.
func (p *publishing) awaitDigest(n fresh, cs []news.Candidate) {
	since := n.lead.Published
	ready := !since.After(p.closing)
	if p.live(n.story, cs) {
		since = p.waitingSince(n.story, cs)
		ready = !since.After(p.now.Add(-p.feed.Settle))
	} else if _, waits := p.waits[n.story]; !waits && !since.After(p.closed) {
		return
	}
	if ready && !p.closing.IsZero() {
		n.live, n.outlets = true, len(outletsOf(cs))
		p.fresh = append(p.fresh, n)
		return
	}
	if held, ok := p.held[n.story]; !ok || since.Before(held) {
		p.held[n.story] = since
	}
}

// chooseForDigest keeps those of the stories of the period that the digest has room for, the
// most important first: by how many outlets report them, then the latest.
func (p *publishing) chooseForDigest() {
	slices.SortFunc(p.fresh, func(a, b fresh) int {
		return cmp.Or(cmp.Compare(b.outlets, a.outlets), b.lead.Published.Compare(a.lead.Published),
			cmp.Compare(a.lead.Origin, b.lead.Origin), cmp.Compare(a.lead.GUID, b.lead.GUID))
	})
	told, of := 0, map[int64]int{} // by source
	p.fresh = slices.DeleteFunc(p.fresh, func(n fresh) bool {
		if n.past != nil {
			return false
		}
		if told == p.feed.Limit || p.feed.MaxPerSource > 0 && of[n.lead.SourceID] == p.feed.MaxPerSource {
			p.passed++
			return true
		}
		told++
		of[n.lead.SourceID]++
		return false
	})
	p.importance = map[int64]int{}
	for i, n := range p.fresh {
		p.importance[n.lead.EntryID] = i
	}
	if told > 0 {
		p.digest = news.LiveSequence(p.sequence, p.closing)
		p.sequence = p.digest
	}
}

// closeDigest writes the digest of the stories that have just entered, if there are any,
// and begins the next period.
func (p *publishing) closeDigest() error {
	if p.closing.IsZero() {
		return nil
	}
	if p.digest != 0 {
		if err := p.writeDigest(); err != nil {
			return fmt.Errorf("digest of %s: %w", p.closing.Format(time.RFC3339), err)
		}
		p.changed = true
		p.updated = news.Later(p.updated, p.closing)
	}
	// What the digest had no room for is past, like everything that came until now.
	return p.do(`UPDATE feed SET closed = $2, boundary = CASE WHEN boundary < $3 THEN $3 ELSE boundary END WHERE id = $1`,
		p.feed.ID, ms(p.closing), p.upto)
}

func (p *publishing) writeDigest() error {
	d := news.NewDigest(p.feed, p.closing)
	d.Sequence, d.More = p.digest, p.passed
	entered := slices.DeleteFunc(slices.Clone(p.fresh), func(n fresh) bool { return n.past != nil })
	slices.SortFunc(entered, func(a, b fresh) int { return p.importance[a.lead.EntryID] - p.importance[b.lead.EntryID] })
	for _, n := range entered {
		told, err := p.told(n)
		if err != nil {
			return err
		}
		d.Stories = append(d.Stories, told)
	}
	news.Arrange(d.Stories, d.Language)
	written, err := p.insertDigest(p.feed.ID, d, p.nextChange())
	if err == nil && !written {
		err = errors.New("it is there already")
	}
	return err
}

// insertDigest stores a digest with its change number (see change.go), and reports whether
// it did: not if it is there already.
func (t *tx) insertDigest(feed int64, d news.Digest, change int64) (written bool, err error) {
	stories, err := json.Marshal(d.Stories)
	if err != nil {
		return false, err
	}
	n, err := t.exec(`INSERT INTO digest (feed_id, sequence, key, guid, title, language, closed, more, stories, change)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		feed, d.Sequence, d.Key, d.GUID, d.Title, d.Language, ms(d.Closed), d.More, string(stories), change)
	return n == 1, err
}

// told returns what the digest says of a story that has entered.
func (p *publishing) told(n fresh) (news.DigestStory, error) {
	lead, err := p.shownEntry(n.lead.EntryID)
	if err != nil {
		return news.DigestStory{}, err
	}
	told := news.DigestStory{Report: reportOf(&lead), Sequence: n.sequence, GUID: n.guid, StoryKey: lead.Entry.StoryKey, Published: n.lead.Published,
		Listed: p.feed.Duplicates == news.Group}
	clean.Cut(&lead.Entry, p.feed.Content)
	told.Summary = clean.Excerpt(clean.Text(lead.Entry.Body()), digestSummary)
	if n.kept {
		return told, nil
	}
	by, at := []string{told.By}, []string{told.Link} // a report of the same outlet or page is no other report
	others, err := p.shown(`e.story_id = $2 AND e.id <> $3 AND `+knownMember+` ORDER BY c.published, e.id`, p.feed.Audience(), n.story, n.lead.EntryID)
	for i := range others {
		if r := reportOf(&others[i]); !slices.Contains(by, r.By) && !slices.Contains(at, r.Link) {
			by, at = append(by, r.By), append(at, r.Link)
			told.Also = append(told.Also, r)
		}
	}
	return told, err
}

// Bounds of what a digest tells of one story, in characters.
const (
	digestTitle   = 120 // of one that has no title: its first words
	digestSummary = 300
)

func reportOf(s *news.Shown) news.Report {
	title := clean.Line(s.Entry.Title)
	if title == "" {
		title = cmp.Or(clean.Excerpt(clean.Text(s.Entry.Body()), digestTitle), s.Entry.Link, s.SourceTitle)
	}
	return news.Report{EntryID: s.Entry.ID, Source: s.Source.Name, By: clean.Line(s.SourceTitle), Title: title, Link: clean.Resolve(nil, s.Entry.Link)}
}

// syncDigest begins the first period of a feed that shows digests from now on. A feed that
// shows stories again has no period.
func (t *tx) syncDigest(f news.Feed, anew bool, now time.Time) {
	if f.Digest == nil {
		t.do(`UPDATE feed SET closed = 0 WHERE id = $1 AND closed <> 0`, f.ID)
		return
	}
	began := f.Digest.Last(now)
	if began.IsZero() { // its first time is still to come
		began = now
	}
	t.do(`UPDATE feed SET closed = max($2, (SELECT coalesce(max(closed), 0) FROM digest WHERE feed_id = $1))
		WHERE id = $1 AND (closed = 0 OR $3)`, f.ID, ms(began), anew)
}
