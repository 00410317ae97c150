package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
)

// Resume stores what a feed had published before the database was lost. The feed gets its
// id back, and when a story returns, Publish gives it what its subscribers know of it:
// guid, published and updated time, and place. The closed pages of its archive stay lost;
// new ones are of another generation. Resume does nothing, and returns false, for a feed
// that has Publications already.
func (db *DB) Resume(ctx context.Context, f news.Feed, past *news.Past) (taken bool, err error) {
	err = db.update(ctx, func(t *tx) error {
		taken, err = t.holds(`SELECT NOT EXISTS (SELECT 1 FROM publication WHERE feed_id = $1) AND NOT EXISTS (SELECT 1 FROM digest WHERE feed_id = $1)`, f.ID)
		if err != nil || !taken {
			return err
		}
		t.do(`DELETE FROM past WHERE feed_id = $1`, f.ID)
		t.do(`DELETE FROM past_entry WHERE feed_id = $1`, f.ID)
		for i, sequence := range sequences(past.Publications) {
			p := past.Publications[i]
			p.Sequence = sequence
			t.rememberPublication(f.ID, p.Publication)
			t.rememberEntries(f.ID, p)
		}
		if err := t.resumeDigests(f, past); err != nil {
			return err
		}
		if past.UUID != "" {
			t.do(`UPDATE feed SET uuid = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM feed WHERE uuid = $2)`, f.ID, past.UUID)
		}
		// Closed pages are kept by readers and caches: the addresses of those that are lost are not used again.
		return t.do(`UPDATE feed SET updated = max(updated, $2), scanned = 0, archive_generation = max(archive_generation, $3) WHERE id = $1`,
			f.ID, ms(past.Updated), past.Generation)
	})
	return taken, err
}

// rememberPublication stores one Publication of the past.
func (t *tx) rememberPublication(feed int64, p news.Publication) {
	t.do(`INSERT INTO past (feed_id, guid, sequence, key, entered, published, updated, signature)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (feed_id, guid) DO NOTHING`,
		feed, p.GUID, p.Sequence, p.StoryKey, ms(p.Entered), ms(p.Published), ms(p.Updated), int64(p.Signature))
}

// rememberEntries stores which entries the story of a Publication had, and what is known of
// them. One of which only the key is known is as old as the one before it.
func (t *tx) rememberEntries(feed int64, p news.PastPublication) {
	var told news.Member
	for i, key := range p.Entries {
		source, entry := entryParts(key)
		if m := slices.IndexFunc(p.Members, func(m news.Member) bool { return m.Key == key }); m >= 0 {
			told = p.Members[m]
		} else {
			told = news.Member{Published: told.Published}
		}
		t.do(`INSERT INTO past_entry (feed_id, source, entry, guid, shown, entered, story, told, arrived) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
			ON CONFLICT DO NOTHING`, feed, source, entry, p.GUID, i == 0, ms(p.Entered), p.StoryKey, objectColumn(told))
	}
}

// entryParts returns the two parts of a news.EntryKey.
func entryParts(key string) (source, entry string) {
	source, entry, _ = strings.Cut(key, ".")
	return source, entry
}

// resumeDigests stores the digests that a feed had before the database was lost, as they
// were written, and their stories, so that no digest tells of them again. The open period
// is the one after the last digest.
func (t *tx) resumeDigests(f news.Feed, past *news.Past) error {
	var last int64
	for _, d := range past.Digests {
		d.Sequence = d.Closed.UnixMicro() // as if it had been closed in time
		for i := range d.Stories {
			s := &d.Stories[i]
			s.EntryID, s.Sequence = 0, d.Sequence+int64(i)+1
			t.rememberPublication(f.ID, news.Publication{GUID: s.GUID, StoryKey: s.StoryKey, Sequence: s.Sequence,
				Entered: d.Closed, Published: s.Published, Updated: s.Published})
		}
		if _, err := t.insertDigest(f.ID, d, 0); err != nil {
			return err
		}
		last = max(last, d.Sequence+int64(len(d.Stories)))
	}
	if f.Digest == nil || past.Updated.IsZero() {
		return t.err
	}
	return t.do(`UPDATE feed SET sequence = max(sequence, $2), closed = $3 WHERE id = $1`,
		f.ID, last, ms(f.Digest.Last(past.Updated)))
}

// sequences returns the sequences that Publications had, which are given newest first. A
// sequence that a document tells is taken if it fits the time at which the Publication
// entered. An older version told that time alone, to the millisecond; within it the
// order of the document counts.
func sequences(pubs []news.PastPublication) []int64 {
	places := make([]int64, len(pubs))
	var below int64
	for i := len(pubs) - 1; i >= 0; i-- {
		place := pubs[i].Entered.UnixMicro()
		if told := pubs[i].Sequence; told > place && told-place < time.Second.Microseconds() {
			place = told
		}
		places[i] = max(below+1, place)
		below = places[i]
	}
	return places
}

// restorePast gives a story that returned its former key and times.
func (p *publishing) restorePast(n *fresh) error {
	b := n.past
	if b.StoryKey != "" {
		p.do(`UPDATE story SET key = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM story WHERE key = $2)`, n.story, b.StoryKey)
	}
	undated, err := p.undated(n.lead.EntryID)
	if err != nil {
		return err
	}
	if undated || n.lead.Published.Equal(n.lead.FirstSeen) { // the time that we gave it then stands
		n.lead.Published = b.Published
		p.do(`UPDATE content SET published = $2, updated = max(min(updated, $3), $2) WHERE entry_id = $1`,
			n.lead.EntryID, ms(b.Published), ms(b.Updated))
	}
	if b.Signature == 0 || b.Signature == n.lead.Signature {
		n.lead.Updated = b.Updated
	} else {
		n.lead.Updated = news.RevisedTime(b.Updated, n.lead.Updated, p.now)
	}
	return p.err
}

// forgetPast removes what has become a Publication again.
func (p *publishing) forgetPast(b *pastRow) error {
	if b == nil {
		return nil
	}
	return p.do(`DELETE FROM past WHERE feed_id = $1 AND guid = $2`, p.feed.ID, b.GUID)
}

// absent returns the Publications of a resumed feed whose source has not delivered a
// document since, newest first, at most as many as any feed shows.
func (db *DB) absent(ctx context.Context, feed int64) ([]news.PastPublication, error) {
	silent := map[string]bool{} // marks of sources
	err := db.each(ctx, selectMarks+` AND first_ok = 0`, nil, addMarkTo(silent))
	if err != nil || len(silent) == 0 {
		return nil, err
	}
	var found []news.PastPublication
	err = db.each(ctx, `SELECT `+pastColumns+`, e.source, e.entry, e.shown FROM past p JOIN past_entry e ON e.feed_id = p.feed_id AND e.guid = p.guid
		WHERE p.feed_id = $1 ORDER BY p.sequence DESC, p.guid, e.shown DESC, e.source, e.entry`, []any{feed}, func(scan scan) error {
		var b news.Publication
		var source, entry string
		var shown bool
		if err := scan(append(pastDest(&b), &source, &entry, &shown)...); err != nil {
			return err
		}
		switch last := len(found) - 1; {
		case !shown:
			if last >= 0 && found[last].GUID == b.GUID {
				found[last].Entries = append(found[last].Entries, source+"."+entry)
			}
		case silent[source] && len(found) < news.MaxShown:
			found = append(found, news.PastPublication{Publication: b, Entries: []string{source + "." + entry}})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what waits for its source: %w", err)
	}
	return found, nil
}
