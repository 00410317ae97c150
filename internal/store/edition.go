package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
)

// FeedRevision returns a number that rises with every change of what a feed
// shows.
func (db *DB) FeedRevision(ctx context.Context, feed int64) (n int64, err error) {
	err = db.engine.Read.QueryRowContext(ctx, `SELECT revision FROM feed WHERE id = $1`, feed).Scan(&n)
	return n, err
}

// selectUpdated is when anything was last published in a feed, else when it was
// made.
const selectUpdated = `SELECT coalesce(max(CASE WHEN updated = 0 THEN created_at ELSE updated END), 0) FROM feed WHERE id = $1`

// Edition returns a feed as it stands: the Publications with the highest
// sequence up to its limit, beyond them those that entered within its window
// of the newest, never more than news.MaxShown and news.MaxShownBytes. The
// window counts from the newest and not from now, so that nothing changes
// while nothing arrives.
func (db *DB) Edition(ctx context.Context, site news.Site, f news.Feed) (*news.Edition, error) {
	if f.Kind == news.FeedOfHealth {
		return db.healthEdition(ctx, site, f)
	}
	e := &news.Edition{Site: site, Feed: f}
	var updated int64
	err := db.engine.Read.QueryRowContext(ctx, selectUpdated, f.ID).Scan(&updated)
	if err != nil {
		return nil, err
	}
	e.Updated = at(updated)
	page := pageOf{feed: f, perSource: map[string]int{}}
	err = db.each(ctx, `SELECT `+shownColumns+`, p.sequence, t.id, t.key, coalesce(p.guid, t.guid), p.entered, p.published, p.updated, p.footer
		FROM publication p JOIN story t ON t.id = p.story_id JOIN entry e ON e.id = p.entry_id`+shownJoins+`
		WHERE p.feed_id = $1 AND p.removed = 0 ORDER BY p.sequence DESC`, []any{f.ID}, func(scan scan) error {
		var s news.Shown
		var entered, published, updated int64
		var footer string
		if err := scanShown(scan, &s, &s.Sequence, &s.StoryID, &s.StoryKey, &s.GUID, &entered, &published, &updated, &footer); err != nil {
			return err
		}
		if s.Named, err = readFooter(footer); err != nil {
			return err
		}
		s.FeedID, s.EntryID = f.ID, s.Entry.ID
		s.Entered, s.Published, s.Updated = at(entered), at(published), at(updated)
		return page.add(s)
	})
	if err != nil && !errors.Is(err, errFull) {
		return nil, fmt.Errorf("edition of %s: %w", f.Name, err)
	}
	e.Shown = page.shown
	if err := db.addMembers(ctx, site, f.Audience(), e.Shown); err != nil {
		return nil, fmt.Errorf("members of stories in %s: %w", f.Name, err)
	}
	finish(site, e.Shown)
	return e, nil
}

// errFull ends the reading of Publications.
var errFull = errors.New("the page is full")

// pageOf collects what a feed shows.
type pageOf struct {
	feed      news.Feed
	shown     []news.Shown
	bytes     int
	newest    time.Time
	perSource map[string]int
	passed    int // left out because of their source
}

// maxPassed bounds how far a page looks behind a source that says too much.
const maxPassed = 10 * news.MaxShown

func (p *pageOf) add(s news.Shown) error {
	if len(p.shown) == 0 {
		p.newest = s.Entered
	}
	if len(p.shown) >= p.feed.Limit && s.Entered.Before(p.newest.Add(-p.feed.Window)) || len(p.shown) >= news.MaxShown {
		return errFull
	}
	if n := p.feed.MaxPerSource; n > 0 && p.perSource[s.Source.Name] >= n {
		if p.passed++; p.passed >= maxPassed {
			return errFull
		}
		return nil
	}
	p.bytes += len(s.Entry.Title) + len(s.Entry.Summary) + len(s.Entry.Content)
	if p.bytes > news.MaxShownBytes && len(p.shown) > 0 {
		return errFull
	}
	p.perSource[s.Source.Name]++
	p.shown = append(p.shown, s)
	return nil
}

// finish fills in what follows from the page as a whole.
func finish(site news.Site, shown []news.Shown) {
	newest := map[int64]time.Time{}
	for _, s := range shown {
		newest[s.Entry.SourceID] = later(newest[s.Entry.SourceID], s.Updated)
	}
	for i := range shown {
		s := &shown[i]
		s.SourceSeen = newest[s.Entry.SourceID]
		if s.Entry.Link == "" {
			s.Entry.Link = site.StoryURL(s.StoryKey)
		}
	}
}

// memberChunk is how many stories one look-up of members takes.
const memberChunk = 200

// addMembers lists beside each entry shown the other entries of its story that
// its audience may know, oldest first.
func (db *DB) addMembers(ctx context.Context, site news.Site, a news.Audience, shown []news.Shown) error {
	at := map[int64][]int{} // by story
	var ids []int64
	for i, s := range shown {
		if at[s.StoryID] == nil {
			ids = append(ids, s.StoryID)
		}
		at[s.StoryID] = append(at[s.StoryID], i)
	}
	for chunk := range slices.Chunk(ids, memberChunk) {
		err := db.each(ctx, `SELECT `+shownColumns+` FROM entry e`+shownJoins+`
			WHERE e.story_id IN (`+integers(chunk)+`) AND e.withdrawn_at = 0 AND `+knownEntry+` AND src.retired_at = 0
			AND EXISTS (SELECT 1 FROM entry o WHERE o.story_id = e.story_id AND o.id <> e.id)
			ORDER BY c.published, e.id`, []any{a}, func(scan scan) error {
			var m news.Shown
			if err := scanShown(scan, &m); err != nil {
				return err
			}
			for _, i := range at[m.Entry.StoryID] {
				if shown[i].Entry.ID != m.Entry.ID {
					shown[i].Members = append(shown[i].Members, m.Member(site))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// integers lists row numbers for an IN; they are ours and need no placeholder.
func integers(ids []int64) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprint(&b, id)
	}
	return b.String()
}
