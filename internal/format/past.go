package format

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

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
		ID        string    `json:"id"`
		Title     string    `json:"title"`
		Published time.Time `json:"date_published"`
		Modified  time.Time `json:"date_modified"`
		Tributary struct {
			jsonPlace
			Digest *jsonDigest `json:"digest"`
		} `json:"_tributary"`
	} `json:"items"`
}

// ReadPast reads from a document that Prepared.JSON wrote what a database knew of the feed.
// What an older version did not write is empty. Items without an id or a time are
// skipped. The error says what is wrong with the document.
func ReadPast(r io.Reader) (*news.Past, error) {
	doc, err := decodePast(r)
	if err != nil {
		return nil, err
	}
	past := &news.Past{Updated: doc.Tributary.Updated, Generation: max(doc.Tributary.Archive, 0)}
	if id := doc.Tributary.ID; strings.HasPrefix(id, "urn:uuid:") && news.IsIRI(id) {
		past.UUID = id
	}
	for _, item := range doc.Items {
		if item.ID == "" || item.Published.IsZero() {
			continue
		}
		p := pastPublication(jsonAbsent{item.ID, item.Published, item.Modified, item.Tributary.jsonPlace})
		if item.Tributary.Digest == nil {
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

func decodePast(r io.Reader) (doc pastDocument, err error) {
	limited := &io.LimitedReader{R: r, N: MaxPast + 1}
	err = json.NewDecoder(limited).Decode(&doc)
	switch {
	case limited.N == 0:
		return doc, fmt.Errorf("larger than %d MiB", MaxPast>>20)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return doc, errors.New("the JSON ends too early")
	case err != nil:
		return doc, fmt.Errorf("no JSON Feed: %w", err)
	case !strings.HasPrefix(doc.Version, "https://jsonfeed.org/version/1"):
		return doc, errors.New("no JSON Feed: it names no version of the format")
	}
	return doc, nil
}

// pastPublication converts what a document says of one. An unreadable signature is 0.
func pastPublication(a jsonAbsent) news.PastPublication {
	words, err := strconv.ParseUint(a.Words, 16, 64)
	if err != nil {
		words = 0
	}
	return news.PastPublication{
		Publication: news.Publication{
			GUID: a.ID, StoryKey: storyKey(a.Story), Signature: words, Sequence: a.Place, Published: a.Published,
			Entered: firstTime(a.Entered, a.Published),
			Updated: news.Later(a.Published, a.Modified),
		},
		Entries: entryKeys(a.Entries),
	}
}

// storyKey returns s if it can be the key of a story, else "".
func storyKey(s string) string {
	if len(s) > 32 || strings.ContainsFunc(s, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }) {
		return ""
	}
	return s
}

// entryKeys returns those of told that can be the keys of entries.
func entryKeys(told []string) (keys []string) {
	for _, key := range told {
		source, entry, _ := strings.Cut(key, ".")
		if source != "" && entry != "" && storyKey(source) == source && storyKey(entry) == entry {
			keys = append(keys, key)
		}
	}
	return keys
}
