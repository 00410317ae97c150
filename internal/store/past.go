package store

import (
	"context"
	"database/sql"
	"errors"

	"tributary/internal/news"
)

// Resume notes what was last published of a feed before the database was lost, so
// that the feed has its id again, and that Publish gives a story that is there again
// what its subscribers know: guid, published and updated time, and place. The pages of
// its archive are lost, and its new ones are of another generation. It does nothing, and says so, for a feed
// that has Publications: the database knows better.
func (db *DB) Resume(ctx context.Context, f news.Feed, past *news.Past) (taken bool, err error) {
	err = db.update(ctx, func(t *tx) error {
		if err := t.get(`SELECT NOT EXISTS (SELECT 1 FROM publication WHERE feed_id = $1) AND NOT EXISTS (SELECT 1 FROM digest WHERE feed_id = $1)`,
			[]any{f.ID}, &taken); err != nil || !taken {
			return err
		}
		if _, err := t.exec(`DELETE FROM past WHERE feed_id = $1`, f.ID); err != nil {
			return err
		}
		for i, sequence := range sequences(past.Publications) {
			p := past.Publications[i]
			p.Sequence = sequence
			if err := t.remember(f.ID, p); err != nil {
				return err
			}
		}
		if err := t.resumeDigests(f, past); err != nil {
			return err
		}
		if past.UUID != "" {
			if _, err := t.exec(`UPDATE feed SET uuid = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM feed WHERE uuid = $2)`, f.ID, past.UUID); err != nil {
				return err
			}
		}
		// Closed pages are kept by readers and caches: the addresses of those that are lost are not used again.
		_, err := t.exec(`UPDATE feed SET updated = max(updated, $2), scanned = 0, archive_generation = max(archive_generation, $3) WHERE id = $1`,
			f.ID, ms(past.Updated), past.Generation)
		return err
	})
	return taken, err
}

// remember keeps what was known of one Publication.
func (t *tx) remember(feed int64, p news.Publication) error {
	_, err := t.exec(`INSERT INTO past (feed_id, guid, sequence, key, entered, published, updated, signature)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (feed_id, guid) DO NOTHING`,
		feed, p.GUID, p.Sequence, p.StoryKey, ms(p.Entered), ms(p.Published), ms(p.Updated), int64(p.Signature))
	return err
}

// sequences are the places that Publications had, given newest first: what is told
// of them are milliseconds, and the order of the document tells the rest.
func sequences(pubs []news.Publication) []int64 {
	places := make([]int64, len(pubs))
	var below int64
	for i := len(pubs) - 1; i >= 0; i-- {
		places[i] = max(below+1, pubs[i].Entered.UnixMicro())
		below = places[i]
	}
	return places
}

// bygone is a Publication of the time before the database was lost.
type bygone struct {
	guid, key                   string
	sequence                    int64
	entered, published, updated int64
	signature                   int64
}

// recall finds what the story, or in a feed that keeps duplicates the entry, was
// published as before; nil when it was not. cs are its entries.
func (p *publishing) recall(n fresh, cs []news.Candidate) (*bygone, error) {
	if !p.resumed {
		return nil, nil
	}
	var guids []string
	if !n.kept { // the story's may be that of another entry
		guids = append(guids, p.guids[n.story])
	}
	for _, c := range cs {
		first, fallback := news.GUID(news.Source{Public: c.Public, Kind: c.Kind}, c.Origin, c.GUID)
		guids = append(guids, first, fallback)
	}
	var found *bygone
	for _, guid := range guids {
		b := bygone{guid: guid}
		err := p.get(`SELECT key, sequence, entered, published, updated, signature FROM past WHERE feed_id = $1 AND guid = $2`,
			[]any{p.feed.ID, guid}, &b.key, &b.sequence, &b.entered, &b.published, &b.updated, &b.signature)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return nil, err
		case found == nil || b.sequence < found.sequence: // two stories of then are one now: the first stands
			found = &b
		}
	}
	return found, nil
}

// renew gives a fresh story back what it was published as.
func (p *publishing) renew(n *fresh) error {
	b := n.past
	if b.key != "" {
		if _, err := p.exec(`UPDATE story SET key = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM story WHERE key = $2)`, n.story, b.key); err != nil {
			return err
		}
	}
	undated, err := p.undated(n.lead.EntryID)
	if err != nil {
		return err
	}
	if undated || n.lead.Published.Equal(n.lead.FirstSeen) { // the time that we gave it then stands
		n.lead.Published = at(b.published)
		if _, err := p.exec(`UPDATE content SET published = $2, updated = max(min(updated, $3), $2) WHERE entry_id = $1`,
			n.lead.EntryID, b.published, b.updated); err != nil {
			return err
		}
	}
	if b.signature == 0 || b.signature == int64(n.lead.Signature) {
		n.lead.Updated = at(b.updated)
	} else {
		n.lead.Updated = news.Revised(at(b.updated), n.lead.Updated, p.now)
	}
	return nil
}

// forget lets go of what has become a Publication again.
func (p *publishing) forget(b *bygone) error {
	if b == nil {
		return nil
	}
	_, err := p.exec(`DELETE FROM past WHERE feed_id = $1 AND guid = $2`, p.feed.ID, b.guid)
	return err
}
