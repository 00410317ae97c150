package format

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/gorilla/feeds"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// JSON writes the Edition as JSON Feed 1.1 (jsonfeed.org/version/1.1),
// with the source of each item and the other members of its story in the
// extension "_tributary". The same Edition gives the same bytes, on one line:
// indenting would cost more than all the rest. The error is that of w.
func (p Prepared) JSON(w io.Writer) error {
	e, all := p.Edition, p.items
	feed := jsonFeed{
		JSONFeed: feeds.JSONFeed{
			Version:     "https://jsonfeed.org/version/1.1",
			Title:       feedTitle(e),
			HomePageUrl: wireURL(e.PartURL(e.Part, "")),
			FeedUrl:     wireURL(e.URL("json")),
			Description: wireText(e.Feed.Description),
			Language:    wireLanguage(e.Feed.Language),
			NextUrl:     nextURL(e),
			Icon:        wireURL(e.Feed.Image),
			Authors:     []*feeds.JSONAuthor{{Name: feedAuthor(e), Url: wireURL(e.Site.URL)}},
		},
		Items:     make([]jsonItem, len(all)), // required, also when empty
		Tributary: jsonHead{ID: wireText(e.Feed.UUID), Archive: freeGeneration(e), Updated: editionUpdated(e, all), Absent: each(e.Absent, jsonAbsentOf)},
	}
	for i := range all {
		feed.Items[i] = jsonItemOf(&all[i], e.Feed.Private)
		feed.Items[i].Tributary.jsonPlace = jsonPlaceOf(&e.Shown[i], e.Feed.Private)
		feed.Items[i].Tributary.Digest = jsonDigestOf(&e.Shown[i], e.Feed.Private)
		if !e.Feed.Private && !all[i].own {
			feed.Items[i].Tributary.Brought = jsonBroughtOf(&e.Shown[i], &all[i])
		}
	}
	if hub := hubURL(e); hub != "" {
		feed.Hubs = []*feeds.JSONHub{{Type: "WebSub", Url: hub}}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // nobody puts a feed into a script element
	return enc.Encode(&feed)
}

// jsonFeed extends the library's feed: a field here replaces the embedded one with the same key.
type jsonFeed struct {
	feeds.JSONFeed
	Tributary jsonHead   `json:"_tributary"`
	Items     []jsonItem `json:"items"`
}

// jsonHead is the "_tributary" extension of the feed itself.
type jsonHead struct {
	ID      string       `json:"id,omitempty"`      // the atom:id: JSON Feed has none
	Archive int          `json:"archive,omitempty"` // first generation of the archive without pages; omitted if 1
	Updated time.Time    `json:"updated"`           // the latest ever published
	Absent  []jsonAbsent `json:"absent,omitempty"`
}

// jsonAbsent is a Publication that a resumed feed cannot show until its source answers.
// What subscribers know of it is passed on.
type jsonAbsent struct {
	ID        string    `json:"id"`
	Published time.Time `json:"date_published"`
	Modified  time.Time `json:"date_modified"`
	jsonPlace
}

func jsonAbsentOf(p news.PastPublication) jsonAbsent {
	place := placeOf(&p.Publication)
	place.Entries = p.Entries
	return jsonAbsent{p.GUID, p.Published.UTC(), p.Updated.UTC(), place}
}

// freeGeneration returns the first generation of the archive that has no pages, or 0 if
// that is 1. An archive that begins anew uses it, so that the address of a page is
// never reused, even after the database was lost.
func freeGeneration(e *news.Edition) int {
	free := e.Prev.Generation
	if e.Prev.Page > 0 {
		free++
	}
	if e.Part != (news.Part{}) || free == 1 {
		return 0
	}
	return free
}

type jsonItem struct {
	feeds.JSONItem
	Language    string           `json:"language,omitempty"`
	Attachments []jsonAttachment `json:"attachments,omitempty"`
	Tributary   jsonExtension    `json:"_tributary"`
}

// jsonAttachment does not embed the library's attachment, which writes the wrong key
// for the size and has a MarshalJSON method that would drop our fields.
type jsonAttachment struct {
	URL      string `json:"url"`
	Type     string `json:"mime_type"`
	Title    string `json:"title,omitempty"`
	Size     int64  `json:"size_in_bytes,omitempty"`
	Duration int64  `json:"duration_in_seconds,omitempty"`
}

// jsonExtension is the "_tributary" extension of an item: what JSON Feed has no members
// for. Version 1.1 requires extensions to be objects with a name of their own.
type jsonExtension struct {
	jsonPlace
	Source     jsonSource      `json:"source,omitzero"` // omitted for what the feed made itself
	Also       []jsonAlso      `json:"also,omitempty"`
	Categories []news.Category `json:"categories,omitempty"` // those of the tags, if one has a scheme or label
	Authors    []news.Person   `json:"authors,omitempty"`    // if one has an address and a mailbox
	Digest     *jsonDigest     `json:"digest,omitempty"`
	Brought    jsonBrought     `json:"brought,omitzero"`

	// Files are the attachments of which JSON Feed cannot say everything. Pictures are those
	// attachments that belong to the text, with all that is known of them.
	Files      []news.Enclosure `json:"files,omitempty"`
	Pictures   []news.Enclosure `json:"pictures,omitempty"`
	news.Extra                  // without its pictures, for which JSON Feed has members
}

// jsonPlace is what could not be derived again if the database were lost. ReadPast
// reads it back.
type jsonPlace struct {
	Story   string    `json:"story,omitempty"`   // key of the story
	Entered time.Time `json:"entered,omitzero"`  // when it entered the feed
	Place   int64     `json:"place,omitempty"`   // news.Publication.Sequence
	Words   string    `json:"words,omitempty"`   // news.Publication.Signature in hexadecimal digits
	Entries []string  `json:"entries,omitempty"` // of the story, as news.EntryKey names them, the one shown first
}

// jsonBrought is how the entry shown differs from the item, so that ReadPast can read back
// what its source brought.
type jsonBrought struct {
	GUID     string    `json:"guid,omitempty"`     // if it is not the id of the item
	Seen     time.Time `json:"seen,omitzero"`      // first, if that is not when it entered the feed
	Undated  bool      `json:"undated,omitempty"`  // date_published is ours: it states no time
	Title    *string   `json:"title,omitempty"`    // if the feed titles its items
	Summary  string    `json:"summary,omitempty"`  // if it has markup
	Brief    bool      `json:"brief,omitempty"`    // content_html is the summary: there was no more
	Appended int       `json:"appended,omitempty"` // bytes at the end of content_html that are ours
}

// jsonBroughtOf returns nothing for an entry that is not read back: the document of a seed,
// or one with a guid that must not be told.
func jsonBroughtOf(s *news.Shown, it *wireItem) (b jsonBrought) {
	e := &s.Entry
	if s.Source.Kind != news.KindFeed || news.HasSecret(e.GUID) {
		return b
	}
	if e.GUID != it.guid {
		b.GUID = wireText(e.GUID)
	}
	if seen := e.FirstSeen.UTC().Truncate(time.Millisecond); !seen.Equal(s.Entered.Truncate(time.Millisecond)) {
		b.Seen = seen
	}
	b.Undated = e.Extra.Undated
	if title := clean.Line(e.Title); title != it.title {
		b.Title = &title
	}
	if it.content != "" && it.summary != clean.Escape(clean.Text(it.summary)) {
		b.Summary = it.summary
	}
	b.Brief = it.content == "" && it.brought > 0
	b.Appended = len(it.text()) - it.brought
	return b
}

// jsonPlaceOf names no entries in a private feed, which is never read back and whose
// sources are known to its operator only.
func jsonPlaceOf(s *news.Shown, private bool) jsonPlace {
	place := placeOf(&s.Publication)
	if private || s.Own {
		return place
	}
	place.Entries = append(place.Entries, news.EntryKey(s.Source, s.Entry.GUID))
	for _, m := range s.Members {
		place.Entries = append(place.Entries, m.Key)
	}
	return place
}

func placeOf(p *news.Publication) jsonPlace {
	place := jsonPlace{Story: p.StoryKey, Entered: p.Entered.UTC().Truncate(time.Millisecond), Place: p.Sequence}
	if p.Signature != 0 {
		place.Words = strconv.FormatUint(p.Signature, 16)
	}
	return place
}

type jsonSource struct {
	ID      string    `json:"id,omitempty"` // omitted if it is the address
	Title   string    `json:"title"`
	URL     string    `json:"url,omitempty"`
	Home    string    `json:"home,omitempty"`
	Icon    string    `json:"icon,omitempty"`
	Logo    string    `json:"logo,omitempty"`
	Rights  string    `json:"rights,omitempty"`
	Updated time.Time `json:"updated,omitzero"`
}

func jsonSourceOf(it *wireItem) jsonSource {
	if it.own {
		return jsonSource{}
	}
	o := it.source
	if o.ID == o.URL || o.URL == "" && o.ID == o.Link {
		o.ID = ""
	}
	return jsonSource{o.ID, o.Title, o.URL, o.Link, o.Icon, o.Image, o.Rights, o.Updated}
}

// jsonAlso is another member of the story: who published it, where, and the rule by
// which it was matched.
type jsonAlso struct {
	Title     string      `json:"title"`
	URL       string      `json:"url"`
	Outlet    string      `json:"outlet,omitempty"`
	Source    string      `json:"source"`
	Published *time.Time  `json:"published,omitempty"`
	Reason    news.Reason `json:"reason,omitempty"`
	Entry     string      `json:"entry,omitempty"` // one of jsonPlace.Entries
	Named     bool        `json:"named,omitempty"` // the end of the text names it
}

func jsonAlsoOf(m news.Member) jsonAlso {
	return jsonAlso{m.Title, m.Link, m.Outlet, m.SourceTitle, jsonTime(m.Published), m.Match.Reason, m.Key, m.Named}
}

// member is the opposite of jsonAlsoOf.
func (a jsonAlso) member() news.Member {
	m := news.Member{Key: a.Entry, Title: a.Title, Link: a.URL, Outlet: a.Outlet, SourceTitle: a.Source, Named: a.Named}
	m.Match.Reason = news.Reason(plainWord(string(a.Reason)))
	if a.Published != nil {
		m.Published = a.Published.UTC()
	}
	return m
}

// jsonItemOf names no entries in a private feed, as jsonPlaceOf.
func jsonItemOf(it *wireItem, private bool) jsonItem {
	out := jsonItem{
		JSONItem: feeds.JSONItem{
			Id:            it.guid,
			Url:           it.link,
			Title:         it.title,
			ExternalUrl:   externalOf(it.extra.Links),
			ContentHTML:   it.text(),
			Image:         it.extra.Image,
			PublishedDate: jsonTime(it.published),
			ModifiedDate:  jsonTime(it.updated),
		},
		Language:  it.language,
		Tributary: jsonExtension{Source: jsonSourceOf(it), Also: each(it.also, jsonAlsoOf), Pictures: it.extra.Pictures, Extra: it.extra},
	}
	for i := range out.Tributary.Also {
		if private {
			out.Tributary.Also[i].Entry = ""
		}
	}
	out.Tributary.Extra.Image, out.Tributary.Extra.Pictures = "", nil
	if out.ContentHTML == "" {
		out.ContentText = it.heading() // an item needs one of the two
	}
	if it.content != "" {
		out.Summary = clean.Text(it.summary)
	}
	for _, p := range it.authors {
		switch {
		case p.URL == "" && p.Email != "":
			p.URL = "mailto:" + p.Email
		case p.Email != "":
			out.Tributary.Authors = it.authors
		}
		out.Authors = append(out.Authors, &feeds.JSONAuthor{Name: p.Name, Url: p.URL, Avatar: p.Avatar})
	}
	for _, c := range it.categories {
		if !slices.Contains(out.Tags, c.Term) { // a term may be in two schemes
			out.Tags = append(out.Tags, c.Term)
		}
		if c.Scheme != "" || c.Label != "" {
			out.Tributary.Categories = it.categories
		}
	}
	for _, f := range it.enclosures {
		out.attach(f)
		if describes(f) {
			out.Tributary.Files = append(out.Tributary.Files, f)
		}
	}
	for _, f := range it.extra.Pictures {
		out.attach(f)
	}
	return out
}

// attach adds an attachment. The alternative text of a picture without a title stands for it.
func (i *jsonItem) attach(f news.Enclosure) {
	i.Attachments = append(i.Attachments, jsonAttachment{f.URL, f.Type, first(f.Title, f.Alt), f.Length, f.Duration})
}

// externalOf returns the page that an entry is about, as in a link blog: its only
// related link. Several are further reading, so it returns "".
func externalOf(links []news.Link) string {
	external := ""
	for _, l := range links {
		if l.Rel != "related" {
			continue
		}
		if external != "" {
			return ""
		}
		external = l.URL
	}
	return external
}

func jsonTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
