// Package web answers HTTP requests: it serves the feeds from the shelf and renders the pages for
// people. routes.go lists all routes.
//
// A [Server] answers from its current [Snapshot] of the configuration and from two shelves of
// rendered documents ([publish.Shelf]), one for public and one for private feeds. A feed is sent as
// it was rendered, so the cost of a request does not grow with the feed, and it never reaches the
// database. Pages that do read the database pass a limit on concurrent requests (overload.go). The
// base URL of every link comes from the configuration, never from the request.
//
// No request changes anything, except those of WebSub: deliveries from hubs that we subscribe to,
// and subscriptions to our own hub.
//
// Private feeds are served below the token of each subscriber (private.go). The same handlers answer
// for them and for everybody; all that they can reach is in the [scope] of the request (scope.go).
//
// Handlers return errors. A single place (Server.answer) turns them into responses; details go to
// the log and not to the visitor.
//
// Caching, validators and content negotiation follow RFC 9110 and RFC 9111.
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
	"sync"
	"sync/atomic"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
	"tributary/internal/search"
)

// Views is the part of the store that pages read.
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

// Snapshot is the configuration that the pages show. It is never modified; a reload replaces it.
type Snapshot struct {
	Site         news.Site
	Theme        *page.Theme       // nil is the built-in one
	Feeds        []news.Feed       // the public ones
	Private      []news.Feed       // the others
	Gone         map[string]bool   // names of feeds that are no longer public
	Moved        map[string]string // former names of public feeds, and their present ones
	Sources      *publish.Document // OPML of all public sources
	Public       []news.Source     // those sources, and public ones whose address the OPML omits
	Read         func() (read, total int)
	Names        func() []search.SourceName          // of all public sources
	PrivateNames func(news.Feed) []search.SourceName // of private sources that a private feed selects

	everybody   *scope
	subscribers map[string]*scope   // by the name of the private feed
	sites       map[string][]string // names of Public, by the site that publishes their entries
}

// Server answers requests. Its fields must be set before it is used.
type Server struct {
	Shelf *publish.Shelf
	Views Views

	Private *publish.Shelf // of private feeds, with the mask in place of tokens
	Mask    string         // see publish.Publisher
	Tokens  *Tokens        // of those who may read private feeds

	Readers *Readers     // counts the readers of feeds; nil counts nobody
	Push    http.Handler // answers hubs; the path value "id" identifies our subscription
	Hub     http.Handler // our own hub; nil if there is none
	Now     func() time.Time
	Log     *slog.Logger

	patience time.Duration // how long a client may stall; 0 means idleWrite
	asking   visitors      // limits questions that read the store
	within   time.Duration // time limit of a search; 0 means search.Patience
	searches semaphore
	days     storyDays
	current  atomic.Pointer[Snapshot]
	gate     *gate
	packers  sync.Pool // of *gzip.Writer, which are reused
}

// Show makes snap the configuration that is served.
func (s *Server) Show(snap *Snapshot) {
	own := *snap
	own.everybody, own.subscribers = s.publicScope(snap), map[string]*scope{}
	for _, f := range snap.Private {
		own.subscribers[f.Name] = s.privateScope(snap, f)
	}
	own.sites = sitesOf(snap.Public)
	s.current.Store(&own)
}

// Handler returns the handler of all public routes. Show must be called before it serves requests.
func (s *Server) Handler() http.Handler {
	if s.gate == nil {
		s.gate = newGate()
	}
	s.searches = make(semaphore, maxSearches)
	return s.routes()
}

// status is an error that becomes a response: a status code and the kind of thing it is about.
type status struct {
	code  int
	thing string
}

func (e *status) Error() string { return http.StatusText(e.code) + ": " + e.thing }

func notFound(thing string) error { return &status{http.StatusNotFound, thing} }
func gone(thing string) error     { return &status{http.StatusGone, thing} }

// moved is an error that redirects to the present name of a feed.
type moved struct{ from, to string }

func (e *moved) Error() string { return "moved: feed " + e.from + " is " + e.to }

// toFeed redirects to the same document of a feed under its present name.
func (s *Server) toFeed(w http.ResponseWriter, r *http.Request, m *moved) {
	to := url.URL{Path: s.current.Load().everybody.base + "/feeds/" + m.to + strings.TrimPrefix(r.URL.Path, "/feeds/"+m.from), RawQuery: r.URL.RawQuery}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.Redirect(w, r, to.String(), http.StatusPermanentRedirect)
}

const allowed = "GET, HEAD, OPTIONS"

// handler answers a request within its scope, or returns an error for Server.fail.
type handler func(http.ResponseWriter, *http.Request, *scope) error

// public wraps a handler for everybody.
func (s *Server) public(f handler) http.Handler {
	return s.answer(preflight, func(w http.ResponseWriter, r *http.Request) error {
		return f(w, r, s.current.Load().everybody)
	})
}

// answer wraps a handler for reading. It refuses other methods, turns errors into pages, sets a
// write deadline and sends a Content-Security-Policy that forbids everything unless f replaces it.
func (s *Server) answer(options func(http.ResponseWriter), f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.extendDeadline(w)
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

// delegate wraps a WebSub handler. WebSub is the only protocol that sends us request bodies. If h
// is nil, the answer is not found.
func (s *Server) delegate(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.extendDeadline(w)
		if h == nil {
			s.fail(w, r, notFound("page"))
			return
		}
		h.ServeHTTP(w, r)
	})
}

// preflight answers a CORS preflight request (Fetch Standard): any script may read a feed.
func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Allow", allowed)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since, Cache-Control")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// fail sends an error page. An error that is not a status is our own fault: it is logged, and the
// visitor only learns that it happened.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if to, ok := errors.AsType[*moved](err); ok {
		s.toFeed(w, r, to)
		return
	}
	st, ok := errors.AsType[*status](err)
	if !ok {
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

// apologise sends an error page. It is compressed like any other, because readers request
// a feed for years after it is gone.
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
		_ = s.pack(&packed, func(z io.Writer) error { _, err := z.Write(body); return err }) // a bytes.Buffer does not fail
		body = packed.Bytes()
		h.Set("Content-Encoding", publish.Gzip)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		_, _ = (&patient{s: s, w: w}).Write(body) // an error means that the client has left
	}
}

// printedPath returns a path as it may be logged, without a token.
func printedPath(path string) string {
	before, rest, private := strings.Cut(path, "/private/")
	if !private {
		return path
	}
	_, file, _ := strings.Cut(rest, "/")
	return before + "/private/…/" + file
}

// pageHeader sets the header fields that every page for people carries.
func pageHeader(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
}
