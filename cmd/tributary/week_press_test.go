package main_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// article is a report in the document of a paper.
type article struct {
	guid, link  string
	title, text string
	published   time.Time
	sound       string // the address of a recording, for an episode
}

// paper is a publisher in the simulated week. It has one document, newest report
// first, which it edits, moves and sometimes fails to serve.
type paper struct {
	name   string
	format string // atom, rss or json
	url    string // address of its document at the beginning of the week

	mu       sync.Mutex
	articles []article
	down     bool
	moved    bool            // the old address of its document redirects to a new one
	asked    chan<- struct{} // receives once, at the next request; may be nil
}

// newPaper serves a paper on the n-th loopback address.
func newPaper(t *testing.T, n int, name, format string) *paper {
	t.Helper()
	p := &paper{name: name, format: format}
	p.url = listen(t, n, p) + "/" + name + "." + format
	return p
}

// print adds reports to the document. A report without a link or guid gets one.
func (p *paper) print(reports ...article) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range reports {
		if a.link == "" {
			a.link = fmt.Sprintf("https://%s.example/%s/%08x", p.name, a.published.Format("2006/01/02"), crc32.ChecksumIEEE([]byte(a.title)))
		}
		if a.guid == "" {
			a.guid = a.link
		}
		p.articles = append(p.articles, a)
	}
	slices.SortStableFunc(p.articles, func(a, b article) int { return b.published.Compare(a.published) })
}

// edit changes the reports whose title contains a word.
func (p *paper) edit(t *testing.T, word string, change func(*article)) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for i := range p.articles {
		if strings.Contains(p.articles[i].title, word) {
			change(&p.articles[i])
			n++
		}
	}
	if n == 0 {
		t.Fatalf("%s has no report of %q to edit", p.name, word)
	}
}

// drop removes the oldest report from the document and returns it.
func (p *paper) drop() article {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.articles) - 1
	oldest := p.articles[last]
	p.articles = p.articles[:last]
	return oldest
}

// set changes how the paper is served.
func (p *paper) set(change func(*paper)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

func (p *paper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked != nil {
		p.asked <- struct{}{}
		p.asked = nil
	}
	switch {
	case p.down:
		http.Error(w, "the press stands still", http.StatusServiceUnavailable)
		return
	case p.moved && !strings.HasPrefix(r.URL.Path, "/new/"):
		http.Redirect(w, r, "/new"+r.URL.Path, http.StatusMovedPermanently)
		return
	}
	body := map[string]func(*paper) string{"atom": (*paper).atom, "rss": (*paper).rss, "json": (*paper).json}[p.format](p)
	etag := fmt.Sprintf(`"%08x"`, crc32.ChecksumIEEE([]byte(body)))
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Type", map[string]string{"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}[p.format])
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	fmt.Fprint(w, body)
}

func (p *paper) atom() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:paper:%[1]s</id><title>%[1]s</title><updated>2025-01-01T00:00:00Z</updated><link href="https://%[1]s.example/"/>`, p.name)
	for _, a := range p.articles {
		fmt.Fprintf(&b, `<entry><id>%s</id><title>%s</title><link href="%s"/><published>%s</published><updated>%[4]s</updated><content type="html">%s</content></entry>`,
			escaped(a.guid), escaped(a.title), escaped(a.link), a.published.Format(time.RFC3339), escaped(a.text))
	}
	return b.String() + "</feed>"
}

func (p *paper) rss() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0"><channel><title>%[1]s</title><link>https://%[1]s.example/</link><description>News of %[1]s</description>`, p.name)
	for _, a := range p.articles {
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s</link><guid isPermaLink="false">%s</guid><pubDate>%s</pubDate><description>%s</description>`,
			escaped(a.title), escaped(a.link), escaped(a.guid), a.published.Format(time.RFC1123Z), escaped(a.text))
		if a.sound != "" {
			fmt.Fprintf(&b, `<enclosure url="%s" type="audio/mpeg" length="54321"/>`, escaped(a.sound))
		}
		b.WriteString("</item>")
	}
	return b.String() + "</channel></rss>"
}

func (p *paper) json() string {
	items := []map[string]any{}
	for _, a := range p.articles {
		items = append(items, map[string]any{"id": a.guid, "url": a.link, "title": a.title, "content_html": a.text, "date_published": a.published.Format(time.RFC3339)})
	}
	doc, err := json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": p.name, "home_page_url": "https://" + p.name + ".example/", "items": items})
	if err != nil {
		panic(err) // cannot fail: strings only
	}
	return string(doc)
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder returns no error
	return b.String()
}

// prose returns paragraphs of invented words that no other text contains. The
// same seed gives the same words.
func prose(seed uint64, words int) string {
	r := rand.New(rand.NewPCG(seed, 4287))
	syllables := []string{"ba", "ke", "lo", "mir", "tan", "ves", "gol", "dur", "pi", "hau", "ne", "sor"}
	var b strings.Builder
	for i := range words {
		if i%40 == 0 {
			b.WriteString("<p>")
		}
		for range 2 + r.IntN(2) {
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
		b.WriteByte(byte('a' + r.IntN(26)))
		b.WriteString(map[bool]string{true: ". ", false: " "}[i%11 == 10])
		if i%40 == 39 || i == words-1 {
			b.WriteString("</p>")
		}
	}
	return b.String()
}
