package main_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEndToEnd tests the whole program. The binary reads the shipped seeds and
// feeds of all formats, and real feed readers must see each story once. The
// subtests share one daemon and depend on each other, in this order.
func TestEndToEnd(t *testing.T) {
	t.Parallel()
	from := outlets()
	for i, o := range from {
		o.start(t, i+2)
	}
	dead := &silent{}
	dead.start(t, len(from)+2)
	r := newRiver(t, from, dead.url)
	r.serve(t)

	t.Run("each story once", func(t *testing.T) { r.testStories(t, from) })
	if t.Failed() {
		return // the other subtests depend on it
	}
	t.Run("links", r.testLinks)
	t.Run("folder", r.testFolder)
	t.Run("newsboat", r.testNewsboat)
	t.Run("sfeed", r.testSfeed)
	t.Run("feedparser", r.testFeedparser)
	t.Run("validator", r.testValidator)
	t.Run("second fetch", func(t *testing.T) { r.testSecondFetch(t, from) })
	t.Run("news", func(t *testing.T) { r.testNews(t, from[5]) })
	t.Run("end", func(t *testing.T) { r.testEnd(t, dead) })
}

// testStories waits until everything is published, and checks that nothing is
// published twice. A source that never answers must not delay the others.
func (r *river) testStories(t *testing.T, from []*outlet) {
	eventually(t, func() string {
		resp, body := r.get(t, "/readyz", nil)
		if resp.StatusCode != http.StatusOK {
			return fmt.Sprintf("/readyz says %d %s", resp.StatusCode, body)
		}
		return ""
	})
	var all, german []string
	for _, o := range from {
		all = append(all, o.titles...)
		if o.tag == "de" {
			german = append(german, o.titles...)
		}
	}
	seeds := seedEntries(t)
	eventually(t, func() string { return differs(r.items(t, "all"), all, seeds) })
	eventually(t, func() string { return differs(r.items(t, "deutsch"), german, 0) })
}

// differs says what a feed lacks or has too often. It must have the titles once
// each, and so many entries more.
func differs(items []item, titles []string, more int) string {
	count := map[string]int{}
	ids := map[string]bool{}
	for _, i := range items {
		count[i.Title]++
		ids[i.ID] = true
	}
	for _, title := range titles {
		if count[title] != 1 {
			return fmt.Sprintf("%q is there %d times, want once; all: %q", title, count[title], items)
		}
	}
	if len(items) != len(titles)+more || len(ids) != len(items) {
		return fmt.Sprintf("%d entries with %d guids, want %d; all: %q", len(items), len(ids), len(titles)+more, items)
	}
	return ""
}

// seedEntries counts the entries in the shipped seeds: one for each text
// document, and all entries of feed documents.
func seedEntries(t *testing.T) int {
	t.Helper()
	n := 0
	for _, path := range glob(t, filepath.Join("..", "..", "seeds", "*")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(path) {
		case ".txt", ".html":
			n++
		case ".md":
			if filepath.Base(path) != "README.md" {
				n++
			}
		case ".atom":
			n += bytes.Count(text, []byte("<entry>"))
		case ".json":
			n += bytes.Count(text, []byte(`"date_published"`))
		default:
			t.Fatalf("%s: this test cannot count its entries", path)
		}
	}
	if n < 8 {
		t.Fatalf("%d entries in the shipped seeds, want at least 8", n)
	}
	return n
}

// testLinks checks that guids do not depend on the address of the site, and that
// entries without a link have a page on it.
func (r *river) testLinks(t *testing.T) {
	pages := 0
	for _, i := range r.items(t, "all") {
		if strings.Contains(i.ID, "river.example") {
			t.Errorf("the guid %s holds the address of the site", i.ID)
		}
		if i.URL == "" {
			t.Errorf("%q has no link", i.Title)
		}
		path, ours := strings.CutPrefix(i.URL, "http://river.example")
		if !ours {
			continue
		}
		pages++
		if resp, _ := r.get(t, path, nil); resp.StatusCode != http.StatusOK {
			t.Errorf("the page of %q, %s, answers %d, want 200", i.Title, path, resp.StatusCode)
		}
	}
	if want := 8; pages < want {
		t.Errorf("%d pages of our own, want at least %d", pages, want)
	}
}

// testFolder compares the files in the folder for web servers with what our own server answers.
func (r *river) testFolder(t *testing.T) {
	for _, feed := range []string{"all", "deutsch"} {
		n := len(r.items(t, feed))
		for file, problem := range map[string]func([]byte) error{
			".atom": wellFormed("entry", n), ".rss": wellFormed("item", n), ".opml": wellFormed("body", 1),
			".json": validJSON, "/index.html": articles(n),
		} {
			t.Run(feed+file, func(t *testing.T) {
				path := "/feeds/" + feed + strings.TrimSuffix(file, "index.html")
				_, served := r.get(t, path, nil)
				eventually(t, func() string { return r.unlike(feed+file, served) })
				if err := problem(served); err != nil {
					t.Error(err)
				}
				if bytes.Contains(served, []byte("alert(1)")) {
					t.Error("a script of an upstream came through")
				}
			})
		}
	}
	if parts := glob(t, filepath.Join(r.dir, "feeds", ".*")); len(parts) > 0 {
		t.Errorf("temporary files were left: %v", parts)
	}
}

// unlike says how a rendered file, or its compressed copy, differs from what is served.
func (r *river) unlike(file string, served []byte) string {
	path := filepath.Join(r.dir, "feeds", filepath.FromSlash(file))
	plain, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if !bytes.Equal(plain, served) {
		return file + " is not what is served"
	}
	packed, err := os.Open(path + ".gz")
	if err != nil {
		return err.Error()
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		return err.Error()
	}
	if unpacked, err := io.ReadAll(z); err != nil || !bytes.Equal(unpacked, plain) {
		return fmt.Sprintf("%s.gz is not %s (%v)", file, file, err)
	}
	return ""
}

// wellFormed returns a check that a document is XML with a given number of elements of a name.
func wellFormed(element string, want int) func([]byte) error {
	return func(doc []byte) error {
		got := 0
		for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			if start, ok := token.(xml.StartElement); ok && start.Name.Local == element {
				got++
			}
		}
		if got != want {
			return fmt.Errorf("%d <%s>, want %d", got, element, want)
		}
		return nil
	}
}

func validJSON(doc []byte) error {
	var v any
	return json.Unmarshal(doc, &v)
}

func articles(want int) func([]byte) error {
	return func(doc []byte) error {
		if got := bytes.Count(doc, []byte(`<article id="s-`)); got != want {
			return fmt.Errorf("%d articles, want %d", got, want)
		}
		return nil
	}
}

// testSecondFetch makes the daemon fetch all sources again. It must send the
// validators it received, and nothing that is published may change.
func (r *river) testSecondFetch(t *testing.T, from []*outlet) {
	before := r.tags(t)
	args := []string{"run"}
	for _, o := range from {
		args = append(args, o.name())
	}
	out := r.command(t, args...)
	if want := ": 0 new entries, 0 changed, 0 failed"; !strings.Contains(out, want) {
		t.Errorf("run says %q, want %q", out, want)
	}
	for _, o := range from {
		want := []visit{{200, false}, {304, true}}
		if o.etag == "" && !o.dated {
			want[1] = visit{200, false}
		}
		if got := o.seen(); !slices.Equal(got, want) {
			t.Errorf("%s was fetched %+v, want %+v", o.file, got, want)
		}
	}
	if diff := cmp.Diff(before, r.tags(t)); diff != "" {
		t.Errorf("nothing changed, and the entity tags did: -before +after\n%s", diff)
	}
}

// tags returns the entity tags of everything that is published.
func (r *river) tags(t *testing.T) map[string]string {
	t.Helper()
	tags := map[string]string{}
	for _, feed := range []string{"all", "deutsch"} {
		for _, ext := range []string{".atom", ".rss", ".json", ".opml", "/"} {
			path := "/feeds/" + feed + ext
			resp, _ := r.get(t, path, nil)
			tags[path] = resp.Header.Get("ETag")
		}
	}
	return tags
}

// testNews makes a source publish an entry. A reader that polls with an old
// validator must get the new feed once, and a feed that does not select the
// source must not change.
func (r *river) testNews(t *testing.T, o *outlet) {
	before := r.tags(t)
	const title = "The cone is back on the road"
	o.amend(t, "</feed>", `<entry><title>`+title+`</title><id>urn:uuid:0b7ad1ce-5d0c-4a35-9a1e-0d6b8f3f2a13</id>
		<link href="cone"/><updated>2025-11-13T08:00:00Z</updated><summary>It smells of fish.</summary></entry>`)
	if out, want := r.command(t, "run", o.name()), ": 1 new "; !strings.Contains(out, want) {
		t.Errorf("run says %q, want %q", out, want)
	}
	poll := http.Header{"If-None-Match": {before["/feeds/all.atom"]}}
	eventually(t, func() string {
		resp, body := r.get(t, "/feeds/all.atom", poll)
		if got := bytes.Count(body, []byte("<title>"+title)) + bytes.Count(body, []byte(`<title type="text">`+title)); got != 1 {
			return fmt.Sprintf("a poll is answered %d with %d of the new entry, want 200 with 1", resp.StatusCode, got)
		}
		poll.Set("If-None-Match", resp.Header.Get("ETag"))
		return ""
	})
	if resp, body := r.get(t, "/feeds/all.atom", poll); resp.StatusCode != http.StatusNotModified || len(body) != 0 {
		t.Errorf("the next poll is answered %d with %d bytes, want 304 with none", resp.StatusCode, len(body))
	}
	poll.Set("If-None-Match", before["/feeds/deutsch.atom"])
	if resp, _ := r.get(t, "/feeds/deutsch.atom", poll); resp.StatusCode != http.StatusNotModified {
		t.Errorf("a feed without the source is answered %d, want 304", resp.StatusCode)
	}
}

// testEnd stops the daemon while it waits for a source that does not answer.
func (r *river) testEnd(t *testing.T, dead *silent) {
	asking := exec.CommandContext(t.Context(), r.binary, "run", "silent")
	asking.Dir = r.dir
	if err := asking.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = asking.Process.Kill() // it waits for an answer that never comes
		_ = asking.Wait()
	}()
	eventually(t, func() string {
		if dead.waiting.Load() == 0 {
			return "run silent brings no request"
		}
		return ""
	})
	if err := r.terminate(t); err != nil {
		t.Errorf("after SIGTERM: %v, want exit 0 within 10 s", err)
	}
	if strings.Contains(r.logged(), "DATA RACE") {
		t.Errorf("the race detector spoke:\n%s", r.logged())
	}
	var sources []struct{ Name, Outcome string }
	if err := json.Unmarshal([]byte(r.command(t, "sources", "--json")), &sources); err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		if want := "interrupted"; s.Name == "silent" && s.Outcome != want {
			t.Errorf("the fetch under way is recorded as %q, want %q", s.Outcome, want)
		}
	}
}
