package web

import (
	"net/http"

	"tributary/internal/page"
)

// routes maps every public path to its handler.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", s.get(s.costly(s.front)))
	mux.Handle("/feeds/{file}", s.get(s.feed)) // NAME.atom .rss .json .opml; NAME redirects to NAME/
	mux.Handle("/feeds/{name}/{$}", s.get(s.twin))
	mux.Handle("/feeds/{name}/sources", s.get(s.costly(s.feedSources)))
	mux.Handle("/feeds/{name}/archive/{page}", s.get(s.costly(s.archive))) // PAGE.atom .json
	mux.Handle("/feeds/{name}/older/{part}", s.get(s.costly(s.older)))     // SEQUENCE, SEQUENCE.atom .rss .json
	mux.Handle("/search", s.get(s.search))
	for _, ext := range searchFormats { // of one feed: /feeds/NAME.atom?q=
		mux.Handle("/search."+ext, s.get(func(w http.ResponseWriter, r *http.Request) error { return s.searchFeed(w, r, "", ext) }))
	}
	mux.Handle("/sources.opml", s.get(s.opml))
	mux.Handle("/stories/{key}", s.get(s.costly(s.story)))
	mux.Handle("/sources/{name}", s.get(s.costly(s.source)))
	mux.Handle("/why", s.get(s.costly(s.why)))
	mux.Handle("/private/{token}/{file}", s.private(s.privateFile)) // as /feeds/, for holders of a token
	mux.Handle("/private/{token}/{name}/{$}", s.private(s.privateTwin))
	mux.Handle("/private/{token}/{name}/archive/{page}", s.privateCostly(s.privateArchive))
	mux.Handle("/private/{token}/{name}/older/{part}", s.privateCostly(s.privateOlder))
	mux.Handle("/private/{token}/search", s.private(s.privateSearch)) // as a feed: /private/TOKEN/NAME.atom?q=
	mux.Handle("/private/{token}/stories/{key}", s.privateCostly(s.privateStory))
	mux.Handle("/private/", s.private(s.nothingPrivate))
	mux.Handle("/hub", s.delegate(s.Hub))          // POST subscribes to a feed of ours
	mux.Handle("/websub/{id}", s.delegate(s.Push)) // GET confirms a subscription, POST delivers
	mux.Handle(page.IconPath, s.get(s.icon))
	mux.Handle("/healthz", s.get(s.healthz))
	mux.Handle("/readyz", s.get(s.readyz))
	mux.Handle("/", s.get(func(http.ResponseWriter, *http.Request) error { return notFound("page") }))
	return s.underBase(mux)
}
