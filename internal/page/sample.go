package page

import (
	"io"
	"time"

	"tributary/internal/news"
	"tributary/internal/search"
)

// sample is a page that a theme is tested with.
type sample struct {
	page  string
	write func(*Theme, io.Writer) error
}

// samples render pages with everything that a page can show, and then with as little as possible.
func samples() []sample {
	site := news.Site{
		Title: "River", URL: "https://river.example", Logo: "https://river.example/logo.svg", Intro: "What *happens* here.",
		Links: []news.SiteLink{{Title: "Imprint", URL: "https://river.example/imprint"}},
	}
	now := time.Date(2026, 11, 22, 17, 30, 0, 0, time.UTC)
	feed := news.Feed{Name: "all", Title: "Everything", Description: "All of it.", Language: "en"}
	shown := sampleStories(now)
	edition := &news.Edition{Site: site, Feed: feed, Updated: now, Shown: shown}
	verdict := Verdict{Entry: shown[0].Entry, Shown: []news.Feed{feed}, Past: []news.Feed{feed}, Full: []Full{{Feed: feed}}, With: &shown[1], Note: news.Say("In no feed: our rule for its source leaves it out.")}
	state := news.SourceState{
		Source: shown[0].Source, Entries: 7, NextDue: now.Add(time.Hour), FirstOK: now,
		Last: news.Fetch{Started: now.Add(-time.Hour), Outcome: news.OutcomeOK, New: 2},
	}
	days := []news.SourceDay{{Day: news.DayOf(now), Visits: 3, Failed: 1, New: 2}}
	var stories []news.StoryDay
	for range leastDays {
		stories = append(stories, news.StoryDay{Day: news.DayOf(now), Stories: 3})
	}
	var none news.Site
	return []sample{
		{"twin", func(t *Theme, w io.Writer) error { return t.Twin(w, edition) }},
		{"twin", func(t *Theme, w io.Writer) error { return t.Twin(w, &news.Edition{}) }},
		{"front", func(t *Theme, w io.Writer) error {
			return t.Front(w, &FrontView{Site: site, Read: 1, Total: 2, Feeds: []FeedRow{{Feed: feed, Stories: 2, Changed: now}}, Latest: shown, Days: stories})
		}},
		{"front", func(t *Theme, w io.Writer) error { return t.Front(w, &FrontView{Site: news.Site{Static: true}}) }},
		{"story", func(t *Theme, w io.Writer) error {
			return t.Story(w, &StoryView{Site: site, Story: shown[0], Related: shown[1:], Feeds: []news.Feed{feed}})
		}},
		{"story", func(t *Theme, w io.Writer) error { return t.Story(w, &StoryView{}) }},
		{"source", func(t *Theme, w io.Writer) error {
			return t.Source(w, &SourceView{Site: site, Now: now, State: state, Days: days, Entries: []Verdict{verdict}})
		}},
		{"source", func(t *Theme, w io.Writer) error {
			return t.Source(w, &SourceView{State: news.SourceState{Source: news.Source{Public: true}}})
		}},
		{"sources", func(t *Theme, w io.Writer) error {
			return t.Sources(w, &SourcesView{Site: site, Feed: feed, Sources: []news.Source{state.Source, {Name: "b", Icon: "https://b.example/icon.png"}}})
		}},
		{"sources", func(t *Theme, w io.Writer) error { return t.Sources(w, &SourcesView{}) }},
		{"why", func(t *Theme, w io.Writer) error {
			return t.Why(w, &WhyView{Site: site, Now: now, Asked: "https://a.example/1", Looked: "https://a.example/1", Found: []WhyEntry{{verdict, state}}})
		}},
		{"why", func(t *Theme, w io.Writer) error {
			return t.Why(w, &WhyView{Site: site, Now: now, Asked: "x", Problem: news.Say("This address is too long."), Looked: "https://a.example/1", Sources: []news.SourceState{state}})
		}},
		{"why", func(t *Theme, w io.Writer) error { return t.Why(w, &WhyView{Looked: "https://a.example/1"}) }},
		{"search", func(t *Theme, w io.Writer) error { return t.Search(w, &SearchView{Site: site, Page: 1}) }},
		{"search", func(t *Theme, w io.Writer) error {
			q, err := search.Parse("river")
			if err != nil {
				return err
			}
			found := &search.Result{Total: 2 * SearchRows, Found: []search.Found{{Shown: shown[0], At: shown[0].Entry}}}
			return t.Search(w, &SearchView{
				Site: site, Feeds: []news.Feed{feed, feed}, In: &feed, Text: q.Text, Address: news.Search{Query: "river"}, Page: 1, Query: q, Result: found,
			})
		}},
		{"message", func(t *Theme, w io.Writer) error { return t.Message(w, &MessageView{Site: none, Status: 404}) }},
	}
}

// sampleStories returns two stories, one of which has every part that a story can have.
func sampleStories(now time.Time) []news.Shown {
	source := news.Source{Name: "a", Kind: news.KindFeed, Title: "A", URL: "https://a.example/feed", Site: "https://a.example/", Author: "Anna", Public: true}
	long := "<p>The river falls, and the ferry waits.</p>"
	for len(long) < 2*(leadLength+restLength) {
		long += long
	}
	full := news.Shown{
		Publication: news.Publication{StoryKey: "k1", Entered: now, Published: now.Add(-time.Hour), Updated: now},
		Entry: news.Entry{
			StoryKey: "k1", Title: "The river falls", Link: "https://a.example/1", Content: long, Language: "en", Published: now.Add(-time.Hour),
			Authors: []news.Person{{Name: "Anna"}}, Categories: []news.Category{{Term: "water"}}, Pinned: now,
			Enclosures: []news.Enclosure{
				{URL: "https://a.example/1.mp3", Type: "audio/mpeg", Length: 1 << 20}, {URL: "https://a.example/1.mp4", Type: "video/mp4"},
				{URL: "https://a.example/1.jpg", Type: "image/jpeg", Alt: "A river", Credit: "Anna"},
			},
		},
		Source: source, SourceTitle: "A", Heading: "A: The river falls", Footer: "<p>From A</p>",
		Members: []news.Member{
			{SourceTitle: "B", Outlet: "b.example", Title: "Low water", Link: "https://b.example/1", Published: now, Match: news.Match{Reason: news.ReasonText, Score: .8}},
			{SourceTitle: "C", Link: "https://c.example/1"},
		},
	}
	short := news.Shown{
		Publication: news.Publication{StoryKey: "k2", Entered: now.AddDate(0, 0, -9), Published: now.AddDate(0, 0, -9)},
		Entry:       news.Entry{StoryKey: "k2"}, SourceTitle: "D",
	}
	return []news.Shown{full, short}
}
