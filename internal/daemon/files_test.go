package daemon

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tributary/internal/feedtest"
)

// episodes is a feed of entries that bring a file each, of unknown length.
func episodes(up *feedtest.Server, names ...string) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>Upstream</title><link>https://up.example/</link>`)
	for _, name := range names {
		fmt.Fprintf(&b, `<item><title>%s</title><guid isPermaLink="false">urn:episode:%[1]s</guid><link>https://up.example/%[1]s</link>`+
			`<description>About %[1]s.</description><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate><enclosure url="%s/%[1]s" length="0"/></item>`, name, up.URL)
	}
	b.WriteString("</channel></rss>")
	return []byte(b.String())
}

// sound is a file as its server tells of it.
func sound(length int) feedtest.Response {
	return feedtest.Response{Body: make([]byte, length), Header: map[string]string{"Content-Type": "audio/mpeg"}}
}

// files reads what a feed says of the files of its entries, by title, and when each
// entry was updated.
func (r *running) files(feed string) (files, updated map[string]string) {
	r.t.Helper()
	_, body := r.get("/feeds/" + feed + ".json")
	var doc struct {
		Items []struct {
			Title       string
			Modified    string `json:"date_modified"`
			Attachments []struct {
				Type string `json:"mime_type"`
				Size int64  `json:"size_in_bytes"`
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		return nil, nil // not there yet
	}
	files, updated = map[string]string{}, map[string]string{}
	for _, it := range doc.Items {
		updated[it.Title] = it.Modified
		for _, a := range it.Attachments {
			files[it.Title] += fmt.Sprint(a.Type, " ", a.Size)
		}
	}
	return files, updated
}

// heads counts the requests for a path, which are all HEAD.
func heads(t *testing.T, up *feedtest.Server, path string) int {
	t.Helper()
	for _, r := range up.Requests(path) {
		if r.Method != "HEAD" {
			t.Errorf("%s was asked with %s, want HEAD", path, r.Method)
		}
	}
	return up.Count(path)
}

// What an enclosure does not say is asked about once after it was published, moves
// nothing, and survives a restart and a fetch of the same entry.
func TestFilesAreAskedAboutOnce(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/feed", feedtest.Response{Body: episodes(up, "one", "gone", "page")})
	up.Handle("/one", sound(1234))
	up.Handle("/page", feedtest.Response{Body: []byte("<p>log in</p>"), Header: map[string]string{"Content-Type": "text/html"}})
	up.Handle("/gone", feedtest.Response{Status: 410})
	h := newHome(t, "sources:", source(up, "a", "/feed", ""))
	r := h.serve()
	r.awaitTitles("all", "gone one page")
	_, before := r.files("all")
	r.await("the length is known", func() bool { files, _ := r.files("all"); return files["one"] == "audio/mpeg 1234" })
	r.await("what came of all is stored", func() bool { // a stop before asks again
		known, err := r.db.Files(t.Context(), []string{up.URL + "/gone", up.URL + "/page"})
		return err == nil && len(known) == 2
	})
	files, after := r.files("all")
	if files["gone"] != "application/octet-stream 0" || files["page"] != "application/octet-stream 0" {
		t.Errorf("got files %q, want nothing of one that is gone, and of a page in its place", files)
	}
	for title := range before {
		if before[title] != after[title] {
			t.Errorf("%s: updated moved from %s to %s", title, before[title], after[title])
		}
	}
	r.end()

	up.Handle("/feed", feedtest.Response{Body: episodes(up, "one", "gone", "page", "two")})
	up.Handle("/two", sound(99))
	h.log = &logbook{}
	r = h.serve()
	r.request("a")
	r.await("the new one is known", func() bool { files, _ := r.files("all"); return files["two"] == "audio/mpeg 99" })
	if files, _ := r.files("all"); files["one"] != "audio/mpeg 1234" {
		t.Errorf("got %q, want what was learned before", files)
	}
	for _, path := range []string{"/one", "/gone", "/page", "/two"} {
		if n := heads(t, up, path); n != 1 {
			t.Errorf("%s was asked about %d times, want once", path, n)
		}
	}
}

// A cycle of `run` asks as well and ends with the answers published; what no feed
// shows is not asked about.
func TestRunAsksAboutWhatItPublishes(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/feed", feedtest.Response{Body: episodes(up, "one")})
	up.Handle("/hidden", feedtest.Response{Body: episodes(up, "two")})
	up.Handle("/one", sound(1234))
	up.Handle("/two", sound(1234))
	h := newHome(t, "sources:", source(up, "a", "/feed", ""), source(up, "b", "/hidden", ", public: false"))
	d := h.cycle()
	defer d.Close()
	rss := string(d.publicShelf.Document("all", "rss").Body)
	if want := `/one" length="1234" type="audio/mpeg"`; !strings.Contains(rss, want) {
		t.Errorf("no %q in\n%s", want, rss)
	}
	if heads(t, up, "/one") != 1 || up.Count("/two") != 0 {
		t.Errorf("asked %d and %d times, want once and never", up.Count("/one"), up.Count("/two"))
	}
}

// A podcast asks about a file of which nobody says what it is, though no feed shows it
// yet, and shows it when its server says that it is sound.
func TestAPodcastAsksWhatPlays(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/feed", feedtest.Response{Body: episodes(up, "one", "page")})
	up.Handle("/one", sound(1234))
	up.Handle("/page", feedtest.Response{Body: []byte("<p>log in</p>"), Header: map[string]string{"Content-Type": "text/html"}})
	r := newHome(t, "sources:", source(up, "a", "/feed", ""), "feeds:", "  - {name: show, kind: podcast}").serve()
	r.await("the episode is shown", func() bool { files, _ := r.files("show"); return files["one"] == "audio/mpeg 1234" })
	if files, _ := r.files("show"); len(files) != 1 {
		t.Errorf("the podcast has %v, want what plays", files)
	}
	heads(t, up, "/one")
}
