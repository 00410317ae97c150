package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/clean"
	"tributary/internal/filter"
	"tributary/internal/news"
)

func rule(t testing.TB, text string) news.Rule {
	t.Helper()
	if text == "" {
		return nil
	}
	r, err := filter.Compile(text, filter.Options{Plain: clean.Text, Story: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ruled is the feed of everything with a rule.
func ruled(t testing.TB, mode news.Duplicates, where string) news.Feed {
	f := all(mode)
	f.Where = rule(t, where)
	return f
}

// reload puts a rule of the feed, and rules of sources, in force.
func (b *bench) reload(where string, sources map[string]string) {
	b.t.Helper()
	var list []news.Source
	for _, n := range []string{"a", "b", "c"} {
		list = append(list, news.Source{Name: n, Kind: news.KindFeed, URL: "https://" + n + ".example/feed", Public: true, Tags: []string{"t" + n},
			Where: rule(b.t, sources[n])})
	}
	b.sync(list, []news.Feed{ruled(b.t, b.feeds["all"].Duplicates, where)})
	b.rejudge()
}

func (b *bench) rejudge() {
	b.t.Helper()
	ids, err := b.db.Unjudged(b.t.Context())
	for _, s := range b.sources {
		for more := slices.Contains(ids, s.ID); more && err == nil; {
			more, err = b.db.Rejudge(b.t.Context(), s, b.now)
		}
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestARuleDecidesWhatEntersAFeed(t *testing.T) {
	b := newBench(t, ruled(t, news.Collapse, `not (title contains "sport")`))
	b.fetch("a", entry("a", "news 1", 1), entry("a", "Wintersport", 2))
	wantList(t, b.publish("all"), "news 1")
	if n := b.rows("publication"); n != 1 {
		t.Errorf("%d publications, want only what matches", n)
	}
	b.pass(time.Hour)
	edited, left := entry("a", "Wintersport", 2), entry("a", "news 1", 1)
	edited.Title, left.Title = "Winter", "Sport 1"
	b.fetch("a", edited, left) // it matches from now on: no news, it came with the backlog
	wantList(t, b.publish("all"), "Winter")
	b.pass(time.Hour)
	fresh := entry("a", "sports", 0)
	b.fetch("a", edited, left, fresh)
	wantList(t, b.publish("all"), "Winter")
	fresh.Title = "fresh"
	b.pass(time.Hour)
	b.fetch("a", edited, left, fresh)
	wantList(t, b.publish("all"), "fresh", "Winter")
	if s := b.edition("all").Shown[0]; !s.Entered.Equal(b.now) {
		t.Errorf("entered %v, want now: it is news since it matches", s.Entered)
	}
}

// TestAChangedRule: what no longer matches leaves, what newly matches goes into
// history, what comes back has its place and guid; older than RuleReach, nothing
// changes.
func TestAChangedRule(t *testing.T) {
	for _, mode := range []news.Duplicates{news.Collapse, news.Keep} {
		b := newBench(t, ruled(t, mode, ""))
		b.fetch("a", entry("a", "old sport", 1), entry("a", "old news", 2))
		b.publish("all")
		b.pass(RuleReach + time.Hour)
		b.fetch("a", entry("a", "sport 1", -10), entry("a", "news 1", -9))
		b.fetch("b", entry("b", "sport 2", -8))
		wantList(t, b.publish("all"), "sport 1", "news 1", "sport 2", "old sport", "old news")
		before := b.guids("all")

		b.reload(`title contains "news"`, nil)
		wantList(t, b.publish("all"), "news 1", "old sport", "old news")
		b.pass(time.Minute)
		b.fetch("b", entry("b", "sport 2", -8), entry("b", "more sport", 0), entry("b", "more news", 0))
		wantList(t, b.publish("all"), "more news", "news 1", "old sport", "old news")

		b.reload("", nil)
		wantList(t, b.publish("all"), "more news", "sport 1", "news 1", "sport 2", "more sport", "old sport", "old news")
		again := slices.DeleteFunc(b.guids("all"), func(guid string) bool { return !slices.Contains(before, guid) })
		if !slices.Equal(again, before) {
			t.Errorf("guids %q, want those of before %q", again, before)
		}
		if changed, more, err := b.db.Publish(t.Context(), b.feeds["all"], b.now); changed || more || err != nil {
			t.Errorf("again: changed %v, more %v, %v", changed, more, err)
		}
	}
}

// TestANewFeedJudgesEverything: RuleReach is about changed rules only.
func TestANewFeedJudgesEverything(t *testing.T) {
	b := newBench(t, ruled(t, news.Collapse, ""))
	b.fetch("a", entry("a", "old news", 2), entry("a", "old sport", 1))
	b.pass(2 * RuleReach)
	b.fetch("a", entry("a", "news", -9))
	f := ruled(t, news.Collapse, `title contains "news"`)
	f.Name = "second"
	b.configure([]string{"a", "b", "c"}, ruled(t, news.Collapse, ""), f)
	wantList(t, b.publish("second"), "news", "old news")
}

// TestTheStoryIsMadeOfWhatMatches: of several entries only those are shown, and
// counted beside them, that the rule takes; size and outlets see all that the feed
// selects.
func TestTheStoryIsMadeOfWhatMatches(t *testing.T) {
	b := newBench(t, ruled(t, news.Collapse, `language == "de"`))
	original := entry("a", "original", 3)
	copied := linkTo("b", "copy", 2, original)
	copied.Language = "de"
	b.fetch("a", original)
	b.fetch("b", copied)
	wantList(t, b.publish("all"), "copy")
	b.reload(`size == 2 and "a.example" in outlets`, nil)
	wantList(t, b.publish("all"), "original")
	b.reload(`size > 2`, nil)
	wantList(t, b.publish("all"))
	b.pass(time.Hour)
	b.fetch("c", linkTo("c", "another copy", 1, original))
	wantList(t, b.publish("all"), "original")
}

// TestARuleThatLooksAtTags is judged anew when these change.
func TestARuleThatLooksAtTags(t *testing.T) {
	b := newBench(t, ruled(t, news.Collapse, `"ta" in tags or source == "c"`))
	b.fetch("a", entry("a", "a1", 1))
	b.fetch("b", entry("b", "b1", 2))
	b.fetch("c", entry("c", "c1", 3))
	wantList(t, b.publish("all"), "a1", "c1")
	var sources []news.Source
	for _, n := range []string{"a", "b", "c"} {
		sources = append(sources, news.Source{Name: n, Kind: news.KindFeed, URL: "https://" + n + ".example/feed", Public: true, Tags: []string{"tb"}})
	}
	sources[1].Tags = []string{"ta"}
	b.sync(sources, []news.Feed{ruled(t, news.Collapse, `"ta" in tags or source == "c"`)})
	wantList(t, b.publish("all"), "b1", "c1")
}

// TestARuleOfASource: what it does not take is stored and hidden, beside others as
// well, and a changed rule is applied to what is stored.
func TestARuleOfASource(t *testing.T) {
	b := newBench(t, all(news.Collapse))
	b.reload("", map[string]string{"a": "not paid", "b": `not (title contains "copy")`})
	original, paid := entry("a", "original", 3), entry("a", "paid", 2)
	paid.Title = "S+ paid"
	b.fetch("a", original, paid, entry("a", "free", 1))
	b.fetch("b", linkTo("b", "copy", 2, original), entry("b", "b1", 4))
	wantList(t, b.publish("all"), "free", "original", "b1")
	if s := b.shownIn("all", "original"); len(s.Members) != 0 {
		t.Errorf("%d members beside it, want none: the copy is hidden", len(s.Members))
	}
	if p := b.placement(paid.GUID); !p.Entry.Hidden || len(p.In) != 0 {
		t.Errorf("hidden %v, in %d feeds: want it stored, hidden and in none", p.Entry.Hidden, len(p.In))
	}
	if entries, _, err := b.db.StoryEntries(t.Context(), news.Everybody, b.placement(original.GUID).StoryKey); err != nil || len(entries) != 1 {
		t.Errorf("the page of the story has %d entries, %v, want the one that is not hidden", len(entries), err)
	}

	b.reload("", map[string]string{"a": "", "b": `title contains "copy"`})
	wantList(t, b.publish("all"), "free", "S+ paid", "original")
	if s := b.shownIn("all", "original"); len(s.Members) != 1 {
		t.Errorf("%d members beside it, want the copy", len(s.Members))
	}

	b.pass(time.Hour) // an entry that is changed is asked again
	paid.Title = "copy no more"
	changed := entry("b", "b1", 4)
	changed.Title = "a copy"
	b.fetch("b", linkTo("b", "copy", 2, original), changed)
	wantList(t, b.publish("all"), "free", "S+ paid", "original", "a copy")
}

// TestARuleOfASourceReaches back as far as that of a feed, in small parts.
func TestARuleOfASourceReachesBack(t *testing.T) {
	b := newBench(t, all(news.Collapse))
	var old, young []news.Entry
	for i := range 3 {
		old = append(old, entry("a", fmt.Sprint("old ", i), 10+i))
	}
	b.fetch("a", old...)
	b.pass(RuleReach + time.Hour)
	for i := range rejudgeLimit + 20 {
		young = append(young, entry("a", fmt.Sprint("young ", i), -20))
	}
	b.fetch("a", young...)
	b.publish("all")
	b.reload("", map[string]string{"a": `title contains "none"`})
	b.publish("all")
	for _, e := range []struct {
		guid   string
		hidden bool
	}{{old[0].GUID, false}, {young[0].GUID, true}, {young[len(young)-1].GUID, true}} {
		if got := b.placement(e.guid).Entry.Hidden; got != e.hidden {
			t.Errorf("%s: hidden %v, want %v", e.guid, got, e.hidden)
		}
	}
	if ids, err := b.db.Unjudged(t.Context()); err != nil || len(ids) != 0 {
		t.Errorf("sources %v are still to be judged, %v", ids, err)
	}
}

// TestAReloadWhilePublishing: a round of publishing, or a fetch, that began under the
// old rule does not keep the new one from being applied.
func TestAReloadWhileUnderWay(t *testing.T) {
	b := newBench(t, ruled(t, news.Collapse, ""))
	b.fetch("a", entry("a", "sport", 1), entry("a", "news", 2))
	b.publish("all")
	before, source := b.feeds["all"], b.sources["a"]
	b.reload(`title contains "news"`, map[string]string{"a": `not (title contains "late")`})
	if changed, more, err := b.db.Publish(t.Context(), before, b.now); changed || more || err != nil {
		t.Errorf("under the old rule: changed %v, more %v, %v", changed, more, err)
	}
	wantList(t, b.publish("all"), "news")

	ruled := b.sources["a"]
	b.sources["a"] = source
	b.fetch("a", entry("a", "late news", 0))
	b.sources["a"] = ruled
	b.rejudge()
	wantList(t, b.publish("all"), "news")
}

// TestRulesByAnyRoad: after any changes of rules a feed has what it would have if
// it had had the last rule from the first.
func TestRulesByAnyRoad(t *testing.T) {
	rules := []string{"", `title contains "1"`, `title contains "2" or size > 1`, `"tb" in tags`, `not (title contains "3")`}
	sources := []string{"", `title contains "4"`, `not (title contains "1")`}
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 5))
		mode := []news.Duplicates{news.Collapse, news.Keep}[seed%2]
		b, plain := newBench(t, ruled(t, mode, "")), newBench(t, ruled(t, mode, ""))
		last, lastSources := "", map[string]string{}
		var steps []func(*bench)
		for step := range 12 {
			if r.IntN(2) == 0 {
				last = rules[r.IntN(len(rules))]
				lastSources = map[string]string{"a": sources[r.IntN(3)], "b": sources[r.IntN(3)]}
				b.reload(last, lastSources)
			}
			name := []string{"a", "b", "c"}[r.IntN(3)]
			e := entry(name, fmt.Sprint("entry ", r.IntN(100)), r.IntN(100))
			if r.IntN(3) == 0 {
				e.Link = "https://shared.example/" + fmt.Sprint(r.IntN(3))
			}
			steps = append(steps, func(b *bench) {
				b.now = start.Add(time.Duration(step) * time.Hour)
				b.fetch(name, e)
			})
			steps[step](b)
			b.publish("all")
		}
		plain.reload(last, lastSources)
		for _, step := range steps {
			step(plain)
		}
		got, want := b.publish("all"), plain.publish("all")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("seed %d, rule %q, sources %q\ngot  %q\nwant %q", seed, last, lastSources, got, want)
		}
	}
}

func TestMaxPerSourceDay(t *testing.T) {
	f := all(news.Collapse)
	f.MaxPerSourceDay = 2
	b := newBench(t, f)
	b.publish("all")
	b.fetch("a")
	b.fetch("b")
	for i := range 3 {
		b.pass(time.Hour)
		b.fetch("a", entry("a", fmt.Sprint("a", i), -i))
		b.fetch("b", entry("b", fmt.Sprint("b", 2*i), -i), entry("b", fmt.Sprint("b", 2*i+1), -i))
		b.publish("all")
	}
	shown := func() []string { return slices.Sorted(slices.Values(b.publish("all"))) }
	wantList(t, shown(), "a0", "a1", "b0", "b1") // the first of the day, so that none vanishes again
	b.pass(12 * time.Hour)
	b.fetch("a", entry("a", "next day", -15))
	wantList(t, shown(), "a0", "a1", "b0", "b1", "next day")
	older, err := b.db.Older(t.Context(), site, b.feeds["all"], b.shownIn("all", "next day").Sequence)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, s := range older.Shown {
		titles = append(titles, s.Entry.Title)
	}
	wantList(t, slices.Sorted(slices.Values(titles)), "a0", "a1", "a2", "b0", "b1", "b2", "b3", "b4", "b5") // older pages have all
}

// Whatever hands out a story of a feed cuts it alike, and knows the same of its files:
// the feed, its older page, what the hub tells, and a search.
func TestEveryDocumentOfAFeedIsCut(t *testing.T) {
	const file = "https://a.example/1.mp3"
	long := "<p>The heron waits. " + strings.Repeat("Long words. ", 80) + "</p>"
	for _, tt := range []struct {
		content news.Extent
		want    func(news.Entry) bool
	}{
		{news.Full, func(e news.Entry) bool { return e.Content == long }},
		{news.SummaryOnly, func(e news.Entry) bool {
			return e.Content == "" && len(e.Summary) > 100 && len(e.Summary) < len(long)/2
		}},
		{news.LinkOnly, func(e news.Entry) bool { return e.Content+e.Summary == "" }},
	} {
		f := all(news.Collapse)
		f.Content = tt.content
		b := newBench(t, f)
		b.indexed()
		one, copied := withFile("one", file, "audio/mpeg"), withFile("one", file, "audio/mpeg")
		one.Content, copied.Content, copied.GUID = long, long+"<p>Marmalade.</p>", "urn:copy"
		b.fetch("a", one)
		b.fetch("b", copied)
		b.publish("all")
		shown := b.edition("all")
		if err := b.db.SaveFile(t.Context(), news.FileFacts{URL: file, Asked: b.now, Tries: 1, Outcome: news.OutcomeOK, Length: 77}, []int64{shown.Shown[0].StoryID}); err != nil {
			t.Fatal(err)
		}
		older, err := b.db.Older(t.Context(), site, b.feeds["all"], shown.Shown[0].Sequence+1)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := b.db.Changes(t.Context(), site, b.feeds["all"], shown.Change-1, shown.Change)
		if err != nil {
			t.Fatal(err)
		}
		found, err := b.db.Search(t.Context(), b.request("marmalade"))
		if err != nil || len(found.Found) != 1 || found.Found[0].Hit == nil {
			t.Fatalf("found %+v (%v)", found, err)
		}
		for what, s := range map[string]news.Shown{
			"feed": b.edition("all").Shown[0], "older page": older.Shown[0], "hub": changes.Shown[0], "search": found.Found[0].Shown,
		} {
			if !tt.want(s.Entry) {
				t.Errorf("content %v, %s: summary %q, content %q", tt.content, what, s.Entry.Summary, s.Entry.Content)
			}
			if s.Entry.Enclosures[0].Length != 77 {
				t.Errorf("content %v, %s: the file has %d bytes, want 77", tt.content, what, s.Entry.Enclosures[0].Length)
			}
		}
		if at := found.Found[0].At; tt.content != news.Full && strings.Contains(at.Content+at.Summary, "Marmalade") {
			t.Errorf("content %v: the excerpt is of %q", tt.content, at.Content+at.Summary)
		}
	}
}

// BenchmarkPublishRule is what a rule costs per entry that is judged.
func BenchmarkPublishRule(b *testing.B) {
	text := "<p>" + strings.Repeat("Der Bundesverkehrsminister äußerte sich am Dienstag über <b>größere</b> Brücken. ", 16) + "</p>"
	for _, where := range []string{"", `language == "de"`, `word([title, text], ["Köln", "Rat*"]) and not paid`} {
		b.Run(where, func(b *testing.B) {
			const entries = 1000
			bench := newBench(b, ruled(b, news.Collapse, where))
			var list []news.Entry
			for i := range entries {
				e := entry("a", fmt.Sprint("entry ", i), i)
				e.Content = text
				list = append(list, e)
			}
			bench.fetch("a", list...)
			for b.Loop() {
				b.StopTimer()
				bench.exec(`DELETE FROM publication`)
				bench.exec(`UPDATE feed SET scanned = 0`)
				b.StartTimer()
				bench.publish("all")
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/entries, "µs/entry")
		})
	}
}
