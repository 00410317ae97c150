package web

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tributary/internal/page"
	"tributary/internal/publish"
)

// feed sends one representation of a feed. /feeds/NAME redirects to /feeds/NAME/.
func (s *Server) feed(w http.ResponseWriter, r *http.Request, sc *scope) error {
	sc.allowScripts(w.Header())
	name, ext, dotted := strings.Cut(r.PathValue("file"), ".")
	if dotted && ext == "" {
		return notFound("feed")
	}
	if typed(r, "q") != "" && slices.Contains(publish.FeedFormats(), ext) {
		return s.searchFeed(w, r, sc, name, ext)
	}
	f, err := sc.feed(name)
	if err != nil {
		return err
	}
	d, err := sc.document(f, ext)
	switch {
	case err != nil:
		return err
	case !dotted:
		http.Redirect(w, r, sc.feedPath(f, ""), http.StatusPermanentRedirect)
		return nil
	case ext != "opml":
		s.Readers.Note(f.ID, ext, r)
	}
	return s.send(w, r, sc, d)
}

// twin sends the HTML page of a feed. For a static site it is rendered anew, since the page on the
// shelf is not static.
func (s *Server) twin(w http.ResponseWriter, r *http.Request, sc *scope) error {
	f, err := sc.feed(r.PathValue("name"))
	if err != nil {
		return err
	}
	d, err := sc.document(f, "")
	if err == nil && sc.site.Static {
		e := *sc.shelf.Edition(f.Name)
		e.Site.Static = true
		d, err = publish.Render(&e, "", sc.theme)
	}
	if err != nil {
		return err
	}
	return s.send(w, r, sc, d)
}

// opml sends the OPML list of all public sources.
func (s *Server) opml(w http.ResponseWriter, r *http.Request, sc *scope) error {
	sc.allowScripts(w.Header())
	return s.send(w, r, sc, s.current.Load().Sources)
}

// icon sends the icon of the pages.
func (s *Server) icon(w http.ResponseWriter, r *http.Request, sc *scope) error {
	d := publish.NewDocument("icon.svg", "image/svg+xml", page.Icon())
	d.MaxAge = 24 * time.Hour
	return s.send(w, r, sc, d)
}

// healthz reports that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request, _ *scope) error {
	return sendWord(w, http.StatusOK, "ok")
}

// readyz reports whether every feed can be served.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request, _ *scope) error {
	snap := s.current.Load()
	for _, sc := range append(slices.Collect(maps.Values(snap.subscribers)), snap.everybody) {
		if !sc.holds() {
			return sendWord(w, http.StatusServiceUnavailable, "starting")
		}
	}
	return sendWord(w, http.StatusOK, "ready")
}

func sendWord(w http.ResponseWriter, code int, text string) error {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text + "\n")) // a probe that has left needs no answer
	return nil
}

// feedSources sends the page that lists the sources of a public feed.
func (s *Server) feedSources(w http.ResponseWriter, r *http.Request, sc *scope) error {
	f, err := sc.feed(r.PathValue("name"))
	if err != nil {
		return err
	}
	v := &page.SourcesView{Site: sc.site, Feed: *f}
	for _, source := range s.current.Load().Public {
		if f.Selects(source) {
			v.Sources = append(v.Sources, source)
		}
	}
	return s.sendPage(w, r, sc, func(out io.Writer) error { return sc.theme.Sources(out, v) })
}
