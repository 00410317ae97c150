package store

import (
	"cmp"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// shownColumns are the columns that scanShown reads: of an entry e with content
// c, source src and story s, and of the act h that moved it by hand.
const shownColumns = `e.id, e.source_id, e.story_id, s.key, e.first_seen, e.backlog, e.guarded, e.reason, e.matched, e.score, e.detail,
	coalesce(h.act, ''), coalesce(h.at, 0), e.pinned, e.hidden,
	c.guid, c.link, c.title, c.summary, c.content, c.published, c.updated, c.authors, c.categories, c.enclosures, c.language,
	c.origin, c.extra, c.clean, e.outlet,
	src.name, src.kind, src.url, src.title, src.public, src.doc_id, src.doc_title, src.doc_rights, src.doc_image, ` + sourceHome + `, src.tags, src.lists, src.author, src.icon`

// shownJoins joins the tables of shownColumns to an entry e.
const shownJoins = ` JOIN content c ON c.entry_id = e.id JOIN source src ON src.id = e.source_id JOIN story s ON s.id = e.story_id
	LEFT JOIN hand h ON h.id = e.hand `

// feedable is the condition that a feed may show an entry e if it selects its source.
const feedable = `e.withdrawn_at = 0 AND e.hidden = 0 AND e.guarded <> 'backlog'`

// scanShown reads shownColumns into s, and any columns after them into last.
func scanShown(scan scan, s *news.Shown, last ...any) error {
	e, src := &s.Entry, &s.Source
	var version int64
	var docTitle string
	dest := []any{&e.ID, &e.SourceID, &e.StoryID, &e.StoryKey, asTime(&e.FirstSeen), &e.Backlog, &e.Guard,
		&e.Match.Reason, &e.Match.With, &e.Match.Score, &e.Match.Detail, &e.Match.Hand.Act, asTime(&e.Match.Hand.At), asTime(&e.Pinned), &e.Hidden,
		&e.GUID, &e.Link, &e.Title, &e.Summary, &e.Content, asTime(&e.Published), asTime(&e.Updated),
		asJSON(&e.Authors), asJSON(&e.Categories), asJSON(&e.Enclosures), &e.Language, asJSON(&e.Origin), asJSON(&e.Extra), &version, &src.Outlet,
		&src.Name, &src.Kind, &src.URL, &src.Title, &src.Public, &s.SourceID, &docTitle, &s.SourceRights, &s.SourceImage, &src.Site,
		asJSON(&src.Tags), asJSON(&src.Lists), &src.Author, &src.Icon}
	if err := scan(append(dest, last...)...); err != nil {
		return err
	}
	src.ID = e.SourceID
	s.SourceTitle = cmp.Or(src.Title, docTitle, src.Name)
	src.Title = s.SourceTitle
	recleaned(e, version)
	return nil
}

// selectShown reads shownColumns. A condition has to follow.
const selectShown = `SELECT ` + shownColumns + ` FROM entry e` + shownJoins + `WHERE `

// shown returns the entries that meet a condition.
func (t *tx) shown(where string, args ...any) (entries []news.Shown, err error) {
	err = t.each(selectShown+where, args, func(scan scan) error {
		var s news.Shown
		err := scanShown(scan, &s)
		entries = append(entries, s)
		return err
	})
	return entries, err
}

// shownEntry returns an entry by its number.
func (t *tx) shownEntry(id int64) (s news.Shown, err error) {
	err = t.each(selectShown+`e.id = $1`, []any{id}, func(scan scan) error { return scanShown(scan, &s) })
	return s, err
}

// member is an entry and the story that it belongs to.
type member struct{ entry, story int64 }

// recleaned sanitises stored HTML again if an older sanitiser wrote it. So an
// upgrade also applies to old entries, before they are rendered next.
func recleaned(e *news.Entry, version int64) {
	if version >= clean.Version {
		return
	}
	e.Summary = clean.HTML(e.Summary, nil)
	e.Content = clean.HTML(e.Content, nil)
}
