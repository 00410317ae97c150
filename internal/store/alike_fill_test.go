package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// fillBatch is how many entries of the fill one transaction stores.
const fillBatch = 50_000

// fill puts n entries of what synthetic would write straight into the tables, spread
// over the time from until to: to store a million one by one takes an hour. Their texts
// are not kept, only what later entries are compared with.
type fill struct {
	r         *rand.Rand
	templates []*story.Sketch
	sources   []news.Source
	revision  int64
	kept      map[uint32]uint8 // how many entries a term has
}

func newFill(s *synthetic, sources []news.Source, published time.Time) *fill {
	f := &fill{r: s.r, sources: sources, revision: 1, kept: map[uint32]uint8{}}
	for i := range 5000 {
		f.templates = append(f.templates, story.Gather("outlet", s.entry("outlet", i, published)).Sketch)
	}
	return f
}

// run stores n entries.
func (f *fill) run(ctx context.Context, db *DB, n int, from, to time.Time) error {
	step := to.Sub(from) / time.Duration(n+1)
	indexes, err := f.dropIndexes(ctx, db)
	if err != nil {
		return err
	}
	if err := f.cache(ctx, db, 4<<20); err != nil {
		return err
	}
	for done := 0; done < n; done += fillBatch {
		err := db.update(ctx, func(t *tx) error {
			x, err := t.postings(0)
			if err != nil {
				return err
			}
			for i := done; i < min(n, done+fillBatch); i++ {
				if err := f.store(t, x, int64(i+1), from.Add(time.Duration(i)*step)); err != nil {
					return err
				}
			}
			return x.flush()
		})
		if err != nil {
			return err
		}
	}
	err = db.update(ctx, func(t *tx) error {
		for _, create := range indexes {
			if _, err := t.exec(create); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.cache(ctx, db, 16<<10)
}

// cache sets how many KiB of pages the writer keeps: without many it writes and reads
// each of them again and again.
func (f *fill) cache(ctx context.Context, db *DB, kib int) error {
	return db.update(ctx, func(t *tx) error {
		_, err := t.exec(fmt.Sprintf(`PRAGMA cache_size = -%d`, kib))
		return err
	})
}

// dropIndexes returns what makes them again: to sort a million rows once is quicker.
// It also ends the backlog of every source.
func (f *fill) dropIndexes(ctx context.Context, db *DB) (create []string, err error) {
	return create, db.update(ctx, func(t *tx) error {
		if _, err := t.exec(`UPDATE source SET first_ok = 1`); err != nil {
			return err
		}
		var drop []string
		err := t.each(`SELECT 'DROP INDEX ' || name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
			AND tbl_name IN ('story', 'entry', 'guid')`, nil, func(scan scan) error {
			var one, again string
			err := scan(&one, &again)
			drop, create = append(drop, one), append(create, again)
			return err
		})
		for _, query := range drop {
			if err == nil {
				_, err = t.exec(query)
			}
		}
		return err
	})
}

// store stores one entry, a story of its own.
func (f *fill) store(t *tx, x *postings, id int64, seen time.Time) error {
	src := f.sources[f.r.IntN(len(f.sources))]
	link := fmt.Sprintf("https://%s.example/fill/%d", src.Name, id)
	s := f.sketch(src, seen)
	data, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	for _, row := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO story (id, key, revision) VALUES ($1, $2, $3)`, []any{id, news.StoryKey("fill", link, 0), f.revision}},
		{`INSERT INTO entry (id, source_id, story_id, first_seen, born, backlog, url_key, fingerprint, outlet, page, title_hash, text_hash, words, reason, detail)
			VALUES ($1, $2, $1, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, []any{id, src.ID, ms(seen), f.revision, urlKey(link), int64(f.r.Uint64()),
			src.Name + ".example", story.Own, int64(f.r.Uint64()), int64(f.r.Uint64()), s.Words, string(news.ReasonNew), "no entry of this page or with this guid was known"}},
		{`INSERT INTO guid (source_id, hash, entry_id) VALUES ($1, $2, $3)`, []any{src.ID, keyHash("guid:" + link), id}},
		{`INSERT INTO content (entry_id, published, updated, clean, signature, hash, guid, link, language, title, authors, categories, enclosures, origin, summary, content)
			VALUES ($1, $2, $2, 1, 0, 0, $3, $3, '', '', '', '', '', '', '', '')`, []any{id, ms(seen), link}},
		{`INSERT INTO sketch (source_id, entry_id, first, data) VALUES ($1, $2, 1, $3)`, []any{src.ID, id, data}},
	} {
		if _, err := t.exec(row.query, row.args...); err != nil {
			return err
		}
	}
	for _, term := range s.Kept() {
		if f.kept[term] < story.MaxPostings {
			f.kept[term]++
			x.add(term, id)
		}
	}
	return nil
}

// sketch is that of a template with runs and headline of its own.
func (f *fill) sketch(src news.Source, published time.Time) *story.Sketch {
	s := *f.templates[f.r.IntN(len(f.templates))]
	s.Feed, s.Published, s.Headline = uint32(src.ID), published, f.r.Uint64()
	s.Outlet = uint32(src.ID) << 8
	runs := slices.Clone(s.Runs)
	for i, r := range runs {
		const lead, flags = 1, 7
		if r&lead == 0 { // those of the lead are not sampled
			runs[i] = f.r.Uint32()>>s.Level&^flags | r&flags
		} else {
			runs[i] = f.r.Uint32()&^flags | r&flags
		}
	}
	slices.Sort(runs)
	s.Runs = runs
	return &s
}
