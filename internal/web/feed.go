package web

import (
	"net/http"
	"path"
	"strings"

	"tributary/internal/publish"
)

// feed sends one representation of a feed.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	file := r.PathValue("file")
	ext := strings.TrimPrefix(path.Ext(file), ".")
	name := strings.TrimSuffix(file, "."+ext)
	snap := s.current.Load()
	if ext == "" {
		if !s.known(snap, name) {
			return s.missing(snap, name)
		}
		http.Redirect(w, r, basePath(snap.Site.URL)+"/feeds/"+name+"/", http.StatusPermanentRedirect)
		return nil
	}
	d := s.Shelf.Document(name, ext)
	if d == nil {
		return s.missing(snap, name)
	}
	return s.sendFeed(w, r, d)
}

func (s *Server) known(snap *Snapshot, name string) bool {
	for _, f := range snap.Feeds {
		if f.Name == name {
			return true
		}
	}
	return false
}

// missing answers for a feed that is not there: gone when it once was,
// unavailable while it is being made.
func (s *Server) missing(snap *Snapshot, name string) error {
	switch {
	case snap.Gone[name]:
		return gone("feed")
	case s.known(snap, name) && s.Shelf.Edition(name) == nil:
		return &status{http.StatusServiceUnavailable, "feed"}
	}
	return notFound("feed")
}

// sendFeed sends a document for programs: any script may read it, no browser
// runs anything in it.
func (s *Server) sendFeed(w http.ResponseWriter, r *http.Request, d *publish.Document) error {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Last-Modified")
	h.Set("Content-Security-Policy", feedCSP)
	h.Set("X-Content-Type-Options", "nosniff")
	return s.send(w, r, d)
}

// twin sends the HTML twin of a feed.
func (s *Server) twin(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	d := s.Shelf.Document(name, "")
	if d == nil {
		return s.missing(s.current.Load(), name)
	}
	pageHeader(w.Header())
	return s.send(w, r, d)
}

// opml sends the list of all public sources.
func (s *Server) opml(w http.ResponseWriter, r *http.Request) error {
	return s.sendFeed(w, r, s.current.Load().Sources)
}

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return word(w, http.StatusOK, "ok")
}

// readyz says whether every feed can be served.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) error {
	for _, f := range s.current.Load().Feeds {
		if s.Shelf.Edition(f.Name) == nil {
			return word(w, http.StatusServiceUnavailable, "starting")
		}
	}
	return word(w, http.StatusOK, "ready")
}

func word(w http.ResponseWriter, code int, text string) error {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text + "\n")) // a probe that left needs no answer
	return nil
}
