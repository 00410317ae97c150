package store

import (
	"context"

	"tributary/internal/news"
)

// Files returns what is known of the files at the given addresses, by address.
func (db *DB) Files(ctx context.Context, urls []string) (map[string]news.FileFacts, error) {
	known := map[string]news.FileFacts{}
	for _, url := range urls {
		err := db.each(ctx, `SELECT asked, tries, outcome, type, length FROM file WHERE hash = $1`, []any{keyHash(url)}, func(scan scan) error {
			f := news.FileFacts{URL: url}
			err := scan(asTime(&f.Asked), &f.Tries, &f.Outcome, &f.Type, &f.Length)
			known[url] = f
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// SaveFile stores what was learned of a file. If that is anything, the feeds that show one of
// the given stories, whose entries have the file, are rendered again; their Publications do
// not change.
func (db *DB) SaveFile(ctx context.Context, f news.FileFacts, stories []int64) error {
	return db.update(ctx, func(t *tx) error {
		err := t.do(`INSERT INTO file (hash, url, asked, tries, outcome, type, length) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (hash) DO UPDATE SET asked = excluded.asked, tries = excluded.tries, outcome = excluded.outcome,
				type = excluded.type, length = excluded.length`,
			keyHash(f.URL), f.URL, ms(f.Asked), f.Tries, string(f.Outcome), f.Type, f.Length)
		if err != nil || f.Type == "" && f.Length == 0 {
			return err
		}
		revision := t.nextRevision()
		for _, story := range stories {
			t.touch(story, revision)
		}
		return t.err
	})
}

// addFileFacts adds to the enclosures of entries what is known of the files.
func (db *DB) addFileFacts(ctx context.Context, entries []*news.Entry) error {
	var urls []string
	for _, e := range entries {
		for _, f := range e.Enclosures {
			if f.Incomplete() {
				urls = append(urls, f.URL)
			}
		}
	}
	known, err := db.Files(ctx, urls)
	if err != nil {
		return err
	}
	for _, e := range entries {
		for i := range e.Enclosures {
			if facts, ok := known[e.Enclosures[i].URL]; ok {
				e.Enclosures[i].Learn(facts)
			}
		}
	}
	return nil
}
