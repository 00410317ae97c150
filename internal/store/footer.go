package store

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
	_, err = p.exec(`UPDATE publication SET footer = $3 WHERE feed_id = $1 AND sequence = $2`, p.feed.ID, pub.sequence, footer)
	return err
}
