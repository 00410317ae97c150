package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// The past of a feed. Its pages lie in the database, as they were closed; what
// came before a Publication is rendered when somebody asks.
const (
	archiveAge = 24 * time.Hour   // a page is replaced only when it must not name something any more: then soon
	olderAge   = 10 * time.Minute // what came before a Publication hardly changes
)

// archive sends a closed page. The one that is closed next leads to the live
// document until then: the last one names it already.
func (s *Server) archive(w http.ResponseWriter, r *http.Request) error {
	forScripts(w.Header())
	name := r.PathValue("name")
	f, err := s.published(name)
	if err != nil {
		return err
	}
	number, ext, _ := strings.Cut(r.PathValue("page"), ".")
	part, ok := news.ParsePage(number)
	if !ok || !publish.IsPageFormat(ext) {
		return notFound("page")
	}
	page, err := s.Views.PageDocument(r.Context(), f.ID, part, ext)
	switch {
	case err != nil:
		return err
	case page == nil:
		return s.toLive(w, r, f, part, ext)
	case page.Gone:
		return gone("page")
	}
	return s.sendPacked(w, r, page)
}

// toLive leads from the page that is closed next to the live document.
func (s *Server) toLive(w http.ResponseWriter, r *http.Request, f news.Feed, part news.Part, ext string) error {
	e := s.Shelf.Edition(f.Name)
	if e == nil || e.Prev.Page == 0 || e.Prev.Next() != part {
		return notFound("page")
	}
	w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int(olderAge.Seconds())))
	http.Redirect(w, r, s.current.Load().base+"/feeds/"+f.Name+"."+ext, http.StatusTemporaryRedirect)
	return nil
}

// sendPacked sends a page as it is stored, unpacked only for those who cannot.
func (s *Server) sendPacked(w http.ResponseWriter, r *http.Request, page *news.PageDocument) error {
	d := &publish.Document{
		ContentType: publish.ContentType(page.Format), ETag: page.ETag, Modified: page.Modified, MaxAge: archiveAge, Immutable: true,
		Variants: []publish.Variant{{Coding: publish.Gzip, Body: page.Packed, ETag: publish.VariantTag(page.ETag, publish.Gzip)}},
	}
	if choose(r.Header["Accept-Encoding"], d.Variants) == nil && precondition(r.Header, d) == http.StatusOK {
		var err error
		if d.Body, err = publish.Unpack(page.Packed, page.Length); err != nil {
			return err
		}
	}
	return s.send(w, r, d)
}

// older sends what came before a Publication.
func (s *Server) older(w http.ResponseWriter, r *http.Request) error {
	f, err := s.published(r.PathValue("name"))
	if err != nil {
		return err
	}
	number, ext, dotted := strings.Cut(r.PathValue("part"), ".")
	before, err := strconv.ParseInt(number, 10, 64)
	if err != nil || before <= 0 || strconv.FormatInt(before, 10) != number || dotted != (publish.ContentType(ext) != "" && ext != "") {
		return notFound("page")
	}
	snap := s.current.Load()
	e, err := s.Views.Older(r.Context(), snap.Site, f, before)
	if err != nil {
		return err
	}
	if len(e.Shown) == 0 {
		return notFound("page")
	}
	e.TTL = olderAge
	d, err := publish.Render(e, ext, snap.Theme)
	if err != nil {
		return err
	}
	if ext == "" {
		pageHeader(w.Header(), d.Policy)
	} else {
		forScripts(w.Header())
	}
	return s.sendMade(w, r, d, olderAge)
}
