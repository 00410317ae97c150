package main_test

import (
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// outlet is a publisher in the end-to-end test: one document of one format, on a
// server of its own.
type outlet struct {
	file   string   // in testdata/e2e/upstream
	tag    string   // its language, used as a tag in the configuration
	etag   string   // sent as ETag; "" for none
	dated  bool     // whether Last-Modified is sent
	titles []string // of the entries that the feed must have

	url    string
	mu     sync.Mutex
	body   []byte
	visits []visit
}

// visit is one request for the document and how it was answered.
type visit struct {
	status      int
	conditional bool // it had the validators sent before
}

// outlets returns an outlet for every format that we read. The titles are as
// people write them; the files encode them in the ways of their formats.
func outlets() []*outlet {
	return []*outlet{
		{file: "rss091.xml", tag: "de", etag: `"muehle-1"`, dated: true, titles: []string{
			"Das neue Rad dreht sich – endlich", "Mehl & Müsli: der Müller antwortet", "Forellen unter dem Wehr"}},
		{file: "rss092.xml", tag: "en", etag: `W/"weak"`, titles: []string{
			"A kingfisher, twice", "The lock gate <leaks> again"}},
		{file: "rss20.xml", tag: "de", dated: true, titles: []string{
			"Der Kran „Emma“ wird 100", "Die Fähre fährt wieder um fünf", "Hochwasser: 3 < 4 Meter, sagt das Amt"}},
		{file: "rdf10.xml", tag: "de", etag: `"amt"`, titles: []string{
			"Deichschau für Anfänger", "Größere Schafe, kürzeres Gras"}},
		{file: "atom03.xml", tag: "en", dated: true, titles: []string{
			"Forty boats in one day", "Café hours & tea"}},
		{file: "atom10.xml", tag: "en", etag: `"estuary"`, dated: true, titles: []string{
			"Mud & stars: a night on the flats", "Three seals and a traffic cone"}},
		{file: "json10.json", tag: "en", titles: []string{ // no validators
			"A bottle with two messages", "The plank has a name"}},
		{file: "json11.json", tag: "de", etag: `"kurz"`, titles: []string{ // the other entry is about the crane
			"Ebbe fällt heute aus"}},
	}
}

// lastModified is the Last-Modified time of every document that has one.
var lastModified = time.Date(2025, 11, 12, 10, 0, 0, 0, time.UTC)

// name is the name of the source in the configuration.
func (o *outlet) name() string { return strings.TrimSuffix(o.file, filepath.Ext(o.file)) }

// start serves the document on the n-th loopback address, because requests to one
// host are spaced out.
func (o *outlet) start(t *testing.T, n int) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "e2e", "upstream", o.file))
	if err != nil {
		t.Fatal(err)
	}
	o.body = body
	o.url = listen(t, n, o) + "/" + o.file
}

// listen starts a server on 127.0.0.n, or on 127.0.0.1 if the system has no other
// loopback address. It returns the server's URL.
func listen(t *testing.T, n int, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0."+strconv.Itoa(n)+":0")
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(h)
	server.Listener.Close()
	server.Listener = l
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

func (o *outlet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	body := o.body
	o.mu.Unlock()
	var modified time.Time
	if o.dated {
		modified = lastModified
	}
	if o.etag != "" {
		w.Header().Set("ETag", o.etag)
	}
	seen := &witness{ResponseWriter: w}
	http.ServeContent(seen, r, o.file, modified, bytes.NewReader(body))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.visits = append(o.visits, visit{status: seen.status, conditional: o.repeated(r.Header)})
}

// repeated reports whether a request has our validators, verbatim.
func (o *outlet) repeated(h http.Header) bool {
	since := ""
	if o.dated {
		since = lastModified.Format(http.TimeFormat)
	}
	return o.etag+since != "" && h.Get("If-None-Match") == o.etag && h.Get("If-Modified-Since") == since
}

// seen returns the visits so far.
func (o *outlet) seen() []visit {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]visit(nil), o.visits...)
}

// amend inserts text into the document and changes its entity tag.
func (o *outlet) amend(t *testing.T, before, text string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if !bytes.Contains(o.body, []byte(before)) {
		t.Fatalf("%s has no %q", o.file, before)
	}
	o.body = bytes.Replace(o.body, []byte(before), []byte(text+before), 1)
	o.etag = `"amended"`
}

// witness records the status of a response.
type witness struct {
	http.ResponseWriter
	status int
}

func (w *witness) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// silent is a server that accepts requests and never answers.
type silent struct {
	url     string
	waiting atomic.Int32 // number of requests waiting for an answer
}

func (s *silent) start(t *testing.T, n int) {
	t.Helper()
	s.url = listen(t, n, s) + "/silent.xml"
}

func (s *silent) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	<-r.Context().Done() // the client gives up, or the test closes the connection
}
