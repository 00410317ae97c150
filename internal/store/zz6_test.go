//go:build scale6

package store

import (
	"fmt"
	"os"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

var para = "<p>The quick brown fox jumps over the lazy dog while the river carries every story once and only once to the sea, as it has done since the mills were built along its banks. "

func scaleSources(n int) []news.Source {
	var out []news.Source
	for i := range n {
		name := fmt.Sprintf("s%05d", i)
		out = append(out, news.Source{Name: name, Kind: news.KindFeed, URL: "https://" + name + ".example/feed", Public: true, Tags: []string{"t"}})
	}
	return out
}

func scaleEntry(src, k int, at time.Time) news.Entry {
	n := fmt.Sprintf("s%05d", src)
	host := n
	if k%10 == 0 { // a tenth shared with the neighbour
		host = fmt.Sprintf("s%05d", src/2*2)
	}
	e := news.Entry{
		GUID: fmt.Sprintf("https://%s.example/%d", n, k), Link: fmt.Sprintf("https://%s.example/article/%d", host, k),
		Title: fmt.Sprintf("Headline %d of source %d about rivers", k, src), Content: para + fmt.Sprint(src, "x", k) + "</p>" + para + para + para + para + para,
		Published: at.Add(-time.Duration(k) * time.Hour).Add(-time.Duration(src) * time.Second),
	}
	return e
}

func openScale(t *testing.T) (*DB, []news.Source, []news.Feed) {
	path := "/tmp/h6/scale.db"
	_, err := os.Stat(path)
	fresh := err != nil
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	sources, err := db.SyncSources(t.Context(), scaleSources(10000), start)
	if err != nil {
		t.Fatal(err)
	}
	feeds, err := db.SyncFeeds(t.Context(), []news.Feed{{Name: "all", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour}}, sources, start)
	if err != nil {
		t.Fatal(err)
	}
	if fresh {
		t0 := time.Now()
		for i, s := range sources {
			var es []news.Entry
			for k := range 50 {
				es = append(es, scaleEntry(i, k, start))
			}
			save(t, db, s, start.Add(time.Duration(i)*time.Millisecond), es)
		}
		t.Logf("500,000 entries saved in %v", time.Since(t0))
		for r := range 20 { // 20 fetches each
			err := db.update(t.Context(), func(x *tx) error {
				for _, s := range sources {
					if _, err := x.exec(`INSERT INTO fetch (source_id, started, duration, bytes, status, outcome, error, added, changed)
		VALUES ($1, $2, 5, 1000, 304, 'unchanged', '', 0, 0)`, s.ID, ms(start)+int64(r+1)*3600000); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return db, sources, feeds
}

func save(t *testing.T, db *DB, s news.Source, now time.Time, es []news.Entry) time.Duration {
	d := &news.Document{Format: "rss20", Title: "Source", Entries: es}
	arr := story.Arrive(s, d)
	t0 := time.Now()
	lease, err := db.Begin(t.Context(), s.ID, "test", now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Save(t.Context(), &story.Harvest{Source: s, Epoch: lease.Epoch, Document: d, Arrivals: arr, NextDue: now.Add(time.Hour),
		Fetch: news.Fetch{Started: now, Outcome: news.OutcomeOK, Status: 200}, Validators: &news.Validators{ETag: "1"},
		Body: &news.Body{URL: s.URL, Reader: 1, Data: []byte("<rss/>")}})
	if err != nil {
		t.Fatal(err)
	}
	return time.Since(t0)
}

func took(t *testing.T, what string, f func() error) {
	for range 3 {
		t0 := time.Now()
		if err := f(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%-40s %v", what, time.Since(t0).Round(10*time.Microsecond))
	}
}

func TestScale(t *testing.T) {
	t0 := time.Now()
	db, sources, feeds := openScale(t)
	t.Logf("open and sync %v", time.Since(t0))
	ctx := t.Context()
	took(t, "States", func() error { _, err := db.States(ctx); return err })
	var n int
	t0 = time.Now()
	for more := true; more; n++ {
		var err error
		t1 := time.Now()
		_, more, err = db.Publish(ctx, feeds[0], start.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if n < 3 || n == 100 || n == 200 {
			t.Logf("Publish batch %d: %v", n, time.Since(t1))
		}
	}
	t.Logf("Publish of everything: %d batches %v", n, time.Since(t0))
	took(t, "Edition", func() error { e, err := db.Edition(ctx, site, feeds[0]); t.Logf("%d shown", len(e.Shown)); return err })
	round := int(time.Now().Unix() % 1000000)
	var known, fresh time.Duration
	for i := range 20 {
		var es []news.Entry
		for k := range 25 {
			es = append(es, scaleEntry(100+i, k, start))
		}
		known += save(t, db, sources[100+i], start.Add(100*time.Hour), es)
		es = nil
		for k := range 25 {
			es = append(es, scaleEntry(300+i, 1000+round*100+k, start))
		}
		fresh += save(t, db, sources[300+i], start.Add(100*time.Hour), es)
	}
	t.Logf("Save 25 known %v, 25 new %v", known/20, fresh/20)
	t1 := time.Now()
	if _, _, err := db.Publish(ctx, feeds[0], start.Add(101*time.Hour)); err != nil {
		t.Fatal(err)
	}
	t.Logf("Publish of 500 live: %v", time.Since(t1))
	took(t, "Latest(source)", func() error { _, err := db.Latest(ctx, sources[77].ID, 20); return err })
	took(t, "State(name)", func() error { _, err := db.State(ctx, "s00077"); return err })
	took(t, "Totals", func() error { _, err := db.Totals(ctx); return err })
	took(t, "FetchSums", func() error { _, err := db.FetchSums(ctx); return err })
	took(t, "FailingSince", func() error { _, err := db.FailingSince(ctx, sources[77].ID); return err })
	took(t, "SyncSources", func() error { _, err := db.SyncSources(ctx, scaleSources(10000), start); return err })
	took(t, "SyncFeeds", func() error {
		_, err := db.SyncFeeds(ctx, []news.Feed{{Name: "all", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour}}, sources, start)
		return err
	})
	t2 := time.Now()
	srcs, _ := db.SyncSources(ctx, scaleSources(9999), start)
	fs, err := db.SyncFeeds(ctx, []news.Feed{{Name: "all", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour}}, srcs, start)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("retire one source: sync %v", time.Since(t2))
	t2 = time.Now()
	for more := true; more; {
		if _, more, err = db.Publish(ctx, fs[0], start.Add(102*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("retire one source: publish %v", time.Since(t2))
	took(t, "Find key", func() error { _, err := db.Find(ctx, "nothing", ""); return err })
	took(t, "Fold", func() error { _, err := db.FoldFetches(ctx, start); return err })
}
