package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tributary/internal/news"
)

// A feed with settle: holds a new story back for a while after its first entry was
// seen, so that copies and corrections are there when it enters. What waits is
// stored with the time since when, not until when: so a reload that changes settle:
// holds for what waits already. The stored time is never in the future: after the
// clock was set back a story waits anew and not until the old time comes again.

// judged are the stories that a run judges: those that changed, and those that
// waited long enough.
const judged = `(s.revision > $1 AND s.revision <= $2 OR s.id IN (SELECT story_id FROM waiting WHERE feed_id = $3 AND since <= $4))`

// judging are the arguments of judged.
func (p *publishing) judging() []any { return []any{p.scanned, p.upto, p.feed.ID, p.due} }

// boundDue finds since when a story must have waited to be judged in this run.
func (p *publishing) boundDue() error {
	if _, err := p.exec(`UPDATE waiting SET since = $2 WHERE feed_id = $1 AND since > $2`, p.feed.ID, ms(p.now)); err != nil {
		return err
	}
	if p.feed.Digest != nil {
		p.boundDigest()
		return nil
	}
	p.due = ms(p.now.Add(-p.feed.Settle))
	err := p.get(`SELECT since FROM waiting WHERE feed_id = $1 AND since <= $2 ORDER BY since LIMIT 1 OFFSET $3`,
		[]any{p.feed.ID, p.due, publishLimit}, &p.due)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	p.more = true
	return err
}

// waiting reads since when the stories wait that are judged.
func (p *publishing) waiting() error {
	return p.each(`SELECT s.id, w.since FROM story s CROSS JOIN waiting w WHERE `+judged+` AND w.feed_id = $3 AND w.story_id = s.id`,
		p.judging(), func(scan scan) error {
			var story, since int64
			err := scan(&story, &since)
			p.waits[story] = at(since)
			return err
		})
}

// enter takes in a story that the feed does not have, or in a feed that keeps
// duplicates an entry, or lets it wait. cs are the entries that it is made of.
func (p *publishing) enter(n fresh, cs []news.Candidate) (err error) {
	if n.past, err = p.recall(n, cs); err != nil {
		return err
	}
	if p.feed.Digest != nil && n.past == nil {
		p.await(n, cs)
		return nil
	}
	if n.past == nil {
		if n.live = p.live(n.story, cs); n.live && p.hold(n.story, cs) {
			return nil
		}
		if !n.live { // what came meanwhile has waited long enough
			if n.live, err = p.arrived(cs); err != nil {
				return err
			}
		}
	}
	p.fresh = append(p.fresh, n)
	return nil
}

// hold reports whether the entries are to wait, and notes since when they do.
func (p *publishing) hold(story int64, cs []news.Candidate) bool {
	since := p.begun(story, cs)
	if !since.After(p.now.Add(-p.feed.Settle)) {
		return false
	}
	if held, ok := p.held[story]; !ok || since.Before(held) {
		p.held[story] = since
	}
	return true
}

// begun tells when the first of the entries was seen. Where that lies in the
// future, the clock was set back, and the waiting began when it was noted.
func (p *publishing) begun(story int64, cs []news.Candidate) time.Time {
	first := cs[0].FirstSeen
	for _, c := range cs {
		if c.FirstSeen.Before(first) {
			first = c.FirstSeen
		}
	}
	if !first.After(p.now) {
		return first
	}
	if since, waits := p.waits[story]; waits {
		return since
	}
	return p.now
}

// settle stores which of the stories that were judged wait from now on.
func (p *publishing) settle() error {
	for story := range p.waits {
		if _, waits := p.held[story]; waits {
			continue
		}
		if _, err := p.exec(`DELETE FROM waiting WHERE feed_id = $1 AND story_id = $2`, p.feed.ID, story); err != nil {
			return err
		}
	}
	for story, since := range p.held {
		if p.waits[story].Equal(since) {
			continue
		}
		if _, err := p.exec(`INSERT INTO waiting (feed_id, story_id, since) VALUES ($1, $2, $3)
			ON CONFLICT (feed_id, story_id) DO UPDATE SET since = excluded.since`, p.feed.ID, story, ms(since)); err != nil {
			return err
		}
	}
	return nil
}

// NextDue tells when the next of the stories is due that a feed holds back, or when
// its next digest is; zero for never.
func (db *DB) NextDue(ctx context.Context, f news.Feed, now time.Time) (time.Time, error) {
	if f.Digest != nil {
		return db.closesNext(ctx, f)
	}
	var since int64
	err := db.engine.Read.QueryRowContext(ctx, `SELECT coalesce(min(since), 0) FROM waiting WHERE feed_id = $1`, f.ID).Scan(&since)
	return dueAt(f, since, now), err
}

// WaitsUntil tells until when a feed holds a story back; zero when it does not.
func (db *DB) WaitsUntil(ctx context.Context, f news.Feed, story int64, now time.Time) (time.Time, error) {
	var since int64
	err := db.engine.Read.QueryRowContext(ctx, `SELECT coalesce(max(since), 0) FROM waiting WHERE feed_id = $1 AND story_id = $2`, f.ID, story).Scan(&since)
	due := dueAt(f, since, now)
	if f.Digest == nil || due.IsZero() || err != nil {
		return due, err
	}
	closes, err := db.closesNext(ctx, f)
	if closes.Before(due) {
		closes = f.Digest.Next(due.Add(-time.Millisecond))
	}
	return closes, err
}

func dueAt(f news.Feed, since int64, now time.Time) time.Time {
	if since == 0 {
		return time.Time{}
	}
	return at(min(since, ms(now))).Add(f.Settle)
}
