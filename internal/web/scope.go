package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
	"tributary/internal/search"
)

// Everybody and the subscribers of private feeds are served by the same handlers. What differs is
// the scope of a request. Handlers reach feeds, stories and documents only through it, so none can
// give a reader what is meant for others.

// scope is what a request may see of the site. It is not modified once it is in use.
type scope struct {
	site     news.Site // its Token is the secret of the request
	base     string    // path of the public URL, "" or "/river"
	theme    *page.Theme
	audience news.Audience
	feeds    []news.Feed                // served here
	named    map[string]*news.Feed      // feeds by name
	gone     map[string]bool            // names of feeds that are no longer served here
	moved    map[string]string          // former names of feeds, and their present ones
	known    []news.Feed                // feeds, and all that everybody knows
	shelf    *publish.Shelf             // of the documents of feeds
	sources  func() []search.SourceName // that a search may name
	private  bool                       // served to holders of a token only
	token    news.Token                 // of the request
}

// publicScope returns what everybody may see.
func (s *Server) publicScope(snap *Snapshot) *scope {
	return &scope{
		site: snap.Site, base: basePath(snap.Site.URL), theme: snap.Theme, audience: news.Everybody,
		feeds: snap.Feeds, named: byName(snap.Feeds), gone: snap.Gone, moved: snap.Moved, known: snap.Feeds,
		shelf: s.Shelf, sources: snap.Names,
	}
}

// privateScope returns what the subscribers of a private feed may see; see [Server.subscribed].
func (s *Server) privateScope(snap *Snapshot, f news.Feed) *scope {
	sc := &scope{
		site: snap.Site, base: basePath(snap.Site.URL), theme: snap.Theme, audience: f.Audience(),
		feeds: []news.Feed{f}, named: byName([]news.Feed{f}), known: append(slices.Clone(snap.Feeds), f),
		shelf: s.Private, private: true, sources: func() []search.SourceName { return slices.Concat(snap.Names(), snap.PrivateNames(f)) },
	}
	sc.site.Hub = "" // a topic URL would reveal the token
	return sc
}

func byName(feeds []news.Feed) map[string]*news.Feed {
	names := make(map[string]*news.Feed, len(feeds))
	for i := range feeds {
		names[feeds[i].Name] = &feeds[i]
	}
	return names
}

// feed returns the feed with the name, or an error that says why there is none.
func (sc *scope) feed(name string) (*news.Feed, error) {
	if to := sc.moved[name]; to != "" {
		return nil, &moved{name, to}
	}
	if sc.gone[name] {
		return nil, gone("feed")
	}
	if f := sc.named[name]; f != nil {
		return f, nil
	}
	return nil, notFound("feed")
}

// document returns one representation of a feed, or an error that says why there is none.
func (sc *scope) document(f *news.Feed, ext string) (*publish.Document, error) {
	if d := sc.shelf.Document(f.Name, ext); d != nil {
		return d, nil
	}
	if sc.shelf.Edition(f.Name) == nil {
		return nil, &status{http.StatusServiceUnavailable, "feed"} // it is being made
	}
	return nil, notFound("feed")
}

// holds reports whether the shelf has every feed.
func (sc *scope) holds() bool {
	return !slices.ContainsFunc(sc.feeds, func(f news.Feed) bool { return sc.shelf.Edition(f.Name) == nil })
}

// local returns the site for redirects: its addresses are paths, whatever host the request came by.
func (sc *scope) local() news.Site {
	site := sc.site
	site.URL = sc.base
	return site
}

// feedPath returns the path of one representation of a feed.
func (sc *scope) feedPath(f *news.Feed, ext string) string {
	return news.Edition{Site: sc.local(), Feed: *f}.URL(ext)
}

// allowScripts lets scripts of any origin read the response (CORS) unless it is private.
func (sc *scope) allowScripts(h http.Header) {
	if !sc.private {
		h["Access-Control-Allow-Origin"] = anyOrigin
		h["Access-Control-Expose-Headers"] = exposed
	}
}

// cacheControl returns the Cache-Control value of a response (RFC 9111, RFC 8246).
func (sc *scope) cacheControl(age time.Duration, immutable bool) string {
	seconds := strconv.Itoa(int(age.Seconds()))
	switch {
	case sc.private:
		return "private, must-revalidate, max-age=" + seconds
	case immutable:
		return "public, max-age=" + seconds + ", immutable"
	}
	return "public, max-age=" + seconds
}

// feedsOf returns the known feeds that show a story at present.
func (sc *scope) feedsOf(pubs []news.Publication) []news.Feed {
	standing := slices.DeleteFunc(slices.Clone(pubs), func(p news.Publication) bool { return p.Removed })
	return sc.everyFeedOf(standing)
}

// everyFeedOf returns the known feeds that the Publications belong to.
func (sc *scope) everyFeedOf(pubs []news.Publication) []news.Feed {
	return slices.DeleteFunc(slices.Clone(sc.known), func(f news.Feed) bool {
		return !slices.ContainsFunc(pubs, func(p news.Publication) bool { return p.FeedID == f.ID })
	})
}

// extent returns how much of a story the most generous known feed shows.
func (sc *scope) extent(pubs []news.Publication) news.Extent {
	feeds := sc.everyFeedOf(pubs)
	for _, extent := range []news.Extent{news.Full, "", news.SummaryOnly, news.LinkOnly} {
		if slices.ContainsFunc(feeds, func(f news.Feed) bool { return f.Content == extent }) {
			return extent
		}
	}
	return news.Full
}
