package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
	"tributary/internal/search"
)

// searchFormats are the feed formats of search results.
var searchFormats = [...]string{"atom", "rss", "json"}

func searchable(ext string) bool { return slices.Contains(searchFormats[:], ext) }

// searchFeedRows is the maximum number of stories in a search feed.
const searchFeedRows = 100

// robots keeps search results out of other search engines.
var robots = []string{"noindex"}

// searching is one search request.
type searching struct {
	snap    *Snapshot
	site    news.Site   // includes the token of a subscriber
	feeds   []news.Feed // those that may be searched
	text    string      // as typed
	escaped string      // as spelled in the address
	query   *search.Query
	in      *news.Feed // nil for all
	result  *search.Result
}

// searchFeed sends search results as a feed, from one feed or from all. It creates no Publications:
// the items are those of the feeds, with their ids.
func (s *Server) searchFeed(w http.ResponseWriter, r *http.Request, name, ext string) error {
	allowScripts(w.Header())
	w.Header()["X-Robots-Tag"] = robots
	one, err := s.searching(r, name)
	if err != nil {
		return err
	}
	d, err := s.foundFeed(r, one, ext)
	if err != nil {
		return s.refuse(w, r, one, err)
	}
	if s.Readers != nil {
		s.Readers.Note(0, ext, r)
	}
	return s.send(w, r, d)
}

// foundFeed renders search results as a feed.
func (s *Server) foundFeed(r *http.Request, one *searching, ext string) (*publish.Document, error) {
	if one.text == "" {
		return nil, &search.SyntaxError{Problem: news.Say("say what to search for: %s", one.site.SearchURL(news.Search{Query: "verkehr"}, ext))}
	}
	err := s.find(r, one, search.Request{Limit: searchFeedRows})
	if err == nil && one.result.Partial { // a feed cannot say that results are missing
		err = errIndexing
	}
	if err != nil {
		return nil, err
	}
	e := one.edition()
	d, err := publish.Render(e, ext, one.snap.Theme)
	if err == nil {
		d.MaxAge = e.TTL
	}
	return d, err
}

// search sends the result page of a search.
func (s *Server) search(w http.ResponseWriter, r *http.Request) error {
	w.Header()["X-Robots-Tag"] = robots
	name := typed(r, "feed")
	if to := s.current.Load().Moved[name]; to != "" {
		name = to
	}
	one, err := s.searching(r, name)
	if err != nil {
		return err
	}
	d, err := s.foundPage(r, one)
	if err != nil {
		return s.refuse(w, r, one, err)
	}
	pageHeader(w.Header(), one.snap.Theme.CSP())
	return s.sendMade(w, r, d, pageAge)
}

// foundPage renders the result page of a search.
func (s *Server) foundPage(r *http.Request, one *searching) (*publish.Document, error) {
	v := one.view()
	v.Best = typed(r, "sort") == "best"
	v.Page = max(1, min(atoi(typed(r, "page")), search.MaxRows/page.SearchRows))
	if one.text != "" {
		err := s.find(r, one, search.Request{Best: v.Best, Limit: page.SearchRows, Offset: (v.Page - 1) * page.SearchRows})
		if err != nil {
			return nil, err
		}
		v.Query, v.Result = one.query, one.result
	}
	return rendered(func(out io.Writer) error { return one.snap.Theme.Search(out, v) })
}

// searching reads a search from a request. A name that is not that of a public feed is an error.
func (s *Server) searching(r *http.Request, name string) (*searching, error) {
	one := s.asked(r)
	one.site, one.feeds = one.snap.Site, one.snap.Feeds
	if name == "" {
		return one, nil
	}
	f, err := s.published(name)
	one.in = &f
	return one, err
}

// searchingPrivately reads a search from a request below a token. Only the feed of the token is
// searched.
func (s *Server) searchingPrivately(r *http.Request, g grant) *searching {
	one := s.asked(r)
	one.site, one.feeds, one.in = g.site, []news.Feed{g.feed}, &g.feed
	return one
}

func (s *Server) asked(r *http.Request) *searching {
	one := &searching{snap: s.current.Load(), text: typed(r, "q")}
	one.escaped = escapedQuery(r.URL.RawQuery, one.text)
	return one
}

// errBusy means that too many searches are running, errIndexing that the index is being built.
var (
	errBusy     = errors.New("too many search at once")
	errIndexing = errors.New("the index is being made")
)

// find runs the search when it gets its turn.
func (s *Server) find(r *http.Request, one *searching, request search.Request) error {
	var err error
	if one.query, err = search.Parse(one.text); err != nil {
		return err
	}
	if err := one.query.Resolve(one.names()); err != nil {
		return err
	}
	if !s.searches.acquire(r.Context(), searchQueue) {
		return errBusy
	}
	defer s.searches.release()
	request.Query, request.Site, request.Feeds, request.Within = one.query, one.site, one.feeds, s.within
	if one.in != nil {
		request.Feeds = []news.Feed{*one.in}
	}
	one.result, err = s.Views.Search(r.Context(), request)
	return err
}

// refuse sends the page of a search that failed because the query is invalid or cannot be answered
// now. The form keeps what was typed.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, one *searching, err error) error {
	v := one.view()
	code := http.StatusServiceUnavailable
	var syntax *search.SyntaxError
	switch {
	case errors.As(err, &syntax):
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
	if err := one.snap.Theme.Search(&b, v); err != nil {
		return err
	}
	s.apologise(w, r, one.snap.Theme.CSP(), code, b.Bytes())
	return nil
}

// names returns the names of the sources that the searcher may know of.
func (one *searching) names() (all []search.SourceName) {
	if one.snap.Names != nil {
		all = one.snap.Names()
	}
	if one.in != nil && one.in.Private && one.snap.Inner != nil {
		all = slices.Concat(all, one.snap.Inner(*one.in))
	}
	return all
}

func (one *searching) view() *page.SearchView {
	return &page.SearchView{Site: one.site, Feeds: one.feeds, In: one.in, Text: one.text, Address: one.address(), Page: 1}
}

func (one *searching) address() news.Search {
	a := news.Search{Query: one.escaped}
	if one.in != nil {
		a.In = one.in.Name
	}
	return a
}

// edition returns the results as an edition. Its id derives from the feed searched and the query,
// so it survives a change of the site's address.
func (one *searching) edition() *news.Edition {
	address := one.address()
	e := &news.Edition{Site: one.site, Search: &address, Updated: one.result.Since}
	where := one.site.Title
	if one.in != nil {
		e.Feed, where = *one.in, one.in.Title
		if where == "" {
			where = one.in.Name
		}
	}
	e.Feed.UUID = news.URN("search", e.Feed.UUID, one.query.Text)
	e.Feed.Name = "search"
	e.Feed.Title = one.query.Text
	if where != "" {
		e.Feed.Title += " · " + where
	}
	e.Feed.Description = "What a search finds: " + one.query.Text
	for _, f := range one.result.Found {
		e.Shown = append(e.Shown, f.Shown)
	}
	makeTimesDistinct(e.Shown)
	e.TTL = publish.Rhythm(e.Shown)
	return e
}

// typed returns a query parameter, the first if there are several.
func typed(r *http.Request, key string) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return strings.TrimSpace(r.URL.Query().Get(key))
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 1
	}
	return n
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
