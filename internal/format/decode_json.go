package format

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed/json"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// jsonVersion begins the version of every JSON Feed; without it any object
// would be an empty feed.
const jsonVersion = "https://jsonfeed.org/version/1"

// decodeJSON reads JSON Feed 1.0 and 1.1.
func decodeJSON(text string, base *url.URL, fix *repairs) (*news.Document, error) {
	s := scanJSON(text, fix)
	f, err := (&json.Parser{}).Parse(bytes.NewReader(s.text))
	if err != nil {
		if f, err = typedJSON(s.text, fix); err != nil {
			return nil, news.Failf(news.OutcomeMalformed, "the JSON document cannot be read: %v", err)
		}
	}
	version := strings.Replace(strings.TrimSpace(f.Version), "http://", "https://", 1)
	version = strings.Replace(version, "://www.", "://", 1)
	if !strings.HasPrefix(version, jsonVersion) {
		return nil, news.Failf(news.OutcomeNotAFeed, "a JSON document that is no feed: want a version that begins with %s, got %q", jsonVersion, clip(f.Version, 60))
	}
	d := jsonDocument(f, base)
	d.Format, d.Outcome = "json10", news.OutcomeOK
	if strings.HasPrefix(version, jsonVersion+".1") {
		d.Format = "json11"
	}
	if s.cut {
		d.Outcome = news.OutcomeTruncated
		fix.note("the document was cut off; its %d whole entries were kept", len(f.Items))
	}
	for _, item := range f.Items {
		if item != nil {
			d.Entries = append(d.Entries, jsonEntry(item, base, d.Language))
		}
	}
	d.Repairs = fix.list
	return d, nil
}

func jsonDocument(f *json.Feed, base *url.URL) *news.Document {
	return &news.Document{
		Title:       clean.Line(f.Title),
		Link:        clean.Resolve(base, f.HomePageURL),
		Description: clean.Line(f.Description),
		Language:    languageTag(f.Language),
		Authors:     jsonPeople(f.Authors, f.Author, base),
	}
}

// jsonEntry maps one item.
func jsonEntry(i *json.Item, base *url.URL, inherited string) news.Entry {
	e := news.Entry{
		GUID:      clean.Line(i.ID),
		Link:      clean.Resolve(base, i.URL),
		Title:     clean.Line(i.Title),
		Summary:   clean.Escape(strings.TrimSpace(i.Summary)),
		Content:   clean.HTML(i.ContentHTML, base),
		Published: when(i.DatePublished),
		Updated:   when(i.DateModified),
		Authors:   jsonPeople(i.Authors, i.Author, base),
		Language:  languageTag(i.Language, inherited),
	}
	if e.Content == "" && i.ContentText != "" {
		e.Content = paragraphs(i.ContentText)
	}
	if e.Link == "" && strings.Contains(i.ID, "://") {
		e.Link = clean.Resolve(nil, i.ID)
	}
	for _, tag := range i.Tags {
		e.Categories = addCategory(e.Categories, news.Category{Term: tag})
	}
	if i.Attachments != nil {
		for _, a := range *i.Attachments {
			e.Enclosures = addEnclosure(e.Enclosures, news.Enclosure{URL: clean.Resolve(base, a.URL), Type: mediaType(a.MimeType), Length: max(0, a.SizeInBytes)})
		}
	}
	return e
}

// jsonPeople are the authors of version 1.1, else the author of version 1.0.
func jsonPeople(authors []*json.Author, author *json.Author, base *url.URL) []news.Person {
	if len(authors) == 0 && author != nil {
		authors = []*json.Author{author}
	}
	var list []news.Person
	for _, a := range authors {
		if a == nil {
			continue
		}
		p := news.Person{Name: clean.Line(a.Name)}
		if mail, ok := strings.CutPrefix(a.URL, "mailto:"); ok {
			p.Email = clean.Line(mail)
		} else {
			p.URL = clean.Resolve(base, a.URL)
		}
		list = addPerson(list, p)
	}
	return list
}

// paragraphs returns plain text as HTML: a blank line ends a paragraph.
func paragraphs(text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if !strings.Contains(text, "\n") {
		return clean.HTML(clean.Escape(text), nil)
	}
	var out strings.Builder
	for block := range strings.SplitSeq(text, "\n\n") {
		if block = strings.TrimSpace(block); block != "" {
			out.WriteString("<p>" + strings.ReplaceAll(clean.Escape(block), "\n", "<br>") + "</p>")
		}
	}
	return clean.HTML(out.String(), nil)
}

// scanned is a JSON document after its small damages are mended.
type scanned struct {
	text []byte
	cut  bool
}

// scanJSON drops commas before closing brackets and, when the document was cut
// off, everything after the last whole item.
func scanJSON(text string, fix *repairs) scanned {
	var out bytes.Buffer
	out.Grow(len(text))
	var open []byte        // brackets that are open
	whole, comma := -1, -1 // in out: behind the last whole item; the last comma
	items := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			end := stringEnd(text, i)
			if end < 0 {
				return cutJSON(out.Bytes(), whole, len(open))
			}
			out.WriteString(text[i:end])
			i, comma = end-1, -1
			continue
		case ',':
			comma = out.Len()
		case '{', '[':
			open, comma = append(open, c), -1
		case '}', ']':
			if comma >= 0 {
				fix.note("commas before closing brackets were dropped")
				out.Truncate(comma)
			}
			comma = -1
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
			if out.WriteByte(c); len(open) == 2 && open[1] == '[' {
				whole = out.Len()
				items++
			}
			if items == maxEntries && len(open) == 2 {
				fix.note("the document has %d entries or more; the others were not read", maxEntries)
				return scanned{text: cutJSON(out.Bytes(), whole, len(open)).text}
			}
			if len(open) == 0 {
				return scanned{text: out.Bytes()}
			}
			continue
		default:
			if !blank(c) {
				comma = -1
			}
		}
		out.WriteByte(text[i])
	}
	return cutJSON(out.Bytes(), whole, len(open))
}

// cutJSON closes a document behind its last whole item.
func cutJSON(text []byte, whole, open int) scanned {
	if whole < 0 || open == 0 {
		return scanned{text: text, cut: open > 0}
	}
	return scanned{text: append(text[:whole:whole], "]}"...), cut: true}
}

// stringEnd returns the position behind the string that begins at i, or -1.
func stringEnd(s string, i int) int {
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return -1
}

// typedJSON reads a document in which some values have the wrong type: they are
// spelled as the specification wants them and gofeed reads it again.
func typedJSON(text []byte, fix *repairs) (*json.Feed, error) {
	var loose map[string]any
	decoder := stdjson.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&loose); err != nil {
		return nil, err
	}
	fix.note("values of the wrong type were converted or left out")
	spellObject(loose)
	strict, err := stdjson.Marshal(loose)
	if err != nil {
		return nil, err
	}
	return (&json.Parser{}).Parse(bytes.NewReader(strict))
}

// jsonLists and jsonObjects are the members that are not strings.
var (
	jsonLists   = map[string]bool{"items": true, "authors": true, "tags": true, "attachments": true}
	jsonObjects = map[string]bool{"author": true}
	jsonNumbers = map[string]bool{"size_in_bytes": true, "duration_in_seconds": true, "expired": true}
)

func spellObject(o map[string]any) {
	for key, v := range o {
		switch {
		case jsonLists[key]:
			o[key] = spellList(key, v)
		case jsonObjects[key]:
			if inner, ok := v.(map[string]any); ok {
				spellObject(inner)
			} else {
				delete(o, key)
			}
		case jsonNumbers[key]:
		default:
			switch v := v.(type) {
			case string:
			case stdjson.Number, bool:
				o[key] = fmt.Sprint(v)
			default:
				delete(o, key)
			}
		}
	}
}

// spellList keeps the members that a list may have: strings in tags, objects
// in all others.
func spellList(key string, v any) any {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	kept := []any{}
	for _, member := range list {
		switch member := member.(type) {
		case map[string]any:
			if key != "tags" {
				spellObject(member)
				kept = append(kept, member)
			}
		case string:
			if key == "tags" {
				kept = append(kept, member)
			} else if key == "authors" {
				kept = append(kept, map[string]any{"name": member})
			}
		}
	}
	return kept
}
