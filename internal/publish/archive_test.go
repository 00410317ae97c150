package publish

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// archived returns a river whose feed keeps an archive: 250 stories, one an hour, with two closed
// pages, the first of which holds a seed.
func archived(t *testing.T) (*river, *bytes.Buffer) {
	f := feed("all")
	f.Archive = true
	r := newRiver(t, f)
	var log bytes.Buffer
	r.pub.Log = slog.New(slog.NewTextHandler(&log, nil))
	var entries []news.Entry
	for i := range 250 {
		entries = append(entries, entry("a", fmt.Sprint("story", i), 250-i))
	}
	r.fetch("a", entries...)
	r.fetch("seeds", news.Entry{GUID: "seed:1", Title: "Seed", Content: "<p>What must not stay.</p>", Published: start.Add(-240 * time.Hour)})
	r.mustPublish()
	if names := pageFiles(t, r); len(names) > 0 {
		t.Fatalf("pages %q were written before the archive began", names)
	}
	r.now = r.now.Add(news.ArchiveWait)
	r.mustPublish()
	return r, &log
}

// pageFiles lists the files of pages.
func pageFiles(t *testing.T, r *river) []string {
	t.Helper()
	return slices.DeleteFunc(files(t, r.pub.Folder.Path), func(name string) bool { return !strings.HasPrefix(name, "all/archive/") })
}

func (r *river) read(name string) []byte {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.pub.Folder.Path, filepath.FromSlash(name)))
	if err != nil {
		r.t.Fatal(err)
	}
	return data
}

var twoPages = []string{
	"all/archive/1.atom", "all/archive/1.atom.gz", "all/archive/1.json", "all/archive/1.json.gz",
	"all/archive/2.atom", "all/archive/2.atom.gz", "all/archive/2.json", "all/archive/2.json.gz",
}

// TestTheChainOfDocuments follows the links as readers do.
func TestTheChainOfDocuments(t *testing.T) {
	r, log := archived(t)
	if names := pageFiles(t, r); !slices.Equal(names, twoPages) {
		t.Fatalf("got %q, want %q", names, twoPages)
	}
	const base = "https://river.example/news/feeds/all"
	type links map[string]string
	for name, want := range map[string]links{
		"all.atom":           {"self": base + ".atom", "alternate": base + "/", "prev-archive": base + "/archive/2.atom"},
		"all/archive/2.atom": {"self": base + "/archive/2.atom", "alternate": base + "/", "current": base + ".atom", "prev-archive": base + "/archive/1.atom", "next-archive": base + "/archive/3.atom"},
		"all/archive/1.atom": {"self": base + "/archive/1.atom", "alternate": base + "/", "current": base + ".atom", "next-archive": base + "/archive/2.atom"},
	} {
		var f struct {
			ID      string    `xml:"http://www.w3.org/2005/Atom id"`
			Archive *struct{} `xml:"http://purl.org/syndication/history/1.0 archive"`
			Links   []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"http://www.w3.org/2005/Atom link"`
		}
		if err := xml.Unmarshal(r.read(name), &f); err != nil {
			t.Fatal(err)
		}
		got := links{}
		for _, l := range f.Links {
			got[l.Rel] = l.Href
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s leads to %v\nwant %v", name, got, want)
		}
		if (f.Archive != nil) != strings.Contains(name, "archive") || f.ID != r.feeds[0].UUID {
			t.Errorf("%s: says that it is an archive: %v, of the feed %s", name, f.Archive != nil, f.ID)
		}
	}
	for name, want := range map[string]string{"all.json": base + "/archive/2.json", "all/archive/2.json": base + "/archive/1.json", "all/archive/1.json": ""} {
		var f struct {
			FeedURL string `json:"feed_url"`
			NextURL string `json:"next_url"`
		}
		if err := json.Unmarshal(r.read(name), &f); err != nil || f.NextURL != want || f.FeedURL != base+".json" {
			t.Errorf("%s goes on at %q (%v), want %q; it is of the feed %s", name, f.NextURL, err, want, f.FeedURL)
		}
	}
	if rss := r.read("all.rss"); !bytes.Contains(rss, []byte(`<atom:link href="`+base+`/archive/2.atom" rel="prev-archive" type="application/atom+xml"`)) {
		t.Errorf("RSS does not lead into the archive:\n%.900s", rss)
	}
	if n := strings.Count(log.String(), "an archive page was closed"); n != 2 {
		t.Errorf("the log has %d closed pages, want 2:\n%s", n, log.String())
	}
}

// TestPagesStayAsTheyWereWritten holds over restarts, further pages and any damage to the folder.
func TestPagesStayAsTheyWereWritten(t *testing.T) {
	r, _ := archived(t)
	was := map[string][]byte{}
	for _, name := range twoPages {
		was[name] = r.read(name)
	}
	path := filepath.Join(r.pub.Folder.Path, "all", "archive")
	info, err := os.Stat(filepath.Join(path, "1.atom"))
	if err != nil || !info.ModTime().Equal(start.Add(news.ArchiveWait)) {
		t.Errorf("the file is of %v (%v), want when it was closed", info.ModTime(), err)
	}
	// Removed, truncated, and a file that is not ours.
	if err := os.Remove(filepath.Join(path, "1.json")); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"2.atom": "half", "notes.txt": "mine", "07.atom": "mine", "9.atom": "of no page"} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r.restart()
	var entries []news.Entry
	for i := range 120 {
		entries = append(entries, entry("a", fmt.Sprint("more", i), 0))
	}
	r.now = r.now.Add(72 * time.Hour)
	r.fetch("a", entries...)
	r.mustPublish()
	for _, name := range twoPages {
		if !bytes.Equal(r.read(name), was[name]) {
			t.Errorf("%s changed", name)
		}
	}
	want := slices.Clone(twoPages)
	want = append(want, "all/archive/07.atom", "all/archive/notes.txt")
	slices.Sort(want)
	if got := pageFiles(t, r); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	r.configure(r.order, feed("other"))
	r.pub.Shelf.Keep([]string{"other"})
	if err := r.pub.Folder.Remove([]string{"all"}); err != nil {
		t.Fatal(err)
	}
	if got := pageFiles(t, r); len(got) != 2 {
		t.Errorf("%q are left of a feed that was removed, want only what is not ours", got)
	}
	f := feed("all")
	f.Archive = true
	r.configure(r.order, f)
	r.mustPublish()
	for _, name := range twoPages {
		if !bytes.Equal(r.read(name), was[name]) {
			t.Errorf("%s is another one after the feed came back", name)
		}
	}
}

func TestAWithdrawnStoryReplacesItsPageOnce(t *testing.T) {
	r, log := archived(t)
	before, other := r.read("all/archive/1.atom"), r.read("all/archive/2.atom")
	if !bytes.Contains(before, []byte("What must not stay")) {
		t.Fatal("the seed is not in the first page")
	}
	r.now = r.now.Add(time.Hour)
	r.withdraw("seed:1")
	r.mustPublish()
	after := r.read("all/archive/1.atom")
	for _, name := range twoPages {
		data := r.read(name)
		if strings.HasSuffix(name, ".gz") {
			data = unzip(t, data)
		}
		if bytes.Contains(data, []byte("What must not stay")) {
			t.Errorf("%s has a story that was withdrawn", name)
		}
	}
	if n := bytes.Count(after, []byte("<entry>")); n != 99 {
		t.Errorf("the page has %d entries, want 99", n)
	}
	if !bytes.Equal(r.read("all/archive/2.atom"), other) {
		t.Error("the other page changed")
	}
	if n := strings.Count(log.String(), "an archive page was replaced"); n != 1 {
		t.Errorf("the log has %d replaced pages, want 1:\n%s", n, log.String())
	}
	r.restart()
	r.mustPublish()
	if !bytes.Equal(r.read("all/archive/1.atom"), after) {
		t.Error("the page changed again")
	}
}

// withdraw takes a seed away.
func (r *river) withdraw(guid string) {
	r.t.Helper()
	r.save("seeds", &news.SeedState{Withdrawn: []string{guid}})
}

func TestDroppedPagesLeaveTheFolder(t *testing.T) {
	r, _ := archived(t)
	f := r.feeds[0]
	f.ArchiveKeep = 1
	r.configure(r.order, f)
	r.mustPublish()
	if got := pageFiles(t, r); !slices.Equal(got, twoPages[4:]) {
		t.Errorf("got %q, want the newest page", got)
	}
	if _, err := r.db.RebuildArchive(t.Context(), news.Feed{Name: "all"}); err != nil {
		t.Fatal(err)
	}
	r.mustPublish()
	if got := pageFiles(t, r); len(got) != 4 || got[0] != "all/archive/2-2.atom" {
		t.Errorf("got %q, want the newest page of the second generation", got)
	}
	if !bytes.Contains(r.document("all", "atom").Body, []byte("/archive/2-2.atom")) {
		t.Error("the live document does not lead to the new generation")
	}
}

// TestAFeedWithoutAnArchiveLeadsToWhatCameBefore: RFC 5005 section 3.
func TestAFeedWithoutAnArchiveLeadsToWhatCameBefore(t *testing.T) {
	f := feed("all")
	f.Limit, f.Window = 2, 0
	r := newRiver(t, f)
	r.fetch("a", entry("a", "one", 1), entry("a", "two", 2))
	r.mustPublish()
	for _, ext := range []string{"atom", "rss", "json", ""} {
		if bytes.Contains(r.document("all", ext).Body, []byte("/older/")) {
			t.Errorf("%s leads to what came before, and nothing did", fileName("all", ext))
		}
	}
	r.fetch("a", entry("a", "one", 1), entry("a", "two", 2), entry("a", "three", 3))
	r.mustPublish()
	last := r.pub.Shelf.Edition("all").Shown[1].Sequence
	for ext, want := range map[string]string{
		"atom": `<link href="https://river.example/news/feeds/all/older/%d.atom" rel="next" type="application/atom+xml"`,
		"rss":  `<atom:link href="https://river.example/news/feeds/all/older/%d.rss" rel="next" type="application/rss+xml"`,
		"json": `"next_url":"https://river.example/news/feeds/all/older/%d.json"`,
		"":     `<a href="https://river.example/news/feeds/all/older/%d"`,
	} {
		if want = fmt.Sprintf(want, last); !bytes.Contains(r.document("all", ext).Body, []byte(want)) {
			t.Errorf("%s has no %s\n%.1500s", fileName("all", ext), want, r.document("all", ext).Body)
		}
	}
}
