package format

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	gofeed "github.com/mmcdole/gofeed/json"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// MaxPast is the maximum size of a document that ReadPast takes, in bytes. A feed shows
// at most 3 MB of text, which markup and escapes may double.
const MaxPast = 16 << 20

// pastDocument is what ReadPast reads of a document.
type pastDocument struct {
	Version   string   `json:"version"`
	Tributary jsonHead `json:"_tributary"`
	Items     []struct {
		ID        string        `json:"id"`
		Title     string        `json:"title"`
		Published time.Time     `json:"date_published"`
		Modified  time.Time     `json:"date_modified"`
		Tributary jsonExtension `json:"_tributary"`
	} `json:"items"`
}

// ReadPast reads from a document that Prepared.JSON wrote what a database knew of the feed.
// What an older version did not write is empty. Items without an id or a time are
// skipped. The error says what is wrong with the document.
func ReadPast(r io.Reader) (*news.Past, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxPast+1))
	if err != nil {
		return nil, err
	}
	doc, err := decodePast(text)
	if err != nil {
		return nil, err
	}
	shown := shownEntries(text, doc)
	past := &news.Past{Updated: doc.Tributary.Updated, Generation: max(doc.Tributary.Archive, 0)}
	if id := doc.Tributary.ID; strings.HasPrefix(id, "urn:uuid:") && news.IsIRI(id) {
		past.UUID = id
	}
	for i, item := range doc.Items {
		if item.ID == "" || item.Published.IsZero() {
			continue
		}
		p := pastPublication(jsonAbsent{item.ID, item.Published, item.Modified, item.Tributary.jsonPlace})
		p.Members = each(item.Tributary.Also, jsonAlso.member)
		if item.Tributary.Digest == nil {
			if p.Shown = shown[i]; p.Shown != nil {
				p.Shown.FirstSeen, p.Shown.StoryKey = cmp.Or(item.Tributary.Brought.Seen.UTC(), p.Entered), p.StoryKey
			}
			past.Publications = append(past.Publications, p)
		} else if d, ok := pastDigest(p.Publication, item.Title, item.Tributary.Digest); ok {
			past.Digests = append(past.Digests, d)
		}
	}
	for _, a := range doc.Tributary.Absent {
		if a.ID != "" && !a.Published.IsZero() {
			past.Publications = append(past.Publications, pastPublication(a))
		}
	}
	if len(doc.Tributary.Absent) > 0 {
		slices.SortStableFunc(past.Publications, func(a, b news.PastPublication) int { return cmp.Compare(b.Sequence, a.Sequence) })
	}
	return past, nil
}

func decodePast(text []byte) (doc pastDocument, err error) {
	if len(text) > MaxPast {
		return doc, fmt.Errorf("larger than %d MiB", MaxPast>>20)
	}
	err = json.NewDecoder(bytes.NewReader(text)).Decode(&doc)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return doc, errors.New("the JSON ends too early")
	case err != nil:
		return doc, fmt.Errorf("no JSON Feed: %w", err)
	case !strings.HasPrefix(doc.Version, jsonVersion):
		return doc, errors.New("no JSON Feed: it names no version of the format")
	}
	return doc, nil
}

// shownEntries reads back the entries that the items show, as their sources brought them;
// nil for an item of which that cannot be known.
func shownEntries(text []byte, doc pastDocument) []*news.Entry {
	entries := make([]*news.Entry, len(doc.Items))
	feed, err := (&gofeed.Parser{}).Parse(bytes.NewReader(text))
	if err != nil || len(feed.Items) != len(entries) {
		return entries // another program wrote it
	}
	site, _, _ := strings.Cut(feed.HomePageURL, "/feeds/")
	texts := thrift{left: maxMarkup, fix: &repairs{}}
	for i, item := range feed.Items {
		x := &doc.Items[i].Tributary
		if item == nil || len(x.Entries) == 0 || plainWord(x.Story) == "" || x.Brought.Appended < 0 || x.Brought.Appended > len(item.ContentHTML) {
			continue
		}
		item.ContentHTML = item.ContentHTML[:len(item.ContentHTML)-x.Brought.Appended]
		item.ContentText = "" // stands in for a text
		item.Title = *cmp.Or(x.Brought.Title, &item.Title)
		item.ID = cmp.Or(x.Brought.GUID, item.ID)
		texts.item(item)
		e := jsonEntry(item, nil, &news.Document{})
		x.addTo(&e, nil)
		if strings.HasPrefix(e.Link, site+"/stories/") {
			e.Link = "" // our own page stood in
		}
		if o := e.Origin; o != nil && strings.HasPrefix(o.Link, site+"/sources/") {
			o.Link = ""
		}
		e.Extra.Undated = x.Brought.Undated
		switch {
		case x.Brought.Brief:
			e.Summary, e.Content = e.Content, ""
		case x.Brought.Summary != "":
			e.Summary = clean.HTML(x.Brought.Summary, nil)
		}
		entries[i] = &e
	}
	return entries
}

// pastPublication converts what a document says of one. An unreadable signature is 0.
func pastPublication(a jsonAbsent) news.PastPublication {
	words, err := strconv.ParseUint(a.Words, 16, 64)
	if err != nil {
		words = 0
	}
	return news.PastPublication{
		Publication: news.Publication{
			GUID: a.ID, StoryKey: plainWord(a.Story), Signature: words, Sequence: a.Place, Published: a.Published,
			Entered: cmp.Or(a.Entered.UTC(), a.Published),
			Updated: news.Later(a.Published, a.Modified),
		},
		Entries: entryKeys(a.Entries),
	}
}

// plainWord returns s if it is one, such as the key of a story, else "".
func plainWord(s string) string {
	if len(s) > 32 || strings.ContainsFunc(s, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }) {
		return ""
	}
	return s
}

// entryKeys returns those of told that can be the keys of entries.
func entryKeys(told []string) (keys []string) {
	for _, key := range told {
		source, entry, _ := strings.Cut(key, ".")
		if source != "" && entry != "" && plainWord(source) == source && plainWord(entry) == entry {
			keys = append(keys, key)
		}
	}
	return keys
}
