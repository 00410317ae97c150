package store

import (
	"cmp"
	"slices"
	"time"

	"tributary/internal/news"
)

// enterFresh writes the new Publications: news on top, in the order of their published
// times, and backlog into the history of the feed, by published time as well. When two
// stories want one guid, the one that was published first gets it. So neither guids nor
// places depend on the order in which sources were fetched.
func (p *publishing) enterFresh() error {
	if !p.closing.IsZero() {
		p.chooseForDigest()
	}
	slices.SortFunc(p.fresh, func(a, b fresh) int {
		return cmp.Or(a.lead.Published.Compare(b.lead.Published), cmp.Compare(a.lead.Origin, b.lead.Origin), cmp.Compare(a.lead.GUID, b.lead.GUID))
	})
	p.settleContests()
	for i := range p.fresh {
		if err := p.mintGUID(&p.fresh[i]); err != nil {
			return err
		}
		if p.fresh[i].past != nil {
			if err := p.restorePast(&p.fresh[i]); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(p.fresh, func(a, b fresh) int {
		return cmp.Or(cmp.Compare(a.place(), b.place()), cmp.Compare(a.guid, b.guid))
	})
	for i := range p.fresh {
		if err := p.writePublication(&p.fresh[i]); err != nil {
			return err
		}
	}
	return nil
}

// place returns the sequence of n in history: the one that it had before the database was
// lost, else one that follows from its published time.
func (n fresh) place() int64 {
	if n.past != nil {
		return n.past.sequence
	}
	return news.HistorySequence(n.lead.Published, n.guid)
}

// published returns the published time that subscribers see.
func (n fresh) published() time.Time {
	if n.past != nil {
		return at(n.past.published)
	}
	return n.lead.Published
}

// position returns the sequence of a new Publication, when it enters the feed, and the number
// of the change that it is for subscribers; 0: they are not told.
func (p *publishing) position(n *fresh) (sequence int64, entered time.Time, change int64) {
	// Many may have one time, as undated seeds do: each goes behind the last.
	sequence, entered = max(n.place(), p.placed+1), n.published()
	switch {
	case n.live && p.feed.Digest != nil: // the digest is what subscribers are told of
		sequence, entered = news.LiveSequence(p.sequence, p.closing), p.closing
	case n.live:
		sequence, entered, change = news.LiveSequence(p.sequence, p.now), p.now, p.nextChange()
	}
	if n.past != nil {
		entered = at(n.past.entered)
	}
	return sequence, entered, change
}

// writePublication inserts one new Publication and gives it its sequence.
func (p *publishing) writePublication(n *fresh) error {
	sequence, entered, change := p.position(n)
	var guid any
	if n.own {
		guid = n.guid
	}
	footer, err := p.footer(n.story, n.lead.EntryID)
	if err != nil {
		return err
	}
	updated := n.lead.Updated
	if n.past == nil || n.past.updated != ms(updated) { // what readers have does not move
		if updated, err = p.distinctUpdated(updated); err != nil {
			return err
		}
	}
	for {
		written, err := p.exec(`INSERT INTO publication (feed_id, sequence, story_id, first, entry_id, guid, entered, published, updated, signature, footer, change)
			VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (feed_id, sequence) DO NOTHING`,
			p.feed.ID, sequence, n.story, n.lead.EntryID, guid, ms(entered), ms(n.published()), ms(updated), int64(n.lead.Signature), footer, change)
		if err != nil {
			return err
		}
		if written == 1 {
			break
		}
		sequence++ // the microsecond is taken
	}
	n.sequence = sequence
	if !n.live {
		p.placed = sequence
		p.history = append(p.history, placed{sequence, entered})
	}
	p.changed = true
	p.sequence = max(p.sequence, sequence)
	p.noteUpdated(updated)
	return p.forgetPast(n.past)
}

// distinctUpdated returns t, cut to the second, as an updated time that no other
// Publication of the feed has, nor had before the database was lost: each further one in
// a second is a millisecond later. Publishers give everything that they publish at once
// the same time, and readers cannot sort by that; validators report it as an error.
func (p *publishing) distinctUpdated(t time.Time) (time.Time, error) {
	second := t.Truncate(time.Second)
	var last int64
	err := p.get(`SELECT coalesce(max(updated), 0) FROM (SELECT updated FROM publication WHERE feed_id = $1 AND updated >= $2 AND updated < $3
			UNION ALL SELECT updated FROM past WHERE feed_id = $1 AND updated >= $2 AND updated < $3)`,
		[]any{p.feed.ID, ms(second), ms(second.Add(time.Second - time.Millisecond))}, &last)
	if last == 0 || err != nil {
		return second, err
	}
	return at(last + 1), nil
}
