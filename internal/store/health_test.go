package store

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// attempt stores a fetch of a source that brought nothing.
func (b *bench) attempt(source string, o news.Outcome, ours bool) {
	b.t.Helper()
	s := b.sources[source]
	lease, err := b.db.Begin(b.t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
	if err != nil {
		b.t.Fatal(err)
	}
	h := &story.Harvest{Source: s, Epoch: lease.Epoch, Ours: ours, Fetch: news.Fetch{Started: b.now, Outcome: o, Duration: time.Second}}
	if o.Failed() {
		h.Fetch.Error = "a.example: it does not answer"
	}
	if _, err := b.db.Save(b.t.Context(), h); err != nil {
		b.t.Fatal(err)
	}
	b.now = b.now.Add(time.Hour)
}

func (b *bench) events(source string) (list []string) {
	b.t.Helper()
	events, err := b.db.HealthEvents(b.t.Context(), b.sources[source].ID, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range slices.Backward(events) {
		if e.Cause == "" || e.At.IsZero() {
			b.t.Errorf("%+v: want a cause and a time", e)
		}
		list = append(list, fmt.Sprintf("%s->%s", e.Was, e.Is))
	}
	return list
}

func TestAChangeOfHealthIsAnEvent(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "1", 0))
	wantList(t, b.events("a"))
	for range 2 {
		b.attempt("a", news.OutcomeTimeout, false)
	}
	wantList(t, b.events("a")) // a single failure
	for range 3 {
		b.attempt("a", news.OutcomeTimeout, false)
	}
	wantList(t, b.events("a"), "ok->failing")
	b.attempt("a", news.OutcomeInterrupted, false)
	b.attempt("a", news.OutcomeUnchanged, false)
	b.attempt("a", news.OutcomeUnchanged, false)
	wantList(t, b.events("a"), "ok->failing", "failing->ok")
	b.attempt("a", news.OutcomeGone, false)
	b.attempt("a", news.OutcomeInterrupted, false)
	wantList(t, b.events("a"), "ok->failing", "failing->ok", "ok->gone")
	s, err := b.db.State(t.Context(), "a")
	if err != nil || s.Judged != news.HealthGone || s.Health(b.now) != s.Judged || s.Standing != news.OutcomeGone {
		t.Errorf("got %+v, %v; want the stored health to be the one that is told", s, err)
	}
	wantList(t, b.events("b"))
}

func TestOldChangesOfHealthAreForgotten(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "1", 0))
	b.attempt("a", news.OutcomeGone, false)
	b.now = b.now.Add(FetchesKept)
	b.attempt("a", news.OutcomeUnchanged, false)
	wantList(t, b.events("a"), "ok->gone", "gone->silent")
	if _, err := b.db.FoldFetches(t.Context(), b.now); err != nil {
		t.Fatal(err)
	}
	wantList(t, b.events("a"), "gone->silent")
}

func TestOurOwnOutageIsNobodysFault(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "1", 0))
	for range 10 {
		b.attempt("a", news.OutcomeDNS, true)
	}
	s, err := b.db.State(t.Context(), "a")
	if err != nil || s.Failures != 0 || s.Health(b.now) != news.HealthOK || !s.FailingSince.IsZero() || s.Last.Outcome != news.OutcomeDNS {
		t.Errorf("got %+v, %v; want the attempt recorded and nobody blamed", s, err)
	}
	b.attempt("a", news.OutcomeDNS, false)
	if err := b.db.Pardon(t.Context(), []int64{b.sources["a"].ID}); err != nil {
		t.Fatal(err)
	}
	if s, err = b.db.State(t.Context(), "a"); err != nil || s.Failures != 0 || !s.NextDue.IsZero() || !s.FailingSince.IsZero() {
		t.Errorf("pardoned: got %+v, %v", s, err)
	}
}

func TestRhythmIsKept(t *testing.T) {
	b := newBench(t)
	var entries []news.Entry
	for i := range 12 {
		entries = append(entries, entry("a", fmt.Sprint(i), i*24))
	}
	b.fetch("a", entries...)
	s, err := b.db.State(t.Context(), "a")
	if err != nil || s.Pause != 24*time.Hour || s.Latest.IsZero() {
		t.Errorf("got pause %v, latest %v, %v; want a day", s.Pause, s.Latest, err)
	}
}

// A database of the first schema, with a failing source, is migrated.
func TestHealthOfAnOlderDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	schema, err := os.ReadFile("sqlite/migrations/0001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		string(schema),
		`INSERT INTO source (id, name, kind, url, url_key, origin, created_at, failures, last_fetch, first_ok)
			VALUES (1, 'a', 'feed', 'https://a.example/', '//a.example/', 'https://a.example/', 1, 2, 4, 1000)`,
		`INSERT INTO fetch (id, source_id, started, duration, bytes, status, outcome, error, added, changed) VALUES
			(1, 1, 1000, 5, 1, 200, 'ok', '', 0, 0), (2, 1, 2000, 5, 1, 0, 'timeout', 'x', 0, 0), (4, 1, 3000, 5, 1, 0, 'timeout', 'x', 0, 0)`,
		`INSERT INTO story (id, key, revision) VALUES (1, 'k', 1)`,
		`INSERT INTO entry (id, source_id, story_id, first_seen, born, backlog, outlet, page, title_hash, text_hash, words, reason)
			VALUES (1, 1, 1, 1000, 1, 1, 'a.example', 0, 1, 1, 1, 'new')`,
		`INSERT INTO content (entry_id, published, updated, clean, signature, hash, guid, link, language, title, authors, categories,
			enclosures, origin, summary, content) VALUES (1, 900, 900, 1, 1, 1, 'g', '', '', 't', '', '', '', '', '', '')`,
		`PRAGMA user_version = 1`,
	} {
		if _, err := raw.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := db.State(t.Context(), "a")
	if err != nil || s == nil {
		t.Fatalf("got %v, %v", s, err)
	}
	if s.FailingSince.UnixMilli() != 2000 || s.Standing != news.OutcomeTimeout || s.Latest.UnixMilli() != 900 || s.Failures != 2 {
		t.Errorf("got %+v, want it failing since its first failure in a row", s.Vitals)
	}
	if got := s.Health(time.UnixMilli(2000).Add(time.Hour)); got != news.HealthOK {
		t.Errorf("got %s, want ok: two failures within an hour", got)
	}
}
