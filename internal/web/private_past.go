package web

import (
	"net/http"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// The archive and older pages of a private feed, and searches in it.

// privateArchive sends a closed page as it was stored, with the token in place of the mask.
func (s *Server) privateArchive(w http.ResponseWriter, r *http.Request, g grant) error {
	if r.PathValue("name") != g.feed.Name {
		return notFound("page")
	}
	page, ext, err := s.closedPage(r, g.feed, s.Private)
	switch {
	case err != nil:
		return err
	case page == nil:
		w.Header().Set("Cache-Control", "private, max-age="+seconds(olderAge))
		http.Redirect(w, r, s.current.Load().base+"/private/"+g.site.Token+"/"+g.feed.Name+"."+ext, http.StatusTemporaryRedirect)
		return nil
	}
	d := pageDocument(page)
	if d.Body, err = publish.Unpack(page.Packed, page.Length); err != nil {
		return err
	}
	return s.sendPrivate(w, r, g, d)
}

// privateOlder sends a page of what came before a Publication.
func (s *Server) privateOlder(w http.ResponseWriter, r *http.Request, g grant) error {
	if r.PathValue("name") != g.feed.Name {
		return notFound("page")
	}
	d, err := s.olderDocument(r, g.site, g.feed)
	if err != nil {
		return err
	}
	if d.Policy != "" {
		pageHeader(w.Header(), d.Policy)
	}
	return s.sendPrivate(w, r, g, d)
}

// privateSearch sends the result page of a search in a private feed.
func (s *Server) privateSearch(w http.ResponseWriter, r *http.Request, g grant) error {
	if g.feed.Kind == news.FeedOfHealth { // it has no stories
		return notFound("page")
	}
	q := s.privateSearchRequest(r, g)
	d, err := s.foundPage(r, q)
	if err != nil {
		return s.refuse(w, r, q, err)
	}
	pageHeader(w.Header(), q.snap.Theme.CSP())
	return s.sendPrivate(w, r, g, d)
}

// privateSearchFeed sends the results of a search in a private feed as a feed.
func (s *Server) privateSearchFeed(w http.ResponseWriter, r *http.Request, g grant, ext string) error {
	q := s.privateSearchRequest(r, g)
	d, err := s.foundFeed(r, q, ext)
	if err != nil {
		return s.refuse(w, r, q, err)
	}
	return s.sendPrivate(w, r, g, d)
}
