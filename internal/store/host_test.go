package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// forbid makes every write to a table fail, but for those that every attempt
// writes: its own row and that of the source.
func forbid(t *testing.T, db *DB) {
	t.Helper()
	var tables []string
	err := db.each(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('source', 'fetch') AND name NOT LIKE 'sqlite%'
		AND sql NOT LIKE 'CREATE VIRTUAL%'`, nil, appendTo(&tables))
	if err != nil || !slices.Contains(tables, "entry") || !slices.Contains(tables, "body") {
		t.Fatalf("tables %q, %v", tables, err)
	}
	err = db.update(t.Context(), func(tx *tx) error {
		for _, table := range tables {
			for _, change := range []string{"INSERT", "UPDATE", "DELETE"} {
				_, err := tx.exec(fmt.Sprintf(`CREATE TEMP TRIGGER forbid_%s_%s BEFORE %[2]s ON main.%[1]s
					BEGIN SELECT RAISE(ABORT, 'written: %[1]s'); END`, table, change))
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A fetch that brings nothing writes its own row and touches that of its source:
// a 304, the same bytes, and bytes that differ around the same entries.
func TestUnchangedWritesNothingElse(t *testing.T) {
	b := newBench(t)
	one := entry("a", "one", 1)
	b.fetch("a", one, entry("a", "two", 2))
	revision, err := b.db.Revision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	forbid(t, b.db)
	s := b.sources["a"]
	pull := func(h story.Harvest) error {
		lease, err := b.db.Begin(t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		h.Source, h.Epoch, h.Fetch.Started, h.NextDue = s, lease.Epoch, b.now, b.now.Add(time.Hour)
		_, err = b.db.Save(t.Context(), &h)
		return err
	}
	doc := &news.Document{Format: "rss20", Title: "Source a", Entries: []news.Entry{one, entry("a", "two", 2)}}
	body := &news.Body{URL: s.URL, Reader: 1, Data: []byte("<rss><!-- noon --></rss>")}
	for name, h := range map[string]story.Harvest{
		"304":           {Fetch: news.Fetch{Outcome: news.OutcomeUnchanged, Status: 304}, Validators: &news.Validators{ETag: `"2"`}},
		"the same body": {Fetch: news.Fetch{Outcome: news.OutcomeUnchanged, Status: 200}, Validators: &news.Validators{ETag: `"3"`}},
		"the same entries": {Fetch: news.Fetch{Outcome: news.OutcomeOK, Status: 200}, Validators: &news.Validators{ETag: `"4"`},
			Document: doc, Arrivals: story.Arrive(s, doc), Body: body},
		"a failure": {Fetch: news.Fetch{Outcome: news.OutcomeTimeout}},
	} {
		if err := pull(h); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if now, err := b.db.Revision(t.Context()); err != nil || now != revision {
		t.Errorf("the revision went from %d to %d (%v)", revision, now, err)
	}
	if rows, err := b.db.Fetches(t.Context(), s.ID, 10); err != nil || len(rows) != 5 {
		t.Errorf("%d attempts recorded (%v), want all 5", len(rows), err)
	}
	doc.Entries[0].Title = "another"
	if err := pull(story.Harvest{Fetch: news.Fetch{Outcome: news.OutcomeOK}, Document: doc, Arrivals: story.Arrive(s, doc)}); err == nil || !strings.Contains(err.Error(), "written:") {
		t.Errorf("a changed entry: %v; this test would notice nothing", err)
	}
}

// A new reader, another address and a reading of the past replace the body.
func TestBodyIsReplacedWhenItMatters(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 1))
	s := b.sources["a"]
	put := func(reader int, url, data string, reread bool) string {
		lease, err := b.db.Begin(t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		d := &news.Document{Format: "rss20", Entries: []news.Entry{entry("a", "one", 1)}}
		if _, err := b.db.Save(t.Context(), &story.Harvest{
			Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d), Reread: reread,
			Fetch: news.Fetch{Started: b.now, Outcome: news.OutcomeOK, Status: 200}, Body: &news.Body{URL: url, Reader: reader, Data: []byte(data)},
		}); err != nil {
			t.Fatal(err)
		}
		body, err := b.db.Body(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		return string(body.Data)
	}
	for _, tt := range []struct {
		reader         int
		url, data      string
		reread, change bool
	}{
		{1, s.URL, "noon", false, false},
		{2, s.URL, "a new reader", false, true},
		{2, s.URL + "/2", "another address", false, true},
		{2, s.URL + "/2", "read again", true, true},
		{2, s.URL + "/2", "evening", false, false},
	} {
		if got := put(tt.reader, tt.url, tt.data, tt.reread); (got == tt.data) != tt.change {
			t.Errorf("after %+v the body is %q", tt, got)
		}
	}
}

// What politeness is told by: the size of a document stays known over a 304, and
// what was spared is the rest of it.
func TestPolitenessIsCounted(t *testing.T) {
	b := newBench(t)
	s := b.sources["a"]
	doc := func(names ...string) *news.Document {
		d := &news.Document{Format: "rss20"}
		for i, n := range names {
			d.Entries = append(d.Entries, entry("a", n, i))
		}
		return d
	}
	pull := func(outcome news.Outcome, status, bytes, size int, d *news.Document, interval time.Duration) {
		t.Helper()
		lease, err := b.db.Begin(t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		h := &story.Harvest{Source: s, Epoch: lease.Epoch, Interval: interval, Fetch: news.Fetch{Started: b.now, Outcome: outcome, Status: status, Bytes: int64(bytes)}}
		if d != nil {
			h.Document, h.Arrivals, h.Body = d, story.Arrive(s, d), &news.Body{URL: s.URL, Reader: 1, Data: make([]byte, size)}
		}
		if _, err := b.db.Save(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	want := func(when string, want FetchSum) {
		t.Helper()
		sums, err := b.db.FetchSums(t.Context())
		if err != nil || sums[s.ID] != want {
			t.Errorf("%s:\n got %+v (%v)\nwant %+v", when, sums[s.ID], err, want)
		}
	}
	pull(news.OutcomeOK, 200, 300, 1000, doc("one", "two"), time.Hour)
	want("the first document", FetchSum{Requests: 1, Bytes: 300, Saved: 700, Interval: time.Hour})
	pull(news.OutcomeUnchanged, 304, 0, 0, nil, 2*time.Hour)
	want("a 304", FetchSum{Requests: 2, NotModified: 1, Bytes: 300, Saved: 1700, Interval: 2 * time.Hour})
	pull(news.OutcomeUnchanged, 200, 300, 0, nil, 0)
	want("the same bytes", FetchSum{Requests: 3, NotModified: 1, Bytes: 600, Saved: 2400, Interval: 2 * time.Hour})
	pull(news.OutcomeLimited, 429, 0, 0, nil, 0)
	pull(news.OutcomeHTTPError, 500, 0, 0, nil, 0)
	pull(news.OutcomeTimeout, 0, 0, 0, nil, 0)
	want("three failures", FetchSum{Requests: 5, NotModified: 1, Failed: 3, Limited: 1, Bytes: 600, Saved: 2400, Interval: 2 * time.Hour})
	pull(news.OutcomeOK, 200, 1200, 1200, doc("one", "two", "three"), 0)
	want("a new entry, not compressed", FetchSum{Requests: 6, NotModified: 1, Failed: 3, Limited: 1, Bytes: 1800, Saved: 2400, Fresh: 1, Interval: 2 * time.Hour})
	pull(news.OutcomeTruncated, 200, 100, 200, doc("one", "four"), 0)
	want("a part of a document", FetchSum{Requests: 7, NotModified: 1, Failed: 3, Limited: 1, Bytes: 1900, Saved: 2400, Fresh: 2, Interval: 2 * time.Hour})
	pull(news.OutcomeUnchanged, 304, 0, 0, nil, 0)
	want("a 304 after it", FetchSum{Requests: 8, NotModified: 2, Failed: 3, Limited: 1, Bytes: 1900, Saved: 3600, Fresh: 2, Interval: 2 * time.Hour})
}

// Two sources of a host are limited at the same time, and then a third.
func TestHostsAreRemembered(t *testing.T) {
	b := newBench(t)
	limit := func(source string, wait, spacing time.Duration) {
		t.Helper()
		s := b.sources[source]
		lease, err := b.db.Begin(t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.db.Save(t.Context(), &story.Harvest{
			Source: s, Epoch: lease.Epoch, Fetch: news.Fetch{Started: b.now, Outcome: news.OutcomeLimited, Status: 429},
			Host: &news.Host{Name: "example", NotBefore: b.now.Add(wait), Spacing: spacing, LimitedAt: b.now},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if h, err := b.db.Host(t.Context(), "example"); err != nil || h != (news.Host{Name: "example"}) {
		t.Errorf("before: %+v, %v", h, err)
	}
	limit("a", time.Hour, 2*time.Second)
	limit("b", time.Minute, 2*time.Second)
	b.now = b.now.Add(10 * time.Minute)
	limit("c", time.Minute, 4*time.Second)
	want := news.Host{Name: "example", NotBefore: start.Add(time.Hour), Spacing: 4 * time.Second, Limited: 3, LimitedAt: b.now}
	if h, err := b.db.Host(t.Context(), "example"); err != nil || h != want {
		t.Errorf("got %+v, %v; want %+v", h, err, want)
	}
	if all, err := b.db.Hosts(t.Context()); err != nil || len(all) != 1 || all[0] != want {
		t.Errorf("got %+v, %v", all, err)
	}
}

// When entries appeared: those of the first document when they say so, later
// ones when we saw them, unless they say that it was shortly before.
func TestAppeared(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "old", 24*365), entry("a", "recent", 24))
	b.now = b.now.Add(72 * time.Hour)
	b.fetch("a", entry("a", "fresh", -70), entry("a", "backdated", 24*100), entry("a", "undated", 0), entry("a", "ahead", -1000))
	undated := entry("a", "none", 0)
	undated.Published = time.Time{}
	b.fetch("a", undated)
	times, err := b.db.Appeared(t.Context(), b.sources["a"].ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	var hours []int
	for _, at := range times {
		hours = append(hours, int(at.Sub(start)/time.Hour))
	}
	slices.Sort(hours)
	if want := []int{-24 * 365, -24, 70, 72, 72, 72, 72}; !slices.Equal(hours, want) {
		t.Errorf("got %v hours after the start, want %v", hours, want)
	}
	if times, err = b.db.Appeared(t.Context(), b.sources["a"].ID, 3); err != nil || len(times) != 3 {
		t.Errorf("got %d of the latest 3 (%v)", len(times), err)
	}
}
