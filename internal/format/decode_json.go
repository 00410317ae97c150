package format

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed/json"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// jsonVersion begins the version of every JSON Feed. Without requiring it, any object
// would be an empty feed.
const jsonVersion = "https://jsonfeed.org/version/1"

// decodeJSON reads JSON Feed 1.0 and 1.1.
func decodeJSON(text string, base *url.URL, fix *repairs) (*news.Document, error) {
	mended, cut, err := mendJSON(strings.TrimSpace(text), fix)
	if err != nil {
		return nil, err
	}
	f, err := (&json.Parser{}).Parse(bytes.NewReader(mended))
	if err != nil {
		if f, err = typedJSON(mended, fix); err != nil {
			return nil, news.Failf(news.OutcomeMalformed, "the JSON document cannot be read: %v", err)
		}
	}
	version := jsonVersionOf(f, fix)
	if !strings.HasPrefix(version, jsonVersion) {
		return nil, news.Failf(news.OutcomeNotAFeed, "%s", jsonIs(f.Version, mended))
	}
	if base == nil {
		base = jsonBase(f)
	}
	d := jsonDocument(f, base)
	d.Hubs = jsonHubs(mended, base)
	d.Format, d.Outcome = "json10", news.OutcomeOK
	if strings.HasPrefix(version, jsonVersion+".1") {
		d.Format = "json11"
	}
	if cut {
		d.Outcome = news.OutcomeTruncated
		fix.note("the document was cut off; whole entries kept: %d", len(f.Items))
	}
	texts := thrift{left: maxMarkup, fix: fix}
	extensions := ours(mended, len(f.Items))
	for i, item := range f.Items {
		if item == nil {
			continue
		}
		texts.item(item)
		e := jsonEntry(item, base, d)
		if extensions != nil {
			extensions[i].addTo(&e, base)
		}
		d.Entries = append(d.Entries, e)
	}
	d.Repairs = fix.list
	return d, nil
}

// jsonVersionOf returns the version in its proper spelling. A missing version is taken
// for 1 if everything else is that of a feed.
func jsonVersionOf(f *json.Feed, fix *repairs) string {
	version := strings.TrimSpace(f.Version)
	if version == "" && (f.FeedURL != "" || f.HomePageURL != "") && len(f.Items) > 0 && f.Items[0] != nil && first(f.Items[0].ID, f.Items[0].URL) != "" {
		fix.note("the document names no version of JSON Feed")
		return jsonVersion
	}
	version = strings.Replace(version, "http://", "https://", 1)
	return strings.Replace(version, "://www.", "://", 1)
}

// jsonBase returns the address that the document gives itself, or else that of its site.
func jsonBase(f *json.Feed) *url.URL {
	for _, ref := range []string{f.FeedURL, f.HomePageURL} {
		if u := baseOfDocument(strings.TrimSpace(ref)); u != nil && u.Host != "" {
			return u
		}
	}
	return nil
}

func jsonDocument(f *json.Feed, base *url.URL) *news.Document {
	return &news.Document{
		Title:       clean.Line(f.Title),
		Link:        clean.Resolve(base, f.HomePageURL),
		Description: clean.Line(f.Description),
		Language:    languageTag(f.Language),
		Authors:     jsonPeople(f.Authors, f.Author, base),
		Icon:        clean.Resolve(base, f.Favicon),
		Image:       clean.Resolve(base, f.Icon),
		Self:        clean.Resolve(base, f.FeedURL),
	}
}

// jsonHubs reads the WebSub hubs, which gofeed leaves out. Hubs of other protocols are ignored.
func jsonHubs(text []byte, base *url.URL) []string {
	var f struct {
		Hubs []struct{ Type, URL string } `json:"hubs"`
	}
	if !bytes.Contains(text, []byte(`"hubs"`)) || stdjson.Unmarshal(text, &f) != nil {
		return nil // badly written, or something before them is
	}
	var hubs []string
	for _, hub := range f.Hubs {
		if strings.EqualFold(hub.Type, "websub") || strings.EqualFold(hub.Type, "pubsubhubbub") {
			hubs = addHub(hubs, clean.Resolve(base, hub.URL))
		}
	}
	return hubs
}

// jsonEntry converts one item. If it names no authors, it has those of the feed.
func jsonEntry(i *json.Item, base *url.URL, d *news.Document) news.Entry {
	external := clean.Resolve(base, i.ExternalURL)
	e := news.Entry{
		GUID:      clean.Line(i.ID),
		Link:      clean.Resolve(base, i.URL),
		Title:     clean.Line(i.Title),
		Summary:   clean.Escape(strings.TrimSpace(i.Summary)),
		Content:   clean.HTML(i.ContentHTML, base),
		Published: whenIn("", i.DatePublished),
		Updated:   whenIn("", i.DateModified),
		Authors:   jsonPeople(i.Authors, i.Author, base),
		Language:  languageTag(i.Language, d.Language),
		Extra:     news.Extra{Image: first(clean.Resolve(base, i.Image), clean.Resolve(base, i.BannerImage))},
	}
	if e.Authors == nil {
		e.Authors = d.Authors
	}
	if e.Content == "" && i.ContentText != "" {
		e.Content = clean.HTML(paragraphs(i.ContentText, true), nil)
	}
	if e.Link == "" && isAddress(e.GUID) {
		e.Link = clean.Resolve(nil, e.GUID)
	}
	e.Link = first(e.Link, external)
	if external != "" && external != e.Link {
		e.Extra.Links = []news.Link{{Rel: "related", URL: external}}
	}
	for _, tag := range i.Tags {
		e.Categories = addCategory(e.Categories, news.Category{Term: tag})
	}
	if i.Attachments != nil {
		for _, a := range *i.Attachments {
			e.Enclosures = addEnclosure(e.Enclosures, news.Enclosure{URL: clean.File(base, a.URL), Type: mediaType(a.MimeType),
				Length: max(0, a.SizeInBytes), Title: clean.Line(a.Title), Duration: max(0, a.DurationInSeconds)})
		}
	}
	for _, ref := range []string{i.URL, i.ExternalURL} {
		e.Enclosures = addEnclosure(e.Enclosures, news.Enclosure{URL: clean.Magnet(ref)})
	}
	e.Link = first(e.Link, firstPage(e.Enclosures))
	return e
}

// jsonPeople returns the authors of version 1.1, else the author of version 1.0.
func jsonPeople(authors []*json.Author, author *json.Author, base *url.URL) []news.Person {
	if len(authors) == 0 && author != nil {
		authors = []*json.Author{author}
	}
	var list []news.Person
	for _, a := range authors {
		if a == nil {
			continue
		}
		p := news.Person{Name: clean.Line(a.Name), Avatar: clean.Resolve(base, a.Avatar)}
		if mail, ok := strings.CutPrefix(a.URL, "mailto:"); ok {
			p.Email = clean.Line(mail)
		} else {
			p.URL = clean.Resolve(base, a.URL)
		}
		list = addPerson(list, p)
	}
	return list
}

// typedJSON reads a document in which some values have the wrong type: it converts them
// to the types of the specification and has gofeed read the result.
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

// The members that are not strings.
var (
	jsonLists   = map[string]bool{"items": true, "authors": true, "tags": true, "attachments": true}
	jsonNumbers = map[string]bool{"size_in_bytes": true, "duration_in_seconds": true}
)

func spellObject(o map[string]any) {
	for key, v := range o {
		switch {
		case jsonLists[key]:
			o[key] = spellList(key, v)
		case key == "author":
			switch v := v.(type) {
			case map[string]any:
				spellObject(v)
			case string:
				o[key] = map[string]any{"name": v}
			default:
				delete(o, key)
			}
		case jsonNumbers[key]:
			o[key] = wholeNumber(v)
		case key == "expired":
			o[key] = v == true
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

// wholeNumber returns a number without its fraction, which gofeed would reject, or 0.
func wholeNumber(v any) any {
	text := strings.TrimSpace(fmt.Sprint(v))
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > 1<<53 {
		return 0
	}
	return int64(n)
}

// spellList converts or drops the elements of a list that have the wrong type: those of
// tags must be strings, those of all other lists objects.
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
		case stdjson.Number:
			if key == "tags" {
				kept = append(kept, member.String())
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
