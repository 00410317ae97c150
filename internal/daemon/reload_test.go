package daemon

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tributary/internal/config"
	"tributary/internal/feedtest"
)

// A bad file changes nothing and says where it is wrong; while files come and
// go, no request fails.
func TestReloadUnderLoad(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1", "A2")})
	good := []string{"sources:", source(up, "a", "/a", "")}
	h := newHome(t, good...)
	r := h.serve()
	r.awaitTitles("all", "A1 A2")

	var requests, failed atomic.Int64
	stop := make(chan struct{})
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				resp, err := http.Get(r.url + "/feeds/all.atom")
				requests.Add(1)
				if err != nil || resp.StatusCode != http.StatusOK {
					failed.Add(1)
				}
				if err == nil {
					resp.Body.Close()
				}
			}
		})
	}

	bad, err := filepath.Glob("../config/testdata/*.bad.yaml")
	if err != nil || len(bad) < 20 {
		t.Fatalf("got %d bad files, %v", len(bad), err)
	}
	placed := regexp.MustCompile(`config\.yaml(:\d+:\d+)?: `)
	inForce := r.inForce()
	for i, path := range bad {
		name := filepath.Base(path)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		said := len(r.log.String())
		r.write(string(text))
		r.reloaded()
		if told := r.log.String()[said:]; !strings.Contains(told, "new one has problems") || !placed.MatchString(told) {
			t.Errorf("%s: got %q, want a record with path:line:col", name, told)
		}
		if now := r.inForce(); !reflect.DeepEqual(now, inForce) {
			t.Errorf("%s: a bad file was put in force: %+v", name, now)
		}
		if i%8 == 7 { // a good one between
			title := fmt.Sprint("Good ", i)
			r.configure(append(good, "feeds:", "  - {name: all, title: "+title+"}")...)
			r.reloaded()
			if inForce = r.inForce(); inForce.Feeds[0].Title != title {
				t.Errorf("after %s: the good file was not put in force", name)
			}
		}
	}
	if got, want := r.titles("all"), "A1 A2"; got != want {
		t.Errorf("with a bad file: got %q, want %q", got, want)
	}
	r.await("the new title is served", func() bool {
		_, body := r.get("/feeds/all.atom")
		return strings.Contains(body, inForce.Feeds[0].Title)
	})
	close(stop)
	load.Wait()
	t.Logf("%d requests, %d bad files", requests.Load(), len(bad))
	if failed.Load() != 0 || requests.Load() < 100 {
		t.Errorf("%d of %d requests failed, want none of many", failed.Load(), requests.Load())
	}
}

// inForce is the configuration that the daemon works by.
func (r *running) inForce() *config.Config { return r.current.Load().cfg }

// Without a signal: the file is looked at every second.
func TestChangedFileTakesEffect(t *testing.T) {
	t.Parallel()
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1", "A2")})
	up.Handle("/b", feedtest.Response{Body: rss("B1")})
	feeds := []string{"feeds:", "  - {name: all}", "  - {name: extra}"}
	h := newHome(t, append([]string{"sources:", source(up, "a", "/a", "")}, feeds...)...)
	r := h.serve()
	r.awaitTitles("all", "A1 A2")
	r.awaitTitles("extra", "A1 A2")
	file := filepath.Join(h.dir, "feeds", "extra.atom")
	r.await("its file is written", func() bool {
		_, err := os.Stat(file)
		return err == nil
	})

	r.configure(append([]string{"sources:", source(up, "a", "/a", ""), source(up, "b", "/b", "")}, feeds...)...)
	r.awaitTitles("all", "A1 A2 B1")

	r.configure(append([]string{"sources:", source(up, "b", "/b", "")}, feeds[:2]...)...)
	r.awaitTitles("all", "B1")
	if status, _ := r.get("/sources/a"); status != http.StatusNotFound {
		t.Errorf("the page of a retired source: got %d, want 404", status)
	}
	for _, path := range []string{"/feeds/extra.atom", "/feeds/extra.json", "/feeds/extra/"} {
		if status, _ := r.get(path); status != http.StatusGone {
			t.Errorf("%s: got %d, want 410", path, status)
		}
	}
	r.await("the files of the removed feed are gone", func() bool {
		left, err := filepath.Glob(filepath.Join(h.dir, "feeds", "extra*"))
		return err == nil && len(left) == 0
	})
	if left, _ := filepath.Glob(filepath.Join(h.dir, "feeds", "all*")); len(left) < 8 {
		t.Errorf("got %q, want the files of the feed that stays", left)
	}

	asked := up.Count("/a")
	r.configure(append([]string{"sources:", source(up, "a", "/a", ""), source(up, "b", "/b", "")}, feeds...)...)
	r.awaitTitles("all", "A1 A2 B1")
	r.awaitTitles("extra", "A1 A2 B1")
	if n := up.Count("/a"); n != asked {
		t.Errorf("a source that is back was fetched %d times, want its entries from the store until it is due", n-asked)
	}
}

// Who mends what a source needs to be reached sees at once whether it helped. Other
// changes, and sources that are well, wait for their time; so does a source whose server
// asked to be left alone.
func TestMendedSourceIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	up := feedtest.New(t)
	up.Handle("/shut", feedtest.Response{Body: rss("S1")})
	up.Handle("/well", feedtest.Response{Body: rss("W1")})
	up.Handle("/busy", feedtest.Response{Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": "3600"}})
	shut := fmt.Sprintf("  - {feed: %q, name: shut, allow_ports: [%d]", up.URL+"/shut", up.Port())
	others := func(agent string) string {
		return source(up, "well", "/well", agent) + "\n" + source(up, "busy", "/busy", agent)
	}
	h := newHome(t, "sources:", shut+"}", others(""))
	r := h.serve()
	r.await("the first attempts are over", func() bool { return len(h.log.records(t, "fetched")) == 3 })

	r.configure("sources:", shut+", tags: [new]}", others(""))
	r.await("the tag is known", func() bool { return len(h.log.records(t, "configuration reloaded")) == 1 })
	r.configure("sources:", shut+", allow_networks: [127.0.0.0/8]}", others(", user_agent: Another"))
	r.awaitTitles("all", "S1 W1")
	if shut, well, busy := up.Count("/shut"), up.Count("/well"), up.Count("/busy"); shut != 1 || well != 1 || busy != 1 {
		t.Errorf("asked %d, %d and %d times, want once each", shut, well, busy)
	}
	attempts := func() int { return len(h.log.records(t, "fetched")) } // told after the entries are stored, and shown
	r.await("the mended source is told", func() bool { return attempts() > 3 })
	if told := attempts(); told != 4 {
		t.Errorf("%d attempts, want another one of the mended source only", told)
	}
}

// A feed that was being rendered while it was removed does not come back.
func TestRemovedFeedStaysRemoved(t *testing.T) {
	h := newHome(t, "sources:", "  - {seeds: seeds/*, name: seeds}", "feeds:", "  - {name: all}", "  - {name: extra}")
	h.seed("a.txt", "Ein Titel\n\nUnd ein Satz, der darunter steht.")
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := d.RunOnce(t.Context(), Selection{All: true}, nil); err != nil {
		t.Fatal(err)
	}
	before := d.current.Load()
	h.configure("sources:", "  - {seeds: seeds/*, name: seeds}", "feeds:", "  - {name: all}")
	w := d.newWatcher()
	w.reload(t.Context())

	d.publicShelf.Outdate()
	if _, err := d.publish(t.Context(), before); err != nil { // the round that was under way
		t.Fatal(err)
	}
	if d.publicShelf.Document("extra", "atom") != nil {
		t.Error("the removed feed is on the shelf")
	}
	if left, _ := filepath.Glob(filepath.Join(h.dir, "feeds", "extra*")); len(left) > 0 {
		t.Errorf("the removed feed is in the folder: %q", left)
	}
}

// A good file that could not be put in force, because the disk was full or so,
// is taken up when that is over.
func TestReloadIsTriedAgain(t *testing.T) {
	h := newHome(t, "sources:", "  - {seeds: seeds/*, name: seeds}")
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := d.newWatcher()
	h.configure("sources:", "  - {seeds: seeds/*, name: seeds}", "feeds:", "  - {name: other}")
	broken, cancel := context.WithCancel(t.Context())
	cancel()
	w.reload(broken)
	w.reload(broken)
	if d.current.Load().public[0].Name != "all" {
		t.Fatalf("got %+v in force, want the old one", d.current.Load().public)
	}
	w.look(t.Context())
	if d.current.Load().public[0].Name != "other" {
		t.Errorf("got %+v in force, want the new one", d.current.Load().public)
	}
	if w.look(t.Context()); len(h.log.records(t, "configuration reloaded")) != 1 {
		t.Errorf("want it put in force once; the log:\n%s", h.log)
	}
}

// A change that is made while the daemon starts, such as by `tributary add`, is not overlooked.
func TestReloadAfterAChangeDuringTheStart(t *testing.T) {
	h := newHome(t, "sources:", "  - {seeds: seeds/*, name: seeds}")
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	h.configure("sources:", "  - {seeds: seeds/*, name: seeds}", "feeds:", "  - {name: other}")
	d.newWatcher().look(t.Context())
	if d.current.Load().public[0].Name != "other" {
		t.Errorf("got %+v in force, want the new one", d.current.Load().public)
	}
}

// What a reload cannot change at once is told, and the rest takes effect.
func TestReloadKeepsListenersAndData(t *testing.T) {
	t.Parallel()
	h := newHome(t, "sources:", "  - {seeds: seeds/*, name: seeds}")
	h.seed("a.txt", "Titel\n\nUnd ein Satz, der darunter steht.")
	r := h.serve()
	r.await("the seed is shown", func() bool { return r.titles("all") != "" })
	r.write(strings.Replace(head, "127.0.0.1:0", "127.0.0.1:1", 1) + "data: elsewhere/\nsources:\n  - {seeds: seeds/*, name: seeds}\nfeeds:\n  - {name: all, title: Renamed}\n")
	r.reloaded()
	if n := len(r.log.records(t, "listen, admin and data take effect at the next start")); n == 0 {
		t.Error("nobody was told")
	}
	r.await("the title changed", func() bool {
		_, body := r.get("/feeds/all.atom")
		return strings.Contains(body, "Renamed")
	})
	if _, err := os.Stat(filepath.Join(h.dir, "elsewhere")); err == nil {
		t.Error("the new data folder was made")
	}
}

// An address that is made of listen: goes on naming where we listen.
func TestReloadKeepsTheAddressOfTheListener(t *testing.T) {
	h := newHome(t)
	h.write("listen: 127.0.0.1:0\nadmin: ''\nsources: [{seeds: seeds/*}]\n")
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	before := d.current.Load().cfg.Site.URL
	w := d.newWatcher()
	const moved = "listen: 127.0.0.1:9\n"
	for _, tt := range []struct{ text, want string }{
		{moved, before},
		{moved + "site: {url: 'https://river.example'}\n", "https://river.example"},
		{moved, before},
	} {
		h.write(tt.text + "admin: ''\nsources: [{seeds: seeds/*}]\nhub: on\n")
		w.reload(t.Context())
		if site := d.current.Load().cfg.Site; site.URL != tt.want || site.Hub != tt.want+"/hub" {
			t.Errorf("%sgot %s with the hub %s, want %s", tt.text, site.URL, site.Hub, tt.want)
		}
	}
}

// A source that turns private, or public again, has the index made anew while the
// daemon runs.
func TestReloadMakesTheIndexAnew(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("Autobahn")})
	up.Handle("/b", feedtest.Response{Body: rss("Fahrrad")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), source(up, "b", "/b", ""))
	r := h.serve()
	r.awaitTitles("all", "Autobahn Fahrrad")
	finds := func(title string, want bool) {
		t.Helper()
		h.await("the search", func() bool {
			code, feed := r.get("/search.atom?q=*ahr*+OR+*bahn*")
			return code == http.StatusOK && strings.Contains(feed, title) == want && strings.Contains(feed, "Fahrrad")
		})
	}
	finds("Autobahn</title>", true)
	for _, public := range []bool{false, true} {
		h.configure("sources:", source(up, "a", "/a", fmt.Sprintf(", public: %v", public)), source(up, "b", "/b", ""))
		r.reloaded()
		finds("Autobahn</title>", public)
	}
}
