package web

import "net/http"

// routes is the map of the public API.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", s.get(s.front))
	mux.Handle("/feeds/{file}", s.get(s.feed)) // NAME.atom .rss .json .opml; NAME leads to NAME/
	mux.Handle("/feeds/{name}/{$}", s.get(s.twin))
	mux.Handle("/sources.opml", s.get(s.opml))
	mux.Handle("/stories/{key}", s.get(s.story))
	mux.Handle("/sources/{name}", s.get(s.source))
	mux.Handle("/private/{token}/{file}", s.private(s.privateFile)) // as /feeds/, for who has a token
	mux.Handle("/private/{token}/{name}/{$}", s.private(s.privateTwin))
	mux.Handle("/private/{token}/stories/{key}", s.private(s.privateStory))
	mux.Handle("/private/", s.private(s.nothingPrivate))
	mux.Handle("/websub/{id}", s.hub()) // GET confirms a subscription, POST delivers
	mux.Handle("/healthz", s.get(s.healthz))
	mux.Handle("/readyz", s.get(s.readyz))
	mux.Handle("/", s.get(func(http.ResponseWriter, *http.Request) error { return notFound("page") }))
	return s.underBase(mux)
}
