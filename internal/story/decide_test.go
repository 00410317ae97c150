package story

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// post builds stored evidence that is a story of its own.
type post struct {
	source int64
	outlet string
	guid   string
	link   string
	title  string
	text   string
	origin string
	leads  string // the page to which its link finally leads
	story  int64
}

func (p post) evidence(id int64) Evidence {
	e := news.Entry{ID: id, SourceID: p.source, StoryID: p.story, GUID: p.guid, Link: p.link, Title: p.title, Content: p.text,
		Published: time.Date(2026, 3, 1, 8, int(id), 0, 0, time.UTC)}
	if e.StoryID == 0 {
		e.StoryID = id
	}
	if p.origin != "" {
		e.Origin = &news.Origin{URL: p.origin}
	}
	if p.leads != "" {
		e.Extra.Links = []news.Link{{Rel: "via", URL: "https://via.example/1"}, {Rel: news.Canonical, URL: p.leads}}
	}
	return Gather(p.outlet, e)
}

var comment = strings.Repeat("Was hier am Ufer geschah, hat niemand so gesehen wie wir. ", 6)

func TestDecide(t *testing.T) {
	const page = "https://zeitung.example/haushalt-4711"
	news1 := post{source: 1, outlet: "zeitung.example", guid: "z1", link: page, title: "Stadtrat beschließt Haushalt", text: "Der Stadtrat hat beschlossen."}
	blogA := post{source: 8, outlet: "blog.example", guid: "b1", link: page, title: "Lesenswert", text: "Schaut her."}
	blogB := post{source: 9, outlet: "links.example", guid: "l1", link: page, title: "Fundstück", text: "Ohne Worte."}
	with := func(p post, change func(*post)) post { change(&p); return p }

	tests := []struct {
		name   string
		stored []post
		entry  post
		want   Decision // without Detail
		detail string
	}{
		{"nothing known", nil, news1, Decision{}, "no other entry has its guid, address or text"},
		{"section feed, other guid", []post{news1}, with(news1, func(p *post) { p.source, p.guid = 2, "politik-1" }), joined(news.ReasonURL, 1), "same address"},
		{"section feed, same guid, other address", []post{news1}, with(news1, func(p *post) { p.source, p.link = 2, page+"-politik" }), joined(news.ReasonGUID, 1), "same headline"},
		{"section feed, same guid, other headline", []post{news1}, with(news1, func(p *post) { p.source, p.title = 2, "Neu" }), joined(news.ReasonGUID, 1), "same address"},
		{"same guid, nothing agrees", []post{news1}, with(news1, func(p *post) { p.source, p.title, p.link = 2, "Neu", page+"-2" }), Decision{}, ""},
		{"same guid and headline at another outlet", []post{news1}, with(news1, func(p *post) { p.source, p.outlet, p.link = 2, "bote.example", "https://bote.example/1" }), Decision{}, ""},
		{"blog links it in a sentence", []post{news1}, blogA, joined(news.ReasonURL, 1), ""},
		{"blog comments on it", []post{news1}, with(blogA, func(p *post) { p.text = comment }), Decision{Related: []int64{1}}, "66 words of its own"},
		{"the comment was first", []post{with(blogA, func(p *post) { p.text = comment })}, news1, Decision{Related: []int64{1}}, "66 words of its own"},
		{"planet copies the text", []post{with(news1, func(p *post) { p.text = comment })}, with(blogA, func(p *post) { p.text = comment }), joined(news.ReasonURL, 1), ""},
		{"planet names the origin", []post{news1}, with(blogA, func(p *post) { p.text, p.origin = comment, "https://zeitung.example/feed" }), joined(news.ReasonURL, 1), ""},
		{"two blogs link one page", []post{blogA}, blogB, Decision{Related: []int64{1}}, "somebody else's page in blog.example and links.example"},
		{"the page comes after two blogs", []post{blogA, blogB}, news1, Decision{StoryID: 1, Match: news.Match{Reason: news.ReasonURL, With: 1, Score: 1}, Related: []int64{2}}, ""},
		{"link post again, with a boilerplate text", []post{blogB}, with(blogB, func(p *post) { p.guid = "l2" }), Decision{Related: []int64{1}}, ""},
		{"site root", []post{with(news1, func(p *post) { p.link = "https://zeitung.example/" })}, with(news1, func(p *post) { p.source, p.guid, p.link = 2, "z2", "http://www.zeitung.example" }), Decision{}, "root of a site"},
		{"no link", []post{with(news1, func(p *post) { p.link = "" })}, with(news1, func(p *post) { p.source, p.guid, p.link = 2, "z2", "" }), Decision{}, ""},
		{"daily page, other text", []post{news1}, with(news1, func(p *post) { p.guid, p.text = "z2", "Heute stritt er." }), Decision{Related: []int64{1}}, "several entries"},
		{"daily page, other figures only", []post{with(news1, func(p *post) { p.text = "Dax: 24.310" })}, with(news1, func(p *post) { p.guid, p.text = "z2", "Dax: 24.351" }), Decision{Related: []int64{1}}, ""},
		{"same source, new headline, same text", []post{news1}, with(news1, func(p *post) { p.guid, p.title = "z2", "Haushalt steht" }), joined(news.ReasonURL, 1), ""},
		{"same source, no text, same headline", []post{with(news1, func(p *post) { p.text = "" })}, with(news1, func(p *post) { p.guid, p.text = "z2", "" }), joined(news.ReasonURL, 1), ""},
		{"page used for two stories by the other source", []post{news1, with(news1, func(p *post) { p.text = "Anderes." })}, blogA, Decision{Related: []int64{1, 2}}, "uses the address for several entries"},
		{"page used twice in one story", []post{news1, with(news1, func(p *post) { p.guid, p.story = "z2", 1 })}, blogA, joined(news.ReasonURL, 1), ""},
		{"a link blog's two posts do not part the outlet's feeds", []post{news1, with(blogA, func(p *post) { p.text = comment }), with(blogA, func(p *post) { p.text = comment + "!" })},
			with(news1, func(p *post) { p.source, p.guid = 2, "p1" }), Decision{StoryID: 1, Match: news.Match{Reason: news.ReasonURL, With: 1, Score: 1}, Related: []int64{2, 3}}, ""},
		{"aggregator's redirect", []post{news1}, post{source: 5, outlet: "google.com", guid: "g", link: "https://www.google.com/url?q=" + page, title: "Haushalt - Zeitung"}, joined(news.ReasonURL, 1), ""},
		{"aggregator's redirect twice", []post{{source: 5, outlet: "google.com", guid: "g", link: "https://www.google.com/url?q=" + page, title: "Haushalt"}},
			post{source: 5, outlet: "google.com", guid: "h", link: "https://www.google.de/url?url=" + page, title: "Haushalt steht"}, joined(news.ReasonURL, 1), ""},
		{"a link that is counted", []post{news1}, with(news1, func(p *post) { p.source, p.guid, p.link, p.leads = 2, "c", "https://count.example/~r/1", page }), joined(news.ReasonURL, 1), "same address " + page},
		{"a counted link that leads to a front page", []post{news1}, with(news1, func(p *post) { p.source, p.guid, p.leads = 2, "c", "https://zeitung.example/" }), joined(news.ReasonURL, 1), "same address " + page},
		{"a link blog whose links are counted", []post{blogA}, with(blogB, func(p *post) { p.link, p.leads = "https://count.example/~r/1", page }), Decision{Related: []int64{1}}, "somebody else's page"},
		{"AMP edition", []post{news1}, with(news1, func(p *post) { p.source, p.guid, p.link = 2, "amp", "https://zeitung.example/amp/haushalt-4711" }), joined(news.ReasonURL, 1), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var candidates []Evidence
			for i, p := range tt.stored {
				candidates = append(candidates, p.evidence(int64(i+1)))
			}
			e := tt.entry.evidence(99)
			e.EntryID, e.StoryID = 0, 0
			got := Decide(e, candidates, nil, news.DefaultMatching())
			if !strings.Contains(got.Match.Detail, tt.detail) || got.Match.Detail == "" {
				t.Errorf("detail %q, want %q in it", got.Match.Detail, tt.detail)
			}
			for range 5 {
				rand.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
				if again := Decide(e, candidates, nil, news.DefaultMatching()); !reflect.DeepEqual(again, got) {
					t.Fatalf("the order of candidates matters: %+v, then %+v", got, again)
				}
			}
			got.Match.Detail = ""
			if tt.want.Match.Reason == "" {
				tt.want.Match.Reason = news.ReasonNew
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func joined(r news.Reason, story int64) Decision {
	return Decision{StoryID: story, Match: news.Match{Reason: r, With: story, Score: 1}}
}

func TestDecideSpeaksToOperators(t *testing.T) {
	first := post{source: 1, outlet: "zeitung.example", guid: "1", link: "https://zeitung.example/a", title: "A", text: "x"}.evidence(1)
	second := post{source: 2, outlet: "zeitung.example", guid: "2", link: "https://zeitung.example/a", title: "A", text: "x"}.evidence(2)
	second.Published = first.Published.Add(3 * time.Hour)
	got := Decide(second, []Evidence{first}, nil, news.DefaultMatching()).Match.Detail
	if want := "same address https://zeitung.example/a in two feeds of zeitung.example, published 3 hours apart"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPage(t *testing.T) {
	tests := []struct{ link, want string }{
		{"https://www.fluss.example/a/?utm_source=x", "https://fluss.example/a"},
		{"https://www.google.com/url?rct=j&url=https%3A%2F%2Ffluss.example%2Fa&ct=ga", "https://fluss.example/a"},
		{"https://www.google.com/url?q=javascript:alert(1)", "https://google.com/url?q=javascript:alert(1)"},
		{"https://l.facebook.com/l.php?u=https%3A%2F%2Ffluss.example%2Fa%3Ffbclid%3D1&h=x", "https://fluss.example/a"},
		{"https://fluss-example.cdn.ampproject.org/c/s/fluss.example/amp/a", "https://fluss.example/a"},
		{"https://www.google.com/amp/s/fluss.example/a/amp/", "https://fluss.example/a"},
		{"https://fluss.example/amp/a", "https://fluss.example/a"},
		{"https://fluss.example/a.amp.html", "https://fluss.example/a.html"},
		{"http://www.bing.com/news/apiclick.aspx?ref=FexRss&tid=1&url=https%3a%2f%2ffluss.example%2fa&c=1", "https://fluss.example/a"},
		{"https://www.bing.com/news/search?q=fluss", "https://bing.com/news/search?q=fluss"},
		{"https://duckduckgo.com/l/?uddg=https%3A%2F%2Ffluss.example%2Fa&rut=x", "https://fluss.example/a"},
		{"https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Ffluss.example%2Fa", "https://fluss.example/a"},
		{"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Ffluss.example%2Fa&data=x", "https://fluss.example/a"},
		{"https://notfacebook.com/l.php?u=https%3A%2F%2Ffluss.example%2Fa", "https://notfacebook.com/l.php?u=https%3A%2F%2Ffluss.example%2Fa"},
		{"https://fluss.example/gitarre/amp/a", "https://fluss.example/gitarre/amp/a"},
		{"https://news.google.com/rss/articles/CBMiGWh0dHBzOi8vZmx1c3MuZXhhbXBsZS9hMTLSAQA?oc=5", "https://fluss.example/a12"},
		{"https://news.google.com/rss/articles/CBMi_2h0", "https://news.google.com/rss/articles/CBMi_2h0"},
		{"https://news.google.com/rss/articles/%%%", "https://news.google.com/rss/articles/%25%25%25"},
		{"urn:isbn:123", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := page(tt.link); got != tt.want {
			t.Errorf("page(%q) = %q, want %q", tt.link, got, tt.want)
		}
	}
}

// FuzzPage checks that a page has one name only.
func FuzzPage(f *testing.F) {
	f.Add("https://www.google.com/url?q=https://fluss.example/amp/amp/a/amp")
	f.Add("https://news.google.com/rss/articles/CBMiGWh0dHBzOi8vZmx1c3MuZXhhbXBsZS9hMTLSAQA")
	f.Fuzz(func(t *testing.T, link string) {
		once := page(link)
		if unwrap(once) != "" {
			return // nested deeper than page follows
		}
		if twice := page(once); twice != once {
			t.Errorf("page(%q) = %q, but page of that is %q", link, once, twice)
		}
	})
}

func TestOutlet(t *testing.T) {
	links := func(hosts ...string) (entries []news.Entry) {
		for _, h := range hosts {
			entries = append(entries, news.Entry{Link: "https://" + h + "/x"})
		}
		return entries
	}
	tests := []struct {
		name    string
		source  news.Source
		entries []news.Entry
		want    string
	}{
		{"configured", news.Source{Outlet: "Der Bote", Site: "https://bote.example/"}, nil, "Der Bote"},
		{"links agree", news.Source{URL: "https://feeds.proxy.example/x"}, links("www.bote.example", "bote.example", "m.bote.example", "bote.example", "a.example"), "bote.example"},
		{"links lead everywhere", news.Source{Site: "https://links.example/"}, links("a.example", "b.example", "c.example", "d.example", "e.example"), "links.example"},
		{"few links", news.Source{Site: "https://links.example/"}, links("a.example", "a.example"), "links.example"},
		{"no home page", news.Source{URL: "https://www.bote.example/feed"}, nil, "bote.example"},
		{"seeds", news.Source{Name: "seeds", URL: "seeds/*"}, nil, "seeds"},
	}
	for _, tt := range tests {
		if got := Outlet(tt.source, tt.entries); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCountWords(t *testing.T) {
	for text, want := range map[string]int{"": 0, "der fluss steigt": 3, "河水上涨了今天早上": 5, "河水 上涨": 4} {
		if got := countWords(text); got != want {
			t.Errorf("countWords(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestMaxCandidatesAreTheEarliest(t *testing.T) {
	p := post{source: 1, outlet: "zeitung.example", link: "https://zeitung.example/a", title: "A", text: "x", story: 7}
	var candidates []Evidence
	for i := range int64(3 * MaxCandidates) {
		candidates = append(candidates, p.evidence(i+1))
	}
	slices.Reverse(candidates)
	p.source = 2
	if got := Decide(p.evidence(1000), candidates, nil, news.DefaultMatching()); got.StoryID != 7 || got.Match.With != 1 {
		t.Errorf("got %+v, want to join story 7 with entry 1", got)
	}
}

// TestTheBestMatchOfALongStoryCounts checks that this may be its latest member.
func TestTheBestMatchOfALongStoryCounts(t *testing.T) {
	told := post{source: 1, outlet: "zeitung.example", link: "https://zeitung.example/a", title: "Vulkan", text: "Ein Vulkan ist ausgebrochen.", story: 7}
	var alike []Evidence
	for i := range int64(MaxMates - 1) {
		told.link = fmt.Sprintf("https://zeitung.example/%d", i)
		alike = append(alike, told.evidence(i+1))
	}
	told.text = "Die Asche zog am Abend über die Dörfer am Hang, und " +
		"die Feuerwehr holte siebenhundert Menschen aus ihren Häusern, bevor der Strom die Straße zur Küste erreichte und sie unpassierbar machte."
	told.link = "https://zeitung.example/asche"
	alike = append(alike, told.evidence(500))
	told.source, told.outlet, told.link, told.title = 2, "anzeiger.example", "https://anzeiger.example/b", "Dörfer geräumt"
	got := Decide(told.evidence(1000), nil, alike, news.DefaultMatching())
	if got.StoryID != 7 || got.Match.With != 500 {
		t.Errorf("got %+v, want to join story 7 with entry 500", got)
	}
}

// TestAStoryTakesOneReportInOtherWords checks that a story that took one takes no other,
// with whichever entry of it that one would agree.
func TestAStoryTakesOneReportInOtherWords(t *testing.T) {
	report := post{source: 1, outlet: "zeitung.example", title: "Diebe stehlen Krone von Halden aus Museum", story: 7,
		text: "Als Putzkräfte verkleidete Diebe haben in der Nacht zum Montag die goldene Krone von Halden aus dem Museum am Dom gestohlen. " +
			"Die Wachleute waren wegen eines Fehlalarms im Ostflügel, sagte Direktorin Beatrice Lauter. Die Polizei fand später einen " +
			"ausgebrannten Lieferwagen an der Ringstraße. Vier Täter kamen mit Ausweisen einer Firma, trugen graue Kittel und schoben eine " +
			"hohle Bohnermaschine; die Vitrine öffneten sie mit einem Schlüssel. Gewerkschaften hatten im Herbst vor zu wenigen Wachen gewarnt. Das Museum bleibt bis Donnerstag geschlossen, und für Hinweise ist eine Belohnung ausgesetzt."}
	teaser := post{source: 2, outlet: "bote.example", title: "Krone von Halden gestohlen",
		text: "Das Museum am Dom ist bestohlen worden: Die goldene Krone fehlt, die Polizei sucht einen Lieferwagen. Direktorin Lauter spricht von verkleideten Putzkräften."}
	earlier := post{source: 3, outlet: "kurier.example", title: "Warum so wenige Wachen?", text: "Ein Kommentar zur Lage der Häuser.", story: 7}
	with := func(derived bool) Decision {
		other := earlier.evidence(2)
		other.Sketch.Derived = derived
		return Decide(teaser.evidence(9), nil, []Evidence{report.evidence(1), other}, news.DefaultMatching())
	}
	if d := with(false); d.StoryID != 7 || !Derived(d.Match) {
		t.Fatalf("got %+v, want to join story 7 by names", d)
	}
	if d := with(true); d.StoryID != 0 {
		t.Errorf("the story holds a report in other words; got %+v, want a new one", d)
	}
}

func BenchmarkDecide(b *testing.B) {
	p := post{source: 1, outlet: "zeitung.example", link: "https://zeitung.example/a", title: "A", text: "x", story: 7}
	candidates := make([]Evidence, 8)
	for i := range candidates {
		candidates[i] = p.evidence(int64(i + 1))
	}
	p.source = 2
	e := p.evidence(1000)
	for b.Loop() {
		Decide(e, candidates, nil, news.DefaultMatching())
	}
}

func BenchmarkIdentify(b *testing.B) {
	text := strings.Repeat("<p>Der Fluss führt seit Tagen Hochwasser, sagt der Pegeldienst.</p>", 20)
	entries := make([]news.Entry, 100)
	for i := range entries {
		entries[i] = news.Entry{GUID: string(rune('a' + i)), Link: "https://zeitung.example/a", Title: "Pegel", Content: text}
	}
	for b.Loop() {
		Identify(entries)
	}
}
