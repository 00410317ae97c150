package publish

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/net/html"

	"tributary/internal/news"
)

func TestRhythm(t *testing.T) {
	at := func(ages ...time.Duration) []news.Shown {
		var shown []news.Shown
		for _, age := range ages {
			shown = append(shown, news.Shown{Publication: news.Publication{Entered: start.Add(-age)}})
		}
		return shown
	}
	every := func(n int, gap time.Duration) []time.Duration {
		var ages []time.Duration
		for i := range n {
			ages = append(ages, time.Duration(i)*gap)
		}
		return ages
	}
	tests := []struct {
		name string
		ages []time.Duration
		want time.Duration
	}{
		{"empty", nil, time.Hour},
		{"one story", every(1, 0), time.Hour},
		{"all at once", every(50, 0), 10 * time.Minute},
		{"one a minute", every(50, time.Minute), 10 * time.Minute},
		{"one in forty minutes", every(50, 40*time.Minute), 20 * time.Minute},
		{"one in 41 minutes and a bit: whole minutes", every(50, 41*time.Minute+10*time.Second), 21 * time.Minute},
		{"one a day", every(50, 24*time.Hour), time.Hour},
		{"a flood after silence counts", append(every(20, time.Minute), every(20, 1000*time.Hour)...), 10 * time.Minute},
		{"the clock went back", []time.Duration{time.Hour, 0}, 10 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Rhythm(at(tt.ages...)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestMaxAgeIsTheTTLOfRSS holds that caches and readers are given the same interval.
func TestMaxAgeIsTheTTLOfRSS(t *testing.T) {
	r := newRiver(t)
	var entries []news.Entry
	for i := range 12 { // one in forty minutes
		e := entry("a", fmt.Sprint(i), 0)
		e.Published = start.Add(-time.Duration(i) * 40 * time.Minute)
		entries = append(entries, e)
	}
	r.fetch("a", entries...)
	r.mustPublish()
	var rss struct {
		TTL int `xml:"channel>ttl"`
	}
	if err := xml.Unmarshal(r.document("all", "rss").Body, &rss); err != nil {
		t.Fatal(err)
	}
	for _, ext := range formats {
		if age := r.document("all", ext).MaxAge; age != time.Duration(rss.TTL)*time.Minute || rss.TTL != 20 {
			t.Errorf("%s may be kept for %v, ttl is %d; want 20 minutes in both", fileName("all", ext), age, rss.TTL)
		}
	}
}

// TestFormatsAgree holds that a story has one guid, one link and one place in
// all formats, and that the twin shows the same.
func TestFormatsAgree(t *testing.T) {
	r := newRiver(t)
	mixed(r)
	r.mustPublish()
	var want []string // "guid link" in the order of the edition
	edition := r.pub.Shelf.Edition("all")
	for _, s := range edition.Shown {
		want = append(want, s.GUID+" "+s.Entry.Link)
	}
	if len(want) != 5 {
		t.Fatalf("%d stories, want 5: %q", len(want), want)
	}
	for format, got := range map[string][]string{"atom": atomItems(r), "rss": rssItems(r), "json": jsonItems(r)} {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s has %q\nwant %q", format, got, want)
		}
	}
	for i, a := range articles(t, r.document("all", "").Body) {
		s := edition.Shown[i]
		if a.id != "s-"+s.StoryKey || a.href != s.Entry.Link || a.datetime != s.Published.UTC().Format(time.RFC3339) {
			t.Errorf("article %d of the twin is %+v, want that of %+v", i, a, s.Publication)
		}
		if !strings.Contains(a.text, s.SourceTitle) {
			t.Errorf("article %d of the twin does not name %q", i, s.SourceTitle)
		}
	}
}

func atomItems(r *river) []string {
	var items []string
	for _, e := range r.atom().Entries {
		for _, l := range e.Links {
			if l.Rel == "alternate" {
				items = append(items, e.ID+" "+l.Href)
			}
		}
	}
	return items
}

func rssItems(r *river) []string {
	var f struct {
		Items []struct {
			GUID string   `xml:"guid"`
			Link []string `xml:"link"` // also the Atom links, which come after it
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(r.document("all", "rss").Body, &f); err != nil {
		r.t.Fatal(err)
	}
	var items []string
	for _, i := range f.Items {
		items = append(items, i.GUID+" "+i.Link[0])
	}
	return items
}

func jsonItems(r *river) []string {
	var f struct {
		Items []struct{ ID, URL string }
	}
	if err := json.Unmarshal(r.document("all", "json").Body, &f); err != nil {
		r.t.Fatal(err)
	}
	var items []string
	for _, i := range f.Items {
		items = append(items, i.ID+" "+i.URL)
	}
	return items
}

// article is a story of the twin as a program reads it.
type article struct{ id, href, datetime, text string }

func articles(t *testing.T, page []byte) []article {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []article
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "article" {
			continue
		}
		a := article{id: attr(n, "id")}
		for d := range n.Descendants() {
			switch {
			case d.Type == html.TextNode:
				a.text += d.Data
			case d.Data == "a" && d.Parent.Data == "h2":
				a.href = attr(d, "href")
			case d.Data == "time":
				a.datetime = attr(d, "datetime")
			}
		}
		all = append(all, a)
	}
	return all
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestVariantsAreLeftOutWhereTheyAreLonger(t *testing.T) {
	for _, tt := range []struct {
		body string
		want int
	}{{"short", 0}, {strings.Repeat("long ", 100), 3}} {
		d, err := NewDocument("x", "text/plain", []byte(tt.body)).Packed(Brotli, Zstd, Gzip)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Variants) != tt.want {
			t.Errorf("%d bytes: %d variants, want %d", len(tt.body), len(d.Variants), tt.want)
		}
	}
}

// TestVariantsHoldTheSameBytes covers text and noise, short and long.
func TestVariantsHoldTheSameBytes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("river level gauge <p>bridge</p> ferry town &amp; Brücke über \u2028 said on Monday that")
	for range 300 {
		var body []byte
		for len(body) < 1<<rnd.IntN(19) {
			if rnd.IntN(20) == 0 {
				body = binary.LittleEndian.AppendUint64(body, rnd.Uint64())
			}
			body = append(append(body, words[rnd.IntN(len(words))]...), ' ')
		}
		d, err := NewDocument("x", "text/plain", body).Packed(Brotli, Zstd, Gzip)
		if err != nil {
			t.Fatal(err)
		}
		shortest := 0
		for _, v := range d.Variants {
			if !bytes.Equal(unpacked(t, v), body) {
				t.Fatalf("%s of %d bytes gives others back", v.Coding, len(body))
			}
			if len(v.Body) < shortest || v.ETag == d.ETag {
				t.Fatalf("%s: %d bytes behind %d, tag %s", v.Coding, len(v.Body), shortest, v.ETag)
			}
			shortest = len(v.Body)
		}
	}
}

func unpacked(t *testing.T, v Variant) []byte {
	t.Helper()
	var r io.Reader
	var err error
	switch v.Coding {
	case Brotli:
		r = brotli.NewReader(bytes.NewReader(v.Body))
	case Zstd:
		r, err = zstd.NewReader(bytes.NewReader(v.Body))
	case Gzip:
		return unzip(t, v.Body)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// TestShelfIsReadWhileItIsWritten is for the race detector. What is read must come from a single
// put.
func TestShelfIsReadWhileItIsWritten(t *testing.T) {
	s, f := NewShelf(), feed("all")
	put := func(i int) {
		docs := map[string]*Document{}
		for _, ext := range formats {
			docs[ext] = &Document{ETag: fmt.Sprint(i)}
		}
		s.put(&shelved{feed: f, edition: &news.Edition{Site: site, Feed: f}, docs: docs, made: s.current()})
	}
	put(0)
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				if s.Document("all", "atom") == nil || s.Edition("all") == nil {
					t.Error("a feed vanished while it was replaced")
				}
				s.holds(site, f)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range 500 {
		s.Outdate()
		put(i)
		s.Keep([]string{"all"})
	}
	close(done)
	readers.Wait()
	if !s.holds(site, f) {
		t.Error("the feed is not up to date at the end")
	}
}

// TestWhatIsMadeFromOldSettingsIsMadeAgain covers a reload while a feed is being rendered.
func TestWhatIsMadeFromOldSettingsIsMadeAgain(t *testing.T) {
	s, f := NewShelf(), feed("all")
	began := s.current()
	s.Outdate()
	s.put(&shelved{feed: f, edition: &news.Edition{Site: site, Feed: f}, made: began})
	if s.holds(site, f) {
		t.Error("what was begun before the reload counts as up to date")
	}
	s.put(&shelved{feed: f, edition: &news.Edition{Site: site, Feed: f}, made: s.current()})
	if !s.holds(site, f) || s.holds(news.Site{URL: "https://else.example"}, f) {
		t.Error("want it to be up to date for its own site, and for no other")
	}
	other := f
	other.Limit++
	if s.holds(site, other) {
		t.Error("a feed of another limit counts as up to date")
	}
}
