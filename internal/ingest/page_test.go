package ingest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/news"
)

// pageOf returns a page whose article says more than the feed about entry n.
func pageOf(n int) []byte {
	sentence := fmt.Sprintf("The whole text of entry %d goes on and on, as articles do, with commas, clauses, and a point at its end. ", n)
	return []byte("<!doctype html><html><head><title>E</title></head><body><nav><a href=/>Home</a></nav><article><h1>E</h1><p>" +
		strings.Repeat(sentence, 4) + "</p><p>" + strings.Repeat(sentence, 3) + "</p></article></body></html>")
}

// linked returns a feed whose entries link to pages of the upstream.
func (r *rig) linked(from, n int) []byte {
	return []byte(strings.ReplaceAll(string(rss(from, n)), "<link>https://upstream.example/", "<link>"+r.upstream.URL+"/page/"))
}

// pages returns a source that takes its texts from the pages.
func (r *rig) pages() config.Source {
	s := r.feed("/feed")
	s.Content = config.ContentPage
	return r.configure(s)[0]
}

// texts maps the titles of a source's entries to their bodies.
func (r *rig) texts(s config.Source) map[string]string {
	r.t.Helper()
	latest, err := r.db.Latest(r.t.Context(), s.ID, 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	texts := map[string]string{}
	for _, p := range latest {
		texts[p.Entry.Title] = p.Entry.Body()
	}
	return texts
}

const (
	ofPage = "The whole text of entry"
	ofFeed = "which is long enough to be one"
)

func (r *rig) wantText(s config.Source, title, want string) {
	r.t.Helper()
	if got := r.texts(s)[title]; !strings.Contains(got, want) {
		r.t.Errorf("%s: got %q, want the text with %q", title, got, want)
	}
}

func TestPagesGiveNewEntriesTheirText(t *testing.T) {
	r := newRig(t)
	src := r.pages()
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 1)})
	r.upstream.Handle("/page/1", feedtest.Response{Body: pageOf(1), Header: map[string]string{"Content-Type": "text/html"}})
	r.upstream.Handle("/page/2", feedtest.Response{Body: pageOf(2), Header: map[string]string{"Content-Type": "text/html"}})
	r.pull(src)
	r.wantText(src, "E1", ofPage)

	// The next document contains the entry again, and its page is not fetched again.
	r.wait(time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 2)})
	if got := r.pull(src).Fetch; got.New != 1 || got.Changed != 0 {
		t.Errorf("got %+v, want one new entry and none changed", got)
	}
	r.wantText(src, "E1", ofPage)
	r.wantText(src, "E2", ofPage)
	for _, path := range []string{"/page/1", "/page/2", "/robots.txt"} {
		if n := r.upstream.Count(path); n != 1 {
			t.Errorf("%s was fetched %d times, want once", path, n)
		}
	}
	if got := r.upstream.Requests("/page/1")[0].Header.Get("Accept"); !strings.HasPrefix(got, "text/html") {
		t.Errorf("asked for the page with Accept %q", got)
	}
	// A reread by a newer reader keeps the text of the page, too.
	if err := r.ingester.Reread(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	r.wantText(src, "E1", ofPage)
}

func TestPagesThatFailLeaveTheFeedsText(t *testing.T) {
	paid := strings.Replace(string(pageOf(1)), "<head>", `<head><script type="application/ld+json">{"isAccessibleForFree":false}</script>`, 1)
	cases := []struct {
		name, robots string
		page         feedtest.Response
		asked        int
		note         string
	}{
		{"robots.txt forbids it", "User-agent: Tributary\nDisallow: /page/", feedtest.Response{Body: pageOf(1)}, 0, "robots.txt of the site forbids it"},
		{"not found", "", feedtest.Response{Status: 404}, 1, "status 404 Not Found"},
		{"payment", "", feedtest.Response{Body: []byte(paid), Header: map[string]string{"Content-Type": "text/html"}}, 1, "the page asks for payment or consent"},
		{"no article", "", feedtest.Response{Body: []byte("<script>app()</script>"), Header: map[string]string{"Content-Type": "text/html"}}, 1, "no article was found on the page"},
		{"a document of another kind", "", feedtest.Response{Body: []byte("%PDF"), Header: map[string]string{"Content-Type": "application/pdf"}}, 1, "it is no page but application/pdf"},
		{"less than the feed", "", feedtest.Response{Body: []byte("<article><p>Short.</p></article>"), Header: map[string]string{"Content-Type": "text/html"}}, 1, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			src := r.pages()
			r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 1)})
			r.upstream.Handle("/robots.txt", feedtest.Response{Body: []byte(c.robots), Header: map[string]string{"Content-Type": "text/plain"}})
			r.upstream.Handle("/page/1", c.page)
			if got := r.pull(src).Fetch; got.Outcome != news.OutcomeOK || got.New != 1 {
				t.Errorf("got %+v, want the entry", got)
			}
			r.wantText(src, "E1", ofFeed)
			if got := r.upstream.Count("/page/1"); got != c.asked {
				t.Errorf("the page was fetched %d times, want %d", got, c.asked)
			}
			link := r.upstream.URL + "/page/1"
			pages, err := r.db.Pages(t.Context(), 0, []string{link})
			if err != nil || !strings.Contains(pages[link].Note, c.note) || (pages[link].Note == "") != (c.note == "") {
				t.Errorf("got note %q, %v, want %q", pages[link].Note, err, c.note)
			}
		})
	}
}

func TestPageFailureThatPassesIsAskedAgain(t *testing.T) {
	r := newRig(t)
	src := r.pages()
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 1)})
	r.upstream.Handle("/page/1", feedtest.Response{Status: 500})
	r.pull(src)
	r.wantText(src, "E1", ofFeed)
	held := r.held(src)

	r.upstream.Handle("/page/1", feedtest.Response{Body: pageOf(1), Header: map[string]string{"Content-Type": "text/html"}})
	r.wait(time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Body: append(r.linked(1, 1), ' ')})
	if got := r.pull(src).Fetch; got.Changed != 1 {
		t.Errorf("got %+v, want the entry changed", got)
	}
	r.wantText(src, "E1", ofPage)
	if len(r.held(src)) != len(held) {
		t.Errorf("got %q, want the entry in place of %q", r.held(src), held)
	}
}

func TestPagesOfEntriesHeldBeforeAreLeftAlone(t *testing.T) {
	r := newRig(t)
	plain := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 1)})
	r.upstream.Handle("/page/1", feedtest.Response{Body: pageOf(1), Header: map[string]string{"Content-Type": "text/html"}})
	r.upstream.Handle("/page/2", feedtest.Response{Body: pageOf(2), Header: map[string]string{"Content-Type": "text/html"}})
	r.pull(plain)
	src := r.pages()
	r.wait(time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 2)})
	r.pull(src)
	r.wantText(src, "E1", ofFeed)
	r.wantText(src, "E2", ofPage)
	if n := r.upstream.Count("/page/1"); n != 0 {
		t.Errorf("the page of an old entry was fetched %d times", n)
	}
}

// What an operator's password opens must not become public through another source that links the
// same page.
func TestPagesBehindAPasswordAreNotShared(t *testing.T) {
	r := newRig(t)
	secret := r.feed("/feed")
	secret.Content, secret.Headers = config.ContentPage, map[string]string{"Authorization": "Bearer canary"}
	open := r.feed("/open")
	open.Name, open.Content = "open", config.ContentPage
	sources := r.configure(secret, open)
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 1)})
	r.upstream.Handle("/open", feedtest.Response{Body: r.linked(1, 1)})
	r.upstream.Handle("/page/1", feedtest.Response{Body: pageOf(1), Header: map[string]string{"Content-Type": "text/html"}}, feedtest.Response{Status: 401})
	r.pull(sources[0])
	r.pull(sources[1])
	r.wantText(sources[0], "E1", ofPage)
	r.wantText(sources[1], "E1", ofFeed)
	requests := r.upstream.Requests("/page/1")
	if len(requests) != 2 || requests[0].Header.Get("Authorization") == "" || requests[1].Header.Get("Authorization") != "" {
		t.Errorf("got %d requests %v, want one with the password and one without", len(requests), requests)
	}
	for _, request := range r.upstream.Requests("/robots.txt") {
		if request.Header.Get("Authorization") != "" {
			t.Error("robots.txt was asked for with the password")
		}
	}
}

// A page of another origin must not get the headers of the source.
func TestPagesElsewhereGetNoHeaders(t *testing.T) {
	r, other := newRig(t), feedtest.New(t)
	src := r.feed("/feed")
	src.Content, src.Headers = config.ContentPage, map[string]string{"Authorization": "Bearer canary"}
	src.AllowPorts = append(src.AllowPorts, other.Port())
	src = r.configure(src)[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: []byte(strings.ReplaceAll(string(rss(1, 1)), "<link>https://upstream.example/", "<link>"+other.URL+"/page/"))})
	other.Handle("/page/1", feedtest.Response{Body: pageOf(1), Header: map[string]string{"Content-Type": "text/html"}})
	r.pull(src)
	r.wantText(src, "E1", ofPage)
	if got := other.Requests("/page/1")[0].Header.Get("Authorization"); got != "" {
		t.Errorf("another origin got %q", got)
	}
}

func TestPagesInterruptedStoreNothingHalf(t *testing.T) {
	r := newRig(t)
	src := r.pages()
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 2), ETag: `"a"`})
	r.upstream.Handle("/page/2", feedtest.Response{Body: pageOf(2), Header: map[string]string{"Content-Type": "text/html"}})
	r.upstream.Handle("/page/1", feedtest.Response{Body: pageOf(1), Header: map[string]string{"Content-Type": "text/html"}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r.ingester.Client = &stopper{client: r.client(patient), at: "/page/2", stop: cancel}
	result, err := r.ingester.Pull(ctx, src)
	if err != nil || result.Fetch.Outcome != news.OutcomeInterrupted || result.Fetch.New != 0 {
		t.Fatalf("got %+v, %v, want interrupted without entries", result.Fetch, err)
	}
	r.ingester.Client = r.client(patient)
	r.pull(src)
	r.wantText(src, "E1", ofPage)
	r.wantText(src, "E2", ofPage)
}

// stopper cancels the context when a path is fetched.
type stopper struct {
	client *fetch.Client
	at     string
	stop   func()
}

func (s *stopper) Get(ctx context.Context, q fetch.Request) fetch.Response {
	got := s.client.Get(ctx, q)
	if strings.HasSuffix(q.URL, s.at) {
		s.stop()
	}
	return got
}

// CPU-bound work waits for its turn, and whoever has the turn waits neither for the network nor for
// another turn.
func TestWorkIsDoneInTurns(t *testing.T) {
	r := newRig(t)
	var turns, inTurn int
	r.ingester.Work = func(do func()) {
		if inTurn++; inTurn > 1 {
			t.Error("a turn within a turn")
		}
		do()
		turns, inTurn = turns+1, 0
	}
	plain := r.ingester.Client
	r.ingester.Client = getter(func(ctx context.Context, q fetch.Request) fetch.Response {
		if inTurn > 0 {
			t.Errorf("%s is fetched within a turn", q.URL)
		}
		return plain.Get(ctx, q)
	})
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 2)})
	for n := range 3 {
		r.upstream.Handle(fmt.Sprintf("/page/%d", n), feedtest.Response{Body: pageOf(n), Header: map[string]string{"Content-Type": "text/html"}})
	}
	r.pull(r.pages())
	if turns != 5 { // the document, two pages, their entries, the transaction
		t.Errorf("%d turns, want 5", turns)
	}
}

type getter func(ctx context.Context, r fetch.Request) fetch.Response

func (get getter) Get(ctx context.Context, r fetch.Request) fetch.Response { return get(ctx, r) }
