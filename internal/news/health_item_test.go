package news

import (
	"strings"
	"testing"
	"time"
)

var healthFeed = Feed{Name: "problems", Title: "Problems", Kind: FeedOfHealth, Private: true}

func TestWhichEventsAreTold(t *testing.T) {
	for _, c := range []struct {
		was, is Health
		want    Health // empty: not told
	}{
		{"", HealthFailing, HealthFailing}, {HealthOK, HealthFailing, HealthFailing}, {HealthOK, HealthSilent, HealthSilent}, {HealthSlow, HealthMoved, HealthMoved},
		{HealthFailing, HealthGone, HealthGone}, {HealthGone, HealthOK, recovered}, {HealthFailing, HealthSlow, recovered}, {HealthOK, HealthSlow, ""},
		{HealthSlow, HealthOK, ""}, {"", HealthSlow, ""}, {HealthOK, HealthOffline, HealthOffline}, {HealthOffline, HealthOK, recovered},
	} {
		got, told := (HealthEvent{Was: c.was, Is: c.is}).ReportedAs()
		if got != c.want || told != (c.want != "") {
			t.Errorf("%q to %q: told %v as %q, want %q", c.was, c.is, told, got, c.want)
		}
	}
}

func TestHealthItems(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	site := Site{Title: "River", URL: "https://river.example", Token: "TOKEN"}
	open := Source{Name: "heise", Title: "Heise <b>", Public: true, Contact: "a@example.org"}
	inner := Source{Name: "inner", Title: "inner"}
	for _, c := range []struct {
		event   HealthEvent
		source  Source
		title   string
		link    string
		content string
	}{
		{HealthEvent{SourceID: 1, At: at, Was: HealthOK, Is: HealthFailing, Cause: "3 failures since 2026-02-28 10:00 UTC: <status 500>", Advice: "wait; if it stays, tell them"}, open,
			"Heise <b> (heise) is failing", "https://river.example/sources/heise",
			"<p>3 failures since 2026-02-28 10:00 UTC: &lt;status 500&gt;.</p>\n<p>Noted 2026-03-01 12:00 UTC; until then it was ok.</p>\n" +
				"<p>To do: wait; if it stays, tell them.</p>\n<p><code>tributary run heise</code> asks it again now.</p>\n" +
				"<p>Whom to write to: a@example.org</p>\n<p><a href=\"https://river.example/sources/heise\">What everybody sees of it</a></p>\n"},
		{HealthEvent{SourceID: 2, At: at, Is: HealthSilent, Cause: "nothing new since 2025-01-01", Advice: "look with `tributary check` whether it is still < written"}, inner,
			"inner is silent", "https://river.example/private/TOKEN/problems/#s-",
			"<p>Nothing new since 2025-01-01.</p>\n<p>Noted 2026-03-01 12:00 UTC; until then it was new.</p>\n<p>To do: look with <code>tributary check</code> whether it is still &lt; written.</p>\n" +
				"<p><code>tributary check --only inner</code> shows what it gives now.</p>\n"},
		{HealthEvent{SourceID: 2, At: at, Was: HealthFailing, Is: HealthOK, Cause: "it is well again"}, inner,
			"inner is well again", "https://river.example/private/TOKEN/problems/#s-",
			"<p>It is well again.</p>\n<p>Noted 2026-03-01 12:00 UTC; until then it was failing.</p>\n"},
		{HealthEvent{At: at, Was: HealthOK, Is: HealthOffline, Cause: "offline since then", Advice: "see to our network"}, Source{},
			"Offline: no source can be asked", "https://river.example/private/TOKEN/problems/#s-",
			"<p>Offline since then.</p>\n<p>Noted 2026-03-01 12:00 UTC.</p>\n<p>To do: see to our network.</p>\n"},
		{HealthEvent{At: at, Was: HealthOffline, Is: HealthOK, Cause: "sources answer again"}, Source{},
			"Online again", "https://river.example/private/TOKEN/problems/#s-", "<p>Sources answer again.</p>\n<p>Noted 2026-03-01 12:00 UTC.</p>\n"},
	} {
		got := c.event.Shown(site, healthFeed, c.source, "https://x.example/feed")
		if got.Entry.Title != c.title || got.Entry.Content != c.content || !strings.HasPrefix(got.Entry.Link, c.link) {
			t.Errorf("got %q, %q\n%s\nwant %q, %q\n%s", got.Entry.Title, got.Entry.Link, got.Entry.Content, c.title, c.link, c.content)
		}
		if !got.Published.Equal(at) || !got.Entered.Equal(at) || !got.Updated.Equal(at) || got.Source.Public || got.Source.URL != "" {
			t.Errorf("%s: got %+v, want our time, and no source but us", c.title, got)
		}
	}
}

// The id of an event is that of its source, state and time, whatever the source is
// called.
func TestHealthIDs(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 1e6, time.UTC)
	id := func(e HealthEvent, origin, name string) string {
		return e.Shown(Site{}, healthFeed, Source{Name: name}, origin).GUID
	}
	failing := HealthEvent{SourceID: 1, At: at, Is: HealthFailing}
	one := id(failing, "https://x.example/", "x")
	if one != "urn:uuid:263e1ed9-6a39-525b-a6a7-daedee6d4b8e" || one != id(failing, "https://x.example/", "renamed") {
		t.Errorf("got %s", one)
	}
	later, gone := failing, failing
	later.At, gone.Is = at.Add(time.Millisecond), HealthGone
	for _, other := range []string{id(failing, "https://y.example/", "x"), id(later, "https://x.example/", "x"), id(gone, "https://x.example/", "x")} {
		if other == one {
			t.Error("two events have one id")
		}
	}
}
