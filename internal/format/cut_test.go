package format

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tributary/internal/news"
)

// cutDocuments are documents of each format with numbered entries.
var cutDocuments = map[string]struct{ head, item, separator, tail, end string }{
	"RSS": {`<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title><link>http://a.example/</link>`,
		`<item><title>Nº %[1]d &amp; ü</title><link>http://a.example/%[1]d</link><guid isPermaLink="false">g%[1]d</guid><description><![CDATA[<p>é</p>]]></description></item>`, "\n", `</channel></rss>`, "</item>"},
	"RDF": {`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="http://a.example/"><title>T</title></channel>`,
		`<item rdf:about="g%[1]d"><title>Nº %[1]d &amp; ü</title><link>http://a.example/%[1]d</link></item>`, "\n", `</rdf:RDF>`, "</item>"},
	"Atom": {`<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><link href="http://a.example/"/>`,
		`<entry><id>g%[1]d</id><title>Nº %[1]d &amp; ü</title><link href="http://a.example/%[1]d"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>é</p></div></content></entry>`, "\n", `</feed>`, "</entry>"},
	"Atom 0.3": {`<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>T</title>`,
		`<entry><id>g%[1]d</id><title mode="escaped">Nº %[1]d &amp; ü</title><link rel="alternate" href="http://a.example/%[1]d"/></entry>`, "\n", `</feed>`, "</entry>"},
	"JSON": {`{"version": "https://jsonfeed.org/version/1.1", "title": "T", "hubs": [{"type": "x", "url": "http://a.example/"}], "items": [`,
		`{"id": "g%[1]d", "title": "Nº %[1]d & ü", "url": "http://a.example/%[1]d", "tags": ["a", "b"], "authors": [{"name": "N"}], "content_text": "a\"]}"}`, ",\n", `]}`, "}"},
	"JSON, sorted": {`{"home_page_url": "http://a.example/", "items": [`,
		`{"content_text": "a\"]}", "id": "g%[1]d", "title": "Nº %[1]d & ü", "url": "http://a.example/%[1]d"}`, ",\n", `], "title": "T", "version": "https://jsonfeed.org/version/1"}`, "}"},
}

// TestDecodeCutAnywhere cuts a document of every format at every byte. The entries that are
// complete are read as usual, no others are, and the document never counts as complete.
func TestDecodeCutAnywhere(t *testing.T) {
	const n = 4
	for name, c := range cutDocuments {
		t.Run(name, func(t *testing.T) {
			var items []string
			for i := range n {
				items = append(items, fmt.Sprintf(c.item, i))
			}
			whole := c.head + strings.Join(items, c.separator) + c.tail
			sound := decode(t, whole)
			if sound.Outcome != news.OutcomeOK || len(sound.Entries) != n {
				t.Fatalf("the whole document gives %s with %d entries", sound.Outcome, len(sound.Entries))
			}
			for cut := len(c.head); cut < len(whole)-1; cut++ {
				want := 0
				for want < n && cut >= len(c.head)+len(strings.Join(items[:want+1], c.separator)) {
					want++
				}
				d, err := Decode([]byte(whole[:cut]), Input{URL: docURL})
				if err != nil {
					t.Fatalf("cut after %q: %v", whole[max(0, cut-20):cut], err)
				}
				// Without the last character, an end tag says as much.
				if len(d.Entries) == want+1 && strings.HasSuffix(whole[:cut]+">", c.end) {
					want++
				}
				checkCut(t, d, sound.Entries, want, whole[max(0, cut-20):cut])
			}
		})
	}
}

// checkCut compares the entries of a cut document with the first ones of the whole.
func checkCut(t *testing.T, d *news.Document, sound []news.Entry, want int, after string) {
	t.Helper()
	if d.Outcome != news.OutcomeTruncated || len(d.Entries) != want || len(d.Repairs) == 0 {
		t.Fatalf("cut after %q: %s with %d entries and repairs %q, want truncated with %d", after, d.Outcome, len(d.Entries), d.Repairs, want)
	}
	for i, e := range d.Entries {
		if s := sound[i]; e.GUID != s.GUID || e.Title != s.Title || e.Link != s.Link || e.Content != s.Content || e.Summary != s.Summary {
			t.Fatalf("cut after %q: entry %d is %+v, want %+v", after, i, e, s)
		}
	}
}

// TestDecodeCutDocuments cuts the larger documents of testdata here and there.
func TestDecodeCutDocuments(t *testing.T) {
	for _, path := range []string{"rss20.xml", "atom10.xml", "podcast.xml", "json11.json"} {
		body, err := os.ReadFile("testdata/decode/" + path)
		if err != nil {
			t.Fatal(err)
		}
		sound := decode(t, string(body))
		last := 0
		for cut := len(body) / 10; cut < len(strings.TrimSpace(string(body)))-2; cut += 7 {
			d, err := Decode(body[:cut], Input{URL: docURL})
			if err != nil {
				if o := news.OutcomeOf(err); o != news.OutcomeNotAFeed && o != news.OutcomeMalformed || last > 0 {
					t.Fatalf("%s cut at %d: %v", path, cut, err)
				}
				continue
			}
			if d.Outcome != news.OutcomeTruncated || len(d.Entries) < last || len(d.Entries) > len(sound.Entries) {
				t.Fatalf("%s cut at %d: %s with %d entries after %d", path, cut, d.Outcome, len(d.Entries), last)
			}
			for i, e := range d.Entries {
				if e.GUID != sound.Entries[i].GUID || e.Title != sound.Entries[i].Title {
					t.Fatalf("%s cut at %d: entry %d is %q, want %q", path, cut, i, e.Title, sound.Entries[i].Title)
				}
			}
			last = len(d.Entries)
		}
	}
}
