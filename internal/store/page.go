package store

import (
	"context"

	"tributary/internal/news"
)

// Pages returns what is known of the pages at the given links, by link. Scope
// is the source by whose access they were fetched, 0 for what anybody sees.
func (db *DB) Pages(ctx context.Context, scope int64, links []string) (map[string]news.PageText, error) {
	pages := map[string]news.PageText{}
	for _, link := range links {
		err := db.each(ctx, `SELECT fetched, tries, outcome, note, html FROM page WHERE scope = $1 AND hash = $2`,
			[]any{scope, keyHash(link)}, func(scan scan) error {
				p := news.PageText{URL: link}
				var packed []byte
				if err := scan(asTime(&p.Fetched), &p.Tries, &p.Outcome, &p.Note, &packed); err != nil {
					return err
				}
				if packed != nil {
					text, err := unpack(packed)
					if err != nil {
						return err
					}
					p.HTML = string(text)
				}
				pages[link] = p
				return nil
			})
		if err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// PageOf returns what came of the page that an entry of a source links to; nil
// when none was fetched.
func (db *DB) PageOf(ctx context.Context, source int64, link string) (*news.PageText, error) {
	for _, scope := range []int64{source, 0} {
		pages, err := db.Pages(ctx, scope, []string{link})
		if page, ok := pages[link]; ok || err != nil {
			return &page, err
		}
	}
	return nil, nil
}

// SavePage stores what came of fetching a page.
func (db *DB) SavePage(ctx context.Context, scope int64, p news.PageText) error {
	var packed []byte
	if p.HTML != "" {
		packed = pack([]byte(p.HTML))
	}
	return db.update(ctx, func(t *tx) error {
		return t.do(`INSERT INTO page (scope, hash, url, fetched, tries, outcome, note, html) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (scope, hash) DO UPDATE SET fetched = excluded.fetched, tries = excluded.tries, outcome = excluded.outcome,
				note = excluded.note, html = coalesce(excluded.html, page.html)`,
			scope, keyHash(p.URL), p.URL, ms(p.Fetched), p.Tries, string(p.Outcome), p.Note, packed)
	})
}
