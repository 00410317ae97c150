package store

import "tributary/internal/story"

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
