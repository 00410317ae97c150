package store

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// leaf is what the tests store as the bytes of a page.
type leaf struct {
	Prev  news.Part
	GUIDs []string
	Names []int64 // entries
}

func leafOf(e *news.Edition) leaf {
	l := leaf{Prev: e.Prev}
	for _, s := range e.Shown {
		l.GUIDs = append(l.GUIDs, s.GUID)
		l.Names = append(l.Names, s.EntryID)
		for _, m := range s.Members {
			l.Names = append(l.Names, m.EntryID)
		}
	}
	return l
}

// archive brings the archive of a feed up to date, as a Publisher does, and returns
// the pages that were closed and those that were replaced.
func (b *bench) archive(feed string) (closed, replaced []string) {
	b.t.Helper()
	f := b.feeds[feed]
	for {
		e, err := b.db.NextPage(b.t.Context(), site, f, b.now)
		if err != nil {
			b.t.Fatal(err)
		}
		if e == nil {
			break
		}
		data, err := json.Marshal(leafOf(e))
		if err != nil {
			b.t.Fatal(err)
		}
		again, err := b.db.ClosePage(b.t.Context(), e, []news.PageDocument{{Format: "atom", ETag: fmt.Sprintf(`"%x"`, keyHash(string(data))), Packed: data, Length: len(data)}}, b.now)
		if err != nil {
			b.t.Fatal(err)
		}
		if again {
			replaced = append(replaced, e.Part.PageName())
		} else {
			closed = append(closed, e.Part.PageName())
		}
	}
	if _, err := b.db.DropPages(b.t.Context(), f); err != nil {
		b.t.Fatal(err)
	}
	return closed, replaced
}

// page returns a closed page, nil when there is none.
func (b *bench) page(feed, name string) *news.PageDocument {
	b.t.Helper()
	p, ok := news.ParsePage(name)
	d, err := b.db.PageDocument(b.t.Context(), b.feeds[feed].ID, p, "atom")
	if err != nil || !ok {
		b.t.Fatalf("page %s: %v", name, err)
	}
	return d
}

func (b *bench) leaf(feed, name string) (l leaf) {
	b.t.Helper()
	d := b.page(feed, name)
	if d == nil || d.Gone {
		b.t.Fatalf("there is no page %s of %s", name, feed)
	}
	if err := json.Unmarshal(d.Packed, &l); err != nil {
		b.t.Fatal(err)
	}
	return l
}

// walk reads the live document and every page that it leads to, newest first.
func (b *bench) walk(feed string) (leaves []leaf) {
	b.t.Helper()
	l := leafOf(b.edition(feed))
	leaves = append(leaves, l)
	for l.Prev.Page > 0 {
		d := b.page(feed, l.Prev.PageName())
		if d.Gone {
			return leaves // dropped by retention
		}
		l = b.leaf(feed, l.Prev.PageName())
		leaves = append(leaves, l)
	}
	return leaves
}

// archived is a feed with an archive and a live document of few stories.
func archivedFeed() news.Feed {
	return news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 20, Window: 48 * time.Hour, Archive: true}
}

// numbered makes entries, the first published so many hours before start, each an
// hour after the one before.
func numbered(source string, from, n, hours int) (list []news.Entry) {
	for i := range n {
		list = append(list, entry(source, fmt.Sprintf("%s%03d", source, from+i), hours-i))
	}
	return list
}

func guids(source string, from, to int) (list []string) { // newest first, both counted in
	for i := to; i >= from; i-- {
		list = append(list, fmt.Sprintf("https://%s.example/%s%03d", source, source, i))
	}
	return list
}

// begun is a store with 250 stories, one an hour, two closed pages of them.
func begun(t *testing.T, f news.Feed) *bench {
	t.Helper()
	b := newBench(t, f)
	b.fetch("a", numbered("a", 1, 250, 250)...)
	b.publish("all")
	if closed, _ := b.archive("all"); closed != nil {
		t.Fatalf("pages %v were closed before every source can have been read", closed)
	}
	if n := len(b.edition("all").Shown); n != 49 { // its window
		t.Errorf("%d stories are shown before the archive begins, want 49", n)
	}
	b.now = b.now.Add(news.ArchiveWait)
	closed, _ := b.archive("all")
	wantList(t, closed, "1", "2")
	return b
}

func TestPagesAreClosedInOrderAndTheLiveDocumentShowsTheRest(t *testing.T) {
	b := begun(t, archivedFeed())
	wantList(t, b.leaf("all", "1").GUIDs, guids("a", 1, 100)...)
	wantList(t, b.leaf("all", "2").GUIDs, guids("a", 101, 200)...)
	live := b.edition("all")
	wantList(t, leafOf(live).GUIDs, guids("a", 201, 250)...)
	if want := (news.Part{Generation: 1, Page: 2}); live.Prev != want || b.leaf("all", "2").Prev.Page != 1 || b.leaf("all", "1").Prev.Page != 0 {
		t.Errorf("the live document leads to %+v, want %+v and so on to the first page", live.Prev, want)
	}
	// One short of a full page that is older than the window: 148 are open.
	var more []news.Entry
	for i := range 97 {
		b.now = b.now.Add(time.Hour)
		more = append(more, entry("a", fmt.Sprintf("a%03d", 251+i), -i))
		b.fetch("a", more[max(0, len(more)-10):]...)
		b.publish("all")
		if closed, _ := b.archive("all"); closed != nil {
			t.Fatalf("page %v was closed with %d open", closed, 50+i+1)
		}
	}
	if n := len(b.edition("all").Shown); n != 147 {
		t.Errorf("%d are shown, want 147: all that came after the last closed page", n)
	}
	for i := range 2 {
		b.now = b.now.Add(time.Hour)
		b.fetch("a", entry("a", fmt.Sprintf("a%03d", 348+i), -97-i))
		b.publish("all")
	}
	closed, _ := b.archive("all")
	wantList(t, closed, "3")
	wantList(t, b.leaf("all", "3").GUIDs, guids("a", 201, 300)...)
	wantList(t, leafOf(b.edition("all")).GUIDs, guids("a", 301, 349)...)
}

func TestAStoredPageStaysAsItIs(t *testing.T) {
	b := begun(t, archivedFeed())
	before := b.page("all", "1")
	e := numbered("a", 1, 1, 250)[0]
	e.Content = "<p>Other words.</p>"
	b.now = b.now.Add(time.Hour)
	b.fetch("a", e)
	copied := entry("b", "copy", 1)
	copied.Link = e.Link
	b.fetch("b", copied) // a further report
	b.publish("all")
	if closed, replaced := b.archive("all"); closed != nil || replaced != nil {
		t.Errorf("pages %v were closed and %v replaced after a correction", closed, replaced)
	}
	b.sync(nil, []news.Feed{archivedFeed()}) // the source is no longer configured
	b.publish("all")
	if _, replaced := b.archive("all"); replaced != nil {
		t.Errorf("pages %v were replaced: a feed that ceases to select a source rewrites no history", replaced)
	}
	path := b.db.engine.Path
	if err := b.db.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.db, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.db.Close() })
	after := b.page("all", "1")
	if string(after.Packed) != string(before.Packed) || after.ETag != before.ETag || !after.Modified.Equal(before.Modified) {
		t.Errorf("the page was %s %s of %v, is %s %s of %v", before.ETag, before.Packed, before.Modified, after.ETag, after.Packed, after.Modified)
	}
}

func TestWhatBecomesPrivateLeavesItsPages(t *testing.T) {
	b := newBench(t, archivedFeed())
	b.fetch("a", numbered("a", 1, 250, 250)...)
	copied := entry("b", "copy", 240)
	copied.Link = "https://a.example/a010"
	b.fetch("b", copied, entry("b", "own", 245), entry("b", "other", 100))
	b.publish("all")
	b.now = b.now.Add(2 * news.ArchiveWait)
	b.archive("all")
	b.now = b.now.Add(2 * news.ArchiveWait)
	closed, _ := b.archive("all")
	wantList(t, closed, "1", "2")
	before := b.page("all", "1")
	private := []news.Source{b.sources["a"], b.sources["b"]}
	private[1].Public = false
	b.sync(private, []news.Feed{archivedFeed()})
	b.publish("all")
	_, replaced := b.archive("all")
	wantList(t, replaced, "1", "2")
	l := b.leaf("all", "1")
	if slices.Contains(l.GUIDs, "https://b.example/own") || len(l.GUIDs) != 99 {
		t.Errorf("page 1 has %d stories: %q", len(l.GUIDs), l.GUIDs)
	}
	if len(l.Names) != len(l.GUIDs) {
		t.Errorf("page 1 names %d entries of %d stories: the copy is private", len(l.Names), len(l.GUIDs))
	}
	if after := b.page("all", "1"); !after.Modified.After(before.Modified) || after.ETag == before.ETag {
		t.Errorf("replaced bytes of %v, %s; those before were of %v, %s", after.Modified, after.ETag, before.Modified, before.ETag)
	}
	if _, again := b.archive("all"); again != nil {
		t.Errorf("pages %v were replaced twice", again)
	}
	// Public again, it gets a page for what came back.
	private[1].Public = true
	b.sync(private, []news.Feed{archivedFeed()})
	b.publish("all")
	b.archive("all")
	b.now = b.now.Add(news.ArchiveWait)
	closed, replaced = b.archive("all")
	if wantList(t, closed, "3"); replaced != nil {
		t.Errorf("pages %v were replaced", replaced)
	}
	wantList(t, b.leaf("all", "3").GUIDs, "https://b.example/other", "https://b.example/own")
}

func TestALateBacklogGetsPagesOfItsOwn(t *testing.T) {
	b := begun(t, archivedFeed())
	b.fetch("c", numbered("c", 1, 30, 240)...)
	b.publish("all")
	if closed, _ := b.archive("all"); closed != nil {
		t.Errorf("page %v was closed at once: others may come with it", closed)
	}
	if n := len(b.edition("all").Shown); n != 50 {
		t.Errorf("the live document shows %d, want 50: what is placed into history floods nobody", n)
	}
	due, err := b.db.ArchiveDue(t.Context(), b.feeds["all"], b.now)
	if want := b.now.Add(news.ArchiveWait); err != nil || !due.Equal(want) {
		t.Errorf("due %v (%v), want %v", due, err, want)
	}
	b.now = b.now.Add(news.ArchiveWait)
	closed, _ := b.archive("all")
	wantList(t, closed, "3")
	wantList(t, b.leaf("all", "3").GUIDs, guids("c", 1, 30)...)
	if due, _ := b.db.ArchiveDue(t.Context(), b.feeds["all"], b.now); !due.IsZero() {
		t.Errorf("something is due at %v, want nothing", due)
	}
}

func TestOnlyTheNewestPagesAreKept(t *testing.T) {
	f := archivedFeed()
	f.ArchiveKeep = 1
	b := begun(t, f)
	if d := b.page("all", "1"); d == nil || !d.Gone {
		t.Errorf("page 1 is %+v, want it gone", d)
	}
	if d := b.page("all", "2"); d == nil || d.Gone {
		t.Errorf("page 2 is %+v, want it there", d)
	}
	if d := b.page("all", "3"); d != nil {
		t.Errorf("page 3 is %+v, want none", d)
	}
	var orphans int
	if err := b.db.engine.Read.QueryRow(`SELECT (SELECT count(*) FROM archive_document) - 1 + (SELECT count(*) FROM archive_name) - 100`).Scan(&orphans); err != nil || orphans != 0 {
		t.Errorf("%d rows are left of the dropped page (%v)", orphans, err)
	}
	b.now = b.now.Add(48 * time.Hour)
	b.publish("all")
	if closed, _ := b.archive("all"); closed != nil {
		t.Errorf("pages %v were closed anew: what was dropped is not late", closed)
	}
}

func TestRebuildBeginsAnewUnderOtherAddresses(t *testing.T) {
	b := begun(t, archivedFeed())
	b.fetch("c", numbered("c", 1, 30, 240)...)
	b.publish("all")
	revision, _ := b.db.Revision(t.Context())
	dropped, err := b.db.RebuildArchive(t.Context(), news.Feed{Name: "all"})
	if err != nil || dropped != 2 {
		t.Fatalf("dropped %d pages (%v), want 2", dropped, err)
	}
	if again, _ := b.db.Revision(t.Context()); again == revision {
		t.Error("the daemon does not notice: the revision is the same")
	}
	if e := b.edition("all"); e.Prev.Page != 0 {
		t.Errorf("the live document leads to %+v, want to nothing", e.Prev)
	}
	closed, _ := b.archive("all")
	wantList(t, closed, "2-1", "2-2")
	if !b.page("all", "1").Gone || !b.page("all", "2").Gone {
		t.Error("the pages of before are there, want them gone")
	}
	if l := b.leaf("all", "2-1"); len(l.GUIDs) != 100 || !slices.Contains(l.GUIDs, "https://c.example/c001") {
		t.Errorf("page 2-1 has %d stories, want 100, those of c among them", len(l.GUIDs))
	}
	if _, err := b.db.RebuildArchive(t.Context(), news.Feed{Name: "none"}); err == nil {
		t.Error("the archive of a feed that does not exist was rebuilt")
	}
}

// TestOlderPagesMissNothing: from the live document back to the first story, each
// once, and forward again.
func TestOlderPagesMissNothing(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 20})
	b.fetch("a", numbered("a", 1, 250, 250)...)
	b.publish("all")
	e := b.edition("all")
	got := leafOf(e).GUIDs
	var back []news.Part
	for e.Older.Before > 0 {
		back = append(back, e.Older)
		var err error
		if e, err = b.db.Older(t.Context(), site, b.feeds["all"], e.Older.Before); err != nil {
			t.Fatal(err)
		}
		got = append(got, leafOf(e).GUIDs...)
	}
	wantList(t, got, guids("a", 1, 250)...)
	if len(back) != 3 || e.Newer != back[1] {
		t.Errorf("the last of %d parts leads forward to %+v, want %+v", len(back), e.Newer, back[1])
	}
	if e, err := b.db.Older(t.Context(), site, b.feeds["all"], back[0].Before); err != nil || e.Newer != (news.Part{}) {
		t.Errorf("the first one leads forward to %+v (%v), want the live document", e.Newer, err)
	}
	if e, err := b.db.Older(t.Context(), site, b.feeds["all"], 1); err != nil || len(e.Shown) != 0 {
		t.Errorf("before everything there is %+v (%v)", e.Shown, err)
	}
}

// TestNothingIsMissingFromTheArchive walks back from the live document after each of
// many random steps. Whatever the order of arrivals, the walk meets everything that
// was ever shown and may be told, nothing that may not, and bytes change only where
// something had to leave.
func TestNothingIsMissingFromTheArchive(t *testing.T) {
	seeds := 3
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			a := newAnnals(t, uint64(seed))
			for range 40 {
				for range 3 {
					a.step()
				}
				a.check()
			}
			a.now = a.now.Add(news.ArchiveWait)
			a.check()
			if len(a.pages) < 10 || a.replaced < 5 {
				t.Errorf("%d pages were closed and %d replaced: this test proves little", len(a.pages), a.replaced)
			}
		})
	}
}

// annals are a store whose archive is under random use.
type annals struct {
	*bench
	rand      *rand.Rand
	feed      news.Feed
	configure []news.Source
	made      map[string]int    // entries by source
	gone      map[string]bool   // guids of seeds that are withdrawn
	seen      map[string]bool   // guids ever shown
	pages     map[string]string // bytes
	replaced  int
}

func newAnnals(t *testing.T, seed uint64) *annals {
	a := &annals{rand: rand.New(rand.NewPCG(seed, 7)), feed: archivedFeed(), made: map[string]int{}, gone: map[string]bool{}, seen: map[string]bool{}, pages: map[string]string{}}
	a.feed.Limit = []int{1, 30, 150}[seed]
	a.feed.Window = []time.Duration{0, 48 * time.Hour, time.Hour}[seed]
	a.bench = newBench(t, a.feed)
	for _, name := range []string{"a", "b", "s"} {
		a.configure = append(a.configure, worldSource(name))
	}
	a.sync(a.configure, []news.Feed{a.feed})
	return a
}

func (a *annals) step() {
	a.now = a.now.Add(time.Duration(a.rand.IntN(200)-10) * time.Minute)
	switch n := a.rand.IntN(20); {
	case n < 10:
		name := a.configure[a.rand.IntN(len(a.configure))].Name
		if name != "s" {
			a.arrive(name)
			break
		}
		fallthrough
	case n < 14:
		a.scan()
	case n < 15 && len(a.configure) < 8: // a source with a backlog
		a.configure = append(a.configure, worldSource(fmt.Sprintf("n%d", len(a.configure))))
		a.sync(a.configure, []news.Feed{a.feed})
		a.arrive(a.configure[len(a.configure)-1].Name)
	case n < 17:
		s := &a.configure[1+a.rand.IntN(len(a.configure)-1)]
		s.Public = !s.Public
		a.sync(a.configure, []news.Feed{a.feed})
	case n < 18:
		a.reopen()
	}
	a.publish("all")
}

// reopen ends the process and starts another.
func (a *annals) reopen() {
	path := a.db.engine.Path
	if err := a.db.Close(); err != nil {
		a.t.Fatal(err)
	}
	db, err := Open(a.t.Context(), path)
	if err != nil {
		a.t.Fatal(err)
	}
	a.db = db
	a.t.Cleanup(func() { db.Close() })
	a.sync(a.configure, []news.Feed{a.feed})
}

func (a *annals) arrive(source string) {
	var list []news.Entry
	for range a.rand.IntN(60) {
		a.made[source]++
		e := entry(source, fmt.Sprintf("%s %s %d", source, word(a.rand), a.made[source]), 0)
		e.GUID = fmt.Sprintf("https://%s.example/%d", source, a.made[source])
		e.Link = e.GUID
		if a.rand.IntN(10) == 0 && source != "a" && a.made["a"] > 0 { // a report of a story of another source
			e.Link = fmt.Sprintf("https://a.example/%d", 1+a.rand.IntN(a.made["a"]))
		}
		e.Published = a.now.Add(-time.Duration(a.rand.IntN(2000)) * time.Minute)
		if a.rand.IntN(5) == 0 {
			e.Published = a.now.Add(-time.Duration(a.rand.IntN(100)) * 24 * time.Hour)
		}
		list = append(list, e)
	}
	a.fetch(source, list...)
}

func (a *annals) scan() {
	state := &news.SeedState{}
	var fresh []news.Entry
	for n := range a.made["s"] {
		guid := fmt.Sprintf("seed:%d", n)
		if a.rand.IntN(20) > 0 {
			continue
		}
		if a.gone[guid] = !a.gone[guid]; a.gone[guid] {
			state.Withdrawn = append(state.Withdrawn, guid)
		} else {
			state.Returned = append(state.Returned, guid)
		}
	}
	for range a.rand.IntN(10) {
		fresh = append(fresh, news.Entry{GUID: fmt.Sprintf("seed:%d", a.made["s"]), Title: "seed " + word(a.rand), Content: fmt.Sprintf("<p>Seed %s %d.</p>", word(a.rand), a.made["s"])})
		a.made["s"]++
	}
	s := a.sources["s"]
	lease, err := a.db.Begin(a.t.Context(), s.ID, "test", a.now, a.now.Add(time.Minute))
	if err != nil {
		a.t.Fatal(err)
	}
	d := &news.Document{Format: "seed", Entries: fresh}
	_, err = a.db.Save(a.t.Context(), &story.Harvest{Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d),
		Seeds: state, Fetch: news.Fetch{Started: a.now, Outcome: news.OutcomeOK}})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *annals) check() {
	a.t.Helper()
	closed, replaced := a.archive("all")
	a.replaced += len(replaced)
	for _, name := range closed {
		a.pages[name] = string(a.page("all", name).Packed)
	}
	for name, was := range a.pages {
		is := string(a.page("all", name).Packed)
		if a.pages[name] = is; is != was && !slices.Contains(replaced, name) {
			a.t.Errorf("the bytes of page %s changed, and nobody said so", name)
		}
	}
	for _, guid := range leafOf(a.edition("all")).GUIDs {
		a.seen[guid] = true
	}
	met, named := map[string]bool{}, map[int64]bool{}
	for _, l := range a.walk("all") {
		for _, guid := range l.GUIDs {
			met[guid] = true
		}
		for _, id := range l.Names {
			named[id] = true
		}
	}
	due, err := a.db.ArchiveDue(a.t.Context(), a.feeds["all"], a.now)
	if err != nil || !due.IsZero() && due.Sub(a.now) > news.ArchiveWait {
		a.t.Fatalf("late ones wait until %v (%v)", due, err)
	}
	for guid, behind := range a.shown() {
		if a.seen[guid] && !met[guid] && !due.After(a.now) {
			a.t.Errorf("%s was shown, and is met no more", guid)
		}
		if behind && !met[guid] {
			a.t.Errorf("%s came after the last closed page, and is not in the live document", guid)
		}
	}
	private := 0
	err = a.db.each(a.t.Context(), `SELECT e.id FROM (SELECT $1 AS feed_id) p, entry e JOIN source src ON src.id = e.source_id WHERE `+unfit, []any{a.feed.ID}, func(scan scan) error {
		var id int64
		err := scan(&id)
		if private++; named[id] {
			a.t.Errorf("entry %d is withdrawn or private, and is named", id)
		}
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

// shown are the guids of what the feed has to show by now, each with whether it
// entered behind the last closed page.
func (a *annals) shown() map[string]bool {
	a.t.Helper()
	all := map[string]bool{}
	err := a.db.each(a.t.Context(), `SELECT coalesce(p.guid, s.guid), f.archive_upto >= 0 AND p.sequence > f.archive_upto
		FROM publication p JOIN story s ON s.id = p.story_id JOIN feed f ON f.id = p.feed_id WHERE p.removed = 0`, nil, func(scan scan) error {
		var guid string
		var behind bool
		err := scan(&guid, &behind)
		all[guid] = behind
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return all
}

// TestTheQueriesOfTheArchiveReadNoWholeFeed: a feed may have a hundred pages and
// more, and is looked at whenever it changes.
func TestTheQueriesOfTheArchiveReadNoWholeFeed(t *testing.T) {
	b := newBench(t)
	for query, want := range map[string]string{
		selectUnpaged: "USING COVERING INDEX publication_unpaged (feed_id=?)",
		selectPublications + `p.sequence IN (` + onPage + `) AND NOT ` + unfit + ` ORDER BY p.sequence DESC`:          "USING PRIMARY KEY (feed_id=? AND sequence=?)",
		selectPublications + `p.page = 0 AND p.removed = 0 AND p.sequence BETWEEN $2 AND $3 ORDER BY p.sequence DESC`: "sequence>? AND sequence<?",
		selectPublications + `p.removed = 0 ORDER BY p.sequence DESC`:                                                 "USING PRIMARY KEY (feed_id=?)",
		selectPublications + `p.removed = 0 AND p.sequence < $2 ORDER BY p.sequence DESC`:                             "USING PRIMARY KEY (feed_id=? AND sequence<?)",
		onPage: "USING COVERING INDEX publication_page (feed_id=? AND page=?)",
	} {
		if steps := plan(t, b.db, query); len(steps) == 0 || !strings.Contains(steps[0], want) {
			t.Errorf("%s\ngot %q, want %q first", query, steps, want)
		}
	}
}

// TestARenamedFeedIsTheSameFeed: ids, places and archive go on under the new name.
func TestARenamedFeedIsTheSameFeed(t *testing.T) {
	b := begun(t, archivedFeed())
	before := b.edition("all")
	f := archivedFeed()
	f.Name, f.MovedFrom = "new", []string{"older", "all"}
	b.sync([]news.Source{b.sources["a"]}, []news.Feed{f})
	b.publish("new")
	after := b.edition("new")
	if after.Feed.UUID != before.Feed.UUID || after.Prev != before.Prev || len(after.Shown) != len(before.Shown) || after.Shown[0].Publication != before.Shown[0].Publication {
		t.Errorf("%s with %d stories before %+v became %s with %d before %+v", before.Feed.UUID, len(before.Shown), before.Prev, after.Feed.UUID, len(after.Shown), after.Prev)
	}
	if gone, err := b.db.RemovedFeeds(t.Context()); err != nil || len(gone) != 0 {
		t.Errorf("removed are %q (%v), want none", gone, err)
	}
	// A feed that was there under its name keeps what it has.
	all := archivedFeed()
	f.MovedFrom = nil
	b.sync([]news.Source{b.sources["a"]}, []news.Feed{f, all})
	b.publish("all")
	f.MovedFrom = []string{"all"}
	b.sync([]news.Source{b.sources["a"]}, []news.Feed{f})
	if got := b.feeds["new"].UUID; got != before.Feed.UUID {
		t.Errorf("the feed is %s, want %s as before", got, before.Feed.UUID)
	}
}

// A rebuild while the daemon looks for the next page is not overlooked.
func TestRebuildWhileALookIsUnderWay(t *testing.T) {
	b := begun(t, archivedFeed())
	f := b.feeds["all"]
	a, err := b.db.archiveOf(t.Context(), f, b.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.RebuildArchive(t.Context(), news.Feed{Name: "all"}); err != nil {
		t.Fatal(err)
	}
	if err := b.db.noteNothingToClose(t.Context(), f, a, false, b.now); err != nil {
		t.Fatal(err)
	}
	if closed, _ := b.archive("all"); len(closed) == 0 {
		t.Error("no page is closed anew")
	}
}
