package store

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/news"
)

// SyncSources makes the stored sources those of the configuration, in its
// order, and returns them with their row numbers. A configured source is
// matched to its row by URL, else by name, so that changing one of the two
// keeps its history. What is no longer configured is retired; what is back
// continues.
func (db *DB) SyncSources(ctx context.Context, sources []news.Source, now time.Time) ([]news.Source, error) {
	var out []news.Source
	err := db.update(ctx, func(t *tx) error {
		rows, err := t.sourceRows()
		if err != nil {
			return err
		}
		out, err = t.syncSources(matchSources(sources, rows), rows, now)
		return err
	})
	return out, err
}

// sourceRow is what matching and updating need of a stored source.
type sourceRow struct {
	news.Source
	urlKey  string
	address string // adopted, see news.Move
	retired bool
}

func (t *tx) sourceRows() (map[int64]*sourceRow, error) {
	rows := map[int64]*sourceRow{}
	err := t.each(`SELECT id, name, kind, url, url_key, address, public, retired_at <> 0 FROM source`, nil,
		func(scan scan) error {
			var r sourceRow
			err := scan(&r.ID, &r.Name, &r.Kind, &r.URL, &r.urlKey, &r.address, &r.Public, &r.retired)
			rows[r.ID] = &r
			return err
		})
	return rows, err
}

// matchSources gives each configured source its row number, 0 for a new one.
// Rows in use go before retired ones, URLs before names.
func matchSources(sources []news.Source, rows map[int64]*sourceRow) []news.Source {
	matched := append([]news.Source(nil), sources...)
	byURL, byAddress, byName := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for id, r := range rows {
		prefer(byURL, string(r.Kind)+" "+r.urlKey, id, rows)
		if r.address != "" {
			prefer(byAddress, string(r.Kind)+" "+news.FeedKey(r.address), id, rows)
		}
		prefer(byName, string(r.Kind)+" "+r.Name, id, rows)
	}
	claimed := map[int64]bool{}
	claim := func(index map[string]int64, key func(news.Source) string) {
		for i := range matched {
			s := &matched[i]
			id := index[string(s.Kind)+" "+key(*s)]
			if s.ID == 0 && id != 0 && !claimed[id] {
				s.ID = id
				claimed[id] = true
			}
		}
	}
	claim(byURL, sourceURLKey)
	claim(byAddress, sourceURLKey) // the operator wrote down where it moved
	claim(byName, func(s news.Source) string { return s.Name })
	return matched
}

func prefer(index map[string]int64, key string, id int64, rows map[int64]*sourceRow) {
	old, ok := index[key]
	if !ok || rows[old].retired && !rows[id].retired || rows[old].retired == rows[id].retired && id < old {
		index[key] = id
	}
}

// sourceHome is the home page of a source src: the configured one, or else the
// one in its document.
const sourceHome = `CASE WHEN src.site = '' THEN src.doc_link ELSE src.site END`

// recordColumns are the configured settings of a source src that nothing is judged by.
const recordColumns = `src.author, src.contact, src.icon, src.lists`

func recordDest(s *news.Source) []any { return []any{&s.Author, &s.Contact, &s.Icon, asJSON(&s.Lists)} }

// sourceURLKey is the part of a source's address that identifies it.
func sourceURLKey(s news.Source) string {
	if s.Kind != news.KindFeed {
		return s.URL
	}
	return news.FeedKey(s.URL)
}

func (t *tx) syncSources(sources []news.Source, rows map[int64]*sourceRow, now time.Time) ([]news.Source, error) {
	kept := map[int64]bool{}
	for _, s := range sources {
		kept[s.ID] = true
	}
	for id, r := range rows {
		switch {
		case !kept[id] && !r.retired:
			t.do(`UPDATE source SET retired_at = $2, epoch = epoch + 1 WHERE id = $1`, id, ms(now))
		case kept[id] && !r.retired: // names are unique: clear the way for those that swapped
			t.do(`UPDATE source SET name = '~' || id WHERE id = $1`, id)
		}
	}
	for i := range sources {
		s := &sources[i]
		if err := t.syncSource(s, rows[s.ID], i, now); err != nil {
			return nil, fmt.Errorf("source %s: %w", s.Name, err)
		}
	}
	return sources, t.err
}

// syncSource stores the settings of a source. It gives a new one its row number.
func (t *tx) syncSource(s *news.Source, old *sourceRow, position int, now time.Time) error {
	if old == nil {
		s.ID = t.put(`INSERT INTO source (name, kind, url, url_key, origin, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
			s.Name, string(s.Kind), s.URL, sourceURLKey(*s), s.Key(), ms(now))
	}
	t.do(`UPDATE source SET name = $2, url = $3, url_key = $4, title = $5, outlet = $6, tags = $7, public = $8, position = $9,
			site = $10, author = $11, contact = $12, icon = $13, lists = $14, apart = $15, retired_at = 0 WHERE id = $1`,
		s.ID, s.Name, s.URL, sourceURLKey(*s), s.Title, s.Outlet, arrayColumn(s.Tags), s.Public, position,
		s.Site, s.Author, s.Contact, s.Icon, arrayColumn(s.Lists), s.Apart)
	if old != nil {
		t.followChanges(*s, old)
	}
	return t.syncSourceRule(*s)
}

// followChanges stores what follows when the settings of a source changed.
func (t *tx) followChanges(s news.Source, old *sourceRow) {
	if old.Public != s.Public { // its words go into the other index
		t.do(`UPDATE counter SET value = 0 WHERE name = 'search' AND EXISTS (SELECT 1 FROM entry WHERE source_id = $1)`, s.ID)
	}
	if old.Public && !s.Public { // whatever names its entries is judged again, also where no feed selects it
		t.touchSource(s.ID)
	}
	if old.URL != s.URL { // its validators and hubs say nothing there, and what is under way is void
		t.do(`UPDATE source SET etag = '', last_modified = '', body_hash = '', hubs = '', topic = '',
			next_due = 0, failures = 0, failing_since = 0, standing = '', epoch = epoch + 1 WHERE id = $1`, s.ID)
		t.move(s.ID, news.Move{})
	}
}

// Begin leases a source to owner until a time. Save ends the lease. One that ran
// out can be taken over, and what its owner still brings is then superseded.
func (db *DB) Begin(ctx context.Context, id int64, owner string, now, until time.Time) (news.Lease, error) {
	var l news.Lease
	err := db.update(ctx, func(t *tx) error {
		err := t.get(`UPDATE source SET lease_owner = $2, lease_until = $4, epoch = epoch + 1
			WHERE id = $1 AND retired_at = 0 AND (lease_owner = '' OR lease_owner = $2 OR lease_until < $3)
			RETURNING epoch, etag, last_modified, body_hash, first_ok, failures, interval, ttl, skip_hours, skip_days,
				`+trustedUntil+`, `+moveColumns,
			[]any{id, owner, ms(now), ms(until)}, append([]any{&l.Epoch, &l.Validators.ETag, &l.Validators.LastModified,
				&l.Validators.BodyHash, asTime(&l.FirstOK), &l.Failures, asDuration(&l.Interval), asDuration(&l.Hints.TTL), &l.Hints.Hours, &l.Hints.Days,
				asTime(&l.PushUntil)}, moveDest(&l.Move)...)...)
		return noRowsAs(news.ErrLeased, err)
	})
	return l, err
}

// Request asks the process that ingests to fetch the named sources now.
func (db *DB) Request(ctx context.Context, names []string, now time.Time) error {
	return db.update(ctx, func(t *tx) error {
		for _, name := range names {
			n, err := t.exec(`UPDATE source SET requested = $2 WHERE name = $1 AND retired_at = 0`, name, ms(now))
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("no source is named %q", name)
			}
		}
		t.increment("request")
		return t.err
	})
}

// Requests returns a number that rises with every Request.
func (db *DB) Requests(ctx context.Context) (int64, error) { return db.counter(ctx, "request") }

// Requested returns the sources that a command asked to fetch now.
func (db *DB) Requested(ctx context.Context) ([]int64, error) {
	return db.ids(ctx, `SELECT id FROM source WHERE requested <> 0 AND retired_at = 0`)
}

// Body returns the last body of a source; nil when none was kept.
func (db *DB) Body(ctx context.Context, id int64) (*news.Body, error) {
	b := &news.Body{}
	var packed []byte
	err := db.get(ctx, `SELECT url, content_type, reader, data FROM body WHERE source_id = $1`, []any{id}, &b.URL, &b.ContentType, &b.Reader, &packed)
	if err != nil {
		return nil, ignoreNoRows(err)
	}
	if b.Data, err = unpack(packed); err != nil {
		return nil, fmt.Errorf("it is damaged (%w); the next one that the source sends replaces it", err)
	}
	return b, nil
}

// DocumentURLs returns, by source ID, the address that the last document came from after
// redirects. An address may contain a secret.
func (db *DB) DocumentURLs(ctx context.Context) (map[int64]string, error) {
	return mapOf[int64](ctx, db, `SELECT source_id, url FROM body`, nil, only[string])
}

// OutdatedBodies returns the sources in use whose last body was read by an
// older reader than this.
func (db *DB) OutdatedBodies(ctx context.Context, reader int) ([]int64, error) {
	return db.ids(ctx, `SELECT b.source_id FROM body b JOIN source s ON s.id = b.source_id
		WHERE b.reader < $1 AND s.retired_at = 0 ORDER BY b.source_id`, reader)
}
