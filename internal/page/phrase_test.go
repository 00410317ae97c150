package page

import (
	"html/template"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

func TestSince(t *testing.T) {
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{
		{0, "just now"}, {59 * time.Second, "just now"}, {-30 * time.Second, "just now"},
		{time.Minute, "1 minute ago"}, {12*time.Minute + 59*time.Second, "12 minutes ago"},
		{time.Hour, "1 hour ago"}, {47 * time.Hour, "47 hours ago"}, {72 * time.Hour, "3 days ago"},
		{-48 * time.Minute, "in 48 minutes"}, {40 * 24 * time.Hour, "13 October 2026, 17:30 UTC"},
	} {
		got := string(english().since(sampleNow.Add(-c.ago), sampleNow))
		if !strings.HasSuffix(got, ">"+c.want+"</time>") {
			t.Errorf("%v ago: %s, want %q", c.ago, got, c.want)
		}
	}
	if got := english().since(time.Time{}, sampleNow); got != "" {
		t.Errorf("no time is %q, want nothing", got)
	}
}

func TestClock(t *testing.T) {
	day := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	east := time.FixedZone("east", 9*3600)
	for _, c := range []struct {
		t        time.Time
		language string
		want     template.HTML
	}{
		{day.Add(time.Hour), "de", `<time datetime="2026-11-22T09:00:00Z">09:00</time>`},
		{time.Date(2026, 11, 23, 1, 0, 0, 0, east), "", `<time datetime="2026-11-22T16:00:00Z">16:00</time>`},
		{day.Add(-9 * time.Hour), "", `<time datetime="2026-11-21T23:00:00Z" lang="en" dir="ltr">21 Nov 2026, 23:00</time>`},
		{time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), "de", `<time datetime="2026-11-22T00:00:00Z" hidden></time>`},
		{time.Date(2025, 12, 3, 0, 0, 0, 0, time.UTC), "", `<time datetime="2025-12-03T00:00:00Z" lang="en" dir="ltr">3 Dec 2025</time>`},
		{time.Date(2025, 12, 3, 0, 0, 0, 0, time.UTC), "de-AT", `<time datetime="2025-12-03T00:00:00Z" lang="de" dir="ltr">03.12.2025</time>`},
	} {
		if got := clock(c.t, day, calendarOf(c.language)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 stories", 1: "1 story", 999: "999 stories", 1000: "1,000 stories", 12345: "12,345 stories", 1234567: "1,234,567 stories"} {
		if got := english().stories(n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		-1: "", 0: "", 999: "999 B", 1000: "1 kB", 999_499: "999 kB", 999_500: "1.0 MB", 24_310_000: "24.3 MB", 999_950_000: "1.0 GB", 5_240_000_000: "5.2 GB",
	} {
		if got := english().size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for tag, want := range map[string]template.HTMLAttr{
		"de": `lang="de" dir="ltr"`, "ar": `lang="ar" dir="rtl"`, "az-Arab-IR": `lang="az-Arab-IR" dir="rtl"`,
		"ar-Latn": `lang="ar-Latn" dir="ltr"`, "he-IL": `lang="he-IL" dir="rtl"`, "": `dir="auto"`,
		"de_DE": `dir="auto"`, `de" onclick="x`: `dir="auto"`, "german": `dir="auto"`, "x": `dir="auto"`, "de-": `dir="auto"`,
	} {
		if got := language(languageTag(tag)); got != want {
			t.Errorf("%q: %s, want %s", tag, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.example/x y?z": "https://a.example/x%20y?z", "http://a.example": "http://a.example",
		"javascript:alert(1)": "", "JavaScript:alert(1)": "", " https://a.example/": "", "java\nscript:x": "", "data:text/html,x": "",
		"//a.example/": "", "/x": "", "": "", "https://user:pass@a.example/": "", "https:///x": "", "ftp://a.example/": "", "http://[::1": "",
	} {
		if got := link(raw); got != want {
			t.Errorf("link(%q) = %q, want %q", raw, got, want)
		}
	}
	if got, want := anchor(`https://a.example/"><b>`, `<i>`), template.HTML(`<a href="https://a.example/&#34;&gt;&lt;b&gt;">&lt;i&gt;</a>`); got != want {
		t.Errorf("anchor: %s, want %s", got, want)
	}
}

func TestWellbeing(t *testing.T) {
	base := func() *SourceView {
		state := news.SourceState{Last: news.Fetch{Started: sampleNow, Outcome: news.OutcomeOK}, FirstOK: sampleNow}
		state.Kind = news.KindFeed
		return &SourceView{Now: sampleNow, State: state}
	}
	failed := func(o news.Outcome, failures int) func(*SourceView) {
		return func(v *SourceView) {
			v.State.Failures, v.State.Standing, v.State.FailingSince = failures, o, sampleNow.Add(-2*time.Hour)
		}
	}
	for want, change := range map[string]func(*SourceView){
		"Well.":                               func(*SourceView) {},
		"Not read yet.":                       func(v *SourceView) { v.State.Last = news.Fetch{} },
		"Its publisher has closed this feed.": func(v *SourceView) { v.State.Standing = news.OutcomeGone },
		"Could not be reached at the last visit; it was well before.":    failed(news.OutcomeDNS, 1),
		"Asking for fewer visits at the last visit; it was well before.": failed(news.OutcomeLimited, 2),
		"Not readable as a feed since 22 November 2026, 15:30 UTC.":      failed(news.OutcomeMalformed, 3),
		"Well, though it answers slowly.":                                func(v *SourceView) { v.State.Latency = time.Minute },
		"Quiet: nothing new since 1 January 2026.":                       func(v *SourceView) { v.State.Latest = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC) },
		"This feed has moved; it is read at its new address.":            func(v *SourceView) { v.State.Move.Address = "https://new.example/?token=canary" },
		"This feed says that it has moved to another address.": func(v *SourceView) {
			v.State.Move = news.Move{Target: "https://new.example/?token=canary", By: news.NoticeRedirect, Seen: 3}
		},
	} {
		v := base()
		change(v)
		if got := english().wellbeing(&v.State, v.Now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMessages(t *testing.T) {
	for status, want := range map[int]string{404: "Not found", 405: "Not that way", 410: "Withdrawn", 500: "Something broke", 503: "One moment", 0: "Something broke"} {
		if got, text := english().words(status, "story"); got != want || text == "" {
			t.Errorf("%d is %q, want %q", status, got, want)
		}
	}
}

// english and german return the languages of the built-in pages.
func english() *locale { return builtin().in("en") }
func german() *locale  { return builtin().in("de") }

// TestNextAfterTheClockWasSetBack: the next visit was stored while the clock was wrong.
func TestNextAfterTheClockWasSetBack(t *testing.T) {
	wrong := sampleNow.AddDate(1, 0, 0)
	s := news.SourceState{Last: news.Fetch{Started: wrong}, NextDue: wrong.Add(3 * time.Hour)}
	if got := wordsOf(english().next(&s, sampleNow)); got != "in 3 hours" {
		t.Errorf("got %q, want in 3 hours", got)
	}
}
