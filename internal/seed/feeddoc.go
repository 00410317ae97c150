package seed

import (
	"cmp"
	"fmt"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/format"
	"tributary/internal/news"
)

// readFeed reads a feed document.
func readFeed(data []byte) (*parsed, error) {
	d, err := format.Decode(data, format.Input{})
	if err != nil {
		return nil, err
	}
	for i := range d.Entries {
		e := &d.Entries[i]
		e.Language = languageOf(e.Language, e.Title+"\n"+clean.Text(e.Body()))
	}
	return &parsed{document: d, feed: true}, nil
}

// feedPrefix returns the prefix of the GUIDs of a feed document's entries: the id that the feed
// states, else the path of the file. Its leading "seed/" keeps a GUID from reading as an absolute
// IRI: "urn:x#1" inside a GUID of ours is not an identifier given by the publisher.
func (p *parsed) feedPrefix(path string) string {
	return guidPrefix + cmp.Or(p.id(), path) + "#"
}

// id returns the id that the feed states, or "".
func (p *parsed) id() string { return clean.Line(p.document.ID) }

// prefix gives every entry a GUID that begins with prefix. An entry without a GUID is identified by
// its link, or else by its words. A second entry with the same GUID in a document is distinguished
// by its words.
func (p *parsed) prefix(prefix string) {
	seen := map[string]bool{}
	for i := range p.document.Entries {
		e := &p.document.Entries[i]
		words := "words:" + hashWords(wordsOf(e.Title+"\n"+clean.Text(e.Body())))
		guid := prefix + cmp.Or(strings.TrimSpace(e.GUID), e.Link, words)
		if seen[guid] {
			guid = prefix + words
		}
		for n := 2; seen[guid]; n++ {
			guid = fmt.Sprintf("%s%s-%d", prefix, words, n)
		}
		seen[guid] = true
		e.GUID = guid
	}
	if p.document.Outcome == news.OutcomeTruncated {
		p.document.Repairs = append(p.document.Repairs, "the feed document is cut off; its whole entries were kept")
	}
}
