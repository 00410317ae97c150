package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/news"
)

// brisk lets a test ask its one host as often as it likes.
const brisk = "limits: {spacing: 0s, per_host: 16, per_second: 1000}"

// opml is a list of feeds at paths of an upstream.
func opml(up *feedtest.Server, paths ...string) []byte {
	var b strings.Builder
	b.WriteString(`<opml version="2.0"><head><title>L</title></head><body><outline text="Folder">`)
	for _, path := range paths {
		fmt.Fprintf(&b, `<outline type="rss" text="%s" xmlUrl="%s"/>`, strings.Trim(path, "/"), up.URL+path)
	}
	b.WriteString(`</outline></body></opml>`)
	return []byte(b.String())
}

// list is the lines of a list, and of what its sources may reach.
func list(up *feedtest.Server, address, name, more string) string {
	return fmt.Sprintf("  - {opml: %q, name: %s, allow_networks: [127.0.0.0/8], allow_ports: [%d]%s}", address, name, up.Port(), more)
}

// upstream serves a feed of one entry at each of the paths, called as they are.
func upstream(t *testing.T, paths ...string) *feedtest.Server {
	up := feedtest.New(t)
	for _, path := range paths {
		up.Handle(path, feedtest.Response{Body: rss(strings.ToUpper(strings.Trim(path, "/")))})
	}
	return up
}

// held returns what is stored of a list.
func (r *running) held(name string) news.ListState {
	r.t.Helper()
	all, err := r.db.Lists(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(l news.ListState) bool { return l.Name == name })
	if at < 0 {
		r.t.Fatalf("no list %s among %v", name, all)
	}
	return all[at]
}

// readAgain has a list read now, and waits for it.
func (r *running) readAgain(name string) news.ListState {
	r.t.Helper()
	before := r.held(name)
	r.runner.Trigger(listTask(before.ID))
	r.await(name+" is read again", func() bool { return r.held(name).Last.Started.After(before.Last.Started) })
	return r.held(name)
}

// Sources appear and leave with the lists that they stand on; one on two lists
// stays while one of them names it.
func TestListsBringAndTakeSources(t *testing.T) {
	t.Parallel()
	up := upstream(t, "/a", "/b", "/c", "/own")
	up.Handle("/one.opml", feedtest.Response{Body: opml(up, "/a", "/b", "/own")}, feedtest.Response{Body: opml(up, "/c")})
	up.Handle("/two.opml", feedtest.Response{Body: opml(up, "/b")}, feedtest.Response{Body: opml(up, "/c")})
	r := newHome(t, brisk, "sources:", source(up, "own", "/own", ""), list(up, up.URL+"/one.opml", "one", ", tags: [t]"), list(up, up.URL+"/two.opml", "two", ""),
		"feeds: [{name: all}, {name: one, sources: [one]}, {name: tagged, tags: [folder]}]").serve()
	r.awaitTitles("all", "A B OWN")
	r.awaitTitles("one", "A B OWN")
	r.awaitTitles("tagged", "A B") // the file says what tags its source has
	r.readAgain("one")
	r.awaitTitles("all", "B C OWN")
	r.awaitTitles("one", "C")
	r.readAgain("two")
	r.awaitTitles("all", "C OWN")
	if got := up.Requests("/one.opml")[0].Header.Get("Accept"); !strings.HasPrefix(got, "text/x-opml") {
		t.Errorf("a list was asked for as %q", got)
	}
}

// A list with another address is read at once, however long the old one was to
// rest, and what still comes from the old one says nothing.
func TestListAtAnotherAddress(t *testing.T) {
	t.Parallel()
	up := upstream(t, "/a", "/b")
	up.Handle("/old.opml", feedtest.Response{Body: opml(up, "/a"), ETag: `"old"`})
	up.Handle("/new.opml", feedtest.Response{Body: opml(up, "/b"), ETag: `"new"`})
	r := newHome(t, brisk, "sources:", list(up, up.URL+"/old.opml", "one", ""), "feeds: [{name: all}]").serve()
	r.awaitTitles("all", "A")
	old := r.held("one")
	r.configure(brisk, "sources:", list(up, up.URL+"/new.opml", "one", ""), "feeds: [{name: all}]")
	r.awaitTitles("all", "B")
	if err := r.db.SaveList(t.Context(), old); err != nil { // whose reading began before
		t.Fatal(err)
	}
	if now := r.held("one"); now.URL != up.URL+"/new.opml" || now.Validators.ETag != `"new"` {
		t.Errorf("got %+v, want the list of the new address", now)
	}
}

// A list that cannot be read, is none or is suddenly empty keeps its last good
// state, also over a restart.
func TestListKeepsItsLastGoodState(t *testing.T) {
	t.Parallel()
	up := upstream(t, "/a", "/b")
	whole := opml(up, "/a", "/b")
	bad := []struct {
		response feedtest.Response
		outcome  news.Outcome
	}{
		{feedtest.Response{Status: 500}, news.OutcomeHTTPError},
		{feedtest.Response{Status: 410}, news.OutcomeGone},
		{feedtest.Response{Body: []byte("<!DOCTYPE html><title>Log in</title>")}, news.OutcomeNotAFeed},
		{feedtest.Response{Body: opml(up)}, news.OutcomeNotAFeed},
		{feedtest.Response{Body: whole[:len(whole)/2]}, news.OutcomeTruncated},
		{feedtest.Response{Body: whole, Fault: feedtest.CutLength}, news.OutcomeTruncated},
		{feedtest.Response{Fault: feedtest.HangUp}, news.OutcomeRefused},
	}
	responses := []feedtest.Response{{Body: whole}}
	for _, b := range bad {
		responses = append(responses, b.response)
	}
	up.Handle("/l.opml", responses...)
	h := newHome(t, brisk, "sources:", list(up, up.URL+"/l.opml", "l", ""))
	r := h.serve()
	r.awaitTitles("all", "A B")
	for i, b := range bad {
		got := r.readAgain("l")
		if got.Last.Outcome != b.outcome || got.Last.Error == "" || len(got.Sources) != 2 || got.Failures != i+1 {
			t.Errorf("%d: %s (%s), %d sources, %d failures, want %s and 2", i, got.Last.Outcome, got.Last.Error, len(got.Sources), got.Failures, b.outcome)
		}
		if !got.NextDue.After(time.Now()) {
			t.Errorf("%d: due %v, want later", i, got.NextDue)
		}
	}
	r.end()
	h.log = &logbook{}
	r = h.serve()
	r.awaitTitles("all", "A B")
}

// A list on disk is read whenever it changes, and one that is being written is
// no list.
func TestListOnDisk(t *testing.T) {
	t.Parallel()
	up := upstream(t, "/a", "/b")
	h := newHome(t, brisk, "sources:", list(up, "blogs.opml", "blogs", ""))
	put := func(text []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(h.dir, "blogs.opml"), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := h.serve()
	r.await("the list is missing", func() bool { return r.held("blogs").Last.Outcome == news.OutcomeRefused })
	put(opml(up, "/a"))
	r.awaitTitles("all", "A")
	put(opml(up, "/a", "/b")[:80])
	r.await("half a list", func() bool { return r.held("blogs").Failures > 0 })
	put(opml(up, "/b"))
	r.awaitTitles("all", "B")
}

// One cycle reads the lists first, and then what they bring.
func TestRunOnceReadsLists(t *testing.T) {
	up := upstream(t, "/a", "/b")
	up.Handle("/l.opml", feedtest.Response{Body: opml(up, "/a", "/b"), ETag: `"1"`})
	h := newHome(t, brisk, "sources:", list(up, up.URL+"/l.opml", "l", ""))
	for range 2 {
		d, err := Open(t.Context(), h.options())
		if err != nil {
			t.Fatal(err)
		}
		states, err := d.RunOnce(t.Context(), Selection{All: true}, nil)
		if err != nil || len(states) != 2 || states[0].Lists[0] != "l" || states[0].Title != "a" {
			t.Errorf("got %+v, %v", states, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := up.Requests("/l.opml"); len(got) != 2 || got[1].Header.Get("If-None-Match") != `"1"` {
		t.Errorf("got %d requests for the list, want 2, the second conditional", len(got))
	}
}

// Secrets that belong to a list go to its own origin only, and a list that is
// not public brings nothing public.
func TestPrivateList(t *testing.T) {
	up, other := upstream(t, "/a"), upstream(t, "/b")
	body := strings.Replace(string(opml(up, "/a")), "</outline>", `<outline text="b" xmlUrl="`+other.URL+`/b"/></outline>`, 1)
	up.Handle("/l.opml", feedtest.Response{Body: []byte(body)})
	h := newHome(t, brisk, "sources:", fmt.Sprintf("  - {opml: %q, public: false, headers: {X-Key: c4nary}, allow_networks: [127.0.0.0/8], allow_ports: [%d, %d]}",
		up.URL+"/l.opml", up.Port(), other.Port()))
	r := h.serve()
	r.await("both are fetched", func() bool { return up.Count("/a") > 0 && other.Count("/b") > 0 })
	if up.Requests("/l.opml")[0].Header.Get("X-Key") != "c4nary" || up.Requests("/a")[0].Header.Get("X-Key") != "c4nary" {
		t.Error("the list's own origin did not get its header")
	}
	if other.Requests("/b")[0].Header.Get("X-Key") != "" {
		t.Error("another origin got the header of the list")
	}
	if _, body := r.get("/sources.opml"); strings.Contains(body, "xmlUrl") {
		t.Errorf("the sources of a private list are published: %s", body)
	}
	if strings.Contains(h.log.String(), "c4nary") {
		t.Error("the log has the secret")
	}
}

// Files that are included, and what becomes of them, take effect by themselves.
func TestIncludedSourcesAreWatched(t *testing.T) {
	t.Parallel()
	up := upstream(t, "/a", "/b")
	h := newHome(t, brisk, "include: members/*.yaml")
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(h.dir, "members", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("a.yaml", strings.TrimSpace(source(up, "a", "/a", "")))
	r := h.serve()
	r.awaitTitles("all", "A")
	put("b.yaml", "- {feed: x}\n")
	r.await("the problem is told with its place", func() bool { return strings.Contains(h.log.String(), "members/b.yaml:1:10: feed:") })
	put("b.yaml", strings.TrimSpace(source(up, "b", "/b", "")))
	r.awaitTitles("all", "A B")
	if err := os.Remove(filepath.Join(h.dir, "members", "a.yaml")); err != nil {
		t.Fatal(err)
	}
	r.awaitTitles("all", "B")
}

// A list cannot make us ask more than it may, and says what was left out.
func TestTryList(t *testing.T) {
	up := feedtest.New(t)
	var paths []string
	for i := range 250 {
		paths = append(paths, fmt.Sprintf("/%d", i))
	}
	up.Handle("/l.opml", feedtest.Response{Body: opml(up, paths...)})
	cfg, _, err := config.Parse("x.yaml", []byte("sources:\n"+list(up, up.URL+"/l.opml", "l", "")+"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now})
	defer client.Close()
	got := TryList(t.Context(), client, cfg.Lists[0], cfg.Site)
	if len(got.Sources) != 200 || !strings.HasPrefix(got.Last.Error, "50 of 250 sources were left out") {
		t.Errorf("took %d, %q", len(got.Sources), got.Last.Error)
	}
}
