package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/search"
)

// indexed completes the index, as the daemon does when it starts.
func (b *bench) indexed() {
	b.t.Helper()
	for more := true; more; {
		var err error
		if more, err = b.db.Reindex(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// tidy optimises the index, as the daemon does once a day.
func (b *bench) tidy() (steps int) {
	b.t.Helper()
	for more := true; more; steps++ {
		var err error
		if more, err = b.db.TidyIndex(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
	return steps
}

// search returns the titles that a query finds in feeds.
func (b *bench) search(text string, feeds ...string) []string {
	b.t.Helper()
	r := b.request(text, feeds...)
	result, err := b.db.Search(b.t.Context(), r)
	if err != nil {
		b.t.Fatalf("search %q: %v", text, err)
	}
	titles := []string{}
	for _, f := range result.Found {
		titles = append(titles, f.Entry.Title)
	}
	return titles
}

func (b *bench) request(text string, feeds ...string) search.Request {
	b.t.Helper()
	q, err := search.Parse(text)
	if err != nil {
		b.t.Fatalf("%q: %v", text, err)
	}
	var names []search.SourceName
	for _, s := range b.sources {
		names = append(names, search.NewSourceName(s))
	}
	if err := q.Resolve(names); err != nil {
		b.t.Fatal(err)
	}
	r := search.Request{Query: q, Site: site, Limit: search.MaxRows, Within: time.Minute}
	if feeds == nil {
		feeds = []string{"all"}
	}
	for _, name := range feeds {
		r.Feeds = append(r.Feeds, b.feeds[name])
	}
	return r
}

func (b *bench) finds(query string, want ...string) {
	b.t.Helper()
	got := b.search(query)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		b.t.Errorf("search %q found %q, want %q", query, got, want)
	}
}

// article returns an entry with a text. Its title is its name.
func article(name, text string) news.Entry {
	return news.Entry{GUID: "https://a.example/" + name, Link: "https://a.example/" + name, Title: name, Content: "<p>" + text + "</p>", Published: start.Add(-time.Hour)}
}

func TestSearchFindsWhatPeopleMean(t *testing.T) {
	b := newBench(t)
	b.indexed()
	minister := article("minister", "Der Bundesverkehrsminister heißt Müller und ist schön müde.")
	minister.Authors, minister.Categories, minister.Language = []news.Person{{Name: "Zoë Großmann"}}, []news.Category{{Term: "Politik"}}, "de-AT"
	english := article("english", "The senator’s naïve plan costs 5 million, says Mr. O'Brien. A red lamp shines.")
	english.Language = "en"
	b.fetch("a", minister, article("bahn", "Schon wieder steht die Bahn. Die rote Ampel in MUELLERS Gasse leuchtet."), english)
	b.fetch("b", news.Entry{GUID: "https://b.example/1", Link: "https://b.example/1", Title: "Autobahn gesperrt", Summary: "Ein kurzer Text über Straßen &amp; Wege.", Published: start})
	b.publish("all")
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"müller", []string{"minister", "bahn"}}, // Müllers is long enough to be searched inside
		{`"müller"`, []string{"minister"}},
		{`"mueller"`, []string{"minister"}},
		{`"MÜLLER"`, []string{"minister"}},
		{"schon", []string{"bahn"}},
		{"schön", []string{"minister"}},
		{"schoen", []string{"minister"}},
		{"verkehr", []string{"minister"}},
		{"verkehrsminister", []string{"minister"}},
		{`"verkehr"`, nil},
		{"verkehr*", nil},
		{"*verkehr*", []string{"minister"}},
		{"bundesverk*", []string{"minister"}},
		{"*minister", []string{"minister"}},
		{"*bundesverkehr", nil},
		{"bahn", []string{"bahn"}},
		{"*bahn*", []string{"bahn", "Autobahn gesperrt"}},
		{"*bahn", []string{"bahn", "Autobahn gesperrt"}},
		{"title:bahn", []string{"bahn"}},
		{"title:autobahn", []string{"Autobahn gesperrt"}},
		{"text:autobahn", nil},
		{`"rote ampel"`, []string{"bahn"}},
		{`"ampel rote"`, nil},
		{`"rote am"*`, []string{"bahn"}},
		{"strasse*", []string{"Autobahn gesperrt"}},
		{"straßen", []string{"Autobahn gesperrt"}},
		{"STRASSEN", []string{"Autobahn gesperrt"}},
		{"naive", []string{"english"}},
		{"o'brien", []string{"english"}},
		{"sena*", []string{"english"}},
		{"lamp OR ampel", []string{"english", "bahn"}},
		{"die -ampel", nil},
		{"müller -minister", []string{"bahn"}},
		{"-müller -muellers", []string{"english", "Autobahn gesperrt"}},
		{"author:zoe", []string{"minister"}},
		{"author:grossmann", []string{"minister"}},
		{"author:müller", nil},
		{"grossmann", []string{"minister"}},
		{"tag:politik", []string{"minister"}},
		{"politik", []string{"minister"}},
		{"tag:tb", []string{"Autobahn gesperrt"}}, // a tag of its source
		{"source:b", []string{"Autobahn gesperrt"}},
		{"source:a -bahn lang:de", []string{"minister"}},
		{"source:nobody", nil},
		{"lang:de", []string{"minister"}},
		{"lang:en", []string{"english"}},
		{"all", nil}, // a fact in the index, but a word of no text
		{"s1", nil},
		{"wege", []string{"Autobahn gesperrt"}},
		{"amp", nil},
	} {
		b.finds(tt.query, tt.want...)
	}
}

func TestSearchFollowsChangesAndDeletion(t *testing.T) {
	b := newBench(t)
	b.indexed()
	b.fetch("a", article("one", "the heron waits"), article("two", "the otter swims"))
	b.publish("all")
	b.finds("heron", "one")
	changed := article("one", "the kingfisher dives into Quellwasser")
	b.fetch("a", changed)
	b.publish("all")
	b.finds("heron")
	b.finds("kingfisher", "one")
	b.finds("*wasser", "one")
	b.finds("the", "one", "two")
	b.exec(`DELETE FROM content WHERE entry_id = (SELECT min(id) FROM entry)`)
	b.finds("the", "two")
}

func TestSearchKnowsWhatIsPublicOnly(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100}, news.Feed{Name: "ta", Tags: []string{"ta"}, Duplicates: news.Collapse, Limit: 100})
	sources := []news.Source{
		{Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed", Public: true, Tags: []string{"ta"}},
		{Name: "b", Kind: news.KindFeed, URL: "https://b.example/feed", Public: true},
		{Name: "secret", Kind: news.KindFeed, URL: "https://secret.example/feed"},
		{Name: "seeds", Kind: news.KindSeeds, URL: "seeds/*", Public: true},
	}
	feeds := []news.Feed{b.feeds["all"], b.feeds["ta"]}
	b.sync(sources, feeds)
	b.indexed()
	b.fetch("a", article("open", "a word: xylophone"))
	b.fetch("secret", news.Entry{GUID: "s", Link: "https://secret.example/1", Title: "closed", Content: "<p>xylophone in secret, Geheimnisverrat</p>", Published: start})
	b.publish("all")
	b.publish("ta")
	b.finds("xylophone", "open")
	b.finds("geheimnis*")
	b.finds("*verrat")
	if got := b.search("xylophone", "ta"); !slices.Equal(got, []string{"open"}) {
		t.Errorf("in the feed ta: %q", got)
	}
	b.fetch("b", news.Entry{GUID: "b1", Link: "https://b.example/1", Title: "unpublished", Content: "<p>xylophone again</p>", Published: start})
	b.finds("xylophone", "open") // the feeds have not shown it yet
	b.publish("all")
	b.publish("ta")
	b.finds("xylophone", "open", "unpublished")
	if got := b.search("xylophone", "ta"); !slices.Equal(got, []string{"open"}) {
		t.Errorf("in the feed ta: %q", got)
	}
	b.exec(`UPDATE entry SET withdrawn_at = 1 WHERE id = 1`)
	b.finds("xylophone", "unpublished")
	b.sync([]news.Source{sources[0]}, feeds)
	b.finds("xylophone")
}

// Private entries affect neither the order nor the hints of a search, and have no
// words in the vocabulary. A stranger learns nothing, even one who knows which
// words to try.
func TestSearchTellsNothingOfWhatIsPrivate(t *testing.T) {
	b := newBench(t)
	b.inside(all(news.Collapse), clubFeed())
	b.indexed()
	var public, private []news.Entry
	for i := range 3 {
		public = append(public, article(fmt.Sprint("open", i), "the heron "+strings.Repeat("waits ", 3*i)))
	}
	for i := range maxMatches {
		e := article(fmt.Sprint("closed", i), fmt.Sprintf("heron Wasserwerk%c%c", 'a'+i/26%26, 'a'+i%26))
		e.GUID = strings.Replace(e.GUID, "a.example", "p.example", 1)
		e.Link = e.GUID
		private = append(private, e)
	}
	b.fetch("a", public...)
	b.fetch("p", private...)
	b.publishAll()
	for _, query := range []string{"heron", "*wasser*", "*werk*"} {
		result, err := b.db.Search(t.Context(), b.request(query))
		if err != nil || result.Broad || result.Shorter || result.Partial {
			t.Errorf("search %q: broad %v, shorter %v, partial %v (%v)", query, result.Broad, result.Shorter, result.Partial, err)
		}
	}
	b.finds("heron", "open0", "open1", "open2")
	if n := b.rows("search"); n != len(public) {
		t.Errorf("%d entries are in the index, want the %d public ones", n, len(public))
	}
	if n := b.rows("word WHERE text LIKE 'wasserwerk%'"); n != 0 {
		t.Errorf("%d private words can be looked up", n)
	}
}

// A search reports what it leaves out: only the latest matches are counted, and
// of the words that contain the letters only the shorter ones.
func TestSearchTellsWhatItLeavesOut(t *testing.T) {
	b := newBench(t)
	b.indexed()
	var entries []news.Entry
	for i := range maxMatches {
		entries = append(entries, article(fmt.Sprint("n", i), fmt.Sprintf("heron Wasserwerk%c%c", 'a'+i/26%26, 'a'+i%26)))
	}
	entries[7].Content = "<p>Wasserwerksbesichtigungsanmeldung</p>"
	b.fetch("a", entries...)
	b.publish("all")
	hints := func(query string) (*search.Result, [2]bool) {
		t.Helper()
		r, err := b.db.Search(t.Context(), b.request(query))
		if err != nil {
			t.Fatal(err)
		}
		return r, [2]bool{r.Broad, r.Shorter}
	}
	if r, got := hints("heron"); got != [2]bool{} || r.Total != maxMatches-1 {
		t.Errorf("one less than the most: %d found, broad and shorter %v", r.Total, got)
	}
	if r, got := hints("*werk*"); got != [2]bool{false, true} || r.Total < maxLonger || r.Total >= maxMatches {
		t.Errorf("many compounds: %d found, broad and shorter %v", r.Total, got)
	}
	b.finds("*besichtigung*", "n7")
	if r, _ := hints("*werk* -heron"); r.Total != 0 {
		t.Errorf("the longest compound is not left out: %d found", r.Total)
	}
	b.fetch("a", article("last", "one more heron"))
	b.publish("all")
	if r, got := hints("heron"); got != [2]bool{true, false} || r.Total != maxMatches {
		t.Errorf("as many as are looked at: %d found, broad and shorter %v", r.Total, got)
	}
}

// A source that becomes private leaves the index with all its words, and returns
// when it becomes public.
func TestTheIndexFollowsWhoIsPublic(t *testing.T) {
	b := newBench(t)
	b.indexed()
	b.fetch("a", article("one", "the Wasserwerk"))
	b.fetch("b", entry("b", "two", 1))
	b.publish("all")
	b.finds("*werk", "one")
	for _, public := range []bool{false, true} {
		sources := []news.Source{b.sources["a"], b.sources["b"]}
		sources[0].Public = public
		b.sync(sources, []news.Feed{all(news.Collapse)})
		if r, err := b.db.Search(t.Context(), b.request("two")); err != nil || !r.Partial {
			t.Errorf("public %v: the index is to be made anew, and partial is %v (%v)", public, r.Partial, err)
		}
		b.fetch("a", article("one", "the Wasserwerk, closed")) // meanwhile
		b.indexed()
		b.publish("all")
		want := []string(nil)
		if public {
			want = []string{"one"}
		}
		b.finds("*werk", want...)
		b.finds("two", "two")
		if n := b.rows("word WHERE text = 'wasserwerk'"); n != len(want) {
			t.Errorf("public %v: the word is known %d times", public, n)
		}
	}
}

// TestSearchShowsAStoryOnce checks that a story is found by each of its public
// entries, and shown as the feed shows it, with the guid that subscribers know.
func TestSearchShowsAStoryOnce(t *testing.T) {
	b := newBench(t)
	b.indexed()
	b.fetch("a", article("one", "a report of the flood"))
	copied := article("one", "a report of the flood, with marmalade")
	copied.GUID = "b-1"
	b.fetch("b", copied)
	b.publish("all")
	result, err := b.db.Search(t.Context(), b.request("marmalade"))
	if err != nil || len(result.Found) != 1 {
		t.Fatalf("found %d, %v; want the one story", len(result.Found), err)
	}
	f := result.Found[0]
	if f.GUID != "https://a.example/one" || f.Source.Name != "a" || f.Hit == nil || f.Hit.SourceName != "b" || len(f.Members) != 1 {
		t.Errorf("got guid %q of %s, hit %+v, %d members; want that of a with the hit in b", f.GUID, f.Source.Name, f.Hit, len(f.Members))
	}
	b.finds("flood", "one")
}

func TestSearchOrder(t *testing.T) {
	b := newBench(t)
	b.indexed()
	old, often := article("old", "a heron"), article("heron", "heron heron heron, all about the heron")
	old.Published, often.Published = start.Add(-48*time.Hour), start.Add(-96*time.Hour)
	b.fetch("a", old, often)
	b.publish("all")
	b.now = b.now.Add(time.Hour)
	b.fetch("a", article("new", "at last a heron among many other birds and beasts of the water"))
	b.publish("all")
	if got, want := b.search("heron"), []string{"new", "old", "heron"}; !slices.Equal(got, want) {
		t.Errorf("newest first: %q, want %q", got, want)
	}
	r := b.request("heron")
	r.Best, r.Limit = true, 1
	result, err := b.db.Search(t.Context(), r)
	if err != nil || len(result.Found) != 1 || result.Found[0].Entry.Title != "heron" || result.Total != 3 {
		t.Errorf("best first: %+v of %d, %v; want heron of 3", result.Found, result.Total, err)
	}
}

func TestSearchInAFeedThatKeepsDuplicates(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Keep, Limit: 100})
	b.indexed()
	b.fetch("a", article("one", "a report of the flood"))
	copied := article("one", "a report of the flood, with marmalade")
	copied.GUID = "b-1"
	b.fetch("b", copied)
	b.publish("all")
	b.finds("flood", "one", "one")
	b.finds("marmalade", "one")
}

func TestReindex(t *testing.T) {
	b := newBench(t)
	var entries []news.Entry
	for i := range 2*reindexLimit + 20 {
		entries = append(entries, article(fmt.Sprintf("n%d", i), fmt.Sprintf("wader number%c%c", 'a'+i/26, 'a'+i%26)))
	}
	b.fetch("a", entries...)
	b.publish("all")
	b.finds("wader") // nothing is indexed yet, and the result says so
	if r, _ := b.db.Search(t.Context(), b.request("wader")); !r.Partial {
		t.Error("the index is not made yet: the result is not said to be partial")
	}
	step := func() bool {
		more, err := b.db.Reindex(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return more
	}
	for range 2 { // empty it, then index the first part
		if !step() {
			t.Fatal("made in fewer steps than there are parts")
		}
	}
	if n := len(b.search("wader")); n != reindexLimit {
		t.Errorf("after the first part %d are found, want %d", n, reindexLimit)
	}
	// Entries that arrive or change meanwhile are found, and nothing is found twice.
	late := article("n0", "wader changed")
	b.now = b.now.Add(time.Minute)
	b.fetch("a", late, article("n119", "wader also changed"), article("late", "wader late"))
	b.publish("all")
	b.finds("late", "late")
	b.indexed()
	if r, _ := b.db.Search(t.Context(), b.request("wader")); r.Partial || r.Total != len(entries)+1 {
		t.Errorf("%d are found, partial %v; want %d", r.Total, r.Partial, len(entries)+1)
	}
	b.finds("changed", "n0", "n119")
	b.finds("numberaa") // the former words are gone
	before := b.search("wader")
	// An index of another version is rebuilt.
	b.exec(`UPDATE counter SET value = 0 WHERE name = 'search'`)
	if r, _ := b.db.Search(t.Context(), b.request("wader")); !r.Partial {
		t.Error("an index of another version: the result is not said to be partial")
	}
	b.indexed()
	if after := b.search("wader"); !slices.Equal(before, after) {
		t.Errorf("made anew, %d are found in another order or number than %d", len(after), len(before))
	}
}

// TestTidyIndex checks that an optimised index finds the same, and is not optimised again.
func TestTidyIndex(t *testing.T) {
	b := newBench(t)
	b.indexed()
	for i := range 40 {
		b.fetch("a", article(fmt.Sprintf("n%d", i), fmt.Sprintf("wader %d Wasserwerk", i)))
	}
	b.fetch("a", article("n3", "changed"))
	b.publish("all")
	before := b.search("wader")
	if b.tidy() < 2 {
		t.Error("forty transactions leave nothing to tidy")
	}
	if after := b.search("wader"); len(before) != 39 || !slices.Equal(before, after) {
		t.Errorf("in order it finds %d, want the %d of before, 39", len(after), len(before))
	}
	b.finds("*werk", b.search("wader")...)
	if steps := b.tidy(); steps != 1 {
		t.Errorf("tidied again it takes %d steps, want 1", steps)
	}
}

func TestSearchIsGivenUp(t *testing.T) {
	b := newBench(t)
	b.indexed()
	b.fetch("a", article("one", "the heron waits"))
	b.publish("all")
	r := b.request("heron")
	r.Within = time.Nanosecond
	if _, err := b.db.Search(t.Context(), r); !errors.Is(err, search.ErrTooBroad) {
		t.Errorf("got %v, want %v", err, search.ErrTooBroad)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.db.Search(ctx, b.request("heron")); err == nil || errors.Is(err, search.ErrTooBroad) {
		t.Errorf("who asked has left: got %v, want that and not that it is too broad", err)
	}
	b.finds("heron", "one") // the connection still works
}

// FuzzSearch checks that any text gives either a query that the engine accepts,
// or an error for the reader.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{`verk*`, `"a b"* -c OR d`, `title:"x`, `*bahn* NEAR(a b)`, `a AND NOT b`, `{title}: x`, `^a + b`, `-`, `source:a tag:"b c" lang:de-AT`, "東京 *京都", `c++ "`, "\x00\xff*", `a"b"c*d`, "ﬁ½ ſ ͅ a", "ʼn*", `"' OR 1=1 --"`} {
		f.Add(seed)
	}
	b := newBench(f)
	b.indexed()
	b.fetch("a", article("one", "the heron waits at the Wasserwerk"))
	b.publish("all")
	f.Fuzz(func(t *testing.T, text string) {
		q, err := search.Parse(text)
		if err != nil {
			if s := (*search.SyntaxError)(nil); !errors.As(err, &s) || strings.ContainsAny(err.Error(), "\n\x00") {
				t.Fatalf("%q: %v is no sentence for people", text, err)
			}
			return
		}
		if err := q.Resolve([]search.SourceName{search.NewSourceName(b.sources["a"])}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for _, best := range []bool{false, true} {
			if _, err := b.db.Search(t.Context(), search.Request{Query: q, Site: site, Feeds: []news.Feed{b.feeds["all"]}, Best: best, Limit: 10, Within: time.Minute}); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		q.Mark(text)
		q.Excerpt(text, 40)
	})
}
