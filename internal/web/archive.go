package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// The past of a feed. Its closed pages are stored in the database. What came before a Publication
// is rendered on request.
const (
	archiveAge = 24 * time.Hour   // replaced only to remove something, which should then show soon
	olderAge   = 10 * time.Minute // what came before a Publication hardly changes
)

// archive sends a closed page.
func (s *Server) archive(w http.ResponseWriter, r *http.Request, sc *scope) error {
	sc.allowScripts(w.Header())
	f, err := sc.feed(r.PathValue("name"))
	if err != nil {
		return err
	}
	page, ext, err := s.closedPage(r, sc, f)
	switch {
	case err != nil:
		return err
	case page == nil:
		w.Header().Set("Cache-Control", sc.cacheControl(olderAge, false))
		http.Redirect(w, r, sc.feedPath(f, ext), http.StatusTemporaryRedirect)
		return nil
	}
	d := publish.Closed(page)
	d.MaxAge, d.Immutable = archiveAge, true
	return s.send(w, r, sc, d)
}

// closedPage returns the closed page of a feed that a request names. It returns nil for the page that
// will be closed next, which the last page already links to; the caller redirects that to the live
// document.
func (s *Server) closedPage(r *http.Request, sc *scope, f *news.Feed) (page *news.PageDocument, ext string, err error) {
	number, ext, _ := strings.Cut(r.PathValue("page"), ".")
	part, ok := news.ParsePage(number)
	if !ok || !publish.IsPageFormat(ext) {
		return nil, "", notFound("page")
	}
	page, err = s.Views.PageDocument(r.Context(), f.ID, part, ext)
	switch {
	case err != nil:
		return nil, "", err
	case page != nil && page.Gone:
		return nil, "", gone("page")
	case page != nil:
		return page, ext, nil
	}
	if e := sc.shelf.Edition(f.Name); e == nil || e.Prev.Page == 0 || e.Prev.Next() != part {
		return nil, "", notFound("page")
	}
	return nil, ext, nil
}

// older sends a page of what came before the Publication that a request names.
func (s *Server) older(w http.ResponseWriter, r *http.Request, sc *scope) error {
	f, err := sc.feed(r.PathValue("name"))
	if err != nil {
		return err
	}
	number, ext, dotted := strings.Cut(r.PathValue("part"), ".")
	before, err := strconv.ParseInt(number, 10, 64)
	if err != nil || before <= 0 || strconv.FormatInt(before, 10) != number || dotted != slices.Contains(publish.FeedFormats(), ext) {
		return notFound("page")
	}
	e, err := s.Views.Older(r.Context(), sc.site, *f, before)
	if err != nil {
		return err
	}
	if len(e.Shown) == 0 {
		return notFound("page")
	}
	e.TTL = olderAge
	d, err := publish.Render(e, ext, sc.theme)
	if err != nil {
		return err
	}
	d.MaxAge = olderAge
	if dotted {
		sc.allowScripts(w.Header())
	}
	return s.sendMade(w, r, sc, d)
}
