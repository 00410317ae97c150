package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tributary/internal/news"
)

// A feed with settle: holds a new story back for a while after its first entry was
// seen, so that copies and corrections have arrived when it enters. The table waiting
// holds the time since which a story waits, not the time until which it does, so that a
// changed settle: also applies to what waits already. A stored time that lies in the
// future, because the clock was set back, is replaced by the present time.

// judged is the condition on a story s that a run judges it: it changed since the last
// run, or it has waited long enough. Its arguments are those of judging.
const judged = `(s.revision > $1 AND s.revision <= $2 OR s.id IN (SELECT story_id FROM waiting WHERE feed_id = $3 AND since <= $4))`

// judging returns the arguments $1 to $4 of the condition judged.
func (p *publishing) judging() []any { return []any{p.scanned, p.upto, p.feed.ID, p.due} }

// boundWaiting finds the time since which a story must have waited to be judged in this
// run; it is earlier than settle: alone would make it when too many are due at once.
func (p *publishing) boundWaiting() error {
	p.do(`UPDATE waiting SET since = $2 WHERE feed_id = $1 AND since > $2`, p.feed.ID, ms(p.now))
	if p.feed.Digest != nil {
		p.boundDigest()
		return p.err
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

// readWaiting reads which of the judged stories were waiting, and since when.
func (p *publishing) readWaiting() error {
	return p.each(`SELECT s.id, w.since FROM story s CROSS JOIN waiting w WHERE `+judged+` AND w.feed_id = $3 AND w.story_id = s.id`,
		p.judging(), mapTo(p.waits, func(since *time.Time) []any { return []any{asTime(since)} }))
}

// enter decides what becomes of a story that the feed has not published yet: it enters
// now, or it waits. cs are its candidates; in a feed that keeps duplicates, the one
// entry.
func (p *publishing) enter(n fresh, cs []news.Candidate) (err error) {
	n.past, err = p.findPast(n, cs)
	switch {
	case err != nil:
		return err
	case n.past != nil:
	case p.feed.Digest != nil:
		p.awaitDigest(n, cs)
		return nil
	case p.live(n.story, cs):
		n.live = true
		if p.hold(n.story, cs) {
			return nil
		}
	default: // what came while there was no database need not wait
		if n.live, err = p.cameMeanwhile(cs); err != nil {
			return err
		}
	}
	p.fresh = append(p.fresh, n)
	return nil
}

// hold reports whether a story has to wait still, and notes since when it does.
func (p *publishing) hold(story int64, cs []news.Candidate) bool {
	since := p.waitingSince(story, cs)
	if !since.After(p.now.Add(-p.feed.Settle)) {
		return false
	}
	if held, ok := p.held[story]; !ok || since.Before(held) {
		p.held[story] = since
	}
	return true
}

// waitingSince returns when the first of the entries was seen. If that lies in the
// future, because the clock was set back, the story waits since that was noticed.
func (p *publishing) waitingSince(story int64, cs []news.Candidate) time.Time {
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

// storeWaiting stores which of the judged stories wait from now on, and removes those
// that do so no longer.
func (p *publishing) storeWaiting() error {
	for story := range p.waits {
		if _, waits := p.held[story]; waits {
			continue
		}
		p.do(`DELETE FROM waiting WHERE feed_id = $1 AND story_id = $2`, p.feed.ID, story)
	}
	for story, since := range p.held {
		if p.waits[story].Equal(since) {
			continue
		}
		p.do(`INSERT INTO waiting (feed_id, story_id, since) VALUES ($1, $2, $3)
			ON CONFLICT (feed_id, story_id) DO UPDATE SET since = excluded.since`, p.feed.ID, story, ms(since))
	}
	return p.err
}

// NextDue returns when the first of the stories that a feed holds back is due, or its
// next digest; zero for never.
func (db *DB) NextDue(ctx context.Context, f news.Feed, now time.Time) (time.Time, error) {
	if f.Digest != nil {
		return db.closesNext(ctx, f)
	}
	since, err := db.number(ctx, `SELECT coalesce(min(since), 0) FROM waiting WHERE feed_id = $1`, f.ID)
	return dueAt(f, since, now), err
}

// WaitsUntil returns until when a feed holds a story back; zero when it does not.
func (db *DB) WaitsUntil(ctx context.Context, f news.Feed, story int64, now time.Time) (time.Time, error) {
	since, err := db.number(ctx, `SELECT coalesce(max(since), 0) FROM waiting WHERE feed_id = $1 AND story_id = $2`, f.ID, story)
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

// dueAt returns when a story is due that waits since a column value; zero for 0.
func dueAt(f news.Feed, since int64, now time.Time) time.Time {
	if since == 0 {
		return time.Time{}
	}
	return at(min(since, ms(now))).Add(f.Settle)
}
