package seed

import (
	"fmt"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/format"
	"tributary/internal/news"
)

// readFeed reads a feed document that lies in the folder.
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

// feedPrefix is what the guids of a feed document's entries begin with: the id
// that the feed states, else the file's path. The slash in front keeps a guid
// from reading as an absolute IRI: "urn:x#1" inside a guid of ours is no
// identifier that the publisher gave.
func (p *parsed) feedPrefix(path string) string {
	return guidPrefix + first(p.id(), path) + "#"
}

// id is what the feed calls itself, "" when it does not.
func (p *parsed) id() string { return clean.Line(p.document.ID) }

// prefix gives every entry a guid that begins with prefix. An entry without
// one gets that of its link, else of its words; a second entry with the same
// guid in one document is told apart by its words.
func (p *parsed) prefix(prefix string) {
	seen := map[string]bool{}
	for i := range p.document.Entries {
		e := &p.document.Entries[i]
		words := "words:" + hashWords(wordsOf(e.Title+"\n"+clean.Text(e.Body())))
		guid := prefix + first(strings.TrimSpace(e.GUID), first(e.Link, words))
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
