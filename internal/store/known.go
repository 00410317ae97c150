package store

import (
	"context"
	"time"

	"tributary/internal/story"
)

// knownRow is a stored entry that may be arriving again.
type knownRow struct {
	id, story, withdrawn, clean int64
	hash, signature             int64
	published, updated          int64
	seen, words                 int64
	keys                        map[string]bool // those of the arriving document that lead to it
}

// known holds the stored entries of the source that may be arriving again.
type known struct {
	keys map[string]string // the identities of the arriving document, by their hashes
	rows map[int64]*knownRow
	list []story.Known
}

// selectKnown reads entries for known.add. The hash of the identity that led to an entry
// has to follow, or NULL.
const selectKnown = `SELECT e.id, e.story_id, e.withdrawn_at, coalesce(e.fingerprint, 0), coalesce(c.hash, 0),
	coalesce(c.signature, 0), coalesce(c.published, 0), coalesce(c.updated, 0), coalesce(c.clean, 0),
	coalesce(c.link, ''), coalesce(c.title, ''), e.first_seen, e.words, `

// known finds every entry of the source that is stored under one of the
// arriving identities; for arrivals found under none, also those that look
// just like them.
func (s *saving) known() (*known, error) {
	k := &known{keys: map[string]string{}, rows: map[int64]*knownRow{}}
	var hashes []any
	for _, a := range s.h.Arrivals {
		for _, key := range a.Identity.Keys {
			hash := keyHash(key)
			if _, ok := k.keys[string(hash)]; !ok {
				k.keys[string(hash)] = key
				hashes = append(hashes, hash)
			}
		}
	}
	err := s.lookUp(selectKnown+`g.hash FROM guid g JOIN entry e ON e.id = g.entry_id
		LEFT JOIN content c ON c.entry_id = e.id WHERE g.source_id = $1 AND g.hash IN (`+placeholders+`)`, hashes, k.add)
	if err != nil {
		return nil, err
	}
	return k, s.lookAlikes(k)
}

// lookAlikes adds the entries that look just like an arrival that no identity
// named: their guids may have changed.
func (s *saving) lookAlikes(k *known) error {
	named := map[string]bool{}
	for _, row := range k.rows {
		for key := range row.keys {
			named[key] = true
		}
	}
	var looks []any // text and fingerprint
	for _, a := range s.h.Arrivals {
		if a.Identity.Fingerprint != 0 && !named[a.Identity.New] && !s.backlog {
			looks = append(looks, int64(a.Evidence.Text), int64(a.Identity.Fingerprint))
		}
	}
	return s.lookUp(selectKnown+`NULL FROM (VALUES `+pairsFrom(2, batch)+`) look
		CROSS JOIN entry e ON e.source_id = $1 AND e.text_hash = look.column1 AND e.fingerprint = look.column2
		LEFT JOIN content c ON c.entry_id = e.id`, looks, k.add)
}

// lookUp runs a query about the source over values, batch by batch.
func (s *saving) lookUp(query string, values []any, f func(scan) error) error {
	return s.eachOf(query, batch, values, f, s.h.Source.ID)
}

// add reads one row.
func (k *known) add(scan scan) error {
	row := &knownRow{keys: map[string]bool{}}
	var arrived story.Known
	var hash []byte
	if err := scan(&row.id, &row.story, &row.withdrawn, asHash(&arrived.Fingerprint), &row.hash, &row.signature, &row.published, &row.updated,
		&row.clean, &arrived.Link, &arrived.Title, &row.seen, &row.words, &hash); err != nil {
		return err
	}
	if have, ok := k.rows[row.id]; ok {
		row = have
	}
	k.rows[row.id] = row
	arrived.ID, arrived.Key = row.id, k.keys[string(hash)]
	if arrived.Key != "" {
		row.keys[arrived.Key] = true
	}
	k.list = append(k.list, arrived)
	return nil
}

// KnownKeys returns which of the keys name an entry that a source holds.
func (db *DB) KnownKeys(ctx context.Context, source int64, keys []string) (map[string]bool, error) {
	held := map[string]bool{}
	for _, key := range keys {
		err := db.each(ctx, `SELECT 1 FROM guid WHERE source_id = $1 AND hash = $2`, []any{source, keyHash(key)}, func(scan scan) error {
			held[key] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return held, nil
}

// CountHeld counts the entries of a source that were first seen before a time and
// are known under one of these keys each.
func (db *DB) CountHeld(ctx context.Context, source int64, keys []string, before time.Time) (int, error) {
	held := map[int64]bool{}
	for _, key := range keys {
		err := db.each(ctx, `SELECT e.id FROM guid g JOIN entry e ON e.id = g.entry_id
			WHERE g.source_id = $1 AND g.hash = $2 AND e.first_seen < $3`, []any{source, keyHash(key), ms(before)}, addTo(held))
		if err != nil {
			return 0, err
		}
	}
	return len(held), nil
}
