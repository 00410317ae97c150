package web

import (
	"io"
	"net/http"

	"tributary/internal/page"
)

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
