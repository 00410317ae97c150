package format

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// parse(publish(x)) gives back x for every field that the format has, whatever x is.
// The functions below say what each format cannot express.
func TestParsePublishProperty(t *testing.T) {
	const rounds, size = 60, 20
	for seed := range uint64(rounds) {
		for _, f := range writers {
			m := maker{Rand: rand.New(rand.NewPCG(seed, 5)), noMarkup: f.ext == "rss"}
			e := m.edition(size, seed%2 == 1)
			d, err := Decode(render(t, f.write, e), Input{URL: e.URL(f.ext)})
			if err != nil {
				t.Fatalf("seed %d, %s: %v", seed, f.ext, err)
			}
			if d.Outcome != news.OutcomeOK || len(d.Repairs) > 0 {
				t.Fatalf("seed %d, %s: outcome %s, repairs %q: want a document that needs none", seed, f.ext, d.Outcome, d.Repairs)
			}
			want := make([]news.Entry, size)
			for i, s := range e.Shown {
				want[i] = carried(f.ext, &s, e)
			}
			if diff := cmp.Diff(want, d.Entries, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("seed %d, %s: -published +parsed\n%s", seed, f.ext, diff)
			}
			if diff := cmp.Diff(carriedHead(f.ext, e), head(d), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("seed %d, %s: the head: -published +parsed\n%s", seed, f.ext, diff)
			}
		}
	}
}

// carried reduces an entry to what a format can express.
func carried(ext string, s *news.Shown, e *news.Edition) news.Entry {
	x := s.Entry
	x.GUID, x.Published, x.Updated = s.GUID, s.Published, s.Updated
	if x.Origin == nil {
		x.Origin = &news.Origin{ID: s.SourceID, Title: s.SourceTitle, Link: s.Source.Site, URL: s.Source.URL, Updated: s.SourceSeen}
	} else {
		origin := *x.Origin
		x.Origin = &origin
		x.Extra.Rights = first(x.Extra.Rights, origin.Rights)
		if e.Feed.Kind == news.Podcast {
			x.Extra.Image = first(x.Extra.Image, origin.Image)
		}
	}
	x.Extra.Links = append([]news.Link(nil), x.Extra.Links...)
	// The main file has the duration of the episode.
	x.Enclosures = append([]news.Enclosure(nil), x.Enclosures...)
	if i := news.MainFile(x.Enclosures); i >= 0 && x.Enclosures[i].Playable() && x.Enclosures[i].Duration == 0 {
		x.Enclosures[i].Duration = x.Extra.Episode.Duration
	}
	switch ext {
	case "atom":
		carriedByAtom(&x, s)
	case "rss":
		carriedByRSS(&x, s, e.Feed.Kind)
	case "json":
		carriedByJSON(&x)
	}
	return x
}

// In Atom, the links to other reports of a story are like those of the entry. Its only
// vocabulary of episodes is the podcast namespace.
func carriedByAtom(x *news.Entry, s *news.Shown) {
	x.Extra.Links = append(x.Extra.Links, relatedMembers(s)...)
	x.Extra.Episode = withoutITunes(x.Extra.Episode)
	x.Authors, x.Extra.Contributors = withoutAvatars(x.Authors), withoutAvatars(x.Extra.Contributors)
}

func carriedByRSS(x *news.Entry, s *news.Shown, kind news.FeedKind) {
	x.Extra.Links = append(x.Extra.Links, relatedMembers(s)...)
	*x.Origin = news.Origin{Title: x.Origin.Title, URL: x.Origin.URL} // one address
	if x.Summary == "" || x.Summary == x.Content {
		x.Summary, x.Content = x.Body(), "" // the description
	}
	if x.Updated.Equal(x.Published) {
		x.Updated = time.Time{}
	}
	x.Authors, x.Extra.Contributors = namesOnly(x.Authors), namesOnly(x.Extra.Contributors)
	x.Categories = append([]news.Category(nil), x.Categories...)
	for i := range x.Categories {
		x.Categories[i].Label = ""
	}
	x.Enclosures, x.Extra.Pictures = mainFirst(x.Enclosures, x.Extra.Pictures)
	if kind != news.Podcast {
		x.Extra.Episode = withoutITunes(x.Extra.Episode)
		return
	}
	if len(x.Enclosures) > 0 && x.Extra.Episode.Duration == 0 {
		x.Extra.Episode.Duration = x.Enclosures[0].Duration
	}
}

func carriedByJSON(x *news.Entry) {
	if x.Summary == x.Content {
		x.Summary = ""
	}
	if x.Content == "" {
		x.Content, x.Summary = x.Summary, ""
	}
	x.Summary = clean.Escape(clean.Text(x.Summary)) // plain text
}

func withoutITunes(e news.Episode) news.Episode {
	e.Duration, e.Kind, e.Explicit, e.Blocked, e.Tags = 0, "", false, false, nil
	return e
}

func relatedMembers(s *news.Shown) []news.Link {
	var links []news.Link
	for _, m := range s.Members {
		links = append(links, news.Link{Rel: "related", URL: m.Link, Title: m.SourceTitle + ": " + m.Title})
	}
	return links
}

func withoutAvatars(people []news.Person) []news.Person {
	people = append([]news.Person(nil), people...)
	for i := range people {
		people[i].Avatar = ""
	}
	return people
}

func namesOnly(people []news.Person) []news.Person {
	var names []news.Person
	for _, p := range people {
		names = append(names, news.Person{Name: p.Name})
	}
	return names
}

// mainFirst puts the one enclosure of RSS before the others. Pictures that are not the
// enclosure do not count as files.
func mainFirst(files, pictures []news.Enclosure) (sorted, shown []news.Enclosure) {
	main := news.MainFile(files)
	for i, f := range files {
		switch {
		case i == main:
			sorted = append([]news.Enclosure{f}, sorted...)
		case f.Medium() == "image":
			shown = append(shown, f)
		default:
			sorted = append(sorted, f)
		}
	}
	return sorted, append(shown, pictures...)
}

// head is what precedes the entries of a document.
func head(d *news.Document) news.Document {
	return news.Document{Title: d.Title, Link: d.Link, Description: d.Description, Language: d.Language, Updated: d.Updated,
		Authors: d.Authors, Image: d.Image, Self: d.Self, TTL: d.TTL}
}

func carriedHead(ext string, e *news.Edition) news.Document {
	d := news.Document{Title: e.Feed.Title, Link: e.URL(""), Description: e.Feed.Description, Language: e.Feed.Language, Updated: e.Updated,
		Authors: []news.Person{{Name: e.Feed.Author, URL: e.Site.URL}}, Image: e.Feed.Image, Self: e.URL(ext)}
	switch ext {
	case "rss":
		d.Authors = []news.Person{{Name: e.Feed.Author}}
		d.TTL = e.TTL // in whole minutes
	case "json":
		d.Updated = time.Time{}
	}
	return d
}

// maker makes random values that are legal everywhere.
type maker struct {
	*rand.Rand
	noMarkup bool // no text looks like HTML, because RSS cannot say that it is not
}

func (m maker) edition(n int, podcast bool) *news.Edition {
	e := emptyEdition()
	e.TTL = time.Duration(1+m.IntN(60)) * time.Minute
	e.Feed.Title, e.Feed.Description, e.Feed.Author = "Alles & nichts", m.words(), m.words()
	e.Feed.Language = m.pick("de", "en-gb", "")
	e.Feed.Image = "https://river.example/cover.png"
	if podcast {
		e.Feed.Kind = news.Podcast
		e.Feed.Show = news.Show{Email: "show@river.example", Categories: []news.ShowCategory{{Name: "News", Sub: "Politics"}}}
	}
	for i := range n {
		s := m.shown(i, e.Feed.Language)
		if podcast {
			s.Entry.Enclosures = append(s.Entry.Enclosures, news.Enclosure{URL: m.url() + ".mp3", Type: "audio/mpeg", Length: 5})
		}
		if s.Updated.After(e.Updated) {
			e.Updated = s.Updated
		}
		e.Shown = append(e.Shown, s)
	}
	return e
}

func (m maker) shown(n int, language string) news.Shown {
	published := march(1+m.IntN(20), m.IntN(24), m.IntN(60))
	s := news.Shown{
		Publication: news.Publication{
			StoryKey: fmt.Sprintf("story%d", n), GUID: fmt.Sprintf("urn:example:%d:%d", n, m.Uint32()), Published: published,
			Updated: published.Add(time.Duration(m.IntN(3)) * time.Hour),
		},
		Source: news.Source{Name: m.pick("a", "b"), Kind: news.KindFeed, Public: true},
	}
	s.Source.URL, s.Source.Site = "https://"+s.Source.Name+".example/feed", "https://"+s.Source.Name+".example/"
	s.SourceID, s.SourceTitle, s.SourceSeen = "urn:quelle:"+s.Source.Name, "Quelle "+s.Source.Name, march(28, 1, 1)
	s.Entry = news.Entry{
		Link: m.url(), Title: m.words(), Language: m.pick("de", "en", "pt-br"),
		Authors:    append([]news.Person{m.person()}, some(m, 2, m.person)...),
		Categories: some(m, 3, m.category),
		Enclosures: some(m, 3, m.enclosure),
		Extra:      m.extra(),
	}
	if m.maybe() {
		s.Entry.Origin = &news.Origin{ID: "urn:woher:" + fmt.Sprint(m.Uint32()), Title: m.words(), Link: m.url(), URL: m.url(),
			Rights: m.optional(m.words), Icon: m.optional(m.url), Image: m.optional(m.url), Updated: published}
	}
	if language != "" && m.maybe() {
		s.Entry.Language = language
	}
	if s.Entry.Extra.Image == "" {
		s.Entry.Extra.Image = first(firstPicture(s.Entry.Enclosures), firstPicture(s.Entry.Extra.Pictures))
	}
	for s.Entry.Body() == "" {
		s.Entry.Summary, s.Entry.Content = m.html(), m.html()
	}
	if m.maybe() {
		s.Members = []news.Member{{SourceTitle: "Kurier", Title: m.words(), Link: m.url()}}
	}
	return s
}

func (m maker) extra() news.Extra {
	x := news.Extra{Rights: m.optional(m.words), License: m.optional(m.url), Image: m.optional(m.url), Contributors: some(m, 2, m.person), Pictures: some(m, 4, m.photo)}
	x.Comments = news.Comments{Page: m.optional(m.url), Feed: m.optional(m.url), Count: m.IntN(3)}
	if m.maybe() {
		x.Location = news.Location{Point: m.pick("45.256 -71.92", "-7 180"), Name: m.optional(m.name)}
	}
	x.ReplyTo = some(m, 2, func() news.Reply {
		return news.Reply{ID: "urn:example:" + url.PathEscape(m.word()) + fmt.Sprint(m.Uint32()), Link: m.optional(m.url)}
	})
	if m.maybe() {
		x.Links = []news.Link{{Rel: news.Canonical, URL: m.url()}}
	}
	x.Links = append(x.Links, some(m, 3, func() news.Link {
		return news.Link{Rel: m.pick("related", "via"), URL: m.url(), Title: m.optional(m.words), Type: m.pick("", "text/html"), Language: m.pick("", "de", "pt-br")}
	})...)
	x.Episode = news.Episode{Number: m.pick("", "7", "7.5"), Season: m.IntN(3), Kind: m.pick("", "full", "trailer", "bonus"),
		Duration: int64(m.IntN(2) * 3725), Explicit: m.maybe(), Blocked: m.maybe()}
	x.Episode.Transcripts = some(m, 2, func() news.Link {
		return news.Link{URL: m.url() + ".vtt", Type: "text/vtt", Language: m.pick("", "de"), Rel: m.pick("", "captions")}
	})
	if m.maybe() {
		x.Episode.Chapters = &news.Link{URL: m.url(), Type: "application/json+chapters"}
	}
	x.Episode.People = some(m, 2, func() news.Credit {
		return news.Credit{Name: m.name(), Role: m.pick("host", "guest"), Group: m.pick("", "writing"), URL: m.optional(m.url), Image: m.optional(m.url)}
	})
	if x.Episode.Number != "" {
		x.Episode.Display = m.optional(m.name)
	}
	if x.Episode.Season > 0 {
		x.Episode.SeasonName = m.optional(m.name)
	}
	x.Episode.Tags = some(m, 4, func() news.Tag { return m.tag(podcastTags) })
	return x
}

// tag makes an element of the podcast namespace with everything that it needs, and some of
// what it may have.
func (m maker) tag(rules []tagRule) news.Tag {
	rule := rules[m.IntN(len(rules))]
	t := news.Tag{Name: rule.name}
	for name, required := range attributesOf(rule) {
		if !required && m.maybe() {
			continue
		}
		if t.Attrs == nil {
			t.Attrs = map[string]string{}
		}
		switch {
		case addressAttrs[name]:
			t.Attrs[name] = m.url()
		case numberAttrs[name]:
			t.Attrs[name] = m.pick("7", "0.00000005", "73.5")
		case name == "uri":
			t.Attrs[name] = m.pick(m.url(), "ipfs://QmX33", "magnet:?xt=urn:btih:ab&dn=c", "nostr:note1x")
		default:
			t.Attrs[name] = m.name()
		}
	}
	if rule.needed {
		t.Tags = append([]news.Tag{m.tag(rule.kids)}, some(m, 2, func() news.Tag { return m.tag(rule.kids) })...)
	}
	if rule.text {
		t.Text = m.name()
	}
	if t.Attrs == nil && t.Text == "" {
		return m.tag(rules)
	}
	return t
}

func (m maker) enclosure() news.Enclosure {
	f := news.Enclosure{URL: m.url(), Type: m.pick("audio/mpeg", "video/mp4", "application/pdf", "image/png"), Length: int64(m.IntN(2) * 123456789),
		Title: m.optional(m.name)}
	if m.IntN(8) == 0 {
		f.URL, f.Type = fmt.Sprintf("magnet:?xt=urn:btih:%040x&dn=a+b&tr=udp%%3A%%2F%%2Ft.example%%3A80", m.Uint32()), news.Torrent
	}
	if f.Playable() {
		f.Duration, f.Width, f.Height = int64(m.IntN(2)*90), m.IntN(2)*640, m.IntN(2)*360
	}
	if f.Medium() == "image" {
		f.Alt, f.Credit = m.optional(m.name), m.optional(m.name)
	}
	return f
}

func (m maker) photo() news.Enclosure {
	return news.Enclosure{URL: m.url(), Type: m.pick("image/png", "image/jpeg"), Length: int64(m.IntN(2) * 123456789), Title: m.optional(m.name),
		Alt: m.optional(m.name), Credit: m.optional(m.name), Width: m.IntN(2) * 640, Height: m.IntN(2) * 360, Adult: m.maybe()}
}

func (m maker) person() news.Person {
	p := news.Person{Name: m.words(), URL: m.optional(m.url), Avatar: m.optional(m.url)}
	if m.maybe() {
		p.Email = fmt.Sprintf("p%d@people.example", m.Uint32())
	}
	return p
}

func (m maker) category() news.Category {
	return news.Category{Term: m.words(), Scheme: m.optional(m.url), Label: m.optional(m.words)}
}

func (m maker) html() string {
	if !m.maybe() {
		return ""
	}
	return clean.HTML(`<p>`+clean.Escape(m.words())+` <a href="`+m.url()+`">]]&gt; &amp;lt;</a></p><p><img src="`+m.url()+`" alt="x &quot;y&quot;"></p>`, nil)
}

func (m maker) maybe() bool { return m.IntN(2) == 0 }

func (m maker) optional(make func() string) string {
	if m.maybe() {
		return ""
	}
	return make()
}

func (m maker) pick(of ...string) string { return of[m.IntN(len(of))] }

func (m maker) word() string {
	return m.pick("river", "Brücke", "水", "naïve", "Süd", "خبر", "oil")
}

// words returns words that end in a number, which makes them unique.
func (m maker) words() string {
	sign := m.pick("&", "<", ">", `"`, "'", "–", "&amp;", "]]>", "<b>")
	if m.noMarkup && len(sign) > 3 || sign == "<b>" && m.noMarkup {
		sign = "&"
	}
	return strings.Join([]string{m.word(), sign, m.word(), fmt.Sprint(m.Uint32())}, " ")
}

// name is like words, but does not look like HTML: modules do not say what that would mean.
func (m maker) name() string {
	m.noMarkup = true
	return m.words()
}

func (m maker) url() string {
	return fmt.Sprintf("https://%s.example/%d?a=1&b=%s", m.pick("x", "y", "xn--mnchen-3ya"), m.Uint32(), m.pick("%20", "+", "'", "(1)"))
}

func some[T any](m maker, most int, make func() T) []T {
	var list []T
	for range m.IntN(most + 1) {
		list = append(list, make())
	}
	return list
}
