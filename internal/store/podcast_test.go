package store

import (
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

// withFile returns an entry with a file.
func withFile(name, url, kind string) news.Entry {
	return news.Entry{GUID: "urn:episode:" + name, Title: name, Content: "<p>About " + name + " and nothing else.</p>", Published: start,
		Link: "https://a.example/" + name, Enclosures: []news.Enclosure{{URL: url, Type: kind}}}
}

// A podcast shows entries with audio or video, also after it has become a podcast
// and after an entry has got or lost its file.
func TestPodcastHoldsWhatPlays(t *testing.T) {
	feed := news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour, Kind: news.Podcast}
	b := newBench(t, feed)
	text := news.Entry{GUID: "urn:episode:text", Title: "text", Content: "<p>To be read.</p>", Link: "https://a.example/text", Published: start}
	picture := withFile("picture", "https://a.example/p", "image/png")
	b.fetch("a", text, picture, withFile("sound", "https://a.example/1.mp3", "audio/mpeg"), withFile("film", "https://a.example/2", "video/mp4"),
		withFile("named", "https://a.example/3.m4a?a=b", ""))
	want := func(step string, titles ...string) {
		t.Helper()
		got := b.publish("all")
		slices.Sort(got)
		if !slices.Equal(got, titles) {
			t.Errorf("%s: shows %q, want %q", step, got, titles)
		}
	}
	want("at first", "film", "named", "sound")

	picture.Enclosures = append(picture.Enclosures, news.Enclosure{URL: "https://a.example/4.ogg", Type: "audio/ogg"})
	quiet := withFile("film", "https://a.example/2", "video/mp4")
	quiet.Enclosures = nil
	b.now = b.now.Add(time.Hour)
	b.fetch("a", picture, quiet)
	want("one got a file and one lost it", "named", "picture", "sound")

	feed.Kind = news.FeedOfNews
	b.configure([]string{"a", "b", "c"}, feed)
	want("no podcast any more", "film", "named", "picture", "sound", "text")
	feed.Kind = news.Podcast
	b.configure([]string{"a", "b", "c"}, feed)
	want("a podcast again", "named", "picture", "sound")
}

// Some entries can be played only according to the server of their file. They are
// looked up once it was asked, and then enter the podcast.
func TestPodcastAsksWhatPlays(t *testing.T) {
	feed := news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour, Kind: news.Podcast}
	b := newBench(t, feed)
	b.fetch("a", withFile("hidden", "https://a.example/play/1", ""), withFile("page", "https://a.example/play/2", ""),
		withFile("paper", "https://a.example/3.pdf", ""), withFile("wave", "https://a.example/4.wav", ""), withFile("ogg", "https://a.example/5", "application/ogg"))
	if got := b.publish("all"); len(got) != 2 {
		t.Errorf("shows %q, want what is known to play", got)
	}
	feed = b.feeds["all"]
	unheard := func() map[string]int64 {
		t.Helper()
		entries, err := b.db.UnknownMedia(t.Context(), feed)
		if err != nil {
			t.Fatal(err)
		}
		stories := map[string]int64{}
		for _, e := range entries {
			stories[e.Enclosures[0].URL] = e.StoryID
		}
		return stories
	}
	asked := unheard()
	if len(asked) != 2 || asked["https://a.example/play/1"] == 0 || asked["https://a.example/play/2"] == 0 {
		t.Fatalf("to be asked about: %v", asked)
	}
	for url, kind := range map[string]string{"https://a.example/play/1": "audio/mpeg", "https://a.example/play/2": "text/html"} {
		if err := b.db.SaveFile(t.Context(), news.FileFacts{URL: url, Asked: b.now, Tries: 1, Outcome: news.OutcomeOK, Type: kind}, []int64{asked[url]}); err != nil {
			t.Fatal(err)
		}
	}
	got := b.publish("all")
	slices.Sort(got)
	if want := []string{"hidden", "ogg", "wave"}; !slices.Equal(got, want) {
		t.Errorf("after asking: shows %q, want %q", got, want)
	}
	if left := unheard(); left["https://a.example/play/1"] != 0 {
		t.Errorf("what is shown is looked for: %v", left)
	}
	feed.Kind = news.FeedOfNews
	if left := unheard(); len(left) != 0 {
		t.Errorf("a feed that is no podcast looks for %v", left)
	}
}

// If the address of a file changes at the publisher, the episode shows the new
// one, and nothing else changes.
func TestExpiredFileIsReplaced(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour, Kind: news.Podcast})
	b.fetch("a", withFile("sound", "https://cdn.example/1.mp3?expires=1", "audio/mpeg"))
	b.publish("all")
	before := b.edition("all")
	if err := b.db.SaveFile(t.Context(), news.FileFacts{URL: "https://cdn.example/1.mp3?expires=1", Asked: b.now, Tries: 1, Outcome: news.OutcomeOK, Length: 77}, []int64{before.Shown[0].StoryID}); err != nil {
		t.Fatal(err)
	}
	b.publish("all")
	if got := b.edition("all").Shown[0]; got.Entry.Enclosures[0].Length != 77 || !got.Updated.Equal(before.Shown[0].Updated) {
		t.Errorf("after asking: %+v, updated %v", got.Entry.Enclosures, got.Updated)
	}
	page, _, err := b.db.StoryEntries(t.Context(), news.Everybody, before.Shown[0].StoryKey)
	if err != nil || len(page) != 1 || page[0].Entry.Enclosures[0].Length != 77 {
		t.Errorf("the page of the story after asking: %+v, %v", page, err)
	}
	b.now = b.now.Add(time.Hour)
	b.fetch("a", withFile("sound", "https://cdn.example/1.mp3?expires=2", "audio/mpeg"))
	b.publish("all")
	after := b.edition("all")
	got, old := after.Shown[0], before.Shown[0]
	if want := (news.Enclosure{URL: "https://cdn.example/1.mp3?expires=2", Type: "audio/mpeg"}); got.Entry.Enclosures[0] != want {
		t.Errorf("shows %+v, want %+v", got.Entry.Enclosures[0], want)
	}
	if got.GUID != old.GUID || got.Sequence != old.Sequence || !got.Updated.Equal(old.Updated) || !got.Published.Equal(old.Published) || !after.Updated.Equal(before.Updated) {
		t.Errorf("moved: %+v, was %+v", got.Publication, old.Publication)
	}
}

// The rights and the image of a source's document come with its entries.
func TestSourceRightsAndImage(t *testing.T) {
	b := newBench(t)
	d := &news.Document{Format: "rss20", Title: "A", Rights: "© A", Image: "https://a.example/cover.png", Entries: []news.Entry{withFile("x", "https://a.example/x.mp3", "audio/mpeg")}}
	b.harvest("a", d)
	b.publish("all")
	if s := b.edition("all").Shown[0]; s.SourceRights != d.Rights || s.SourceImage != d.Image {
		t.Errorf("got rights %q and image %q", s.SourceRights, s.SourceImage)
	}
	listed, err := b.db.Listing(t.Context())
	at := slices.IndexFunc(listed, func(s news.Source) bool { return s.Name == "a" })
	if err != nil || at < 0 || listed[at].Icon != d.Image {
		t.Errorf("listed as %+v, error %v", listed, err)
	}
}
