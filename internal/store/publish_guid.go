package store

import (
	"strconv"

	"tributary/internal/news"
)

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
		guid = n.past.guid
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
		var free bool
		err := p.get(`SELECT NOT EXISTS (SELECT 1 FROM story WHERE guid = $1)
			AND NOT EXISTS (SELECT 1 FROM publication WHERE guid = $1 AND first <> $2)`, []any{guid, n.lead.EntryID}, &free)
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
func (p *publishing) guidFree(guid string) (free bool, err error) {
	err = p.get(`SELECT NOT EXISTS (SELECT 1 FROM publication WHERE guid = $1 AND feed_id = $2)`, []any{guid, p.feed.ID}, &free)
	return free, err
}
