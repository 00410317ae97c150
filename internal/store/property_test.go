package store

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/story"
)

// world is a store under random use, and what must hold of it: the sources as
// they are configured, the documents as they stand upstream, and everything
// that a subscriber has seen so far.
type world struct {
	*bench
	rand     *rand.Rand
	restarts bool
	in       map[string]bool         // sources that are configured
	docs     map[string][]news.Entry // by source
	gone     map[string]bool         // guids of seeds that are withdrawn
	modes    news.Duplicates         // of the feed that is switched
	picks    []string                // sources of the feeds that are changed
	settle   time.Duration           // of the feed that holds back
	held     int                     // stories found waiting
	seen     map[string]sighting
	updated  map[string]int64 // of feeds
}

// sighting is a Publication as a subscriber saw it.
type sighting struct {
	guid      string
	published int64
	updated   int64
	words     uint64
}

var worldSources = []string{"a", "b", "c", "d", "s"} // s is a folder of seeds

func newWorld(t *testing.T, seed uint64, restarts bool) *world {
	w := &world{
		bench: &bench{t: t, now: start}, rand: rand.New(rand.NewPCG(seed, 1)), restarts: restarts,
		in: map[string]bool{}, docs: map[string][]news.Entry{}, gone: map[string]bool{},
		modes: news.Collapse, picks: []string{"a"}, settle: time.Hour, seen: map[string]sighting{}, updated: map[string]int64{},
	}
	w.open(filepath.Join(t.TempDir(), "tributary.db"))
	t.Cleanup(func() { w.db.Close() })
	for _, name := range worldSources {
		w.in[name] = true
	}
	w.reconfigure()
	return w
}

func (w *world) open(path string) {
	w.t.Helper()
	db, err := Open(w.t.Context(), path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.db = db
}

func (w *world) restart() {
	w.t.Helper()
	if err := w.db.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open(w.db.engine.Path)
	w.reconfigure()
}

func (w *world) reconfigure() {
	w.t.Helper()
	var sources []news.Source
	for _, name := range worldSources {
		if w.in[name] {
			sources = append(sources, worldSource(name))
		}
	}
	w.sync(sources, []news.Feed{
		{Name: "all", Duplicates: news.Collapse, Limit: news.MaxShown},
		{Name: "kept", Duplicates: news.Keep, Limit: news.MaxShown},
		{Name: "mode", Duplicates: w.modes, Limit: news.MaxShown},
		{Name: "part", Duplicates: news.Group, Limit: news.MaxShown, Sources: w.picks},
		{Name: "held", Duplicates: w.modes, Limit: news.MaxShown, Sources: w.picks, Settle: w.settle, AlsoReported: true},
	})
}

func worldSource(name string) news.Source {
	if name == "s" {
		return news.Source{Name: name, Kind: news.KindSeeds, URL: "seeds/*", Public: true}
	}
	return news.Source{Name: name, Kind: news.KindFeed, URL: "https://" + name + ".example/feed", Public: true}
}

// step does one random thing.
func (w *world) step() {
	w.now = w.now.Add(time.Duration(w.rand.IntN(40)-4) * time.Minute) // clocks are set back, too
	switch n := w.rand.IntN(20); {
	case n < 9:
		w.arrive(worldSources[w.rand.IntN(4)])
	case n < 12:
		w.scan()
	case n < 13:
		name := worldSources[w.rand.IntN(len(worldSources))]
		w.in[name] = !w.in[name]
		w.reconfigure()
	case n < 14:
		w.picks = slices.DeleteFunc(slices.Clone(worldSources), func(name string) bool { return !w.in[name] || w.rand.IntN(2) == 0 })
		w.picks = append(w.picks, "nobody") // none named would mean all
		w.reconfigure()
	case n < 15:
		w.modes = []news.Duplicates{news.Collapse, news.Group, news.Keep}[w.rand.IntN(3)]
		w.settle = time.Duration(w.rand.IntN(3)) * time.Hour
		w.reconfigure()
	case n < 16 && w.restarts:
		w.restart()
	case n >= 16:
		w.round()
	}
}

// arrive changes the document of a source and fetches it.
func (w *world) arrive(name string) {
	docs := w.docs[name]
	for i := range docs {
		switch w.rand.IntN(12) {
		case 0:
			docs[i].Content += fmt.Sprintf("<p>Added: %s.</p>", word(w.rand))
		case 1:
			docs[i].Title = strings.ToUpper(docs[i].Title)
		case 2:
			docs[i].Published = docs[i].Published.Add(time.Hour)
		case 3:
			docs[i].Updated = w.now
		}
	}
	for range w.rand.IntN(4) {
		docs = append(docs, w.invent(name, len(docs)))
	}
	w.docs[name] = docs
	if !w.in[name] {
		return
	}
	shown := slices.Clone(docs[max(0, len(docs)-8):])
	w.rand.Shuffle(len(shown), func(i, j int) { shown[i], shown[j] = shown[j], shown[i] })
	w.fetch(name, shown...)
}

// invent makes an entry; one in three is about a page of the source before it,
// and one in six has a guid that others use as well.
func (w *world) invent(name string, n int) news.Entry {
	e := entry(name, fmt.Sprintf("%s %s %d", name, word(w.rand), n), 0)
	e.GUID = fmt.Sprintf("https://%s.example/%d", name, n)
	e.Link = e.GUID
	e.Published = w.now.Add(-time.Duration(w.rand.IntN(100)) * time.Hour).Truncate(24 * time.Hour)
	if other := worldSources[(slices.Index(worldSources, name)+3)%4]; w.rand.IntN(3) == 0 && len(w.docs[other]) > 0 {
		e.Link = w.docs[other][w.rand.IntN(len(w.docs[other]))].Link
	}
	switch w.rand.IntN(6) {
	case 0:
		e.GUID = fmt.Sprintf("https://hub.example/%d", n)
	case 1:
		e.GUID = fmt.Sprint(n)
	}
	return e
}

// scan withdraws, brings back and adds seeds.
func (w *world) scan() {
	if !w.in["s"] {
		return
	}
	state := &news.SeedState{}
	var fresh []news.Entry
	for _, e := range w.docs["s"] {
		if w.rand.IntN(3) > 0 {
			continue
		}
		if w.gone[e.GUID] = !w.gone[e.GUID]; w.gone[e.GUID] {
			state.Withdrawn = append(state.Withdrawn, e.GUID)
		} else {
			state.Returned = append(state.Returned, e.GUID)
		}
	}
	for range w.rand.IntN(3) {
		n := len(w.docs["s"])
		e := news.Entry{GUID: fmt.Sprintf("seed:%d", n), Title: "seed " + word(w.rand), Content: fmt.Sprintf("<p>Seed %s.</p>", word(w.rand))}
		if w.rand.IntN(3) == 0 && len(w.docs["a"]) > 0 {
			e.Link = w.docs["a"][w.rand.IntN(len(w.docs["a"]))].Link
		}
		w.docs["s"] = append(w.docs["s"], e)
		fresh = append(fresh, e)
	}
	w.saveSeeds(state, fresh)
}

func (w *world) saveSeeds(state *news.SeedState, entries []news.Entry) {
	w.t.Helper()
	s := w.sources["s"]
	lease, err := w.db.Begin(w.t.Context(), s.ID, "test", w.now, w.now.Add(time.Minute))
	if err != nil {
		w.t.Fatal(err)
	}
	d := &news.Document{Format: "seed", Entries: entries}
	_, err = w.db.Save(w.t.Context(), &story.Harvest{Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d),
		Seeds: state, Fetch: news.Fetch{Started: w.now, Outcome: news.OutcomeOK}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// round publishes every feed and checks what subscribers see.
func (w *world) round() {
	w.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(w.feeds)) {
		w.publish(name)
		w.check(w.feeds[name])
	}
}

func (w *world) check(f news.Feed) {
	w.t.Helper()
	e := w.edition(f.Name)
	w.checkShown(f, e)
	guids := map[string]bool{}
	stories := map[int64]bool{}
	for _, s := range e.Shown {
		if guids[s.GUID] {
			w.t.Errorf("%s: the guid %s is shown twice", f.Name, s.GUID)
		}
		if f.Duplicates != news.Keep && stories[s.StoryID] {
			w.t.Errorf("%s: the story %s is shown twice", f.Name, s.StoryKey)
		}
		guids[s.GUID], stories[s.StoryID] = true, true
		w.checkSighting(f, s)
		if s.Updated.After(e.Updated) {
			w.t.Errorf("%s: an entry is updated %v, the feed %v", f.Name, s.Updated, e.Updated)
		}
	}
	if len(e.Shown) > 0 { // without any it is when the feed was made
		if e.Updated.UnixMilli() < w.updated[f.Name] {
			w.t.Errorf("%s: updated went back from %v to %v", f.Name, at(w.updated[f.Name]), e.Updated)
		}
		w.updated[f.Name] = e.Updated.UnixMilli()
	}
}

// checkSighting compares a Publication with what was seen of it before.
func (w *world) checkSighting(f news.Feed, s news.Shown) {
	w.t.Helper()
	key := fmt.Sprint(f.Name, " ", s.Sequence)
	now := sighting{s.GUID, s.Published.UnixMilli(), s.Updated.UnixMilli(), clean.Signature(s.Entry.Title, clean.Text(s.Entry.Body()))}
	was, ok := w.seen[key]
	w.seen[key] = now
	switch {
	case !ok:
	case now.guid != was.guid || now.published != was.published:
		w.t.Errorf("%s: publication %d moved from %+v to %+v", f.Name, s.Sequence, was, now)
	case now.updated < was.updated:
		w.t.Errorf("%s: %s: updated went back", f.Name, s.GUID)
	case now.updated > was.updated && now.words == was.words:
		w.t.Errorf("%s: %s: updated moved, but the words are the same", f.Name, s.GUID)
	}
}

// checkShown compares what a feed shows with the stored entries that it is to
// show: each story, or in a feed that keeps duplicates each entry, exactly once.
func (w *world) checkShown(f news.Feed, e *news.Edition) {
	w.t.Helper()
	column := "story_id"
	if f.Duplicates == news.Keep {
		column = "id"
	}
	want := map[int64]bool{}
	live := map[int64]bool{} // entries
	for _, s := range w.sources {
		if !f.Selects(s) {
			continue
		}
		err := w.db.each(w.t.Context(), `SELECT id, `+column+` FROM entry WHERE source_id = $1 AND withdrawn_at = 0`, []any{s.ID}, func(scan scan) error {
			var id, shown int64
			err := scan(&id, &shown)
			live[id], want[shown] = true, true
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	got := map[int64]bool{}
	for _, s := range e.Shown {
		if !live[s.Entry.ID] {
			w.t.Errorf("%s: shows %q, which is withdrawn or not selected", f.Name, s.Entry.Title)
		}
		if f.Duplicates == news.Keep {
			got[s.Entry.ID] = true
		} else {
			got[s.StoryID] = true
		}
	}
	if f.Settle > 0 {
		w.checkWaiting(f, column, want, got)
		return
	}
	if f.Duplicates != news.Keep && !maps.Equal(got, want) || f.Duplicates == news.Keep && len(e.Shown) != len(want) {
		w.t.Errorf("%s (%s): shows %d of %d", f.Name, f.Duplicates, len(e.Shown), len(want))
	}
}

// checkWaiting: of what is to be shown, the feed shows or holds back all, and what
// it holds back it has not shown.
func (w *world) checkWaiting(f news.Feed, column string, want, got map[int64]bool) {
	w.t.Helper()
	waits := map[int64]bool{}
	err := w.db.each(w.t.Context(), `SELECT DISTINCT e.`+column+` FROM waiting w JOIN entry e ON e.story_id = w.story_id WHERE w.feed_id = $1`, []any{f.ID}, addTo(waits))
	if err != nil {
		w.t.Fatal(err)
	}
	for id := range want {
		if !got[id] && !waits[id] {
			w.t.Errorf("%s (%s): %d is neither shown nor held back", f.Name, f.Duplicates, id)
		}
	}
	for id := range waits {
		if got[id] && f.Duplicates != news.Keep {
			w.t.Errorf("%s (%s): %d is shown and held back", f.Name, f.Duplicates, id)
		}
	}
	w.held += len(waits)
}

func word(r *rand.Rand) string {
	words := []string{"river", "mill", "bank", "weir", "ferry", "spring", "delta", "flood", "bridge", "harbour"}
	return words[r.IntN(len(words))]
}

// TestWhatSubscribersSawNeverMoves uses the store at random and checks after
// every round of publishing what docs/publishing.md promises under "What never moves".
func TestWhatSubscribersSawNeverMoves(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, seed, true)
			for range 150 {
				if w.step(); t.Failed() {
					t.FailNow()
				}
			}
			w.round()
			if len(w.seen) < 100 || w.held < 10 {
				t.Errorf("only %d publications were seen and %d held back: the test tests little", len(w.seen), w.held)
			}
			w.now = w.now.Add(3 * time.Hour) // nothing waits longer than that, also when the clock was set back
			w.round()
			if due, err := w.db.NextDue(t.Context(), w.feeds["held"], w.now); !due.IsZero() || err != nil {
				t.Errorf("something waits until %v, at %v, %v", due, w.now, err)
			}
		})
	}
}

// TestARestartChangesNothing does the same things with and without restarts.
func TestARestartChangesNothing(t *testing.T) {
	end := func(restart bool) (lines []string) {
		w := newWorld(t, 42, false)
		for i := range 60 {
			if w.step(); restart && i%5 == 0 {
				w.restart()
			}
		}
		w.round()
		for _, name := range slices.Sorted(maps.Keys(w.feeds)) {
			lines = append(lines, dump(w.edition(name), true)...)
		}
		return lines
	}
	wantList(t, end(true), end(false)...)
}

// TestTheOrderOfSourcesInTheFirstCycleChangesNothing fetches the same documents
// in many orders. Which keys the pages of stories have is not compared: that of
// a story derives from the entry that came first.
func TestTheOrderOfSourcesInTheFirstCycleChangesNothing(t *testing.T) {
	day := start.Truncate(24 * time.Hour)
	docs := map[string][]news.Entry{}
	for i, name := range []string{"a", "b", "c"} {
		for n := range 12 {
			e := entry(name, fmt.Sprintf("%s %d", name, n), 0)
			e.Published = day
			switch n % 4 {
			case 1:
				e.GUID = fmt.Sprintf("https://hub.example/%d", n) // the same in three sources, of three stories
			case 2:
				e.Link = fmt.Sprintf("https://%s.example/shared-%d", []string{"a", "a", "c"}[i], n) // a page of a, which b reports as well
			}
			docs[name] = append(docs[name], e)
		}
	}
	first := func(order []string) []string {
		b := newBench(t)
		for _, name := range order {
			b.fetch(name, docs[name]...)
		}
		b.publish("all")
		return dump(b.edition("all"), false)
	}
	want := first([]string{"a", "b", "c"})
	for _, order := range [][]string{{"a", "c", "b"}, {"b", "a", "c"}, {"b", "c", "a"}, {"c", "a", "b"}, {"c", "b", "a"}} {
		wantList(t, first(order), want...)
	}
}

// dump tells what a feed shows, a line each.
func dump(e *news.Edition, keys bool) []string {
	lines := []string{fmt.Sprint(e.Feed.Name, " ", e.Updated)}
	for _, s := range e.Shown {
		line := fmt.Sprint(s.Sequence, " ", s.GUID, " ", s.Published, " ", s.Updated, " ", s.Entry.Title, " of ", s.Source.Name)
		if keys {
			line += " " + s.StoryKey
		}
		for _, m := range s.Members {
			line += ", " + m.SourceName + " " + m.Title
		}
		lines = append(lines, line)
	}
	return lines
}
