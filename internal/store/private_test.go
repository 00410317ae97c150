package store

import (
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

// clubFeed returns a private feed of all sources.
func clubFeed() news.Feed {
	return news.Feed{Name: "club", Private: true, Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour}
}

// inside configures the public source a, the private ones p and q, and these feeds.
func (b *bench) inside(feeds ...news.Feed) {
	b.t.Helper()
	var sources []news.Source
	for _, n := range []string{"a", "p", "q"} {
		sources = append(sources, news.Source{Name: n, Kind: news.KindFeed, URL: "https://" + n + ".example/feed", Public: n == "a"})
	}
	b.sync(sources, feeds)
}

// known returns what everybody can know of each story of a feed.
func (b *bench) known(feed string) (lines []string) {
	for _, s := range b.edition(feed).Shown {
		lines = append(lines, s.Entry.Title+" "+identity(s)+" "+s.StoryKey)
	}
	return lines
}

// council returns the report of one story by a source, published so many hours before start.
func council(source string, hours int) news.Entry {
	e := entry(source, "report", hours)
	e.Link, e.Title = "https://a.example/report", "The council decides to build a second bridge"
	e.Content = "<p>The council of Lower Bridge decided to build a second bridge across the river, says " + source + ".</p>"
	return e
}

// Private sources and private feeds do not affect a public feed: all guids and
// places are the same without them.
func TestAPublicFeedIsTheSameWithoutPrivateSources(t *testing.T) {
	public := func(private bool) []string {
		b := newBench(t)
		feeds := []news.Feed{all(news.Collapse)}
		feeds[0].AlsoReported = true
		if private {
			feeds = append(feeds, clubFeed())
		}
		b.inside(feeds...)
		if private {
			b.fetch("p", council("p", 9), entry("p", "inner", 8))
			b.publish("club")
			b.publish("all")
			b.fetch("q", council("q", 7))
			b.publish("club")
		}
		b.fetch("a", council("a", 5), entry("a", "other", 4))
		b.publish("all")
		if private && len(b.publish("club")) != 3 {
			t.Fatalf("the private feed shows %d stories, want 3", len(b.edition("club").Shown))
		}
		for _, s := range b.edition("all").Shown {
			if len(s.Members)+len(s.Named) > 0 {
				t.Errorf("%q has members %v and names %v", s.Entry.Title, s.Members, s.Named)
			}
		}
		return b.known("all")
	}
	wantList(t, public(true), public(false)...)
}

// A private entry that resembles two public ones does not make them one story.
// Nobody can find out with a public entry what a private source says.
func TestAPrivateEntryIsNoBridge(t *testing.T) {
	const rest = ownEnd + ` Auch die Feuerwehr sorgt sich: Ihr Gerätehaus steht am linken Ufer, die meisten Freiwilligen wohnen am rechten. Wehrführer
		Arne Lüdemann will deshalb zwei Fahrzeuge beim Gasthof Lindenkrug abstellen, dessen Wirt den Hof umsonst hergibt. Der Schulbus nach
		Karlsbrück startet künftig um zehn nach sechs, was Eltern in einem offenen Brief als Zumutung bezeichnen. Die Bahn, der das Bauwerk bis
		zum Jahr 1994 gehörte, lehnt jede Beteiligung ab und verweist auf den Kaufvertrag, in dem alle Ansprüche ausgeschlossen seien. Ein Anwalt
		aus Lüdershagen prüft nun, ob Gutachter der Bahn die Risse schon damals gekannt haben. Das Ergebnis soll vor den Ferien vorliegen.`
	public := func(private bool) []string {
		b := newBench(t)
		var sources []news.Source
		for _, n := range []string{"a", "b", "p"} {
			if n != "p" || private {
				sources = append(sources, news.Source{Name: n, Kind: news.KindFeed, URL: "https://" + n + ".example/feed", Public: n != "p"})
			}
		}
		feeds := []news.Feed{all(news.Collapse)}
		if private {
			feeds = append(feeds, clubFeed())
		}
		b.sync(sources, feeds)
		b.fetch("a", reported("a", "Brücke gesperrt", report+" "+other, 0))
		if private {
			b.fetch("p", reported("p", "Risse in den Pfeilern", report+" "+other+" "+rest, 1))
		}
		b.fetch("b", reported("b", "Radler wollen eine Behelfsbrücke", rest, 2))
		b.publish("all")
		if private && len(b.publish("club")) != 2 {
			t.Errorf("the private feed shows %d stories, want 2: one has two reports", len(b.edition("club").Shown))
		}
		return b.known("all")
	}
	want := public(false)
	if len(want) != 2 {
		t.Fatalf("two reports are %d stories", len(want))
	}
	wantList(t, public(true), want...)
}

// Subscribers know the private sources of their own feed, and no others.
func TestMembersAreWhatAnAudienceMayKnow(t *testing.T) {
	b := newBench(t)
	first, second := clubFeed(), clubFeed()
	first.Sources, first.AlsoReported = []string{"a", "p"}, true
	second.Name, second.Sources, second.AlsoReported = "second", []string{"q"}, true
	b.inside(all(news.Collapse), first, second)
	for i, n := range []string{"a", "p", "q"} {
		b.fetch(n, council(n, 9-i))
	}
	for feed, want := range map[string][]string{"all": nil, "club": {"p"}, "second": {"a"}} {
		b.publish(feed)
		s := b.edition(feed).Shown[0]
		var members, named []string
		for _, m := range s.Members {
			members = append(members, m.SourceName)
			if slices.Contains(s.Named, m.EntryID) {
				named = append(named, m.SourceName)
			}
		}
		if !slices.Equal(members, want) || !slices.Equal(named, want) {
			t.Errorf("%s, showing %s: has members %v, names %v, want %v", feed, s.Source.Name, members, named, want)
		}
		entries, known, err := b.db.StoryEntries(t.Context(), b.feeds[feed].Audience(), s.StoryKey)
		if err != nil || !known || len(entries) != 1+len(want) || entries[0].In[0].FeedID != b.feeds[feed].ID {
			t.Errorf("%s: %d entries of the story, known %v (%v), first shown in %+v", feed, len(entries), known, err, entries)
		}
	}
}

// A feed that becomes private and public again is two feeds, and each keeps its own history.
func TestAPrivateFeedIsAnotherFeed(t *testing.T) {
	b := newBench(t)
	turned := clubFeed()
	turned.Name = "all"
	b.inside(all(news.Collapse))
	b.fetch("a", entry("a", "one", 9))
	b.fetch("p", entry("p", "inner", 8))
	wantList(t, b.publish("all"), "one")
	public := b.feeds["all"]
	before := identity(b.shownIn("all", "one"))
	removed := func(want ...string) {
		t.Helper()
		names, err := b.db.RemovedFeeds(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantList(t, names, want...)
	}
	removed()

	b.inside(turned)
	b.fetch("p", entry("p", "inner", 8), entry("p", "later", 0))
	wantList(t, b.publish("all"), "later", "inner", "one")
	removed("all")
	inner := b.shownIn("all", "inner")
	if private := b.feeds["all"]; private.ID == public.ID || private.UUID == public.UUID {
		t.Errorf("the private feed is %+v, the public one was %+v", private, public)
	}

	b.inside(all(news.Collapse))
	wantList(t, b.publish("all"), "one")
	removed() // the removal of a private feed is told to nobody
	if again := b.feeds["all"]; again.ID != public.ID || identity(b.shownIn("all", "one")) != before {
		t.Errorf("got %+v, %s, want %+v, %s", again, identity(b.shownIn("all", "one")), public, before)
	}
	if _, known, err := b.db.StoryEntries(t.Context(), news.Everybody, inner.StoryKey); known || err != nil {
		t.Errorf("a story that was in a private feed is known to everybody (%v)", err)
	}
}

// If a public source becomes private, its stories no longer have pages. That is a
// different answer than for withdrawn stories.
func TestAStoryOfASourceThatTurnsPrivateIsUnknown(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 9))
	b.publish("all")
	key := b.shownIn("all", "one").StoryKey
	sources := []news.Source{b.sources["a"]}
	sources[0].Public = false
	b.sync(sources, []news.Feed{all(news.Collapse)})
	wantList(t, b.publish("all"))
	if entries, known, err := b.db.StoryEntries(t.Context(), news.Everybody, key); known || len(entries) > 0 || err != nil {
		t.Errorf("got %d entries, known %v (%v)", len(entries), known, err)
	}
}

// In corrections by hand too, what is public takes precedence over what subscribers saw first.
func TestHandsKeepThePublicStory(t *testing.T) {
	newStory := func() (*bench, string, string) {
		b := newBench(t)
		b.inside(all(news.Collapse), clubFeed())
		b.fetch("p", entry("p", "inner", 9))
		b.publish("club")
		b.pass(time.Hour)
		b.fetch("a", entry("a", "outer", 5))
		b.publish("all")
		b.publish("club")
		return b, b.shownIn("club", "inner").StoryKey, b.shownIn("all", "outer").StoryKey
	}
	b, inner, outer := newStory()
	m := b.merge(guid("p", "inner"), guid("a", "outer"))
	if m.Key != outer || len(m.Pages) > 0 || !slices.Equal(m.Silent, []string{inner}) {
		t.Errorf("got %+v, want %s to survive, and %s to have had no page for everybody", m, outer, inner)
	}
	b.publish("all")
	b.publish("club")
	for a, want := range map[news.Audience]string{news.Everybody: "", b.feeds["club"].Audience(): outer} {
		if into, err := b.db.AliasOf(t.Context(), a, inner); err != nil || into != want {
			t.Errorf("for %d it leads to %q (%v), want %q", a, into, err, want)
		}
	}
	p := b.split(guid("p", "inner"))
	if p.Key != outer || p.New == inner {
		t.Errorf("got %+v, want the public side to go on as %s", p, outer)
	}
	wantList(t, b.publish("all"), "outer")
	if known := b.placement(guid("a", "outer")).Entry.StoryKey; known != outer {
		t.Errorf("the public story is %s now, was %s", known, outer)
	}
}

func TestRelatedPagesAreThoseThatAnAudienceMayKnow(t *testing.T) {
	b := newBench(t)
	second := clubFeed()
	second.Name, second.Sources = "second", []string{"q"}
	b.inside(all(news.Collapse), clubFeed(), second)
	b.fetch("a", entry("a", "one", 9))
	b.fetch("p", entry("p", "two", 8))
	b.publish("all")
	b.publish("club")
	b.publish("second")
	one, two := b.shownIn("club", "one"), b.shownIn("club", "two")
	b.exec(`INSERT INTO related (entry_id, story_id) SELECT e.id, s.id FROM entry e, story s WHERE s.key = '` + two.StoryKey + `' AND e.story_id <> s.id`)
	for a, want := range map[news.Audience]int{news.Everybody: 0, b.feeds["club"].Audience(): 1, b.feeds["second"].Audience(): 0} {
		if others, err := b.db.RelatedPages(t.Context(), a, one.StoryID); err != nil || len(others) != want {
			t.Errorf("audience %d knows %d related pages (%v), want %d", a, len(others), err, want)
		}
	}
}

func TestTokens(t *testing.T) {
	b := newBench(t)
	add := func(feed, name, secret string) (int64, error) {
		return b.db.AddToken(t.Context(), news.Token{Feed: feed, Name: name, Hash: news.HashToken(secret), Made: b.now})
	}
	revision := func() int64 {
		n, err := b.db.TokenRevision(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := revision(); n != 0 {
		t.Errorf("revision %d before any", n)
	}
	one, err := add("club", "anna", "A")
	if _, again := add("club", "anna", "B"); err != nil || again != ErrNameTaken {
		t.Errorf("got %v, then %v, want %v", err, again, ErrNameTaken)
	}
	if _, err := add("other", "anna", "C"); err != nil || revision() != 2 {
		t.Errorf("another feed: %v, revision %d", err, revision())
	}
	if err := b.db.RevokeTokens(t.Context(), []int64{one, 99}, b.now); err == nil || revision() != 2 {
		t.Errorf("got %v, revision %d, want nothing revoked", err, revision())
	}
	b.pass(time.Hour)
	if err := b.db.RevokeTokens(t.Context(), []int64{one}, b.now); err != nil || revision() != 3 {
		t.Fatal(err)
	}
	b.pass(time.Hour)
	if err := b.db.RevokeTokens(t.Context(), []int64{one}, b.now); err != nil {
		t.Fatal(err)
	}
	if _, err := add("club", "anna", "D"); err != nil {
		t.Errorf("the name of a revoked one is not free: %v", err)
	}
	use := news.TokenUse{TokenID: 2, Used: b.now.Add(-time.Minute), Client: "Reeder/5", Requests: 3, Unmodified: 2}
	for range 2 {
		if err := b.db.NoteReaders(t.Context(), []news.TokenUse{use}, nil, b.now); err != nil {
			t.Fatal(err)
		}
	}
	tokens, err := b.db.Tokens(t.Context())
	if err != nil || len(tokens) != 3 {
		t.Fatalf("%d tokens (%v)", len(tokens), err)
	}
	if k := tokens[0]; !k.Revoked.Equal(start.Add(time.Hour)) || k.InUse(b.now) || k.Hash != news.HashToken("A") {
		t.Errorf("got %+v, want it revoked when it first was", k)
	}
	if k := tokens[1]; k.Requests != 6 || k.Unmodified != 4 || k.Client != "Reeder/5" || !k.Used.Equal(use.Used) || !k.InUse(b.now) || k.InUse(b.now.Add(news.Active)) {
		t.Errorf("got %+v, want both uses", k)
	}
}

func TestAnnouncedSubscribers(t *testing.T) {
	b := newBench(t)
	feed := b.feeds["all"].ID
	note := func(format, client string, n int) {
		t.Helper()
		a := news.Aggregator{FeedID: feed, Format: format, Client: client, Subscribers: n, Seen: b.now}
		if err := b.db.NoteReaders(t.Context(), nil, []news.Aggregator{a}, b.now); err != nil {
			t.Fatal(err)
		}
	}
	note("atom", "Feedly", 10)
	note("atom", "Feedly", 12)
	note("rss", "Feedly", 3)
	note("atom", "Inoreader", 20)
	got, err := b.db.Aggregators(t.Context(), b.now)
	if err != nil || len(got[feed]) != 2 || got[feed][0].Client != "Inoreader" || got[feed][1].Subscribers != 15 {
		t.Errorf("got %+v (%v), want Inoreader 20 and Feedly 15", got, err)
	}
	b.pass(news.Active)
	note("rss", "Feedly", 4)
	if got, err := b.db.Aggregators(t.Context(), b.now); err != nil || len(got[feed]) != 1 || got[feed][0].Subscribers != 4 {
		t.Errorf("a week later: got %+v (%v), want who came since", got, err)
	}
	b.pass(keptAudience + time.Hour)
	note("json", "Feedly", 1)
	if n := b.rows("audience"); n != 1 {
		t.Errorf("%d rows are kept, want 1", n)
	}
}

// The mask is made once, has the form of a token, and differs between databases.
func TestMask(t *testing.T) {
	one, two := newBench(t), newBench(t)
	first, err := one.db.Mask(t.Context())
	if err != nil || len(first) != news.TokenLength {
		t.Fatalf("got %q, %v", first, err)
	}
	one.reopen()
	again, _ := one.db.Mask(t.Context())
	if foreign, _ := two.db.Mask(t.Context()); again != first || foreign == first {
		t.Errorf("got %q, after a restart %q, elsewhere %q", first, again, foreign)
	}
}
