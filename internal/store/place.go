package store

import (
	"cmp"
	"slices"
	"strconv"
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
		return n.past.Sequence
	}
	return news.HistorySequence(n.lead.Published, n.guid)
}

// published returns the published time that subscribers see.
func (n fresh) published() time.Time {
	if n.past != nil {
		return n.past.Published
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
		entered = n.past.Entered
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
	if n.past == nil || ms(n.past.Updated) != ms(updated) { // what readers have does not move
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
	last, err := p.number(`SELECT coalesce(max(updated), 0) FROM (SELECT updated FROM publication WHERE feed_id = $1 AND updated >= $2 AND updated < $3
			UNION ALL SELECT updated FROM past WHERE feed_id = $1 AND updated >= $2 AND updated < $3)`,
		p.feed.ID, ms(second), ms(second.Add(time.Second-time.Millisecond)))
	if last == 0 || err != nil {
		return second, err
	}
	return at(last + 1), nil
}

// mintGUID gives a new Publication its guid. As a rule that is the guid of its story,
// which is minted with the first Publication that shows an entry of a public source, in
// whatever feed. A private entry gets a guid of its own, and so does a further entry of
// a story in a feed that keeps duplicates.
func (p *publishing) mintGUID(n *fresh) error {
	source := news.Source{Public: n.lead.Public, Kind: n.lead.Kind}
	guid, fallback := news.GUID(source, n.lead.Origin, n.lead.GUID)
	have := p.guids[n.story]
	if have != "" && (!n.kept || (have == guid || have == fallback) && !p.given[n.story]) {
		if free, err := p.guidFree(have); free || err != nil {
			n.guid, p.given[n.story] = have, true
			return err
		}
	}
	// What only subscribers of a private feed know names nothing that is public.
	n.own = have != "" || !n.lead.Public
	if n.past != nil {
		guid = n.past.GUID
	}
	for i, try := 0, guid; ; i++ {
		free, err := p.claimGUID(try, n)
		if free || err != nil {
			n.guid = try
			return err
		}
		if try = fallback; i > 0 {
			try = news.URN(n.lead.Origin, n.lead.GUID, strconv.Itoa(i))
		}
	}
}

// claimGUID takes a guid for a Publication, and reports whether it could: a guid that
// belongs to another story or entry is never given again.
func (p *publishing) claimGUID(guid string, n *fresh) (bool, error) {
	if p.taken[guid] { // and not written yet
		return false, nil
	}
	if reserved, err := p.guidReserved(guid, n); reserved || err != nil {
		return false, err
	}
	if n.own { // the entry has the same one in every feed
		free, err := p.holds(`SELECT NOT EXISTS (SELECT 1 FROM story WHERE guid = $1)
			AND NOT EXISTS (SELECT 1 FROM publication WHERE guid = $1 AND first <> $2)`, guid, n.lead.EntryID)
		p.taken[guid] = free
		return free, err
	}
	claimed, err := p.exec(`UPDATE story SET guid = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM story WHERE guid = $1)
		AND NOT EXISTS (SELECT 1 FROM publication WHERE guid = $1)`, guid, n.story)
	if claimed == 1 {
		p.guids[n.story], p.given[n.story] = guid, true
	}
	return claimed == 1, err
}

// guidFree reports whether no Publication of this feed has the guid of a story as its own:
// a split may have left it to a Publication of another story.
func (p *publishing) guidFree(guid string) (bool, error) {
	return p.holds(`SELECT NOT EXISTS (SELECT 1 FROM publication WHERE guid = $1 AND feed_id = $2)`, guid, p.feed.ID)
}

// The text of a Publication may end with who else reported the story. Who that is
// is written down when the Publication is made and when its words change, and at
// no other time: many readers mark a story unread when its text changes, so a
// further report must not change it.

// footer returns the entries that a new text names, as the column holds them: the
// other ones of the story that its audience may know. It is empty where the feed
// names none.
func (p *publishing) footer(story, shown int64) (string, error) {
	if !p.feed.AlsoReported {
		return "", nil
	}
	var ids []int64
	err := p.each(`SELECT e.id FROM entry e CROSS JOIN source src WHERE e.story_id = $2 AND e.id <> $3
		AND src.id = e.source_id AND `+knownMember+` ORDER BY e.id`, []any{p.feed.Audience(), story, shown}, appendTo(&ids))
	return listColumn(ids), err
}

// renewFooter writes down anew whom a Publication names whose words changed.
func (p *publishing) renewFooter(pub publicationRow, shown int64) error {
	footer, err := p.footer(pub.story, shown)
	if err != nil {
		return err
	}
	return p.do(`UPDATE publication SET footer = $3 WHERE feed_id = $1 AND sequence = $2`, p.feed.ID, pub.sequence, footer)
}
