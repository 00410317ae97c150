package page

import (
	"fmt"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/search"
)

// The sample: one edition with everything that pages must handle. All texts are our own.

var (
	sampleNow  = time.Date(2026, 11, 22, 17, 30, 0, 0, time.UTC)
	sampleSite = news.Site{Title: "Flussblick", URL: "https://river.example/news", Contact: "me@river.example"}
	sampleFeed = news.Feed{
		UUID: "urn:uuid:6f7f5f0c-52c4-5a0c-9a54-0c1d1d0f6a11", Name: "all", Title: "Alles vom Ufer",
		Description: "Nachrichten, Notizen und Töne von acht Ufern, jede Geschichte einmal.",
		Language:    "de", Duplicates: news.Collapse, Limit: 100,
	}
)

func sampleSource(name, title string) news.Source {
	return news.Source{
		Name: name, Kind: news.KindFeed, Title: title, Public: true,
		URL: "https://" + name + ".example/feed.xml", Site: "https://" + name + ".example/",
	}
}

// shown returns a publication; hours counts back from sampleNow.
func shown(key string, hours int, source news.Source, e news.Entry) news.Shown {
	when := sampleNow.Add(-time.Duration(hours) * time.Hour)
	if e.Link == "" {
		e.Link = "https://" + source.Name + ".example/" + key
	}
	e.StoryKey = key
	if e.Published.IsZero() {
		e.Published = when
	}
	return news.Shown{
		Publication: news.Publication{
			StoryKey: key, GUID: e.Link, Entered: when, Published: e.Published, Updated: e.Published,
		},
		Entry: e, Source: source, SourceTitle: source.Title,
	}
}

const articleDE = `<p>Der Pegel am Oberen Wehr ist seit Mitternacht um vierzig Zentimeter gefallen. Die Schleusenwärter rechnen damit, dass die Fähre am Nachmittag wieder fährt, wenn auch nur mit halber Ladung und ohne Lastwagen.</p>
<p>„So niedrig stand das Wasser im November noch nie“, sagt Hanna Brück, die seit einunddreißig Jahren Buch führt. Ihre Zahlen reichen weiter zurück als die des Amtes, und sie weichen selten mehr als einen Finger breit davon ab.</p>
<h1>Was die Fischer sagen</h1>
<p>Unterhalb der Brücke liegen die Kiesbänke frei. Die Fischer haben ihre Reusen versetzt und fangen trotzdem wenig. Sie hoffen auf den Schnee in den Bergen, der spät kommt und schnell schmilzt, und auf ein Frühjahr, das beides wieder gutmacht.</p>
<h3>Und die Müller</h3>
<ul><li>Das Sägewerk steht seit Dienstag.</li><li>Die Getreidemühle mahlt nachts, wenn der Strom billig ist.</li></ul>
<figure><img src="https://ufer.example/wehr.jpg" alt="Das Wehr im Morgennebel" width="1200" height="700"><figcaption>Das Wehr am Morgen. Foto: H. Brück</figcaption></figure>
<p>Am Abend will der Rat beraten, ob das Wasser aus dem Stausee früher abgelassen wird. Dagegen sprechen die Elektrizitätswerke, dafür alle anderen.</p>`

const articleEN = `<p>The old lock at Millbrook opened for the first time in nine years this morning, and forty boats went through before noon. It took two winters, a great deal of oak and a carpenter who learned the joints from drawings.</p><p>Nobody is certain how deep the silt lies above the second gate. The survey says two metres; the men with poles say three. Dredging starts in January, weather permitting, and the towpath stays closed until it is done.</p><blockquote><p>You do not repair a lock. You argue with it until it closes.</p></blockquote><p>There is a <a href="https://locks.example/plan">plan</a> for the other five. It costs what a short stretch of motorway costs and will take until the end of the decade, if the money and the carpenter last that long.</p>`

const noteAR = `<p>ارتفع منسوب النهر ليلة أمس بعد ثلاثة أيام من المطر، وأغلقت البلدية الجسر الصغير حتى يوم الخميس. يقول الصيادون إن الماء سيعود إلى مجراه قبل نهاية الأسبوع.</p>`

func sampleEdition() *news.Edition {
	ufer, locks := sampleSource("ufer", "Uferzeitung"), sampleSource("locks", "Lock & Weir <Weekly>")
	radio, nahr, seeds := sampleSource("radio", "Radio Delta"), sampleSource("nahr", "أخبار النهر"), news.Source{
		Name: "seeds", Kind: news.KindSeeds, Title: "Aus der Mappe", URL: "seeds/*", Public: true,
	}
	first := shown("k1", 1, ufer, news.Entry{
		Title: "Der Fluss fällt, die Fähre wartet", Language: "de", Content: articleDE,
		Summary:    "<p>Der Pegel am Oberen Wehr ist seit Mitternacht um vierzig Zentimeter gefallen. […]</p>",
		Authors:    []news.Person{{Name: "Hanna Brück"}, {Name: "uferzeitung"}},
		Categories: []news.Category{{Term: "wasser", Label: "Wasserstand"}, {Term: "Schifffahrt"}},
	})
	first.Members = []news.Member{
		{SourceTitle: "Delta Courier", Outlet: "delta-courier.example", Title: "River falls, ferry waits", Link: "https://delta-courier.example/ferry", Published: sampleNow.Add(-30 * time.Minute), Match: news.Match{Reason: news.ReasonUpdate}},
		{SourceTitle: "Talbote", Title: "Fähre liegt weiter fest", Link: "javascript:alert(1)", Published: sampleNow.Add(-20 * time.Minute), Match: news.Match{Reason: news.ReasonURL}},
	}
	second := shown("k2", 3, locks, news.Entry{
		Title: `A lock reopens <script>alert("no")</script> & boats return`, Language: "en-GB", Content: articleEN,
		Summary: `A short word from the editor: this is the piece that we have waited nine years to print.`,
		Authors: []news.Person{{Name: "Tom Ashdown"}},
	})
	second.Heading, second.Footer = `Locks: A lock reopens <script>alert("no")</script> & boats return`, `<p>From <a href="https://locks.example/">Lock &amp; Weir</a></p>`
	second.Members = []news.Member{{SourceTitle: "Canal Log", Outlet: "canal-log.example", Title: "Millbrook open", Link: "https://canal-log.example/1", Match: news.Match{Reason: news.ReasonTitle}}}
	return &news.Edition{
		Site: sampleSite, Feed: sampleFeed, Updated: sampleNow.Add(-time.Hour), TTL: 30 * time.Minute,
		Shown: []news.Shown{
			first, second,
			shown("k3", 4, nahr, news.Entry{Title: "النهر يرتفع والجسر مغلق", Language: "ar", Summary: noteAR, Categories: []news.Category{{Term: "طقس"}}}),
			shown("k4", 6, radio, news.Entry{
				Title: "Folge 12: Wie klingt Schotter?", Language: "de",
				Summary:    "<p>Ein Mikrofon, ein Bach und drei Leute, die zuhören.</p>",
				Enclosures: []news.Enclosure{{URL: "https://radio.example/folgen/012-schotter.mp3", Type: "audio/mpeg", Length: 24_310_000, Title: "Folge 12: Schotter", Duration: 3723}, {URL: "javascript:alert(2)", Type: "audio/mpeg"}},
			}),
			shown("k5", 7, locks, news.Entry{Title: "Only a headline, and a rather long one, which goes on about sluices, gates and paddles until the line must break somewhere"}),
			shown("k6", 19, seeds, news.Entry{
				Title: "Vom Messen ohne Maß", Link: sampleSite.StoryURL("k6"), Language: "de",
				Content: "<p>Wer am Wasser wohnt, misst anders. Der Stein neben der Treppe, den man im Sommer sieht und im Winter nicht, ist genauer als jede Latte, weil alle ihn kennen.</p>", Published: time.Date(2025, 12, 3, 0, 0, 0, 0, time.UTC),
			}),
			shown("k7", 20, ufer, news.Entry{
				Title: "Hostile markup stays inside", Link: "javascript:alert(3)",
				Content: `</div></article></main><h1>Fake</h1><p style="position:fixed" onclick="x()" id="main" class="skip">text <a href="javascript:alert(4)">a</a> <a href="https://ok.example/"><img src="https://pics.example/p.gif"></a><<b>script>alert(5)</script><iframe src="https://video.example/embed/1"></iframe><table><tr><td>1<th>2</table><article id="s-k1"><h2><a href="https://evil.example/">x</a></h2><b>unclosed`,
			}),
			shown("k8", 21, radio, news.Entry{Title: "Bild ohne Text", Enclosures: []news.Enclosure{{URL: "https://radio.example/bild.jpg", Type: "image/jpeg"}}}),
			shown("k1", 22, ufer, news.Entry{Title: "Kept duplicate of the first", Language: "en", Summary: "The same story, shown a second time."}),
		},
	}
}

func sampleFront() *FrontView {
	e := sampleEdition()
	english := news.Feed{Name: "en", Title: "English only", Description: "What the locks and weirs have to say.", Language: "en"}
	return &FrontView{
		Site: sampleSite, Read: 137, Total: 200, Latest: e.Shown, Days: sampleStoryDays(),
		Feeds: []FeedRow{
			{Feed: sampleFeed, Stories: 87, Changed: e.Updated}, {Feed: english, Stories: 1, Changed: e.Updated.Add(-3 * time.Hour)}, {Feed: news.Feed{Name: "empty"}},
		},
	}
}

// sampleStoryDays returns thirty days, with a weekly rhythm and one empty day.
func sampleStoryDays() (all []news.StoryDay) {
	for i := range 30 {
		all = append(all, news.StoryDay{Day: news.DayOf(sampleNow).AddDate(0, 0, i-29), Stories: (i*7 + 3) % 11 * (i % 7)})
	}
	return all
}

func sampleStory() *StoryView {
	s := sampleEdition().Shown[0]
	s.Updated = s.Published.Add(2 * time.Hour)
	return &StoryView{Site: sampleSite, Story: s, Related: sampleEdition().Shown[1:3], Feeds: []news.Feed{sampleFeed, {Name: "en", Title: "English only"}}}
}

func sampleSeed() *StoryView {
	return &StoryView{Site: sampleSite, Story: sampleEdition().Shown[5]}
}

func sampleSearch() *SearchView {
	q, err := search.Parse(`wasser -stau "am Oberen Wehr"`)
	if err != nil {
		panic(err)
	}
	e := sampleEdition()
	r := &search.Result{Total: 160, Partial: true}
	for _, s := range e.Shown[:6] {
		r.Found = append(r.Found, search.Found{Shown: s, At: s.Entry})
	}
	courier := e.Shown[0].Members[0]
	r.Found[1].Hit, r.Found[1].At = &courier, news.Entry{Title: courier.Title, Content: "<p>The water is low &lt;and&gt; the Abwasser too.</p>"}
	english := news.Feed{Name: "en", Title: "English only"}
	return &SearchView{
		Site: sampleSite, Feeds: []news.Feed{sampleFeed, english}, In: &sampleFeed, Text: q.Text, Page: 2, Query: q, Result: r,
		Address: news.Search{Query: "wasser+-stau+%22am+Oberen+Wehr%22", In: "all"},
	}
}

func sampleSourceView() *SourceView {
	e := sampleEdition()
	return &SourceView{
		Site: sampleSite, Now: sampleNow,
		State: news.SourceState{
			Source: e.Shown[0].Source, NextDue: sampleNow.Add(48 * time.Minute), Entries: 412, Failures: 4,
			Newest: sampleNow.Add(-26 * time.Hour),
			Vitals: news.Vitals{Standing: news.OutcomeTimeout, FailingSince: sampleNow.Add(-5 * time.Hour)},
			Last:   news.Fetch{Started: sampleNow.Add(-12 * time.Minute), Outcome: news.OutcomeTimeout, Error: "SECRET <b>get https://ufer.example/feed.xml?token=abc</b>"},
		},
		Days: sampleDays(),
		Entries: []Verdict{
			{Entry: e.Shown[0].Entry, Shown: []news.Feed{sampleFeed}},
			{Entry: e.Shown[2].Entry, With: &e.Shown[1], Past: []news.Feed{sampleFeed}},
			{Entry: e.Shown[3].Entry, Note: news.Say("In no feed yet: it enters %s with the next round of publishing.", "Alles vom Ufer")},
			{Entry: news.Entry{Link: "javascript:alert(6)", Language: "de", Summary: "<p>Ohne Titel, aber mit Text.</p>", FirstSeen: sampleNow.Add(-time.Hour)}, Note: news.Say("In no feed yet: it enters %s with the next round of publishing.", "<Ufer>")},
		},
	}
}

func sampleSources() *SourcesView {
	ufer, locks, secret := sampleSource("ufer", "Uferzeitung"), sampleSource("locks", "Lock & Weir <Weekly>"), sampleSource("secret", "älter als der Strom")
	ufer.Icon, ufer.Author = "https://ufer.example/icon.png", "Hanna Brück"
	locks.Icon, locks.Author = "javascript:alert(1)", locks.Title
	secret.URL, secret.Site = "https://secret.example/feed?token=hidden", "https://secret.example/?token=hidden"
	seeds := news.Source{Name: "seeds", Kind: news.KindSeeds, Title: "Aus der Mappe", URL: "seeds/*", Public: true}
	return &SourcesView{Feed: sampleFeed, Sources: []news.Source{ufer, locks, seeds, secret, {Name: "nahr", Title: "أخبار النهر", Public: true}}}
}

func sampleDays() []news.SourceDay {
	days := make([]news.SourceDay, 28)
	for i := range days {
		days[i] = news.SourceDay{Day: news.DayOf(sampleNow).AddDate(0, 0, i-27), Visits: 24, Failed: max(0, i-24) * 5, New: i * 7 % 11}
	}
	return days
}

func sampleWhy() *WhyView {
	v := sampleSourceView()
	return &WhyView{
		Site: sampleSite, Now: sampleNow, Asked: "https://ufer.example/k1?utm_source=x", Looked: "https://ufer.example/k1",
		Found: []WhyEntry{{v.Entries[0], v.State}, {v.Entries[1], v.State}},
	}
}

func sampleWhyNot() *WhyView {
	v := sampleWhy()
	v.Found, v.Sources = nil, []news.SourceState{v.Found[0].State}
	return v
}

func sampleStatus() *StatusView {
	v := &StatusView{
		Site: sampleSite, Now: sampleNow, Version: "v0.3.1", Started: sampleNow.Add(-75 * time.Hour), DatabaseBytes: 187_400_000,
		Feeds: sampleFront().Feeds,
	}
	add := func(name string, last news.Fetch, failures int) {
		last.Started = sampleNow.Add(-time.Duration(len(v.Sources)*7+3) * time.Minute)
		v.Sources = append(v.Sources, SourceRow{
			State: news.SourceState{
				Source: sampleSource(name, strings.ToUpper(name[:1])+name[1:]), Last: last, Failures: failures, NextDue: sampleNow.Add(17 * time.Minute),
				Entries: 30 * len(name), FirstOK: sampleNow.Add(-99 * time.Hour),
				Vitals: news.Vitals{Standing: last.Outcome, FailingSince: last.Started.Add(-5 * time.Hour)},
			},
			Requests: 336, NotModified: 289, Bytes: 1_934_221,
		})
	}
	add("ufer", news.Fetch{Outcome: news.OutcomeOK, Status: 200, New: 3}, 0)
	add("locks", news.Fetch{Outcome: news.OutcomeUnchanged, Status: 304}, 0)
	add("radio", news.Fetch{Outcome: news.OutcomeNotAFeed, Status: 200, Error: `an HTML page titled "<script>alert(7)</script> Login" at https://radio.example/feed.xml`}, 9)
	add("nahr", news.Fetch{Outcome: news.OutcomeGone, Status: 410, Error: "410 Gone"}, 1)
	add("talbote", news.Fetch{Outcome: news.OutcomeLimited, Status: 429, Error: "asked to wait 3600 s"}, 2)
	v.Sources = append(v.Sources, SourceRow{State: news.SourceState{Source: sampleSource("neu", "Neu")}})
	return v
}

// longEdition is for benchmarks: n entries of about 1.5 kB.
func longEdition(n int) *news.Edition {
	e := sampleEdition()
	one := e.Shown[1]
	e.Shown = nil
	for i := range n {
		s := one
		s.StoryKey = fmt.Sprintf("k%d", i)
		s.Entered = sampleNow.Add(-time.Duration(i) * 20 * time.Minute)
		s.Entry.Title = fmt.Sprintf("A lock reopens for the %dth time", i)
		s.Entry.Content = "<p>Day " + fmt.Sprint(i) + ".</p>" + articleEN
		e.Shown = append(e.Shown, s)
	}
	return e
}

// sampleOlder is a page of older stories than the sample, with more on both sides.
func sampleOlder() *news.Edition {
	e := sampleEdition()
	e.Shown = e.Shown[len(e.Shown)-1:]
	e.Part, e.Newer, e.Older = news.Part{Before: 1772359200000000}, news.Part{Before: 1772445600000000}, news.Part{Before: 1772272800000000}
	return e
}
