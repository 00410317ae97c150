package web

import (
	"net/http"
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
func (s *Server) archive(w http.ResponseWriter, r *http.Request) error {
	allowScripts(w.Header())
	f, err := s.published(r.PathValue("name"))
	if err != nil {
		return err
	}
	page, ext, err := s.closedPage(r, f, s.Shelf)
	switch {
	case err != nil:
		return err
	case page == nil:
		w.Header().Set("Cache-Control", "public, max-age="+seconds(olderAge))
		http.Redirect(w, r, s.current.Load().base+"/feeds/"+f.Name+"."+ext, http.StatusTemporaryRedirect)
		return nil
	}
	return s.sendPacked(w, r, page)
}

// closedPage returns the closed page of a feed that a request names. It returns nil for the page that
// will be closed next, which the last page already links to; the caller redirects that to the live
// document.
func (s *Server) closedPage(r *http.Request, f news.Feed, shelf *publish.Shelf) (page *news.PageDocument, ext string, err error) {
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
	if e := shelf.Edition(f.Name); e == nil || e.Prev.Page == 0 || e.Prev.Next() != part {
		return nil, "", notFound("page")
	}
	return nil, ext, nil
}

// pageDocument returns a stored page as a document without its body.
func pageDocument(page *news.PageDocument) *publish.Document {
	return &publish.Document{ContentType: publish.ContentType(page.Format), ETag: page.ETag, Modified: page.Modified, MaxAge: archiveAge, Immutable: true}
}

// sendPacked sends a stored page in gzip as it is, and unpacks it only for clients without gzip.
func (s *Server) sendPacked(w http.ResponseWriter, r *http.Request, page *news.PageDocument) error {
	d := pageDocument(page)
	d.Variants = []publish.Variant{{Coding: publish.Gzip, Body: page.Packed, ETag: publish.VariantTag(page.ETag, publish.Gzip)}}
	if choose(r.Header["Accept-Encoding"], d.Variants) == nil && precondition(r.Header, d) == http.StatusOK {
		var err error
		if d.Body, err = publish.Unpack(page.Packed, page.Length); err != nil {
			return err
		}
	}
	return s.send(w, r, d)
}

// older sends a page of what came before a Publication.
func (s *Server) older(w http.ResponseWriter, r *http.Request) error {
	f, err := s.published(r.PathValue("name"))
	if err != nil {
		return err
	}
	d, err := s.olderDocument(r, s.current.Load().Site, f)
	if err != nil {
		return err
	}
	if d.Policy != "" {
		pageHeader(w.Header(), d.Policy)
	} else {
		allowScripts(w.Header())
	}
	return s.sendMade(w, r, d, olderAge)
}

// olderDocument renders what came before the Publication that a request names.
func (s *Server) olderDocument(r *http.Request, site news.Site, f news.Feed) (*publish.Document, error) {
	number, ext, dotted := strings.Cut(r.PathValue("part"), ".")
	before, err := strconv.ParseInt(number, 10, 64)
	if err != nil || before <= 0 || strconv.FormatInt(before, 10) != number || dotted != (publish.ContentType(ext) != "" && ext != "") {
		return nil, notFound("page")
	}
	e, err := s.Views.Older(r.Context(), site, f, before)
	if err != nil {
		return nil, err
	}
	if len(e.Shown) == 0 {
		return nil, notFound("page")
	}
	e.TTL = olderAge
	d, err := publish.Render(e, ext, s.current.Load().Theme)
	if err == nil {
		d.MaxAge = olderAge
	}
	return d, err
}
