package store

import (
	"context"
	"time"

	"tributary/internal/news"
)

// noteLimited stores that a host limited us. Of two fetches that were limited at the same
// time both count, and the longer wait holds.
func (t *tx) noteLimited(h *news.Host) error {
	if h == nil {
		return nil
	}
	return t.do(`INSERT INTO host (name, not_before, spacing, limited, limited_at) VALUES ($1, $2, $3, 1, $4)
		ON CONFLICT (name) DO UPDATE SET spacing = excluded.spacing, limited = host.limited + 1, limited_at = excluded.limited_at,
			not_before = CASE WHEN excluded.not_before > host.not_before THEN excluded.not_before ELSE host.not_before END`,
		h.Name, ms(h.NotBefore), h.Spacing.Milliseconds(), ms(h.LimitedAt))
}

// Host returns what is remembered of a rate group; nothing but its name when it
// never limited us.
func (db *DB) Host(ctx context.Context, name string) (news.Host, error) {
	hosts, err := db.hosts(ctx, `name = $1`, name)
	if err != nil || len(hosts) == 0 {
		return news.Host{Name: name}, err
	}
	return hosts[0], nil
}

// Hosts returns the rate groups that ever limited us, by name.
func (db *DB) Hosts(ctx context.Context) ([]news.Host, error) { return db.hosts(ctx, `limited > 0`) }

func (db *DB) hosts(ctx context.Context, where string, args ...any) ([]news.Host, error) {
	return rowsOf(ctx, db, `SELECT name, not_before, spacing, limited, limited_at FROM host WHERE `+where+` ORDER BY name`, args, func(h *news.Host) []any {
		return []any{&h.Name, asTime(&h.NotBefore), asDuration(&h.Spacing), &h.Limited, asTime(&h.LimitedAt)}
	})
}

// backdated is how far behind our seeing an entry its published time may lie
// and still say when it appeared; beyond, it appeared when we saw it.
const backdated = 48 * time.Hour

// Appeared returns when the latest entries of a source appeared, as many as
// limit says: the times that its rhythm is told from.
func (db *DB) Appeared(ctx context.Context, source int64, limit int) ([]time.Time, error) {
	return readRows(ctx, db, `SELECT e.first_seen, e.backlog, coalesce(c.published, 0) FROM entry e LEFT JOIN content c ON c.entry_id = e.id
		WHERE e.source_id = $1 ORDER BY e.id DESC LIMIT $2`, []any{source, limit}, func(scan scan, appeared *time.Time) error {
		var seen, published int64
		var backlog bool
		err := scan(&seen, &backlog, &published)
		if published > 0 && published <= seen && (backlog || seen-published < backdated.Milliseconds()) {
			seen = published
		}
		*appeared = at(seen)
		return err
	})
}
