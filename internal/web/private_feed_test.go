package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// Secrets of tokens, in the form of crypto/rand.Text.
const (
	anna  = "ANNAANNAANNAANNAANNAANNA22"
	berta = "BERTABERTABERTABERTABERT33"
	gone1 = "GONEGONEGONEGONEGONEGONE44"
	other = "OTHEROTHEROTHEROTHEROTHE55"
	wrong = "WRONGWRONGWRONGWRONGWRON66"
)

// newClub is newBench with two more feeds, both private: "club" of the public sources and two
// private ones, and "second" of another private one. A report in the feeds a, inner and deep is a
// single story. Anna and Berta may read club; a third token of it was revoked. The token other
// reads second.
func newClub(t *testing.T) *bench {
	b := newBench(t)
	club, second := feed("club"), feed("second")
	club.Private, second.Private = true, true
	club.Sources, second.Sources = []string{"a", "seeds", "inner", "notes"}, []string{"deep"}
	private := func(name string) news.Source {
		return news.Source{Name: name, Kind: news.KindFeed, URL: "https://" + name + ".example/secret/feed", Title: "The " + name}
	}
	notes := news.Source{Name: "notes", Kind: news.KindSeeds, URL: "notes/*"}
	b.configure([]news.Source{b.sources["a"], b.sources["seeds"], private("inner"), private("deep"), notes}, feed("all"), club, second)
	same := func(name string) news.Entry {
		return news.Entry{GUID: "urn:example:same", Link: "https://a.example/one", Title: "One", Content: "<p>The text of one, by " + name + ".</p>"}
	}
	b.fetch("inner", same("inner"), news.Entry{GUID: "https://inner.example/2", Link: "https://inner.example/2", Title: "Insiders only", Content: "<p>Inside.</p>"})
	b.fetch("deep", same("deep"))
	b.save("notes", nil, &news.Document{Format: "seed", Entries: []news.Entry{{GUID: "note:1", Title: "Note", Content: "<p>A private note.</p>"}}})
	b.publish()
	tokens := []news.Token{{ID: 1, Feed: "club", Name: "Anna"}, {ID: 2, Feed: "club", Name: "Berta"}, {ID: 3, Feed: "club", Revoked: b.now}, {ID: 4, Feed: "second"}, {ID: 5, Feed: "all"}}
	for i, secret := range []string{anna, berta, gone1, other, "ALLALLALLALLALLALLALLALL77"} {
		tokens[i].Hash = news.HashToken(secret)
	}
	b.web.Tokens.Set(tokens)
	return b
}

func TestAPrivateFeedIsServedBelowTheToken(t *testing.T) {
	b := newClub(t)
	base := b.serve()
	path := "/private/" + anna + "/club"
	for _, c := range []struct{ ext, contentType string }{
		{".atom", "application/atom+xml; charset=utf-8"}, {".rss", "application/rss+xml; charset=utf-8"},
		{".json", "application/feed+json; charset=utf-8"}, {".opml", "text/x-opml; charset=utf-8"}, {"/", "text/html; charset=utf-8"},
	} {
		a := ask(t, "GET", base+path+c.ext)
		if a.status != http.StatusOK || a.header.Get("Content-Type") != c.contentType {
			t.Errorf("%s: got %d, %q", c.ext, a.status, a.header.Get("Content-Type"))
		}
		for name, want := range map[string]string{"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Access-Control-Allow-Origin": "",
			"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.ext, name, got, want)
			}
		}
		if cache := a.header.Get("Cache-Control"); !strings.HasPrefix(cache, "private, must-revalidate, max-age=") {
			t.Errorf("%s: Cache-Control is %q", c.ext, cache)
		}
		if bytes.Contains(a.body, []byte(b.web.Mask)) || bytes.Contains(a.body, []byte("/secret/feed")) {
			t.Errorf("%s holds the mask, or the address of a private source", c.ext)
		}
		if self := b.site.URL + path + c.ext; c.ext != ".opml" && !bytes.Contains(a.body, []byte(self)) {
			t.Errorf("%s does not name itself, %s", c.ext, self)
		}
		if c.ext != ".opml" {
			for _, want := range []string{"Insiders only", "A private note.", "The inner", "/private/" + anna + "/stories/"} {
				if !bytes.Contains(a.body, []byte(want)) {
					t.Errorf("%s lacks %q", c.ext, want)
				}
			}
		} else if bytes.Contains(a.body, []byte(anna)) || bytes.Contains(a.body, []byte("inner")) {
			t.Errorf("the list of sources names what is private: %s", a.body)
		}
		if bytes.Contains(a.body, []byte("deep")) {
			t.Errorf("%s names a private source of another feed:\n%s", c.ext, a.body)
		}
	}
	if a := ask(t, "GET", base+path); a.status != http.StatusPermanentRedirect || a.header.Get("Location") != path+"/" || a.header.Get("Cache-Control") != "private" {
		t.Errorf("without a slash: %d, %v", a.status, a.header)
	}
	if a := ask(t, "GET", base+"/private/"+anna+"/stories/x/"); a.status != http.StatusPermanentRedirect || a.header.Get("Location") != "/private/"+anna+"/stories/x" {
		t.Errorf("with a slash: %d, %v", a.status, a.header)
	}
	if a := ask(t, "OPTIONS", base+path+".atom"); a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS: %d, %v", a.status, a.header)
	}
	if a := ask(t, "POST", base+path+".atom"); a.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", a.status)
	}
}

// All subscribers get the same bytes except for the token, in each coding, and have entity tags of
// their own.
func TestEachSubscriberHasAnEntityTag(t *testing.T) {
	b := newClub(t)
	base := b.serve()
	address := func(token string) string { return base + "/private/" + token + "/club.atom" }
	one, two := ask(t, "GET", address(anna)), ask(t, "GET", address(berta))
	if want := bytes.ReplaceAll(two.body, []byte(berta), []byte(anna)); !bytes.Equal(one.body, want) {
		t.Error("two subscribers get different bytes")
	}
	tag := one.header.Get("Etag")
	if tag == two.header.Get("Etag") || tag == b.closed.Shelf.Document("club", "atom").ETag {
		t.Errorf("tag %s is shared", tag)
	}
	if len(one.body) == 0 || one.header.Get("Content-Length") != fmt.Sprint(len(one.body)) {
		t.Errorf("length %s of %d bytes", one.header.Get("Content-Length"), len(one.body))
	}
	packed := ask(t, "GET", address(anna), "Accept-Encoding: gzip")
	if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("Etag") != publish.VariantTag(tag, publish.Gzip) || !bytes.Equal(gunzip(t, packed.body), one.body) {
		t.Errorf("gzip: %v", packed.header)
	}
	for _, c := range []struct {
		what, token, line string
		want              int
	}{
		{"own tag", anna, "If-None-Match: " + tag, 304},
		{"own tag, weak, of gzip", anna, "If-None-Match: W/" + publish.VariantTag(tag, publish.Gzip), 304},
		{"another's tag", berta, "If-None-Match: " + tag, 200},
		{"the date", anna, "If-Modified-Since: " + one.header.Get("Last-Modified"), 304},
	} {
		a := ask(t, "GET", address(c.token), c.line)
		if a.status != c.want || c.want == 304 && (len(a.body) > 0 || a.header.Get("Etag") == "" || a.header.Get("Cache-Control") == "") {
			t.Errorf("%s: got %d, %v", c.what, a.status, a.header)
		}
	}
	if a := ask(t, "HEAD", address(anna)); a.status != 200 || len(a.body) > 0 || a.header.Get("Etag") != tag {
		t.Errorf("HEAD: %d, %v", a.status, a.header)
	}

	uses := b.web.Tokens.Take()
	slices.SortFunc(uses, func(x, y news.TokenUse) int { return int(x.TokenID - y.TokenID) })
	if len(uses) != 2 || uses[0].Requests != 6 || uses[0].Unmodified != 3 || uses[1].Requests != 2 || uses[1].Unmodified != 0 {
		t.Errorf("got %+v, want what was asked", uses)
	}
	if uses[0].Client != "Go-http-client/1.1" || uses[0].Used.IsZero() {
		t.Errorf("got %+v, want who asked and when", uses[0])
	}
}

// TestNobodyLearnsOfAPrivateFeed: a wrong token, a wrong name and an unknown address get the same
// answer, header and body.
func TestNobodyLearnsOfAPrivateFeed(t *testing.T) {
	b := newClub(t)
	base := b.serve()
	unknown := ask(t, "GET", base+"/nothing")
	first := ask(t, "GET", base+"/private/"+wrong+"/nothing.atom")
	first.header.Del("Date")
	for _, path := range []string{
		"/private/", "/private/" + wrong, "/private/" + wrong + "/", "/private/" + wrong + "/club.atom", "/private/" + wrong + "/club/", "/private/" + wrong + "/club",
		"/private/" + wrong + "/stories/x", "/private/" + wrong + "/stories/x/", "/private/" + strings.ToLower(anna) + "/club.atom", "/private/" + anna[:25] + "/club.atom",
		"/private/" + anna + "/second.atom", "/private/" + anna + "/second/", "/private/" + anna + "/second", "/private/" + anna + "/all.atom", "/private/" + anna + "/nothing.atom",
		"/private/" + anna + "/club.xml", "/private/" + anna + "/club.", "/private/" + anna + "/club/archive/1.atom", "/private/" + other + "/club.atom",
		"/private/" + wrong + "/club/archive/1.atom", "/private/" + wrong + "/club/older/9999", "/private/" + wrong + "/club/older/9999.atom", "/private/" + wrong + "/search?q=inside",
		"/private/" + wrong + "/club.atom?q=inside", "/private/" + other + "/club/older/9999", "/private/" + other + "/club.rss?q=inside", "/private/" + anna + "/all/older/9999.json",
		"/private/" + anna + "/club/older/1", "/private/" + anna + "/club/older/x", "/private/" + anna + "/club/archive/1", "/private/" + anna + "/stories/none", "/private/" + anna + "/search.atom?q=inside",
		// Paths that are not plain are not redirected: the response would reveal the token.
		"/private/" + anna + "//club.atom", "//private/" + anna + "/club.atom", "/private//" + anna + "/club.atom", "/private/" + anna + "/./club/",
		"/private/" + anna + "/%2Fclub.atom", "/private/" + anna + "/../../feeds/all.atom", "/feeds/../private/" + anna + "/club.atom",
	} {
		a := ask(t, "GET", base+path)
		a.header.Del("Date")
		if a.status != http.StatusNotFound || !bytes.Equal(a.body, unknown.body) || fmt.Sprint(a.header) != fmt.Sprint(first.header) {
			t.Errorf("%s is told from an unknown address: %d, %v", path, a.status, a.header)
		}
	}
	for _, path := range []string{"/feeds/club.atom", "/feeds/club/", "/feeds/club", "/feeds/club.opml", "/sources/inner", "/feeds/club/older/9999", "/feeds/club/archive/1.atom",
		"/feeds/club.atom?q=inside", "/search?q=inside&feed=club"} {
		if a := ask(t, "GET", base+path); a.status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, a.status)
		}
	}
	for what, path := range map[string]string{
		"revoked": gone1 + "/club.atom", "an older page by a revoked one": gone1 + "/club/older/9999", "a closed page by a revoked one": gone1 + "/club/archive/1.atom",
		"a search by a revoked one": gone1 + "/search?q=inside", "a feed of a search by a revoked one": gone1 + "/club.json?q=inside", "a story by a revoked one": gone1 + "/stories/x", "no longer private": "ALLALLALLALLALLALLALLALL77/all.atom",
	} {
		a := ask(t, "GET", base+"/private/"+path)
		if a.status != http.StatusGone || a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d, %v, want 410", what, a.status, a.header)
		}
	}
	if n := len(b.web.Tokens.Take()); n > 0 {
		t.Errorf("%d tokens were noted as used, want none: nothing was read", n)
	}
}

// A story has a page for the subscribers of each feed that shows it. Theirs names what they may
// know, the public one only what everybody may.
func TestStoriesArePagesForThoseWhoMayKnowThem(t *testing.T) {
	b := newClub(t)
	base := b.serve()
	keys := map[string]string{}
	for _, s := range b.closed.Shelf.Edition("club").Shown {
		keys[s.Entry.Title] = s.StoryKey
	}
	get := func(path string) (int, string) {
		a := ask(t, "GET", base+path)
		return a.status, string(a.body)
	}
	for _, title := range []string{"Insiders only", "Note"} {
		if status, _ := get("/stories/" + keys[title]); status != http.StatusNotFound {
			t.Errorf("%s is on a public page: %d", title, status)
		}
		if status, _ := get("/private/" + other + "/stories/" + keys[title]); status != http.StatusNotFound {
			t.Errorf("%s is on a page of another private feed: %d", title, status)
		}
		status, body := get("/private/" + anna + "/stories/" + keys[title])
		if status != http.StatusOK || !strings.Contains(body, title) || !strings.Contains(body, "/private/"+anna+"/club/") || !strings.Contains(body, `content="noindex"`) {
			t.Errorf("%s: got %d,\n%s", title, status, body)
		}
	}
	for path, want := range map[string][3]bool{ // whether it names inner, deep, the feed all
		"/stories/":                         {false, false, true},
		"/private/" + anna + "/stories/":    {true, false, true},
		"/private/" + other + "/stories/":   {false, true, true},
		"/private/" + berta + "/stories/":   {true, false, true},
		"/private/" + wrong + "/stories/":   {false, false, false},
		"/private/" + gone1 + "/stories/":   {false, false, false},
		"/private/" + anna + "/sources/../": {false, false, false},
	} {
		_, body := get(path + keys["One"])
		got := [3]bool{strings.Contains(body, "inner"), strings.Contains(body, "deep"), strings.Contains(body, "/feeds/all/")}
		if got != want {
			t.Errorf("%s: names inner, deep, all: %v, want %v:\n%s", path, got, want, body)
		}
	}
}

// When a public feed becomes private, its stories have no public page any more, and their old
// addresses answer 410.
func TestAFeedThatTurnsPrivateIsGoneForEverybody(t *testing.T) {
	b := newBench(t)
	key := b.story("Seed")
	base := b.serve()
	if a := ask(t, "GET", base+"/stories/"+key); a.status != http.StatusOK {
		t.Fatalf("got %d while it is public", a.status)
	}
	turned := feed("all")
	turned.Private = true
	b.configure([]news.Source{b.sources["a"], b.sources["seeds"]}, turned)
	b.publish()
	b.web.Tokens.Set([]news.Token{{ID: 1, Feed: "all", Hash: news.HashToken(anna)}})
	for path, want := range map[string]int{
		"/stories/" + key: 404, "/feeds/all.atom": 410, "/feeds/all/": 410, "/feeds/all": 410,
		"/private/" + anna + "/all.atom": 200, "/private/" + anna + "/stories/" + key: 200,
	} {
		if a := ask(t, "GET", base+path); a.status != want {
			t.Errorf("%s: got %d, want %d", path, a.status, want)
		}
	}
}

// TestNoTokenInTheLog: errors below a token are logged without it.
func TestNoTokenInTheLog(t *testing.T) {
	b := newClub(t)
	b.web.Views = views{err: errors.New("broken")}
	base := b.serve()
	if a := ask(t, "GET", base+"/private/"+anna+"/stories/x"); a.status != http.StatusInternalServerError {
		t.Errorf("got %d, want 500", a.status)
	}
	if text := b.log.String(); strings.Contains(text, anna) || !strings.Contains(text, "path=/private/…/stories/x") {
		t.Errorf("the log:\n%s", text)
	}
	for path, want := range map[string]string{
		"/feeds/all.atom": "/feeds/all.atom", "/private/" + anna: "/private/…/", "/river/private/" + anna + "/club/": "/river/private/…/club/",
	} {
		if got := printedPath(path); got != want {
			t.Errorf("%s is printed as %s, want %s", path, got, want)
		}
	}
}

func TestPrivateFeedsBelowABasePath(t *testing.T) {
	b := newClub(t)
	b.site.URL = "http://river.example/path"
	b.show()
	b.publish()
	base := b.serve()
	for _, path := range []string{"/private/" + anna + "/club", "/path/private/" + anna + "/club"} {
		a := ask(t, "GET", base+path)
		if want := "/path/private/" + anna + "/club/"; a.status != http.StatusPermanentRedirect || a.header.Get("Location") != want {
			t.Errorf("%s: %d to %q, want %q", path, a.status, a.header.Get("Location"), want)
		}
		if a := ask(t, "GET", base+path+".atom"); !bytes.Contains(a.body, []byte(`href="http://river.example/path/private/`+anna+`/club.atom" rel="self"`)) {
			t.Errorf("%s names itself otherwise:\n%s", path, a.body)
		}
	}
	for _, path := range []string{"/path/private/" + anna + "//club.atom", "/path//private/" + anna + "/club.atom", "//path/private/" + anna + "/club.atom", "/private//" + anna + "/club.atom"} {
		if a := ask(t, "GET", base+path); a.status != http.StatusNotFound || a.header.Get("Location") != "" || a.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %d, %v, want 404 and nothing of the token", path, a.status, a.header)
		}
	}
}

func TestTokensAreNoted(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tokens := NewTokens()
	tokens.record(1, "NetNewsWire/6.1 (Macintosh)", false, now)
	first := tokens.Take()
	if len(first) != 1 || len(tokens.Take()) != 0 {
		t.Fatalf("got %+v, want it once", first)
	}
	tokens.record(1, "Reeder/5", true, now.Add(time.Minute))
	tokens.GiveBack(first) // could not be stored
	want := news.TokenUse{TokenID: 1, Used: now.Add(time.Minute), Client: "Reeder/5", Requests: 2, Unmodified: 1}
	if got := tokens.Take(); len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	tokens.GiveBack(first)
	if got := tokens.Take(); len(got) != 1 || got[0] != first[0] {
		t.Errorf("got %+v, want %+v", got, first)
	}
}

func TestProduct(t *testing.T) {
	for agent, want := range map[string]string{
		"NetNewsWire (RSS Reader; https://netnewswire.com/)":               "NetNewsWire",
		"newsboat/2.30.1 (Linux x86_64)":                                   "newsboat/2.30.1",
		"Mozilla/5.0 (compatible; Miniflux/2.0.47; +https://miniflux.app)": "Miniflux/2.0.47",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36":               "Mozilla/5.0",
		"Feedbin feed-id:123 - 5 subscribers":                              "Feedbin",
		"":                                                                 "unknown",
		"<script>":                                                         "unknown",
		"a\x00b":                                                           "a",
		strings.Repeat("x", 100):                                           strings.Repeat("x", longestProduct),
		"https://river.example/private/ABCDEFGHIJKLMNOPQRSTUVWXYZ/club.atom reader/1": "https",
	} {
		if got := product(agent); got != want {
			t.Errorf("product(%q) = %q, want %q", agent, got, want)
		}
	}
}

func TestAnnounced(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	readers := NewReaders(func() time.Time { return now })
	say := func(feed int64, format, agent string) {
		readers.Note(feed, format, readerAsks("/x", "203.0.113.1:1", agent, ""))
	}
	say(1, "atom", "Feedly/1.0 (12 subscribers)")
	say(1, "atom", "Feedly/1.1 (13 subscribers)")
	say(1, "rss", "Feedly/1.0 (2 subscribers)")
	say(2, "atom", "Inoreader/1.0 (+x; 7 subscribers; )")
	say(2, "atom", "NetNewsWire/6")
	var got []string
	for _, a := range readers.Aggregators() {
		got = append(got, fmt.Sprintf("%d %s %s %d", a.FeedID, a.Format, a.Client, a.Subscribers))
	}
	slices.Sort(got)
	if want := []string{"1 atom Feedly 13", "1 rss Feedly 2", "2 atom Inoreader 7"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if left := readers.Aggregators(); len(left) != 0 {
		t.Errorf("%d are told again", len(left))
	}
	for i := range 2 * maxServices {
		say(1, "atom", fmt.Sprintf("X%d/1 (1 subscribers)", i))
	}
	if got := len(readers.Aggregators()); got != maxServices {
		t.Errorf("%d are held, want %d", got, maxServices)
	}
}

func TestCopyPlain(t *testing.T) {
	const mask, token = "MASK", "TOKN"
	texts := []string{"", "x", "MASK", "aMASKMASKb", "MASMASKMAS", "TOKN", "MASTOKNASK"}
	for at := 32<<10 - 9; at < 32<<10+9; at++ { // across what is looked at together
		texts = append(texts, strings.Repeat("M", at)+"MASKMASKMAS"+strings.Repeat("x", at)+"MASK")
	}
	for _, text := range texts {
		var b bytes.Buffer
		if err := copyPlain(&b, strings.NewReader(text), mask, token); err != nil || b.String() != strings.ReplaceAll(text, mask, token) {
			t.Errorf("%.20q of %d bytes became %.20q of %d bytes, %v", text, len(text), b.String(), b.Len(), err)
		}
	}
	var b bytes.Buffer
	if err := copyPlain(&b, strings.NewReader("MASK"), "", token); err != nil || b.String() != "MASK" {
		t.Errorf("without a mask: %q, %v", b.String(), err)
	}
	broken := io.MultiReader(strings.NewReader("MASK"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if err := copyPlain(io.Discard, broken, mask, token); err != io.ErrUnexpectedEOF {
		t.Errorf("what breaks off is taken for whole: %v", err)
	}
}

// discarded is a response writer that discards the body.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d discarded) WriteHeader(int)             {}

// TestAPrivateRequestAllocatesTheSameForEveryFeed: the memory of a request does not grow with the
// feed, in any coding.
func TestAPrivateRequestAllocatesTheSameForEveryFeed(t *testing.T) {
	b := newClub(t)
	h := b.web.Handler()
	measure := func(coding string) float64 {
		r := httptest.NewRequest(http.MethodGet, "/private/"+anna+"/club.atom", nil)
		r.Header.Set("Accept-Encoding", coding)
		return testing.AllocsPerRun(50, func() { h.ServeHTTP(discarded{http.Header{}}, r) })
	}
	small := map[string]float64{"identity": measure("identity"), "gzip": measure("gzip")}
	var more []news.Entry
	for i := range 90 {
		more = append(more, news.Entry{GUID: fmt.Sprint("https://inner.example/more/", i), Link: fmt.Sprint("https://inner.example/more/", i),
			Title: fmt.Sprintf("Number %d of many that have nothing in common %x", i, i*i*7919), Content: "<p>" + strings.Repeat(fmt.Sprint("word", i, " "), 200) + "</p>"})
	}
	b.fetch("inner", more...)
	b.publish()
	if n := len(b.closed.Shelf.Document("club", "atom").Body); n < 50_000 {
		t.Fatalf("%d bytes: this test would prove nothing", n)
	}
	for coding, was := range small {
		if now := measure(coding); now > was+float64(len(more))/2 { // an encoder that the pool has lost is made anew
			t.Errorf("%s: %v allocations, %v for a small feed", coding, now, was)
		}
	}
}

// The HTML page of a private feed links to nothing that would learn the token from a referrer, and
// all its own addresses stand below the token.
func TestAPrivateTwinStaysBelowItsToken(t *testing.T) {
	b := newClub(t)
	page := string(ask(t, "GET", b.serve()+"/private/"+anna+"/club/").body)
	for _, m := range regexp.MustCompile(`href="(http://river\.example[^"]*)"`).FindAllStringSubmatch(page, -1) {
		path := strings.TrimPrefix(m[1], "http://river.example")
		if !strings.HasPrefix(path, "/private/"+anna+"/") && !slices.Contains([]string{"/", "/sources.opml", "/icon.svg", "/why", "/sources/a", "/sources/seeds"}, path) {
			t.Errorf("it leads to %s", path)
		}
	}
	if !strings.Contains(page, `<meta name="robots" content="noindex">`) {
		t.Error("search engines may index it")
	}
}
