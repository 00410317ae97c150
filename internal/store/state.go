package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tributary/internal/news"
)

// States returns every source in use in the order of the configuration, with
// its latest attempt.
func (db *DB) States(ctx context.Context) ([]news.SourceState, error) {
	return db.states(ctx, `src.retired_at = 0 ORDER BY src.position, src.id`)
}

// Listing returns every source in use in the order of the configuration, as
// lists of sources name them: what a source brought and how it fares is left
// out, and is not read. Where no title or picture is configured, it is that of
// the document.
func (db *DB) Listing(ctx context.Context) ([]news.Source, error) {
	return readRows(ctx, db, `SELECT src.id, src.name, src.kind, src.url, src.title, src.doc_title, `+sourceHome+`,
			src.tags, src.public, src.doc_image, `+recordColumns+` FROM source src WHERE src.retired_at = 0 ORDER BY src.position, src.id`, nil, func(scan scan, s *news.Source) error {
		var docTitle, docImage string
		dest := []any{&s.ID, &s.Name, &s.Kind, &s.URL, &s.Title, &docTitle, &s.Site, asJSON(&s.Tags), &s.Public, &docImage}
		err := scan(append(dest, recordDest(s)...)...)
		s.Title, s.Icon = cmp.Or(s.Title, docTitle, s.Name), cmp.Or(s.Icon, docImage)
		return err
	})
}

// State returns one source by name; nil when no source in use has it.
func (db *DB) State(ctx context.Context, name string) (*news.SourceState, error) {
	all, err := db.states(ctx, `src.retired_at = 0 AND src.name = $1`, name)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Healths counts the sources in use by their health. It holds one at a time,
// because monitors ask often.
func (db *DB) Healths(ctx context.Context, now time.Time) (map[news.Health]int, error) {
	healths := map[news.Health]int{}
	err := db.eachState(ctx, `src.retired_at = 0`, nil, func(s news.SourceState) { healths[s.Health(now)]++ })
	return healths, err
}

func (db *DB) states(ctx context.Context, where string, args ...any) ([]news.SourceState, error) {
	var states []news.SourceState
	err := db.eachState(ctx, where, args, func(s news.SourceState) { states = append(states, s) })
	return states, err
}

func (db *DB) eachState(ctx context.Context, where string, args []any, f func(news.SourceState)) error {
	return db.each(ctx, `SELECT src.id, src.name, src.kind, src.url, src.title, src.doc_title, `+sourceHome+`, src.outlet, src.tags,
			src.public, src.next_due, src.first_ok, src.failures, src.entries, src.newest,
			coalesce(f.started, 0), coalesce(f.duration, 0), coalesce(f.bytes, 0), coalesce(f.status, 0), coalesce(f.outcome, ''),
			coalesce(f.error, ''), coalesce(f.added, 0), coalesce(f.changed, 0), `+vitalColumns+`, `+moveColumns+`, `+recordColumns+`
		FROM source src LEFT JOIN fetch f ON f.id = src.last_fetch
		WHERE `+where, args, func(scan scan) error {
		var s news.SourceState
		var docTitle string
		dest := []any{&s.ID, &s.Name, &s.Kind, &s.URL, &s.Title, &docTitle, &s.Site, &s.Outlet, asJSON(&s.Tags),
			&s.Public, asTime(&s.NextDue), asTime(&s.FirstOK), &s.Failures, &s.Entries, asTime(&s.Newest),
			asTime(&s.Last.Started), asDuration(&s.Last.Duration), &s.Last.Bytes, &s.Last.Status, &s.Last.Outcome, &s.Last.Error, &s.Last.New, &s.Last.Changed}
		err := scan(slices.Concat(dest, vitalDest(&s.Vitals), moveDest(&s.Move), recordDest(&s.Source))...)
		s.Title = cmp.Or(s.Title, docTitle, s.Name)
		s.Last.SourceID = s.ID
		f(s)
		return err
	})
}

// Totals are the figures of the whole store.
type Totals struct {
	Sources, Entries, Stories, Publications int64
	Requests, Unchanged, Failures, Bytes    int64 // of all attempts ever
}

// Totals counts what is stored.
func (db *DB) Totals(ctx context.Context) (t Totals, err error) {
	err = db.get(ctx, `SELECT (SELECT count(*) FROM source WHERE retired_at = 0), (SELECT count(*) FROM story WHERE alias_of IS NULL),
			(SELECT count(*) FROM publication WHERE removed = 0),
			coalesce(sum(entries), 0), coalesce(sum(requests), 0), coalesce(sum(unmodified), 0), coalesce(sum(failed), 0), coalesce(sum(received), 0)
		FROM source`, nil, &t.Sources, &t.Stories, &t.Publications, &t.Entries, &t.Requests, &t.Unchanged, &t.Failures, &t.Bytes)
	return t, err
}
