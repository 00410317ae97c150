package web

import (
	"io"
	"net/http"

	"tributary/internal/page"
)

// feedSources sends the page that lists the sources of a public feed.
func (s *Server) feedSources(w http.ResponseWriter, r *http.Request) error {
	f, err := s.published(r.PathValue("name"))
	if err != nil {
		return err
	}
	snap := s.current.Load()
	v := &page.SourcesView{Site: snap.Site, Feed: f}
	for _, source := range snap.Public {
		if f.Selects(source) {
			v.Sources = append(v.Sources, source)
		}
	}
	return s.sendPage(w, r, snap.Theme, func(out io.Writer) error { return snap.Theme.Sources(out, v) })
}
