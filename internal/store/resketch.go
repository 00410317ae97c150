package store

import (
	"context"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// resketchLimit is how many entries one transaction sketches anew, so that the
// writer is never held for long.
const resketchLimit = 100

// Resketch makes the index of what entries say anew after an upgrade that compares
// them otherwise: a bounded part, of the entries within the window. It reports
// whether there is more. No decision changes by it; only later ones are made with
// it.
func (db *DB) Resketch(ctx context.Context, m news.Matching, now time.Time) (more bool, err error) {
	version, err := db.counter(ctx, "sketches")
	if err != nil || version == story.SketchVersion {
		return false, err
	}
	err = db.update(ctx, func(t *tx) error {
		r := resketching{tx: t, cutoff: now.Add(-m.Window)}
		err := r.run()
		more = r.more
		return err
	})
	return more, err
}

// Unsketched returns how many entries Resketch has still to go through, about, once it
// has begun.
func (db *DB) Unsketched(ctx context.Context) (int64, error) {
	until, err := db.counter(ctx, "resketch")
	if err != nil {
		return 0, err
	}
	done, err := db.counter(ctx, "resketched")
	return max(until-done, 0), err
}

type resketching struct {
	*tx
	cutoff time.Time
	more   bool
}

func (r *resketching) run() error {
	done, err := r.counter("resketched")
	if err == nil && done < 0 {
		done, err = r.begin()
	}
	if err != nil {
		return err
	}
	until, err := r.counter("resketch")
	if err != nil {
		return err
	}
	entries, err := r.shown(`e.id > $1 AND e.id <= $2 ORDER BY e.id LIMIT $3`, done, until, resketchLimit)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := r.sketch(e); err != nil {
			return err
		}
		done = e.Entry.ID
	}
	if r.more = len(entries) == resketchLimit; r.more {
		return r.setCounter("resketched", done)
	}
	r.setCounter("resketched", -1)
	return r.setCounter("sketches", story.SketchVersion)
}

// begin empties the index, and returns the last entry that has left the window. What arrives
// from now on enters the index by itself.
func (r *resketching) begin() (done int64, err error) {
	r.clearPostings()
	r.do(`DELETE FROM sketch`)
	var last int64
	if err := r.get(`SELECT coalesce(max(CASE WHEN first_seen < $1 THEN id END), 0), coalesce(max(id), 0) FROM entry`,
		[]any{ms(r.cutoff)}, &done, &last); err != nil {
		return 0, err
	}
	r.setCounter("forgotten", done)
	return done, r.setCounter("resketch", last)
}

func (r *resketching) sketch(s news.Shown) error {
	x, err := r.openSketchIndex(s.Entry.SourceID, 0, r.cutoff)
	if err != nil {
		return err
	}
	sketch := story.Gather(s.Source.Outlet, s.Entry).Sketch
	published := s.Entry.Published
	if s.Entry.Extra.Undated || published.Equal(s.Entry.FirstSeen) { // an older version kept no note of it, see news.PlausibleTimes
		sketch.Undated, published = true, s.Entry.FirstSeen
	}
	f, err := x.look(sketch, published)
	if err != nil {
		return err
	}
	if err := x.keep(f, s.Entry.ID, s.Entry.StoryID, s.Entry.Match); err != nil {
		return err
	}
	return x.postings.flush()
}
