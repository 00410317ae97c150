package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tributary/internal/news"
)

// Every change that subscribers at our hub are told of has a number, which rises within
// its feed (schema 15). So the position of a subscriber is one number: it has everything
// up to that. Neither the updated time nor the sequence of Publications could serve for
// it: both depend on what publishers say, and both can be lower than those that were sent
// before.

// nextChange returns the number of the next change of the feed.
func (p *publishing) nextChange() int64 {
	p.change++
	return p.change
}

// placed is a Publication that went into the history of a feed, or that is shown because
// another one left.
type placed struct {
	sequence int64
	entered  time.Time
}

// numberChanges gives a change number to those in history that the live document reaches
// down to: who polls the feed sees them there, so subscribers at the hub are told, too.
func (p *publishing) numberChanges() error {
	if len(p.history) == 0 || p.feed.Digest != nil {
		return nil
	}
	lowest, err := p.number(`SELECT sequence FROM publication WHERE feed_id = $1 AND sequence <= $2 AND removed = 0 ORDER BY sequence DESC LIMIT 1 OFFSET $3`,
		p.feed.ID, p.sequence, max(p.feed.Limit-1, 0))
	if ignoreNoRows(err) != nil { // without a row it is not full, and everything is on the page
		return err
	}
	newest, err := p.number(`SELECT entered FROM publication WHERE feed_id = $1 AND sequence <= $2 AND removed = 0 ORDER BY sequence DESC LIMIT 1`,
		p.feed.ID, p.sequence)
	if err != nil {
		return err
	}
	since := at(newest).Add(-p.feed.Window)
	for _, h := range p.history {
		if h.sequence < lowest && h.entered.Before(since) {
			continue
		}
		p.do(`UPDATE publication SET change = $3 WHERE feed_id = $1 AND sequence = $2`, p.feed.ID, h.sequence, p.nextChange())
	}
	return p.err
}

// Bounds of what Changes returns at once: many web servers take a body of 1 MiB.
const (
	maxChanges     = 200
	maxChangeBytes = 400 << 10 // of title, summary and content together
)

// Changes returns the Publications that are new or have other words since a change of
// a feed, up to another, newest first; what has left the feed is left out. It returns a
// bounded part, the oldest: Change of the Edition is how far it reaches.
func (db *DB) Changes(ctx context.Context, site news.Site, f news.Feed, after, upto int64) (*news.Edition, error) {
	if f.Digest != nil {
		return db.changedDigests(ctx, site, f, after, upto)
	}
	e := &news.Edition{Site: site, Feed: f, Change: upto}
	bytes := 0
	err := db.each(ctx, `SELECT `+shownColumns+publicationColumns+`, p.change
		FROM publication p JOIN story t ON t.id = p.story_id JOIN entry e ON e.id = p.entry_id`+shownJoins+`
		WHERE p.feed_id = $1 AND p.change > $2 AND p.change <= $3 AND p.removed = 0 ORDER BY p.change`, []any{f.ID, after, upto}, func(scan scan) error {
		var change int64
		s, err := scanPublication(scan, f, &change)
		if err != nil {
			return err
		}
		bytes += len(s.Entry.Title) + len(s.Entry.Summary) + len(s.Entry.Content)
		if n := len(e.Shown); n == maxChanges || n > 0 && bytes > maxChangeBytes {
			e.Change = after
			return errStop
		}
		e.Shown, after = append(e.Shown, s), change
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("changes of %s: %w", f.Name, err)
	}
	slices.SortFunc(e.Shown, func(a, b news.Shown) int { return int(b.Sequence - a.Sequence) })
	if err := db.complete(ctx, site, f.Audience(), e.Shown); err != nil {
		return nil, fmt.Errorf("changes of %s: %w", f.Name, err)
	}
	return e, nil
}
