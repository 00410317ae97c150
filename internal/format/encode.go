package format

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// generator is the name of the program in the feeds that it writes.
const generator = "Tributary"

// Prepared is an Edition ready to be written in any format: what the formats share is
// computed once. Writing does not change it.
type Prepared struct {
	Edition *news.Edition
	items   []wireItem
}

// Prepare computes what all formats say of an Edition.
func Prepare(e *news.Edition) Prepared {
	d := dressingOf(e.Feed)
	items := wireItems(e, d)
	return Prepared{d.put(e, items), items}
}

// Heading returns what the i-th item is called where a title is needed, as in Atom: its
// title, else the beginning of its text, else its link.
func (p Prepared) Heading(i int) string { return p.items[i].heading() }

// wireItem is a Publication in the terms that all formats share. Every rule about what
// may be published is applied here, once, so that the formats cannot differ. All text
// is legal XML, every URL absolute http(s), every language tag valid.
type wireItem struct {
	guid       string
	link       string // never empty
	title      string // one plain line; may be empty
	opening    string // beginning of the text, if there is no title; nothing that we append counts
	summary    string // HTML; empty when it equals content
	content    string // HTML; empty when there is a summary only, or nothing
	published  time.Time
	updated    time.Time     // never zero
	authors    []news.Person // never empty: the title of the source stands in
	categories []news.Category
	enclosures []news.Enclosure
	language   string
	extra      news.Extra
	source     news.Origin // what may be published about the source, or the feed that it copied this from
	own        bool        // made by the feed itself, so no source is named
	also       []news.Member
	footer     string // HTML of the feed's footer, already part of the text
	brought    int    // how many bytes of the text the entry brought; the rest is ours
}

// wireItems prepares every Publication of an Edition. What may be said of a source is
// decided once for all of its items.
func wireItems(e *news.Edition, d dressing) []wireItem {
	all := make([]wireItem, len(e.Shown))
	origins := make(map[string]news.Origin)
	for i := range e.Shown {
		s := &e.Shown[i]
		from, known := origins[s.Source.Name]
		if !known {
			from = wireSourceOf(e.Site, s)
			origins[s.Source.Name] = from
		}
		all[i] = wireItemOf(e, s, from)
		d.dress(e.Site, s, &all[i])
	}
	return all
}

func wireItemOf(e *news.Edition, s *news.Shown, from news.Origin) wireItem {
	it := wireItem{
		guid:       wireText(s.GUID),
		link:       cmp.Or(wireURL(s.Entry.Link), e.Site.StoryURL(s.StoryKey)),
		title:      clean.Line(s.Entry.Title),
		summary:    wireHTML(s.Entry.Summary),
		content:    wireHTML(s.Entry.Content),
		published:  wireTime(s.Published),
		updated:    wireMoment(s.Updated),
		authors:    wireAuthors(authorsOf(s)),
		categories: wireCategories(s.Entry.Categories),
		enclosures: wireEnclosures(s.Entry.Enclosures),
		language:   wireLanguage(s.Entry.Language),
		source:     wireOriginOf(s, from),
		own:        s.Own,
	}
	if it.summary == it.content {
		it.summary = ""
	}
	it.brought = len(it.text())
	if it.updated.IsZero() {
		it.updated = cmp.Or(it.published, wireTime(s.Entered), time.Unix(0, 0).UTC())
	}
	if len(it.authors) == 0 {
		it.authors = []news.Person{{Name: it.source.Title, URL: it.source.Link}}
	}
	if it.title == "" {
		it.opening = clean.Excerpt(clean.Text(it.text()), 80)
	}
	it.extra = wireExtra(&s.Entry, it.link)
	it.extra.Rights = first(it.extra.Rights, it.source.Rights)
	if e.Feed.Kind == news.Podcast {
		it.extra.Image = first(it.extra.Image, it.source.Image, from.Image)
	}
	it.lastingMain()
	if c := e.Feed.Content; c != news.SummaryOnly && c != news.LinkOnly && !s.Own {
		it.showPictures()
	}
	it.also = wireMembers(s.Members, it.link, s.Entry.Match.Reason)
	switch {
	case e.Feed.Duplicates == news.Group:
		it.listMembers(e.Feed.Language)
	case e.Feed.AlsoReported:
		it.nameOthers(e.Feed.Language, s.Named)
	}
	return it
}

// text returns the fullest HTML of the item.
func (it *wireItem) text() string {
	return cmp.Or(it.content, it.summary)
}

// heading returns the title, else the beginning of the text, else the link. JSON Feed
// does not use it as a title: there, an item without one is a microblog post.
func (it *wireItem) heading() string {
	return cmp.Or(it.title, it.opening, it.link)
}

// authorNames returns the names of the authors as one text.
func (it *wireItem) authorNames() string {
	return strings.Join(each(it.authors, func(p news.Person) string { return p.Name }), ", ")
}

// end appends html, which begins with a line feed, to the text.
func (it *wireItem) end(html string) {
	if it.content == "" && it.summary != "" {
		it.summary += html
		return
	}
	it.content = strings.TrimPrefix(it.content+html, "\n")
}

// authorsOf returns the authors of an entry, or the one configured for its source if
// the entry names none.
func authorsOf(s *news.Shown) []news.Person {
	if len(s.Entry.Authors) == 0 && s.Source.Author != "" {
		return []news.Person{{Name: s.Source.Author}}
	}
	return s.Entry.Authors
}

// wireSourceOf returns what may be published about the source of s. Its Link is its site, else
// our page about it; its Icon is configured, and its Image stands in its document. A source that
// is not public has no addresses. A seed folder has no URL, because its glob is a path on our
// disk. An address that holds a secret is left out.
func wireSourceOf(site news.Site, s *news.Shown) news.Origin {
	src := &s.Source
	o := news.Origin{Title: cmp.Or(clean.Line(s.SourceTitle), src.Name), Rights: clean.Line(s.SourceRights), Updated: wireTime(s.SourceSeen)}
	if src.Public {
		o.Link = cmp.Or(tellable(src.Site), site.SourceURL(src.Name))
		o.Icon, o.Image = wireURL(src.Icon), wireURL(s.SourceImage)
		if src.Kind == news.KindFeed {
			o.URL = tellable(src.URL)
		}
	}
	switch {
	case src.Public && news.IsIRI(s.SourceID) && !news.HasSecret(s.SourceID):
		o.ID = s.SourceID
	case o.URL != "":
		o.ID = o.URL
	default:
		o.ID = news.URN("source", src.Name)
	}
	return o
}

// hubURL returns the hub at which updates of the feed can be subscribed to, or "".
// Pages of the past never change and searches belong to nobody, so neither has updates.
// A private feed is never announced to a hub.
func hubURL(e *news.Edition) string {
	if e.Part != (news.Part{}) || e.Search != nil || e.Feed.Private {
		return ""
	}
	return wireURL(e.Site.Hub)
}

// editionUpdated returns when the feed last changed. It is never the current time, so that
// the same Edition gives the same bytes, and never before the update of an item shown.
func editionUpdated(e *news.Edition, all []wireItem) time.Time {
	updated := wireMoment(e.Updated)
	for i := range all {
		if all[i].updated.After(updated) {
			updated = all[i].updated
		}
	}
	return cmp.Or(updated, time.Unix(0, 0).UTC())
}

// feedTitle returns the title of the feed, which every format requires.
func feedTitle(e *news.Edition) string {
	return cmp.Or(clean.Line(e.Feed.Title), e.Feed.Name)
}

// feedAuthor returns who is responsible for the feed as a whole: the configured author,
// else this site.
func feedAuthor(e *news.Edition) string {
	return cmp.Or(clean.Line(e.Feed.Author), siteTitle(e))
}

func siteTitle(e *news.Edition) string {
	return cmp.Or(clean.Line(e.Site.Title), feedTitle(e))
}

// wireAuthors keeps the people that have a name, or a mailbox or URL that can stand for
// one. Each name is kept once.
func wireAuthors(people []news.Person) []news.Person {
	return distinct(people, func(p news.Person) (news.Person, string) {
		p = news.Person{Name: clean.Line(p.Name), Email: wireEmail(p.Email), URL: wireURL(p.URL), Avatar: wireURL(p.Avatar)}
		if p.Name == "" { // a whole e-mail address as a name confuses readers and helps spammers
			mailbox, _, _ := strings.Cut(p.Email, "@")
			p.Name = first(mailbox, p.URL)
		}
		return p, p.Name
	})
}

// wireCategories keeps each term of a scheme once. A scheme that is not an IRI is dropped.
func wireCategories(given []news.Category) []news.Category {
	var kept []news.Category
	for _, c := range given {
		c = news.Category{Term: clean.Line(c.Term), Scheme: c.Scheme, Label: clean.Line(c.Label)}
		if c.Scheme != "" && !news.IsIRI(c.Scheme) {
			c.Scheme = ""
		}
		known := slices.ContainsFunc(kept, func(k news.Category) bool { return k.Term == c.Term && k.Scheme == c.Scheme })
		if c.Term != "" && !known {
			kept = append(kept, c)
		}
	}
	return kept
}

// wireEnclosures keeps the files that can be fetched, each once, with a media type,
// which RSS and JSON Feed require.
func wireEnclosures(given []news.Enclosure) []news.Enclosure {
	return distinct(given, func(f news.Enclosure) (news.Enclosure, string) {
		f = news.Enclosure{URL: wireFile(f.URL), Type: wireType(f.Type), Length: max(f.Length, 0), Title: clean.Line(f.Title), Alt: clean.Line(f.Alt), Credit: clean.Line(f.Credit),
			Duration: max(f.Duration, 0), Width: max(f.Width, 0), Height: max(f.Height, 0), Adult: f.Adult}
		if f.Type == "" {
			f.Type = typeByExtension(f.URL)
		}
		return f, f.URL
	})
}

// distinct returns what wire makes of each of the given values, in their order. wire also
// returns a key: of several with one key only the first is kept, and none without a key.
func distinct[T any](given []T, wire func(T) (T, string)) []T {
	var kept []T
	known := map[string]bool{"": true}
	for _, value := range given {
		value, key := wire(value)
		if !known[key] {
			known[key] = true
			kept = append(kept, value)
		}
	}
	return kept
}
