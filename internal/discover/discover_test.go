package discover

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

func rssFeed(title string, links ...string) string {
	var items strings.Builder
	for _, link := range links {
		fmt.Fprintf(&items, "<item><title>Pegel</title><link>%s</link></item>", link)
	}
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>` + title + `</title><link>https://fluss.example/</link><description>x</description>` + items.String() + `</channel></rss>`
}

func atomFeed(title string, links ...string) string {
	var items strings.Builder
	for _, link := range links {
		fmt.Fprintf(&items, `<entry><id>%[1]s</id><title>Pegel</title><updated>2026-03-01T00:00:00Z</updated><link href="%[1]s"/></entry>`, link)
	}
	return `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>` + title + `</title><updated>2026-03-01T00:00:00Z</updated>` + items.String() + `</feed>`
}

// site is a web server with pages by path. A page that begins with "301 " or "302 " redirects, and
// "429" asks to wait.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func serve(t *testing.T, pages map[string]string) *site {
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		page, ok := pages[r.URL.Path]
		switch {
		case !ok:
			http.NotFound(w, r)
		case page == "429":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case strings.HasPrefix(page, "301 "), strings.HasPrefix(page, "302 "):
			status, _ := strconv.Atoi(page[:3])
			http.Redirect(w, r, page[4:], status)
		default:
			fmt.Fprint(w, page)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// policy allows the server's own port on loopback.
func (s *site) policy(t *testing.T) netguard.Policy {
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return netguard.Policy{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowPorts: []uint16{uint16(port)}}
}

func client(t *testing.T) *fetch.Client {
	c := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now})
	t.Cleanup(c.Close)
	return c
}

func TestFind(t *testing.T) {
	const a, b = "https://fluss.example/a", "https://fluss.example/b"
	tests := []struct {
		name  string
		path  string
		pages map[string]string
		want  []string // path type entries
	}{
		{"the feed itself", "/feed.xml", map[string]string{"/feed.xml": rssFeed("Fluss", a, b)}, []string{"/feed.xml rss20 2"}},
		{"moved for good", "/old", map[string]string{"/old": "301 /new", "/new": rssFeed("Fluss", a)}, []string{"/new rss20 1"}},
		{"moved for now", "/old", map[string]string{"/old": "302 /new", "/new": rssFeed("Fluss", a)}, []string{"/old rss20 1"}},
		{"announced", "/", map[string]string{"/": `<link rel=alternate type=application/rss+xml href=/x>`, "/x": rssFeed("Fluss", a)}, []string{"/x rss20 1"}},
		{"announced twice, one is dead", "/", map[string]string{"/": `<link rel=feed href=/dead><link rel=feed href=/x>`, "/x": atomFeed("Fluss", a)}, []string{"/x atom10 1"}},
		{"one feed in two formats", "/", map[string]string{"/": `<link rel=feed href=/x><link rel=feed href=/y><link rel=feed href=/z>`,
			"/x": atomFeed("Fluss", a, b), "/y": rssFeed("Fluss (RSS)", a, b), "/z": rssFeed("Ufer", b)}, []string{"/x atom10 2", "/z rss20 1"}},
		{"comments by title", "/", map[string]string{"/": `<link rel=feed href=/x><link rel=feed href=/y>`,
			"/x": rssFeed("Kommentare zu Fluss", a), "/y": rssFeed("Fluss", b)}, []string{"/y rss20 1", "/x rss20 1"}},
		{"linked", "/", map[string]string{"/": `<a href="/rss.xml">RSS</a>`, "/rss.xml": rssFeed("Fluss", a)}, []string{"/rss.xml rss20 1"}},
		{"nothing named", "/", map[string]string{"/": `<p>Hallo</p>`, "/atom.xml": atomFeed("Fluss", a)}, []string{"/atom.xml atom10 1"}},
		{"below the page", "/blog", map[string]string{"/blog": `<p>Hallo</p>`, "/blog/feed": atomFeed("Fluss", a)}, []string{"/blog/feed atom10 1"}},
		{"pattern", "/@fluss", map[string]string{"/@fluss": `<p>Profil</p>`, "/@fluss.rss": rssFeed("Fluss", a)}, []string{"/@fluss.rss rss20 1"}},
		{"pattern where the page is refused", "/@fluss", map[string]string{"/@fluss.rss": rssFeed("Fluss", a)}, []string{"/@fluss.rss rss20 1"}},
		{"an empty feed", "/", map[string]string{"/": `<link rel=feed href=/x>`, "/x": rssFeed("Fluss")}, []string{"/x rss20 0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.pages)
			found, err := Find(t.Context(), client(t), s.policy(t), s.URL+tt.path)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range found {
				got = append(got, fmt.Sprintf("%s %s %d", strings.TrimPrefix(c.URL, s.URL), c.Type, c.Entries))
				if c.Why == "" || c.Title == "" {
					t.Errorf("candidate %+v lacks a title or a reason", c)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFindSchemes(t *testing.T) {
	s := serve(t, map[string]string{"/feed": rssFeed("Fluss", "https://fluss.example/a")})
	bare := strings.TrimPrefix(s.URL, "http://") + "/feed"
	for _, raw := range []string{bare, " " + bare + "\n", "feed://" + bare, "feed:" + s.URL + "/feed"} {
		found, err := Find(t.Context(), client(t), s.policy(t), raw)
		if err != nil {
			t.Errorf("%q: %v", raw, err)
			continue
		}
		if got, want := found[0].URL, s.URL+"/feed"; got != want {
			t.Errorf("%q: got %s, want %s", raw, got, want)
		}
	}
}

func TestFindErrors(t *testing.T) {
	s := serve(t, map[string]string{"/": `<title>Fluss</title>`, "/dead": `<link rel=feed href=/gone>`})
	tests := []struct {
		name, raw string
		policy    netguard.Policy
		outcome   news.Outcome
		want      []string // in the message
	}{
		{"no address", "javascript://x", netguard.Policy{}, news.OutcomeNotAFeed, []string{`"javascript://x" is no web address`, "https://example.org"}},
		{"empty", " ", netguard.Policy{}, news.OutcomeNotAFeed, []string{"is no web address"}},
		{"words", "my favourite blog", netguard.Policy{}, news.OutcomeNotAFeed, []string{"is no web address"}},
		{"no feed", s.URL + "/", s.policy(t), news.OutcomeNotAFeed, []string{s.URL, "no feed found: the page names none", "/feed, /rss.xml", "give the address of the feed itself"}},
		{"a dead link", s.URL + "/dead", s.policy(t), news.OutcomeNotAFeed, []string{"none of the 1 it names could be read"}},
		{"no page", s.URL + "/404", s.policy(t), news.OutcomeHTTPError, []string{"404", "usual addresses"}},
		{"not allowed", s.URL + "/", netguard.Policy{}, news.OutcomeBlocked, []string{"allow_networks"}},
		{"a secret", s.URL + "/?token=hunter2", s.policy(t), news.OutcomeNotAFeed, []string{"no feed found"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Find(t.Context(), client(t), tt.policy, tt.raw)
			if err == nil {
				t.Fatalf("found %+v, want an error", found)
			}
			if got := news.OutcomeOf(err); got != tt.outcome {
				t.Errorf("outcome %s, want %s: %v", got, tt.outcome, err)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q lacks %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q tells a secret or is not one line", err)
			}
		})
	}
}

// TestFindIsBounded holds that a page full of links costs few requests, and that links in
// candidates are not followed.
func TestFindIsBounded(t *testing.T) {
	var page strings.Builder
	for i := range 100 {
		fmt.Fprintf(&page, "<link rel=feed href=/%d>", i)
	}
	pages := map[string]string{"/": page.String()}
	for i := range 100 {
		pages["/"+strconv.Itoa(i)] = fmt.Sprintf("<link rel=feed href=/%d>", i+100)
	}
	s := serve(t, pages)
	if _, err := Find(t.Context(), client(t), s.policy(t), s.URL+"/"); err == nil {
		t.Error("found a feed where there is none")
	}
	if got, want := len(s.asked), 1+2*maxTries; got != want {
		t.Errorf("%d requests, want %d: %q", got, want, s.asked)
	}
}

// A server that asks to be left alone is not tried at further addresses.
func TestFindLeavesAHostAlone(t *testing.T) {
	for path, want := range map[string]int{"/busy": 1, "/": 2} {
		s := serve(t, map[string]string{"/": `<link rel=feed href=/busy><link rel=feed href=/x>`, "/busy": "429"})
		_, err := Find(t.Context(), client(t), s.policy(t), s.URL+path)
		if got := news.OutcomeOf(err); got != news.OutcomeLimited || !strings.Contains(err.Error(), "asks to wait 2m0s") {
			t.Errorf("%s: outcome %s, want limited and for how long: %v", path, got, err)
		}
		if len(s.asked) != want {
			t.Errorf("%s: asked %q, want %d requests", path, s.asked, want)
		}
	}
}

func TestFindStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, map[string]string{"/": `<link rel=feed href=/x><link rel=feed href=/y>`})
	getter := stopping{client(t), cancel}
	_, err := Find(ctx, getter, s.policy(t), s.URL+"/")
	if got := news.OutcomeOf(err); got != news.OutcomeInterrupted {
		t.Errorf("outcome %s, want interrupted: %v", got, err)
	}
	if len(s.asked) != 1 {
		t.Errorf("asked %q after the end, want the page only", s.asked)
	}
}

// stopping cancels the search after its first answer.
type stopping struct {
	Getter
	cancel context.CancelFunc
}

func (s stopping) Get(ctx context.Context, r fetch.Request) fetch.Response {
	defer s.cancel()
	return s.Getter.Get(ctx, r)
}
