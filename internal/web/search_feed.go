package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"tributary/internal/news"
	"tributary/internal/publish"
	"tributary/internal/search"
)

// searchFeedRows is the maximum number of stories in a search feed.
const searchFeedRows = 100

// searchFeed sends search results as a feed, from one feed or from all. It creates no Publications:
// the items are those of the feeds, with their ids.
func (s *Server) searchFeed(w http.ResponseWriter, r *http.Request, sc *scope, name, ext string) error {
	sc.allowScripts(w.Header())
	w.Header().Set("X-Robots-Tag", "noindex")
	q, err := newSearch(r, sc, name)
	if err != nil {
		return err
	}
	d, err := s.foundFeed(r, q, ext)
	if err != nil {
		return s.refuse(w, r, q, err)
	}
	s.Readers.Note(0, ext, r)
	return s.sendMade(w, r, sc, d)
}

// foundFeed renders search results as a feed.
func (s *Server) foundFeed(r *http.Request, q *searchRequest, ext string) (*publish.Document, error) {
	if q.text == "" {
		return nil, &search.SyntaxError{Problem: news.Say("say what to search for: %s", q.site.SearchURL(news.Search{Query: "verkehr"}, ext))}
	}
	err := s.find(r, q, search.Request{Limit: searchFeedRows})
	if err == nil && q.result.Partial { // a feed cannot say that results are missing
		err = errIndexing
	}
	if err != nil {
		return nil, err
	}
	e := q.edition()
	d, err := publish.Render(e, ext, q.theme)
	if err == nil {
		d.MaxAge = e.TTL
	}
	return d, err
}

// edition returns the results as an edition. Its id derives from the feed searched and the query,
// so it survives a change of the site's address.
func (q *searchRequest) edition() *news.Edition {
	address := q.address()
	e := &news.Edition{Site: q.site, Search: &address, Updated: q.result.Since}
	where := q.site.Title
	if q.in != nil {
		e.Feed, where = *q.in, q.in.DisplayName()
	}
	e.Feed.UUID = news.URN("search", e.Feed.UUID, q.query.Text)
	e.Feed.Name = "search"
	e.Feed.Title = q.query.Text
	if where != "" {
		e.Feed.Title += " · " + where
	}
	e.Feed.Description = news.WordsIn(e.Feed.Language, q.site.Language).Found + " " + q.query.Text
	for _, f := range q.result.Found {
		e.Shown = append(e.Shown, f.Shown)
	}
	makeTimesDistinct(e.Shown)
	e.TTL = publish.Rhythm(e.Shown)
	return e
}

// makeTimesDistinct gives stories that were updated in the same millisecond distinct times, as stories of a
// single feed have: readers cannot sort by equal times, and validators report them. The oldest
// story keeps its time, as does any story with a time of its own; each of the others gets the next
// free millisecond. The times depend only on what is shown, so the same result always has the same
// times.
func makeTimesDistinct(shown []news.Shown) {
	byAge := make([]*news.Shown, len(shown))
	for i := range shown {
		byAge[i] = &shown[i]
	}
	slices.SortFunc(byAge, func(a, b *news.Shown) int {
		return cmp.Or(cmp.Compare(a.StoryID, b.StoryID), cmp.Compare(a.GUID, b.GUID))
	})
	taken := map[int64]bool{}
	var late []*news.Shown
	for _, s := range byAge {
		if at := s.Updated.UnixMilli(); taken[at] {
			late = append(late, s)
		} else {
			taken[at] = true
		}
	}
	for _, s := range late {
		for taken[s.Updated.UnixMilli()] {
			s.Updated = s.Updated.Add(time.Millisecond)
		}
		taken[s.Updated.UnixMilli()] = true
	}
}
