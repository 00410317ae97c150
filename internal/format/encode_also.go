package format

import (
	"cmp"
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// wireMembers returns the members that link elsewhere than link, each address once. The
// first entry of a story matched nothing, so it is given the reason of the shown entry.
// Which entry is first is chance when several arrive at the same time, and the output
// must not depend on it.
func wireMembers(members []news.Member, link string, shown news.Reason) []news.Member {
	return distinct(members, func(m news.Member) (news.Member, string) {
		m.Title, m.Link, m.Outlet, m.SourceTitle = clean.Line(m.Title), wireURL(m.Link), clean.Line(m.Outlet), clean.Line(m.SourceTitle)
		m.Published = wireTime(m.Published)
		if m.Match.Reason == news.ReasonNew {
			m.Match.Reason = cmp.Or(shown, news.ReasonNew)
		}
		if m.Link == link {
			return m, ""
		}
		m.SourceTitle = cmp.Or(m.SourceTitle, m.SourceName)
		m.Title = cmp.Or(m.Title, m.Link)
		return m, m.Link
	})
}

// listMembers appends a list of the other members of the story to the body. Its heading
// is in the language of the feed, or of the item if the feed declares none.
func (it *wireItem) listMembers(feed string) {
	if len(it.also) == 0 {
		return
	}
	var list strings.Builder
	list.WriteString("\n<p>" + news.WordsIn(first(wireLanguage(feed), it.language)).Also + "</p>\n<ul>")
	for _, m := range it.also {
		list.WriteString("\n<li>" + clean.Escape(m.SourceTitle) + `: <a href="` + quoted(m.Link) + `">` + clean.Escape(m.Title) + "</a></li>")
	}
	list.WriteString("\n</ul>")
	it.end(list.String())
}

// nameOthers appends a line to the text that links the other members of the story that are
// Named, or whose ids are in named, each source once. The line is in the language of the
// feed, else of the item. A member that is no longer shown is not linked.
func (it *wireItem) nameOthers(feed string, named []int64) {
	var links []string
	told := []string{it.source.Title} // the item itself is from there
	for i := range it.also {
		m := &it.also[i]
		m.Named = m.Named || slices.Contains(named, m.EntryID)
		if !m.Named || slices.Contains(told, m.SourceTitle) {
			continue
		}
		told = append(told, m.SourceTitle)
		links = append(links, `<a href="`+quoted(m.Link)+`">`+clean.Escape(m.SourceTitle)+"</a>")
	}
	if links == nil {
		return
	}
	words := news.WordsIn(first(wireLanguage(feed), it.language)).Also
	it.end("\n<p>" + words + " " + strings.Join(links, ", ") + "</p>")
}
