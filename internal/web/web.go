// Package web answers HTTP requests: the feeds from the shelf, and the few
// pages for people. routes.go is the map of it.
//
// A feed is sent as it was rendered, so a request costs no work that grows with
// the feed and never reaches the database. The base URL of every link comes
// from the configuration, never from a request. No request changes anything,
// but those of WebSub: of hubs that push to us, and of subscribers at ours. What is
// private stands below the token of each who may read it (private.go) and on a shelf
// of its own, which no public route knows.
//
// Handlers return errors; one place (get) turns them into a response and hides
// the details, which go to the log.
package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
	"tributary/internal/search"
)

// Views is what the pages need of the store.
type Views interface {
	State(ctx context.Context, name string) (*news.SourceState, error)
	Latest(ctx context.Context, source int64, limit int) ([]news.Placement, error)
	StoryEntries(ctx context.Context, a news.Audience, key string) (entries []news.Placement, known bool, err error)
	Digest(ctx context.Context, a news.Audience, key string) (*news.Digest, error)
	RelatedPages(ctx context.Context, a news.Audience, story int64) ([]news.Placement, error)
	AliasOf(ctx context.Context, a news.Audience, key string) (string, error)
	Older(ctx context.Context, site news.Site, f news.Feed, before int64) (*news.Edition, error)
	PageDocument(ctx context.Context, feed int64, p news.Part, format string) (*news.PageDocument, error)
	SourceDays(ctx context.Context, source int64, days int, now time.Time) ([]news.SourceDay, error)
	StoryDays(ctx context.Context, days int, now time.Time) ([]news.StoryDay, error)
	WaitsUntil(ctx context.Context, f news.Feed, story int64, now time.Time) (time.Time, error)
	PublicEntries(ctx context.Context, ids []int64) (map[int64]news.Shown, error)
	FindPublic(ctx context.Context, canonical, guid, key string) ([]news.Placement, error)
	Search(ctx context.Context, r search.Request) (*search.Result, error)
}

// Snapshot is the configuration that the pages show. It is never changed; a
// reload brings another.
type Snapshot struct {
	Site    news.Site
	Theme   *page.Theme       // nil is the built-in one
	Feeds   []news.Feed       // the public ones
	Private []news.Feed       // the others
	Gone    map[string]bool   // names of feeds that are no longer public
	Moved   map[string]string // names that public feeds had before, and their present ones
	Sources *publish.Document // OPML of all public sources
	Public  []news.Source     // those sources, and public ones whose address OPML leaves out
	Read    func() (read, total int)
	Names   func() []search.SourceName          // of all public sources; nil for none
	Inner   func(news.Feed) []search.SourceName // of the others that a private feed selects; nil for none

	base    string               // path of the public URL, "" or "/river"
	names   map[string]news.Feed // Feeds by name
	private map[string]news.Feed // and Private
	sites   map[string][]string  // names of Public, by the site that their entries are of
}

// Server answers requests. Its fields are set once.
type Server struct {
	Shelf *publish.Shelf
	Views Views

	Private *publish.Shelf // of private feeds, masked
	Mask    string         // see publish.Publisher
	Tokens  *Tokens        // who may read them

	Readers *Readers     // who asked for feeds; nil counts nobody
	Push    http.Handler // answers hubs; the path value "id" names what we asked for
	Hub     http.Handler // is our hub; nil: there is none
	Now     func() time.Time
	Log     *slog.Logger

	patience time.Duration // with slow clients; 0 is idleWrite
	asking   visitors      // who asks what costs a look into the store
	within   time.Duration // how much a search may take; 0 is search.Patience
	searches turns
	days     storyDays
	current  atomic.Pointer[Snapshot]
	gate     *gate
}

// Show makes a snapshot the one that is served.
func (s *Server) Show(snap *Snapshot) {
	own := *snap
	own.base = basePath(snap.Site.URL)
	own.names, own.private = byName(snap.Feeds), byName(snap.Private)
	own.sites = sitesOf(snap.Public)
	s.current.Store(&own)
}

func byName(feeds []news.Feed) map[string]news.Feed {
	names := make(map[string]news.Feed, len(feeds))
	for _, f := range feeds {
		names[f.Name] = f
	}
	return names
}

// Handler returns the handler of all public routes. Show must have been called
// before it is used.
func (s *Server) Handler() http.Handler {
	if s.gate == nil {
		s.gate = newGate()
	}
	s.searches = make(turns, maxSearches)
	return s.routes()
}

// status is an error that is a response: a code with the thing it is about.
type status struct {
	code  int
	thing string
}

func (e *status) Error() string { return http.StatusText(e.code) + ": " + e.thing }

func notFound(thing string) error { return &status{http.StatusNotFound, thing} }
func gone(thing string) error     { return &status{http.StatusGone, thing} }

// moved is an error that leads to the present name of a feed.
type moved struct{ from, to string }

func (e *moved) Error() string { return "moved: feed " + e.from + " is " + e.to }

// toFeed leads to the same document of a feed under its present name.
func (s *Server) toFeed(w http.ResponseWriter, r *http.Request, m *moved) {
	to := url.URL{Path: s.current.Load().base + "/feeds/" + m.to + strings.TrimPrefix(r.URL.Path, "/feeds/"+m.from), RawQuery: r.URL.RawQuery}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.Redirect(w, r, to.String(), http.StatusPermanentRedirect)
}

const allowed = "GET, HEAD, OPTIONS"

// get wraps a handler for reading what is public.
func (s *Server) get(f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return s.answer(preflight, f)
}

// answer wraps a handler for reading: other methods are refused, errors become
// pages, and every response has a deadline and forbids browsers everything.
func (s *Server) answer(options func(http.ResponseWriter), f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.extend(w)
		h := w.Header()
		h["Content-Security-Policy"] = noPolicy
		h["X-Content-Type-Options"] = noSniff
		var err error
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			err = f(w, r)
		case http.MethodOptions:
			options(w)
		default:
			w.Header().Set("Allow", allowed)
			err = &status{http.StatusMethodNotAllowed, "page"}
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// delegate wraps a handler of WebSub, the one protocol that sends us bodies; nil is
// not found.
func (s *Server) delegate(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.extend(w)
		if h == nil {
			s.fail(w, r, notFound("page"))
			return
		}
		h.ServeHTTP(w, r)
	})
}

// preflight answers browsers that ask whether a script may read a feed
// (Fetch Standard, CORS-preflight).
func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Allow", allowed)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since, Cache-Control")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// fail sends the page of an error. What is not a status is our own fault: the
// log has it, the visitor only learns that it happened.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if to := (*moved)(nil); errors.As(err, &to) {
		s.toFeed(w, r, to)
		return
	}
	var st *status
	if !errors.As(err, &st) {
		if r.Context().Err() == nil {
			s.Log.Error("request", "method", r.Method, "path", printedPath(r.URL.Path), "error", err)
		}
		st = &status{http.StatusInternalServerError, "page"}
	}
	var b bytes.Buffer
	snap := s.current.Load()
	if err := snap.Theme.Message(&b, &page.MessageView{Site: snap.Site, Status: st.code, Thing: st.thing}); err != nil {
		s.Log.Error("error page", "error", err)
	}
	s.apologise(w, r, snap.Theme.CSP(), st.code, b.Bytes())
}

// apologise sends a page that says what is wrong. It is packed like any other, because
// readers ask for a feed that is gone for years.
func (s *Server) apologise(w http.ResponseWriter, r *http.Request, policy string, code int, body []byte) {
	h := w.Header()
	pageHeader(h, policy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Encoding")
	if code == http.StatusServiceUnavailable || code == http.StatusTooManyRequests {
		h.Set("Retry-After", "10")
	}
	if choose(r.Header["Accept-Encoding"], []publish.Variant{{Coding: publish.Gzip}}) != nil {
		var packed bytes.Buffer
		pack(&packed, func(z io.Writer) { _, _ = z.Write(body) }) // memory takes it
		body = packed.Bytes()
		h.Set("Content-Encoding", publish.Gzip)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		s.write(w, body)
	}
}

// printedPath is a path as a log may hold it: without a token.
func printedPath(path string) string {
	before, rest, private := strings.Cut(path, "/private/")
	if !private {
		return path
	}
	_, file, _ := strings.Cut(rest, "/")
	return before + "/private/…/" + file
}

// pageHeader sets what every page for people carries.
func pageHeader(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
}
