package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
)

// feed sends one representation of a feed.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	allowScripts(w.Header())
	name, ext, dotted := strings.Cut(r.PathValue("file"), ".")
	switch {
	case !dotted:
		return s.toTwin(w, r, name)
	case ext == "":
		return notFound("feed")
	}
	if searchable(ext) && typed(r, "q") != "" {
		return s.searchFeed(w, r, name, ext)
	}
	d, err := s.document(name, ext)
	if err != nil {
		return err
	}
	if s.Readers != nil && ext != "opml" {
		s.Readers.Note(s.current.Load().names[name].ID, ext, r)
	}
	return s.send(w, r, d)
}

// toTwin redirects /feeds/NAME to /feeds/NAME/.
func (s *Server) toTwin(w http.ResponseWriter, r *http.Request, name string) error {
	if _, err := s.document(name, ""); err != nil {
		return err
	}
	http.Redirect(w, r, s.current.Load().base+"/feeds/"+name+"/", http.StatusPermanentRedirect)
	return nil
}

// twin sends the HTML page of a feed. For a static site it is rendered anew, since the page on the
// shelf is not static.
func (s *Server) twin(w http.ResponseWriter, r *http.Request) error {
	d, err := s.document(r.PathValue("name"), "")
	snap, shown := s.current.Load(), s.Shelf.Edition(r.PathValue("name"))
	if snap.Site.Static && err == nil && shown != nil {
		e := *shown
		e.Site.Static = true
		d, err = publish.Render(&e, "", snap.Theme)
	}
	if err != nil {
		return err
	}
	pageHeader(w.Header(), d.Policy)
	return s.send(w, r, d)
}

// document returns one representation of a public feed, or an error that says why there is none.
func (s *Server) document(name, ext string) (*publish.Document, error) {
	if _, err := s.published(name); err != nil {
		return nil, err
	}
	if d := s.Shelf.Document(name, ext); d != nil {
		return d, nil
	}
	if s.Shelf.Edition(name) == nil {
		return nil, &status{http.StatusServiceUnavailable, "feed"} // it is being made
	}
	return nil, notFound("feed")
}

// published returns the public feed with the name, or an error that says why there is none.
func (s *Server) published(name string) (news.Feed, error) {
	snap := s.current.Load()
	if to := snap.Moved[name]; to != "" {
		return news.Feed{}, &moved{name, to}
	}
	if snap.Gone[name] {
		return news.Feed{}, gone("feed")
	}
	f, ok := snap.names[name]
	if !ok {
		return f, notFound("feed")
	}
	return f, nil
}

// allowScripts lets scripts of any origin read the response (CORS).
func allowScripts(h http.Header) {
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Access-Control-Expose-Headers"] = exposed
}

// opml sends the OPML list of all public sources.
func (s *Server) opml(w http.ResponseWriter, r *http.Request) error {
	allowScripts(w.Header())
	return s.send(w, r, s.current.Load().Sources)
}

// icon sends the icon of the pages.
func (s *Server) icon(w http.ResponseWriter, r *http.Request) error {
	d := publish.NewDocument("icon.svg", "image/svg+xml", page.Icon())
	d.MaxAge = 24 * time.Hour
	return s.send(w, r, d)
}

// healthz reports that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return sendWord(w, http.StatusOK, "ok")
}

// readyz reports whether every feed can be served.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) error {
	snap := s.current.Load()
	if !holds(s.Shelf, snap.Feeds) || !holds(s.Private, snap.Private) {
		return sendWord(w, http.StatusServiceUnavailable, "starting")
	}
	return sendWord(w, http.StatusOK, "ready")
}

// holds reports whether all feeds are on the shelf.
func holds(shelf *publish.Shelf, feeds []news.Feed) bool {
	return !slices.ContainsFunc(feeds, func(f news.Feed) bool { return shelf.Edition(f.Name) == nil })
}

func sendWord(w http.ResponseWriter, code int, text string) error {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text + "\n")) // a probe that has left needs no answer
	return nil
}
