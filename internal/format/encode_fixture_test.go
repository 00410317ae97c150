package format

import (
	"fmt"
	"strings"
	"time"

	"tributary/internal/news"
)

func march(day, hour, minute int) time.Time {
	return time.Date(2026, time.March, day, hour, minute, 5, 0, time.UTC)
}

var fixtureSite = news.Site{Title: "Flussblick", URL: "https://river.example/fluss", Contact: "me@river.example"}

// emptyEdition is a feed in which nothing was ever published.
func emptyEdition() *news.Edition {
	return &news.Edition{
		Site:    fixtureSite,
		Feed:    news.Feed{UUID: "urn:uuid:0b7c1c86-6d0a-5e6c-9d0f-2f7a6f1f3a01", Name: "leer", Title: "Noch leer"},
		Updated: march(1, 8, 0),
		TTL:     20 * time.Minute,
	}
}

// richEdition uses every field that an Edition has, with texts in German,
// English and Arabic, and sources of every kind.
func richEdition() *news.Edition {
	return &news.Edition{
		Site: fixtureSite,
		Feed: news.Feed{
			UUID: "urn:uuid:5f0d9a52-9c3c-5a37-8a53-0e6a6a3c2d11", Name: "alles", Title: "Alles & mehr",
			Description: "Nachrichten aus <vielen> Quellen, jede Geschichte einmal.", Language: "de", Duplicates: news.Group,
		},
		Updated: march(9, 12, 0),
		TTL:     90 * time.Second,
		Shown:   []news.Shown{shownFull(), shownSummary(), shownSeed(), shownArabic(), shownMicro(), shownBare(), shownPrivate()},
	}
}

func publication(n int, guid string) news.Publication {
	return news.Publication{
		StoryID: int64(n), StoryKey: fmt.Sprintf("story%011d", n), GUID: guid, Sequence: int64(100 - n),
		Entered: march(9, 10, n), Published: march(9, 9, 60-n), Updated: march(9, 11, 60-n),
	}
}

var fixtureSource = news.Source{
	Name: "tagblatt", Kind: news.KindFeed, URL: "https://tagblatt.example/feed.xml?rubrik=stadt&format=atom",
	Title: "Tagblatt", Site: "https://tagblatt.example/", Public: true,
}

func shownFull() news.Shown {
	return news.Shown{
		Publication: publication(1, "tag:tagblatt.example,2026:4711"),
		Entry: news.Entry{
			Link:    "https://tagblatt.example/stadt/brücke?id=1&ref=a|b",
			Title:   `Brücke "Alte Wache": Stadt & Land <b>einig</b> – 50 %`,
			Summary: "<p>Der Rat hat entschieden.</p>",
			Content: "<p>Der Rat hat entschieden: Die Brücke wird saniert. Das kostet 3 &lt; 4 Millionen.</p>\n" +
				`<figure><img src="https://tagblatt.example/b.jpg" alt="Brücke"><figcaption>Foto: Müller</figcaption></figure><pre>a]]&gt;b ]]> c</pre>`,
			Authors: []news.Person{
				{Name: "Anna Müller", Email: "anna@tagblatt.example", URL: "https://tagblatt.example/anna"},
				{Name: "Söhne & Co"},
			},
			Categories: []news.Category{{Term: "Stadt"}, {Term: "verkehr", Scheme: "https://tagblatt.example/themen", Label: "Verkehr & Bau"}, {Term: "Stadt"}},
			Enclosures: []news.Enclosure{
				{URL: "https://cdn.example/b.mp3?sig=a/b+c", Type: "Audio/MPEG; x=1", Length: 12345678},
				{URL: "https://cdn.example/b.pdf"},
			},
			Language: "de-at",
		},
		Source: fixtureSource, SourceTitle: "Tagblatt – Stadt", SourceID: "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6", SourceSeen: march(9, 11, 58),
		Members: []news.Member{
			{SourceName: "kurier", SourceTitle: "Kurier", Outlet: "kurier.example", Title: "Ja zur Brücke & zum <Tunnel>", Link: "https://kurier.example/1?a=1&b=\"2\"", Published: march(9, 9, 10)},
			{SourceName: "echo", SourceTitle: "Das Echo", Outlet: "echo.example", Title: "Brücke kommt", Link: "https://echo.example/bruecke"},
			{SourceName: "kaputt", SourceTitle: "Kaputt", Title: "Kein Link", Link: "javascript:alert(1)"},
		},
	}
}

func shownSummary() news.Shown {
	src := fixtureSource
	src.Name, src.URL, src.Site = "wire", "http://wire.example/rss?token=geheim", "http://wire.example/?auth=geheim"
	return news.Shown{
		Publication: publication(2, "https://wire.example/2"),
		Entry: news.Entry{
			Link: "https://wire.example/2", Title: "AT&T &amp; the <script> tag explained", Summary: "<p>Only a teaser, in English.</p>",
			Language: "en", Enclosures: []news.Enclosure{{URL: "magnet:?xt=1"}, {URL: "http://wire.example/v", Type: "kein typ", Length: -4}},
		},
		Source: src, SourceTitle: "The Wire",
	}
}

func shownSeed() news.Shown {
	return news.Shown{
		Publication: publication(3, news.URN("seeds", "a")),
		Entry: news.Entry{
			Link: "https://river.example/fluss/stories/story00000000003", Title: "Aus dem Ordner",
			Summary: "<p>Gleich.</p>", Content: "<p>Gleich.</p>", Language: "deutsch!",
		},
		Source:      news.Source{Name: "seeds", Kind: news.KindSeeds, URL: "seeds/*", Title: "Seeds", Public: true},
		SourceTitle: "Seeds", SourceSeen: march(9, 11, 0),
	}
}

func shownArabic() news.Shown {
	src := fixtureSource
	src.Name, src.URL, src.Site = "nahr", "https://xn--mgbh0fb.example/خلاصة.xml", "/relativ"
	return news.Shown{
		Publication: publication(4, "https://nahr.example/4"),
		Entry: news.Entry{
			Link: "https://bücher.example/خبر/٤", Title: "\u202eالنهر يفيض\u202c على ضفتيه", Content: `<p dir="rtl">فاض النهر هذا الصباح.</p>`, Language: "ar",
			Authors: []news.Person{{Email: "writer@nahr.example"}, {Name: "  ", URL: "nahr.example"}},
		},
		Source: src, SourceTitle: "نهر", SourceID: "/feed",
	}
}

// shownMicro has no title, like posts of social networks.
func shownMicro() news.Shown {
	return news.Shown{
		Publication: publication(5, "https://social.example/@kim/5"),
		Entry: news.Entry{
			Link:    "https://social.example/@kim/5",
			Content: "<p>Heute morgen am Ufer: drei Reiher, ein Eisvogel und sehr viel Nebel. Wer mag, kommt am Sonntag mit.</p>",
		},
		Source: fixtureSource, SourceTitle: "Tagblatt – Stadt", SourceID: "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6", SourceSeen: march(9, 11, 58),
	}
}

func shownBare() news.Shown {
	return news.Shown{
		Publication: publication(6, "https://links.example/6"),
		Entry:       news.Entry{Link: "https://links.example/6#teil", Title: "Nur ein Link", Summary: " \n "},
		Source:      fixtureSource, SourceTitle: "Tagblatt – Stadt", SourceID: "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6", SourceSeen: march(9, 11, 58),
	}
}

// secretAddress must not be in any document.
const secretAddress = "intern.example"

func shownPrivate() news.Shown {
	return news.Shown{
		Publication: publication(7, news.URN("intern", "7")),
		Entry:       news.Entry{Link: "https://public.example/7", Title: "Aus einer privaten Quelle", Content: "<p>Text.</p>"},
		Source:      news.Source{Name: "intern", Kind: news.KindFeed, URL: "https://" + secretAddress + "/feed", Site: "https://" + secretAddress + "/", Title: "Intern"},
		SourceTitle: "Intern", SourceID: "https://" + secretAddress + "/feed",
	}
}

// bulkEdition has n entries of about 1.5 KB of HTML.
func bulkEdition(n int) *news.Edition {
	paragraph := `<p>Der Fluss steigt seit dem frühen Morgen, und die Feuerwehr hat die <a href="https://tagblatt.example/damm?a=1&amp;b=2">Dämme</a> im Blick. ` +
		`Niemand rechnet mit einer Flut wie im Jahr davor, doch die Pumpen laufen schon.</p>` + "\n"
	e := emptyEdition()
	for i := range n {
		s := shownFull()
		s.Publication = publication(i%50+1, fmt.Sprintf("https://tagblatt.example/%d", i))
		s.Entry.Link = s.GUID
		s.Entry.Content = strings.Repeat(paragraph, 6)
		s.Members = s.Members[1:2]
		e.Shown = append(e.Shown, s)
	}
	return e
}

// showEdition is a private podcast of two shows, with one episode that has everything
// and one that has next to nothing.
func showEdition() *news.Edition {
	e := emptyEdition()
	e.Updated = march(9, 12, 0)
	e.Feed.Name, e.Feed.Title, e.Feed.Description, e.Feed.Language = "hoeren", "Zum Hören", "Gespräche am Fluss", "de"
	e.Site.Token = "MASKMASKMASKMASKMASKMASK22"
	e.Feed.Kind, e.Feed.Private, e.Feed.Author, e.Feed.Image = news.Podcast, true, "Anna & Söhne", "https://river.example/cover.jpg"
	e.Feed.Show = news.Show{Email: "show@river.example", Explicit: true,
		Categories: []news.ShowCategory{{Name: "Society & Culture", Sub: "Documentary"}, {Name: "News"}}}
	full, bare := shownFull(), shownMicro()
	full.SourceImage, full.SourceRights = "https://tagblatt.example/cover.png", "© Tagblatt"
	bare.SourceImage, bare.SourceRights = full.SourceImage, full.SourceRights
	full.Members = nil
	full.Entry.Enclosures = []news.Enclosure{
		{URL: "https://cdn.example/b.pdf", Title: "Skript"},
		{URL: "https://cdn.example/b.mp3?sig=a/b+c", Type: "audio/mpeg", Length: 12345678, Title: "Folge 7"},
		{URL: "https://cdn.example/b.mp4", Type: "video/mp4", Duration: 3600, Width: 1280, Height: 720},
	}
	full.Entry.Extra = news.Extra{
		Rights: "© 2026 Anna <Müller>", License: "https://creativecommons.org/licenses/by/4.0/", Image: "https://tagblatt.example/b.jpg",
		Comments: news.Comments{Page: "https://tagblatt.example/b#comments", Feed: "https://tagblatt.example/b.atom?a=1&b=2", Count: 12},
		ReplyTo:  []news.Reply{{ID: "tag:kurier.example,2026:1", Link: "https://kurier.example/1"}, {ID: "7", Link: "https://kurier.example/7"}, {ID: "keine IRI"}},
		Links: []news.Link{
			{Rel: "related", URL: "https://rat.example/beschluss", Type: "application/pdf", Title: "Der <Beschluss>", Language: "de"},
			{Rel: "via", URL: "https://links.example/1"},
			{Rel: "canonical", URL: "https://tagblatt.example/b"},
			{Rel: "license", URL: "https://nirgends.example/"},
			{Rel: "via", URL: "javascript:alert(1)"},
		},
		Contributors: []news.Person{{Name: "Berta", Email: "berta@tagblatt.example"}},
		Episode: news.Episode{Number: "7", Season: 2, Kind: "full", Duration: 3725, Explicit: true, Blocked: true,
			Transcripts: []news.Link{{URL: "https://cdn.example/b.vtt", Language: "de", Rel: "captions"}, {URL: "/relativ"}},
			Chapters:    &news.Link{URL: "https://cdn.example/b.json"},
			People:      []news.Credit{{Name: "Anna & Co", Role: "Host", URL: "https://tagblatt.example/anna", Image: "https://tagblatt.example/anna.jpg"}, {Name: " "}}},
	}
	bare.Entry.Enclosures = []news.Enclosure{{URL: "https://cdn.example/c.mp3"}}
	e.Shown = []news.Shown{full, bare}
	return e
}
