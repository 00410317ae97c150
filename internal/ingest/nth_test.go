package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/publish"
	"tributary/internal/store"
	"tributary/internal/story"
)

// errNth is the error of the failing store.
var errNth = errors.New("injected: no space left on device")

// failing is a store for ingest and publish whose call number nth fails: either before it does
// anything or, if late, after it is done, so that only the answer is lost.
type failing struct {
	*store.DB
	nth, calls int
	late       bool
	failed     string // name of the failed call
}

func (f *failing) call(name string, do func() error) error {
	f.calls++
	if f.calls != f.nth {
		return do()
	}
	f.failed = name
	if f.late {
		if err := do(); err != nil {
			return err
		}
	}
	return errNth
}

func (f *failing) Begin(ctx context.Context, id int64, owner string, now, until time.Time) (l news.Lease, err error) {
	err = f.call("Begin", func() error { l, err = f.DB.Begin(ctx, id, owner, now, until); return err })
	return l, err
}

func (f *failing) Save(ctx context.Context, h *story.Harvest) (got news.Fetch, err error) {
	err = f.call("Save", func() error { got, err = f.DB.Save(ctx, h); return err })
	return got, err
}

func (f *failing) SeedFiles(ctx context.Context, id int64) (files []news.SeedFile, err error) {
	err = f.call("SeedFiles", func() error { files, err = f.DB.SeedFiles(ctx, id); return err })
	return files, err
}

func (f *failing) Body(ctx context.Context, id int64) (b *news.Body, err error) {
	err = f.call("Body", func() error { b, err = f.DB.Body(ctx, id); return err })
	return b, err
}

func (f *failing) Publish(ctx context.Context, feed news.Feed, now time.Time) (changed, more bool, err error) {
	err = f.call("Publish", func() error { changed, more, err = f.DB.Publish(ctx, feed, now); return err })
	return changed && err == nil, more, err
}

func (f *failing) Edition(ctx context.Context, site news.Site, feed news.Feed) (e *news.Edition, err error) {
	err = f.call("Edition", func() error { e, err = f.DB.Edition(ctx, site, feed); return err })
	return e, err
}

func (f *failing) Rendered(ctx context.Context, feed int64, tags map[string]string, now time.Time) (at map[string]time.Time, err error) {
	err = f.call("Rendered", func() error { at, err = f.DB.Rendered(ctx, feed, tags, now); return err })
	return at, err
}

// cycle is a small installation: two feeds with stories in common and a seed folder, published as
// one feed. Each round brings something new from every source.
type cycle struct {
	*folder
	store     *failing
	sources   []config.Source
	publisher *publish.Publisher
	feed      news.Feed
	out       string
}

func newCycle(t *testing.T, nth int, late bool) *cycle {
	c := &cycle{folder: newFolder(t), out: t.TempDir()}
	c.store = &failing{DB: c.db, nth: nth, late: late}
	c.ingester.Store = c.store
	one, two := c.rig.feed("/one"), c.rig.feed("/two")
	two.Name = "two"
	c.sources = c.configure(one, two, c.src)
	feeds, err := c.db.SyncFeeds(t.Context(), []news.Feed{allFeed}, c.rig.sources, c.clock())
	if err != nil {
		t.Fatal(err)
	}
	c.feed = feeds[0]
	c.publisher = &publish.Publisher{Store: c.store, Shelf: publish.NewShelf(), Folder: &publish.Folder{Path: c.out}, Now: c.clock}
	return c
}

// bring sets up round n of the outside world: every feed shows its last entries, the second feed
// also those of the first, and a new seed is there.
func (c *cycle) bring(n int) {
	c.upstream.Handle("/one", feedtest.Response{Body: rss(max(1, 4*n-7), 4*n), ETag: fmt.Sprintf(`"%d"`, n)})
	c.upstream.Handle("/two", feedtest.Response{Body: rss(max(1, 4*n-7), 4*n+2), ETag: fmt.Sprintf(`"%d"`, n)})
	texts := []string{forest, river, bridge}
	c.writeAged(fmt.Sprintf("%d.txt", n), texts[n-1], time.Minute)
	if n == 3 {
		if err := os.Remove(filepath.Join(c.dir, "1.txt")); err != nil {
			c.t.Fatal(err)
		}
	}
}

// round pulls every source and publishes, as the daemon does: errors are collected, and the others
// continue.
func (c *cycle) round() (errs []error) {
	c.wait(time.Hour)
	for _, src := range c.sources {
		if _, err := c.ingester.Pull(c.t.Context(), src); err != nil {
			errs = append(errs, err)
		}
	}
	if err := c.ingester.Reread(c.t.Context(), c.sources[0]); err != nil {
		errs = append(errs, err)
	}
	finish, err := c.publisher.Feed(c.t.Context(), news.Site{Title: "River", URL: "http://river.example"}, c.feed,
		func() ([]news.Listed, error) { return nil, nil })
	if finish != nil {
		err = finish.Do(c.t.Context())
	}
	if err != nil {
		errs = append(errs, err)
	}
	return errs
}

// whole checks what must be true at any time: nothing twice, no entry without the others of its
// document, no Publication without a guid.
func (c *cycle) whole(when string) {
	c.t.Helper()
	for _, src := range c.sources[:2] {
		seen := map[string]bool{}
		for _, title := range strings.Fields(c.titles(src)) {
			if seen[title] {
				c.t.Errorf("%s: %s has %s twice", when, src.Name, title)
			}
			seen[title] = true
		}
		if extra := map[string]int{"feed": 0, "two": 2}[src.Name]; len(seen) > 0 && (len(seen)-extra)%4 != 0 {
			c.t.Errorf("%s: %s has %d entries: part of a document was stored", when, src.Name, len(seen))
		}
	}
	guids := map[string]bool{}
	for _, s := range c.edition().Shown {
		if s.GUID == "" || guids[s.GUID] {
			c.t.Errorf("%s: guid %q is empty or shown twice", when, s.GUID)
		}
		guids[s.GUID] = true
	}
}

func (c *cycle) edition() *news.Edition {
	c.t.Helper()
	e, err := c.db.Edition(c.t.Context(), news.Site{URL: "http://river.example"}, c.feed)
	if err != nil {
		c.t.Fatal(err)
	}
	return e
}

// result returns what subscribers get in the end, titles and guids, from the database, the shelf
// and the file in the folder.
func (c *cycle) result() (database, shelf, file []string) {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.out, "all.atom"))
	if err != nil {
		c.t.Fatal(err)
	}
	return ids(c.edition()), ids(c.publisher.Shelf.Edition("all")), atomIDs(c.t, data)
}

func ids(e *news.Edition) []string {
	var list []string
	for _, s := range e.Shown {
		list = append(list, s.GUID)
	}
	slices.Sort(list)
	return list
}

func atomIDs(t *testing.T, data []byte) []string {
	t.Helper()
	doc, err := format.Decode(data, format.Input{ContentType: "application/atom+xml"})
	if err != nil || doc.Outcome != news.OutcomeOK {
		t.Fatalf("all.atom: %v", err)
	}
	var list []string
	for _, e := range doc.Entries {
		list = append(list, e.GUID)
	}
	slices.Sort(list)
	return list
}

// rounds is the number of rounds of the outside world in TestFailAtNthCall.
const rounds = 3

// Any single call of the store may fail, before or after its work: what is held stays consistent,
// and the next successful round makes up for it.
func TestFailAtNthCall(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(map[bool]string{false: "before", true: "late"}[late], func(t *testing.T) {
			t.Parallel()
			clean := newCycle(t, 0, false)
			for n := 1; n <= rounds; n++ {
				clean.bring(n)
				if errs := clean.round(); errs != nil {
					t.Fatal(errs)
				}
			}
			want, _, _ := clean.result()

			n, kinds := 1, map[string]bool{}
			for reached := true; reached; n++ {
				t.Run(fmt.Sprint(n), func(t *testing.T) { reached = failAt(t, n, late, want, kinds) })
			}
			calls := n - 2 // the last number had no call
			t.Logf("%d calls failed, each once, of %d kinds", calls, len(kinds))
			if calls < 30 || len(kinds) != 7 {
				t.Errorf("only %d calls of %d kinds failed: the test does not reach what it says", calls, len(kinds))
			}
		})
	}
}

// failAt runs the rounds with one failing call, and then one more without. It reports whether there
// was a call number n.
func failAt(t *testing.T, n int, late bool, want []string, kinds map[string]bool) bool {
	c := newCycle(t, n, late)
	told := 0
	for round := 1; round <= rounds; round++ {
		c.bring(round)
		errs := c.round()
		told += len(errs)
		for _, err := range errs {
			if !errors.Is(err, errNth) {
				t.Errorf("call %d: got %v, want only the injected failure", n, err)
			}
		}
		c.whole(fmt.Sprintf("call %d (%s), round %d", n, c.store.failed, round))
	}
	if c.store.failed == "" {
		return false
	}
	kinds[c.store.failed] = true
	if told != 1 {
		t.Errorf("call %d (%s): got %d errors told, want 1", n, c.store.failed, told)
	}
	if errs := c.round(); errs != nil {
		t.Errorf("call %d (%s): the next round failed too: %v", n, c.store.failed, errs)
	}
	c.whole(fmt.Sprintf("call %d (%s), at the end", n, c.store.failed))
	database, shelf, file := c.result()
	for _, got := range []struct {
		where string
		ids   []string
	}{{"the database", database}, {"the shelf", shelf}, {"the folder", file}} {
		if !slices.Equal(got.ids, want) {
			t.Errorf("call %d (%s): %s shows\n got %q\nwant %q", n, c.store.failed, got.where, got.ids, want)
		}
	}
	for _, src := range c.sources {
		if state := c.state(src); state.Failures != 0 || state.Last.Outcome.Failed() {
			t.Errorf("call %d (%s): source %s is left failing: %+v", n, c.store.failed, src.Name, state.Last)
		}
	}
	return true
}

// A feeds folder that cannot be written is reported, and written once that is possible, even
// without anything new.
func TestPublishMakesUpForAFailedFolder(t *testing.T) {
	c := newCycle(t, 0, false)
	c.bring(1)
	good := c.publisher.Folder.Path
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c.publisher.Folder.Path = filepath.Join(blocked, "feeds")
	if errs := c.round(); len(errs) != 1 || !strings.Contains(errs[0].Error(), "feeds folder") {
		t.Fatalf("got %v, want one error that names the feeds folder", errs)
	}
	if c.publisher.Shelf.Document("all", "atom") == nil {
		t.Error("the feed is not served because its file could not be written")
	}
	c.publisher.Folder.Path = good
	if errs := c.round(); errs != nil {
		t.Fatal(errs)
	}
	database, _, file := c.result()
	if !slices.Equal(file, database) {
		t.Errorf("the folder shows\n got %q\nwant %q", file, database)
	}
}
