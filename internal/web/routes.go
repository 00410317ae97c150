package web

import (
	"net/http"

	"tributary/internal/page"
	"tributary/internal/publish"
)

// routes maps every public path to its handler.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	s.shared(mux, "", "/feeds", s.public)
	s.shared(mux, "/private/{token}", "/private/{token}", s.private)
	mux.Handle("/private/", s.private(nothing))
	mux.Handle("/private", s.private(nothing)) // else the mux redirects it
	mux.Handle("/{$}", s.public(s.costly(s.front)))
	for _, ext := range publish.FeedFormats() { // of one feed: /feeds/NAME.atom?q=
		mux.Handle("/search."+ext, s.public(func(w http.ResponseWriter, r *http.Request, sc *scope) error { return s.searchFeed(w, r, sc, "", ext) }))
	}
	mux.Handle("/feeds/{name}/sources", s.public(s.costly(s.feedSources)))
	mux.Handle("/sources.opml", s.public(s.opml))
	mux.Handle("/sources/{name}", s.public(s.costly(s.source)))
	mux.Handle("/why", s.public(s.costly(s.why)))
	for _, page := range []string{"/feeds/{name}/sources", "/sources/{name}", "/search", "/why"} {
		mux.Handle(page+"/{$}", s.public(withoutSlash))
	}
	mux.Handle("/hub", s.delegate(s.Hub))          // POST subscribes to a feed of ours
	mux.Handle("/websub/{id}", s.delegate(s.Push)) // GET confirms a subscription, POST delivers
	mux.Handle(page.IconPath, s.public(s.icon))
	mux.Handle("/healthz", s.public(s.healthz))
	mux.Handle("/readyz", s.public(s.readyz))
	mux.Handle("/", s.public(nothing))
	return s.underBase(mux)
}

// shared adds the routes that everybody and the subscribers of private feeds have alike: those of
// the site below root, and those of feeds below feeds.
func (s *Server) shared(mux *http.ServeMux, root, feeds string, wrap func(handler) http.Handler) {
	mux.Handle(feeds+"/{file}", wrap(s.feed)) // NAME.atom .rss .json .opml; NAME redirects to NAME/
	mux.Handle(feeds+"/{name}/{$}", wrap(s.twin))
	mux.Handle(feeds+"/{name}/archive/{page}", wrap(s.costly(s.archive))) // PAGE.atom .json
	mux.Handle(feeds+"/{name}/older/{part}", wrap(s.costly(s.older)))     // SEQUENCE, SEQUENCE.atom .rss .json
	mux.Handle(root+"/stories/{key}", wrap(s.costly(s.story)))
	mux.Handle(root+"/stories/{key}/{$}", wrap(withoutSlash))
	mux.Handle(root+"/search", wrap(s.search)) // as a feed: NAME.atom?q=
}

// nothing answers every other address.
func nothing(http.ResponseWriter, *http.Request, *scope) error { return notFound("page") }
