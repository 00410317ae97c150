package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/search"
)

// maxSearches is the number of searches that run at once: half of the database connections for
// reading, so that searches never keep other pages waiting. searchQueue is how long a search waits
// for its turn.
const (
	maxSearches = 2
	searchQueue = time.Second
)

// searchRequest is a search that somebody asks for.
type searchRequest struct {
	*scope
	text    string // as typed
	escaped string // as spelled in the address
	query   *search.Query
	in      *news.Feed // nil for all
	result  *search.Result
}

// search sends the result page of a search.
func (s *Server) search(w http.ResponseWriter, r *http.Request, sc *scope) error {
	w.Header().Set("X-Robots-Tag", "noindex")
	name := typed(r, "feed")
	if to := sc.moved[name]; to != "" {
		name = to
	}
	if sc.private { // which opens one feed
		name = sc.feeds[0].Name
	}
	q, err := newSearch(r, sc, name)
	if err != nil {
		return err
	}
	v := q.view()
	v.Best = typed(r, "sort") == "best"
	v.Page = pageNumber(r)
	if q.text != "" {
		err := s.find(r, q, search.Request{Best: v.Best, Limit: page.SearchRows, Offset: (v.Page - 1) * page.SearchRows})
		if err != nil {
			return s.refuse(w, r, q, err)
		}
		v.Query, v.Result = q.query, q.result
	}
	return s.sendPage(w, r, sc, func(out io.Writer) error { return sc.theme.Search(out, v) })
}

// newSearch reads a search from a request, in the feed with the name or in all.
func newSearch(r *http.Request, sc *scope, name string) (*searchRequest, error) {
	q := &searchRequest{scope: sc, text: typed(r, "q")}
	q.escaped = escapedQuery(r.URL.RawQuery, q.text)
	if name == "" {
		return q, nil
	}
	var err error
	q.in, err = sc.feed(name)
	if err == nil && q.in.Kind == news.FeedOfHealth {
		err = notFound("feed") // it has no stories
	}
	return q, err
}

// errBusy means that too many searches are running, errIndexing that the index is being built.
var (
	errBusy     = errors.New("too many searches at once")
	errIndexing = errors.New("the index is being made")
)

// find runs the search when it gets its turn.
func (s *Server) find(r *http.Request, q *searchRequest, request search.Request) error {
	var err error
	if q.query, err = search.Parse(q.text); err != nil {
		return err
	}
	if err := q.query.Resolve(q.sources()); err != nil {
		return err
	}
	if !s.searches.acquire(r.Context(), searchQueue) {
		return errBusy
	}
	defer s.searches.release()
	request.Query, request.Site, request.Feeds, request.Within = q.query, q.site, q.feeds, s.within
	if q.in != nil {
		request.Feeds = []news.Feed{*q.in}
	}
	q.result, err = s.Views.Search(r.Context(), request)
	return err
}

// refuse sends the page of a search that failed because the query is invalid or cannot be answered
// now. The form keeps what was typed.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, q *searchRequest, err error) error {
	v := q.view()
	code := http.StatusServiceUnavailable
	syntax, wrong := errors.AsType[*search.SyntaxError](err)
	switch {
	case wrong:
		code, v.Problem = http.StatusBadRequest, syntax.Problem
	case errors.Is(err, search.ErrTooBroad):
		v.Problem = news.Say("That would take too long just now. Try it again, or with longer or rarer words.")
	case errors.Is(err, errBusy):
		v.Problem = news.Say("Many people search just now. Please try again in a moment.")
	case errors.Is(err, errIndexing):
		v.Problem = news.Say("The search index is being made. This feed comes back when it is whole.")
	default:
		return err
	}
	var b bytes.Buffer
	if err := q.theme.Search(&b, v); err != nil {
		return err
	}
	s.apologise(w, r, q.theme.CSP(), code, b.Bytes())
	return nil
}

func (q *searchRequest) view() *page.SearchView {
	return &page.SearchView{Site: q.site, Feeds: q.feeds, In: q.in, Text: q.text, Address: q.address(), Page: 1}
}

func (q *searchRequest) address() news.Search {
	a := news.Search{Query: q.escaped}
	if q.in != nil {
		a.In = q.in.Name
	}
	return a
}

// typed returns a query parameter, the first if there are several.
func typed(r *http.Request, key string) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return strings.TrimSpace(r.URL.Query().Get(key))
}

// pageNumber returns the number of the page of results that a request asks for, from 1.
func pageNumber(r *http.Request) int {
	n, err := strconv.Atoi(typed(r, "page"))
	if err != nil {
		return 1
	}
	return max(1, min(n, search.MaxRows/page.SearchRows))
}

// escapedQuery returns the query as the address spells it, so that the feed names the very address
// that was subscribed to. It escapes the text anew if the address contains unexpected characters.
func escapedQuery(raw, text string) string {
	for pair := range strings.SplitSeq(raw, "&") {
		if q, ok := strings.CutPrefix(pair, "q="); ok {
			if strings.Trim(q, escapedChars) == "" {
				return q
			}
			break
		}
	}
	return url.QueryEscape(text)
}

// escapedChars are the characters that may occur in an escaped query.
const escapedChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+%*:!"
