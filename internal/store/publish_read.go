package store

import (
	"database/sql"
	"errors"
	"maps"
	"slices"

	"tributary/internal/news"
	"tributary/internal/story"
)

// read reads how far the feed is. A reload may have replaced the feed that this run was
// started for: its duplicates and kind are those of now, and when its rule or its digests
// are others, the run must judge nothing.
func (p *publishing) read() (replaced bool, err error) {
	var rule string
	err = p.get(`SELECT scanned, boundary, sequence, change, updated, selection, kind, rule, closed, EXISTS (SELECT 1 FROM past WHERE feed_id = $1),
			EXISTS (SELECT 1 FROM past_entry WHERE feed_id = $1 AND shown = 0 AND arrived = 0)
		FROM feed WHERE id = $1`, []any{p.feed.ID},
		&p.scanned, &p.boundary, &p.sequence, &p.change, asTime(&p.updated), &p.feed.Duplicates, &p.feed.Kind, &rule, asTime(&p.closed), &p.resumed, &p.awaits)
	return rule != p.feed.Judged || p.closed.IsZero() != (p.feed.Digest == nil), err
}

// boundRevision finds the revision up to which this run judges, and notes whether more
// stories have changed than one run takes.
func (p *publishing) boundRevision() (err error) {
	err = p.get(`SELECT revision FROM story WHERE revision > $1 ORDER BY revision LIMIT 1 OFFSET $2`,
		[]any{p.scanned, publishLimit}, &p.upto)
	p.more = err == nil
	if errors.Is(err, sql.ErrNoRows) {
		p.upto, err = p.counter("revision")
	}
	return err
}

// The queries below start from the few stories that are judged. CROSS JOIN fixes the
// order of the tables, and a + before a column keeps its index from being used: left to
// itself, a planner might read the whole feed instead.

// candidates returns, by story, the entries that the feed may show of the stories that
// are judged.
func (p *publishing) candidates() (map[int64][]news.Candidate, error) {
	found := map[int64][]news.Candidate{}
	brought := map[int64][]news.Enclosure{} // by entry, for a podcast
	err := p.each(`SELECT s.id, coalesce(s.guid, ''), e.id, e.source_id, src.origin, c.guid, src.public, src.kind, fs.rank, c.published, c.updated,
			e.first_seen, e.born, e.backlog = 1 OR e.guarded = 'flood', e.guarded = 'flood', e.words, c.signature, e.pinned <> 0, e.outlet,
			CASE WHEN $5 THEN c.enclosures ELSE '' END
		FROM story s CROSS JOIN entry e CROSS JOIN feed_source fs CROSS JOIN source src CROSS JOIN content c
		WHERE `+judged+` AND e.story_id = s.id AND `+feedable+`
		AND fs.feed_id = $3 AND fs.source_id = e.source_id AND src.id = e.source_id AND c.entry_id = e.id`,
		append(p.judging(), p.feed.Kind == news.Podcast), func(scan scan) error {
			var story int64
			var guid string
			var files []news.Enclosure
			var c news.Candidate
			err := scan(&story, &guid, &c.EntryID, &c.SourceID, &c.Origin, &c.GUID, &c.Public, &c.Kind, &c.Rank, asTime(&c.Published), asTime(&c.Updated),
				asTime(&c.FirstSeen), &c.Born, &c.Backlog, &c.Flood, &c.Length, asHash(&c.Signature), &c.Pinned, &c.Outlet, asJSON(&files))
			p.guids[story] = guid
			found[story] = append(found[story], c)
			brought[c.EntryID] = files
			return err
		})
	if err == nil && p.feed.Kind == news.Podcast {
		err = keepThose(found, func(c news.Candidate, _ []news.Candidate) (bool, error) { return p.playable(brought[c.EntryID]) })
	}
	if err != nil {
		return nil, err
	}
	cited, err := p.cited()
	for _, cs := range found {
		for i := range cs {
			cs[i].Cited = cited[cs[i].EntryID]
		}
	}
	return found, err
}

// keepThose leaves of the candidates of each story those that keep reports true for. It is
// given each with all candidates of its story.
func keepThose(found map[int64][]news.Candidate, keep func(news.Candidate, []news.Candidate) (bool, error)) error {
	for story, cs := range found {
		var kept []news.Candidate
		for _, c := range cs {
			keeps, err := keep(c, cs)
			if err != nil {
				return err
			}
			if keeps {
				kept = append(kept, c)
			}
		}
		if found[story] = kept; kept == nil {
			delete(found, story)
		}
	}
	return nil
}

// publications returns, by story, what the feed has already published of the stories
// that are judged.
func (p *publishing) publications() (map[int64][]publicationRow, error) {
	have := map[int64][]publicationRow{}
	err := p.each(`SELECT p.sequence, p.story_id, p.first, p.entry_id, p.guid IS NOT NULL, p.updated, p.signature, p.removed, p.aside, p.change
		FROM story s CROSS JOIN publication p
		WHERE `+judged+` AND p.story_id = s.id AND +p.feed_id = $3`,
		p.judging(), func(scan scan) error {
			var r publicationRow
			err := scan(&r.sequence, &r.story, &r.first, &r.entry, &r.own, &r.updated, &r.signature, &r.removed, &r.aside, &r.change)
			p.given[r.story] = p.given[r.story] || !r.own
			have[r.story] = append(have[r.story], r)
			return err
		})
	for _, pubs := range have {
		slices.SortFunc(pubs, standing)
	}
	return have, err
}

// storiesOf returns the stories that are in either of the two, in ascending order.
func storiesOf(candidates map[int64][]news.Candidate, have map[int64][]publicationRow) []int64 {
	ids := slices.AppendSeq(slices.Collect(maps.Keys(candidates)), maps.Keys(have))
	slices.Sort(ids)
	return slices.Compact(ids)
}

// linking is a member of a story, with the page that it links to.
type linking struct {
	story, entry, source int64
	page                 story.Relation
	key                  int64 // of the page that it links to
}

// cited returns, by entry, how many other sources link to the pages of members of
// the stories that are judged. All members of public sources count, even of
// sources that the feed does not select, so that the original of a story is the
// same in every feed.
func (p *publishing) cited() (map[int64]int, error) {
	members := map[int64][]linking{}
	err := p.each(`SELECT s.id, e.id, e.source_id, e.page, e.url_key
		FROM story s CROSS JOIN entry e CROSS JOIN source src
		WHERE `+judged+` AND e.story_id = s.id AND e.withdrawn_at = 0 AND e.url_key IS NOT NULL
		AND src.id = e.source_id AND src.public <> 0`,
		p.judging(), func(scan scan) error {
			var m linking
			err := scan(&m.story, &m.entry, &m.source, &m.page, &m.key)
			members[m.story] = append(members[m.story], m)
			return err
		})
	count := map[int64]int{}
	for _, ms := range members {
		countCitations(ms, count)
	}
	return count, err
}

// countCitations counts, for each member of one story, the other sources that link to its page.
func countCitations(members []linking, count map[int64]int) {
	if len(members) < 2 {
		return
	}
	linkers := map[int64]map[int64]bool{} // sources, by the key of the page they link to
	for _, m := range members {
		if m.page == story.Own { // links in its text are not known
			continue
		}
		if linkers[m.key] == nil {
			linkers[m.key] = map[int64]bool{}
		}
		linkers[m.key][m.source] = true
	}
	for _, m := range members {
		if m.page != story.Own {
			continue
		}
		for source := range linkers[m.key] {
			if source != m.source {
				count[m.entry]++
			}
		}
	}
}
