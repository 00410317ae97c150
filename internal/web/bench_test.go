package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// BenchmarkServe compares our server with a bare net/http server that writes the same header and
// body. "ratio" is our number of requests per second divided by that of the bare server. Both are
// asked in turns within one run, over loopback, by a client that does little, so that other load on
// the machine affects both alike.
func BenchmarkServe(b *testing.B) {
	r := newBench(b)
	busy(r, 100)
	d := r.pub.Shelf.Document("all", "atom")
	ours := httptest.NewServer(r.web.Handler())
	defer ours.Close()
	for _, kind := range []struct{ name, line string }{
		{"plain", "Accept-Encoding: identity"},
		{"gzip", "Accept-Encoding: gzip"},
		{"304", "If-None-Match: " + d.ETag},
	} {
		b.Run(kind.name, func(b *testing.B) {
			bare := httptest.NewServer(repeats(ask(b, "GET", ours.URL+"/feeds/all.atom", kind.line)))
			defer bare.Close()
			one, two := dial(b, ours), dial(b, bare)
			defer one.Close()
			defer two.Close()
			compare(b, func() { one.get(b, kind.line) }, func() { two.get(b, kind.line) })
		})
	}
}

// compare runs two functions in turns and reports the speed of the first relative to the second, by
// the medians of their turns.
func compare(b *testing.B, ours, bare func()) {
	const turn = 10
	measure := func(f func()) float64 {
		began := time.Now()
		for range turn {
			f()
		}
		return time.Since(began).Seconds() * 1e6 / turn
	}
	var mine, theirs []float64
	for b.Loop() {
		mine = append(mine, measure(ours))
		theirs = append(theirs, measure(bare))
	}
	slices.Sort(mine)
	slices.Sort(theirs)
	m, t := mine[len(mine)/2], theirs[len(theirs)/2]
	b.ReportMetric(t/m, "ratio")
	b.ReportMetric(m, "µs/request")
	b.ReportMetric(t, "µs/bare")
}

// repeats is the bare server: it always sends the same answer.
func repeats(a answer) http.HandlerFunc {
	a.header.Del("Date")
	return func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), a.header)
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	}
}

// busy gives the feed "all" as many stories as it shows, of 1.5 kB each.
func busy(r *bench, stories int) {
	words := strings.Fields("river water level gauge bridge ferry town council said on Monday that the old lock would open again after nine years of repair")
	rnd := rand.New(rand.NewPCG(1, 2))
	var entries []news.Entry
	for i := range stories {
		var text strings.Builder
		for text.Len() < 1500 {
			text.WriteString(words[rnd.IntN(len(words))] + " ")
		}
		link := fmt.Sprintf("https://a.example/%d", i)
		entries = append(entries, news.Entry{GUID: link, Link: link, Title: "Story " + link, Content: "<p>" + text.String() + "</p>", Published: r.now.Add(-time.Duration(i) * time.Hour)})
	}
	r.fetch("a", entries...)
	r.publish()
}

// wire is a persistent connection.
type wire struct {
	net.Conn
	in *bufio.Reader
}

func dial(b *testing.B, srv *httptest.Server) *wire {
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	return &wire{c, bufio.NewReaderSize(c, 64<<10)}
}

// get requests the feed and discards the answer.
func (w *wire) get(b *testing.B, line string) {
	if _, err := io.WriteString(w, "GET /feeds/all.atom HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n"+line+"\r\n\r\n"); err != nil {
		b.Fatal(err)
	}
	length := 0
	for {
		head, err := w.in.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		if len(head) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(head, []byte("Content-Length: ")); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(string(value)))
		}
	}
	if _, err := w.in.Discard(length); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHandler measures our handler alone, without a network.
func BenchmarkHandler(b *testing.B) {
	r := newBench(b)
	busy(r, 100)
	r.web.Show(&Snapshot{Site: r.site, Feeds: r.feeds, Sources: &publish.Document{}, Read: func() (int, int) { return 1, 1 }})
	h := r.web.Handler()
	d := r.pub.Shelf.Document("all", "atom")
	for _, kind := range []struct{ name, path, header, value string }{
		{"plain", "/feeds/all.atom", "", ""},
		{"gzip", "/feeds/all.atom", "Accept-Encoding", "gzip"},
		{"304", "/feeds/all.atom", "If-None-Match", d.ETag},
		{"front", "/", "Accept-Encoding", "gzip"},
		{"story", "/stories/" + r.story("One"), "Accept-Encoding", "gzip"},
	} {
		b.Run(kind.name, func(b *testing.B) {
			req := httptest.NewRequest("GET", kind.path, nil)
			if kind.header != "" {
				req.Header.Set(kind.header, kind.value)
			}
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(&discard{header: http.Header{}}, req)
			}
		})
	}
}

// discard is an infinitely fast client.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header                { return d.header }
func (d *discard) WriteHeader(int)                    {}
func (d *discard) Write(p []byte) (int, error)        { return len(p), nil }
func (d *discard) SetWriteDeadline(_ time.Time) error { return nil }

// BenchmarkPrivate measures a request for a private feed of 100 stories: the token is inserted and
// gzip applied while it is sent.
func BenchmarkPrivate(b *testing.B) {
	r := newBench(b)
	club := feed("club")
	club.Private = true
	r.configure([]news.Source{r.sources["a"], r.sources["seeds"]}, feed("all"), club)
	busy(r, 100)
	r.web.Tokens.Set([]news.Token{{ID: 1, Feed: "club", Hash: news.HashToken(anna)}})
	h := r.web.Handler()
	ask := func(name, value string) *http.Request {
		req := httptest.NewRequest(http.MethodGet, "/private/"+anna+"/club.atom", nil)
		req.Header.Set(name, value)
		return req
	}
	first := httptest.NewRecorder()
	h.ServeHTTP(first, ask("Accept-Encoding", "identity"))
	for name, req := range map[string]*http.Request{
		"plain": ask("Accept-Encoding", "identity"), "gzip": ask("Accept-Encoding", "gzip"), "304": ask("If-None-Match", first.Header().Get("Etag")),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(discarded{http.Header{}}, req)
			}
		})
	}
	b.Logf("%d bytes", first.Body.Len())
}
