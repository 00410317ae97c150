package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// lastUpdated selects when anything was last published in a feed, else when the feed was
// made.
const lastUpdated = `coalesce(max(CASE WHEN updated = 0 THEN created_at - created_at % 1000 ELSE updated END), 0)`

// Edition returns a feed as it stands: the Publications with the highest
// sequence up to its limit, beyond them those that entered within its window
// of the newest, never more than news.MaxShown and news.MaxShownBytes. The
// window counts from the newest and not from now, so that nothing changes
// while nothing arrives. A feed with an archive shows all that entered since its
// last page was closed, too.
func (db *DB) Edition(ctx context.Context, site news.Site, f news.Feed) (*news.Edition, error) {
	if f.Kind == news.FeedOfHealth {
		return db.healthEdition(ctx, site, f)
	}
	if f.Digest != nil {
		return db.digestEdition(ctx, site, f)
	}
	e := &news.Edition{Site: site, Feed: f}
	page := newPage(f)
	var upto int64
	err := db.get(ctx, `SELECT `+lastUpdated+`,
		coalesce(max(archive_upto), -1), coalesce(max(change), 0) FROM feed WHERE id = $1`, []any{f.ID}, asTime(&e.Updated), &upto, &e.Change) // read first: what is shown reaches as far at least
	if err != nil {
		return nil, err
	}
	if page.overDayLimit, err = db.overDayLimit(ctx, f); err != nil {
		return nil, fmt.Errorf("edition of %s: %w", f.Name, err)
	}
	if f.Archive && upto >= 0 {
		page.archived = upto
	}
	if err := db.fill(ctx, e, page, `p.removed = 0`); err != nil {
		return nil, err
	}
	if !f.Private {
		if e.Absent, err = db.absent(ctx, f.ID); err != nil {
			return nil, err
		}
		if err := db.addPastMembers(ctx, e); err != nil {
			return nil, err
		}
	}
	if f.Archive {
		e.Prev, err = db.newestPage(ctx, f.ID)
	}
	return e, err
}

// selectPublications reads the Publications of a feed, $1. A condition has to follow.
const selectPublications = `SELECT ` + shownColumns + publicationColumns + `
	FROM publication p JOIN story t ON t.id = p.story_id JOIN entry e ON e.id = p.entry_id` + shownJoins + `
	WHERE p.feed_id = $1 AND `

// fill reads the Publications of an Edition that meet a condition, newest first,
// until the page is full. What the condition compares with begins at $2.
func (db *DB) fill(ctx context.Context, e *news.Edition, page *pageBuilder, where string, args ...any) error {
	err := db.each(ctx, selectPublications+where+` ORDER BY p.sequence DESC`, append([]any{e.Feed.ID}, args...), func(scan scan) error {
		s, err := scanPublication(scan, e.Feed)
		if err != nil {
			return err
		}
		return page.add(s)
	})
	if err != nil {
		return fmt.Errorf("edition of %s: %w", e.Feed.Name, err)
	}
	e.Shown = page.shown
	if page.full && len(e.Shown) > 0 {
		e.Beyond = e.Shown[len(e.Shown)-1].Sequence
	}
	if e.Older = (news.Part{Before: e.Beyond}); page.passed > 0 {
		e.Older.Before = page.firstPassed + 1
	}
	if err := db.complete(ctx, e.Site, e.Feed.Audience(), e.Shown); err != nil {
		return fmt.Errorf("edition of %s: %w", e.Feed.Name, err)
	}
	return nil
}

// complete adds to the stories of a document what is not read with them: who else
// reported them, what is known of their files, and what follows from all of them.
func (db *DB) complete(ctx context.Context, site news.Site, a news.Audience, shown []news.Shown) error {
	if err := db.addMembers(ctx, site, a, shown); err != nil {
		return fmt.Errorf("members of stories: %w", err)
	}
	entries := make([]*news.Entry, len(shown))
	for i := range shown {
		entries[i] = &shown[i].Entry
	}
	if err := db.addFileFacts(ctx, entries); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	finish(site, shown)
	return nil
}

// Older returns the Publications of a feed below a sequence, as many as a page holds. Limits
// per source do not apply, so that whoever leafs back finds what the live document left
// out because of them. It needs no archive.
func (db *DB) Older(ctx context.Context, site news.Site, f news.Feed, before int64) (*news.Edition, error) {
	if f.Digest != nil {
		return db.olderDigests(ctx, site, f, before)
	}
	e := &news.Edition{Site: site, Feed: f, Pages: news.Pages{Part: news.Part{Before: before}}}
	f.Limit, f.Window, f.MaxPerSource = news.PageSize, -1, 0 // no more than that, even if all entered at once
	page := newPage(f)
	if err := db.fill(ctx, e, page, `p.removed = 0 AND p.sequence < $2`, before); err != nil {
		return nil, err
	}
	err := db.get(ctx, `SELECT sequence FROM publication WHERE feed_id = $1 AND removed = 0 AND sequence >= $2
		ORDER BY sequence LIMIT 1 OFFSET $3`, []any{f.ID, before, news.PageSize}, &e.Newer.Before)
	return e, ignoreNoRows(err) // without a row the live document is next
}

// publicationColumns follow shownColumns where Publications are read, as p, with their
// story as t.
const publicationColumns = `, p.sequence, t.id, t.key, coalesce(p.guid, t.guid), p.entered, p.published, p.updated, p.signature, p.footer`

// scanPublication reads both, and after them what last points to. The entry is reduced to
// what the feed gives out, and a text that is too long to its beginning.
func scanPublication(scan scan, f news.Feed, last ...any) (news.Shown, error) {
	var s news.Shown
	dest := []any{&s.Sequence, &s.StoryID, &s.StoryKey, &s.GUID, asTime(&s.Entered), asTime(&s.Published), asTime(&s.Updated),
		asHash(&s.Signature), asJSON(&s.Named)}
	err := scanShown(scan, &s, append(dest, last...)...)
	clean.Cut(&s.Entry, f.Content)
	s.Shortened = clean.Shorten(&s.Entry)
	s.FeedID, s.EntryID = f.ID, s.Entry.ID
	return s, err
}

// pageBuilder collects what one document of a feed shows.
type pageBuilder struct {
	feed         news.Feed
	shown        []news.Shown
	bytes        int
	newest       time.Time
	archived     int64 // the last sequence in a closed page: what is above it is shown in any case
	perSource    map[string]int
	overDayLimit map[int64]bool // sequences to leave out, see DB.overDayLimit
	full         bool           // it takes no more

	passed      int   // how many were left out because of their source
	firstPassed int64 // the highest sequence of them
}

// newPage returns an empty page, of which closed pages hold everything.
func newPage(f news.Feed) *pageBuilder {
	return &pageBuilder{feed: f, archived: math.MaxInt64, perSource: map[string]int{}}
}

// maxPassed bounds how many Publications of sources that have enough a page skips.
const maxPassed = 10 * news.MaxShown

// add appends a Publication, leaves it out, or returns errStop when the page is full.
func (p *pageBuilder) add(s news.Shown) error {
	if len(p.shown) == 0 {
		p.newest = s.Entered
	}
	beyond := len(p.shown) >= p.feed.Limit && s.Entered.Before(p.newest.Add(-p.feed.Window)) && s.Sequence <= p.archived
	if beyond || len(p.shown) >= news.MaxShown {
		return p.stop()
	}
	if n := p.feed.MaxPerSource; n > 0 && p.perSource[s.Source.Name] >= n || p.overDayLimit[s.Sequence] {
		p.firstPassed = max(p.firstPassed, s.Sequence)
		if p.passed++; p.passed >= maxPassed {
			return p.stop()
		}
		return nil
	}
	p.bytes += len(s.Entry.Title) + len(s.Entry.Summary) + len(s.Entry.Content)
	if p.bytes > news.MaxShownBytes && len(p.shown) > 0 {
		return p.stop()
	}
	p.perSource[s.Source.Name]++
	p.shown = append(p.shown, s)
	return nil
}

func (p *pageBuilder) stop() error {
	p.full = true
	return errStop
}

// finish fills in what follows from the page as a whole.
func finish(site news.Site, shown []news.Shown) {
	newest := map[int64]time.Time{}
	for _, s := range shown {
		newest[s.Entry.SourceID] = news.Later(newest[s.Entry.SourceID], s.Updated)
	}
	for i := range shown {
		s := &shown[i]
		s.SourceSeen = newest[s.Entry.SourceID]
		s.Entry.Link = cmp.Or(s.Entry.Link, site.StoryURL(s.StoryKey))
		if s.Shortened {
			clean.ReadOn(&s.Entry)
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
		err := db.each(ctx, selectShown+`e.story_id IN (`+integers(chunk)+`) AND `+knownMember+`
			AND EXISTS (SELECT 1 FROM entry o WHERE o.story_id = e.story_id AND o.id <> e.id)
			ORDER BY c.published, src.url, c.guid, e.id`, []any{a}, func(scan scan) error {
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
