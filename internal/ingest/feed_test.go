package ingest_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/news"
)

func TestPullStoresNewEntriesAndAsksConditionally(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	modified := "Sun, 01 Mar 2026 11:00:00 GMT"
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3), ETag: `"a"`, LastModified: modified})

	got := r.pull(src).Fetch
	if got.Outcome != news.OutcomeOK || got.New != 3 || got.Status != 200 || got.Bytes == 0 {
		t.Errorf("first pull: got %+v, want ok with 3 new entries", got)
	}
	first := r.held(src)
	if etag, since := r.asked("/feed"); etag != "" || since != "" {
		t.Errorf("first pull: asked with %q and %q, want no condition", etag, since)
	}

	r.wait(time.Hour)
	got = r.pull(src).Fetch
	if got.Outcome != news.OutcomeUnchanged || got.Status != 304 || got.New != 0 {
		t.Errorf("second pull: got %+v, want unchanged by 304", got)
	}
	if etag, since := r.asked("/feed"); etag != `"a"` || since != modified {
		t.Errorf("second pull: asked with %q and %q, want the validators verbatim", etag, since)
	}
	if again := r.held(src); !slices.Equal(again, first) {
		t.Errorf("a 304 changed what is held:\n got %q\nwant %q", again, first)
	}

	r.wait(time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(2, 5), ETag: `"b"`})
	if got = r.pull(src).Fetch; got.Outcome != news.OutcomeOK || got.New != 2 || got.Changed != 0 {
		t.Errorf("third pull: got %+v, want 2 new entries", got)
	}
	if got, want := r.titles(src), "E5 E4 E3 E2 E1"; got != want {
		t.Errorf("held: got %s, want %s: what left the document stays", got, want)
	}
	if n := len(r.fetches(src)); n != 3 {
		t.Errorf("got %d Fetch rows, want 3", n)
	}
}

func TestPullKnowsAnUnchangedBodyWithoutValidators(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3)})
	r.pull(src)
	first := r.held(src)
	r.wait(time.Hour)
	got := r.pull(src).Fetch
	if got.Outcome != news.OutcomeUnchanged || got.Status != 200 {
		t.Errorf("got %+v, want unchanged with status 200", got)
	}
	if again := r.held(src); !slices.Equal(again, first) {
		t.Errorf("got %q, want %q", again, first)
	}
}

// TestPullAsksWithoutConditionsAfterARefusal checks that a source recovers if a server or
// filter rejects conditional requests. A server in trouble (5xx, 429) still gets
// conditional ones, so that it need not send the body.
func TestPullAsksWithoutConditionsAfterARefusal(t *testing.T) {
	for status, want := range map[int]string{412: "", 400: "", 403: "", 500: `"a"`, 503: `"a"`, 429: `"a"`} {
		r := newRig(t)
		src := r.configure(r.feed("/feed"))[0]
		r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3), ETag: `"a"`})
		r.pull(src)
		r.wait(time.Hour)
		r.upstream.Handle("/feed", feedtest.Response{Status: status})
		r.pull(src)
		r.wait(time.Hour)
		r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3), ETag: `"b"`})
		if got := r.pull(src).Fetch; got.Outcome != news.OutcomeUnchanged {
			t.Errorf("after %d: got %+v, want what it was before", status, got)
		}
		if etag, since := r.asked("/feed"); etag != want || since != "" {
			t.Errorf("after %d: asked with %q and %q, want %q", status, etag, since, want)
		}
	}
}

func TestPullUpdatesAnEditedEntryInPlace(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rssOf(item{n: 2})})
	r.pull(src)
	a := r.only(src)
	r.wait(time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Body: rssOf(item{n: 2, text: "Quite another text."})})
	if got := r.pull(src).Fetch; got.New != 0 || got.Changed != 1 {
		t.Errorf("got %d new and %d changed, want 0 and 1", got.New, got.Changed)
	}
	b := r.only(src)
	if a.ID != b.ID || a.StoryKey != b.StoryKey || !a.FirstSeen.Equal(b.FirstSeen) || !a.Published.Equal(b.Published) {
		t.Errorf("an edit moved the entry:\n got %+v\nwant %+v", b, a)
	}
	if !strings.Contains(b.Body(), "Quite another") || !b.Updated.Equal(r.clock()) {
		t.Errorf("got %q updated %v, want the new text, updated now", b.Body(), b.Updated)
	}
}

// only returns the single entry of a source.
func (r *rig) only(s config.Source) news.Entry {
	r.t.Helper()
	latest, err := r.db.Latest(r.t.Context(), s.ID, 2)
	if err != nil || len(latest) != 1 {
		r.t.Fatalf("got %d entries, %v; want one", len(latest), err)
	}
	return latest[0].Entry
}

// A truncated document does not prove that the other entries are gone, and storing its validators
// would hide them.
func TestPullTruncated(t *testing.T) {
	for _, fault := range []feedtest.Fault{feedtest.CutLength, feedtest.CutChunked, feedtest.CutClose, feedtest.CutGzip} {
		t.Run(string(fault), func(t *testing.T) {
			r := newRig(t)
			src := r.configure(r.feed("/feed"))[0]
			whole := rss(1, 60)
			cut := feedtest.Response{Body: whole, ETag: `"new"`, LastModified: "Sun, 01 Mar 2026 11:00:00 GMT", Fault: fault}
			r.upstream.Handle("/feed", cut, feedtest.Response{Body: whole, ETag: `"new"`})

			got := r.pull(src)
			if got.Fetch.Outcome != news.OutcomeTruncated || got.Fetch.New < 10 || got.Fetch.New >= 60 {
				t.Errorf("got %s with %d entries, want truncated with some of 60", got.Fetch.Outcome, got.Fetch.New)
			}
			if want := src.Schedule.Next(r.clock(), src.Key()); !got.NextDue.Equal(want) {
				t.Errorf("next due: got %v, want %v by schedule", got.NextDue, want)
			}
			first := r.held(src)
			for _, line := range first {
				if !strings.Contains(line, " E") {
					t.Errorf("half an entry was kept: %s", line)
				}
			}

			r.wait(time.Hour)
			got = r.pull(src)
			if etag, since := r.asked("/feed"); etag != "" || since != "" {
				t.Errorf("asked with %q and %q, want no validators of a document that was cut off", etag, since)
			}
			if got.Fetch.Outcome != news.OutcomeOK || got.Fetch.New != 60-len(first) {
				t.Errorf("got %s with %d new entries, want the other %d", got.Fetch.Outcome, got.Fetch.New, 60-len(first))
			}
			if n := len(r.held(src)); n != 60 {
				t.Errorf("got %d entries, want 60", n)
			}
		})
	}
}

func TestPullTruncatedKeepsEarlierValidators(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 30), ETag: `"old"`},
		feedtest.Response{Body: rss(1, 60), ETag: `"new"`, Fault: feedtest.CutClose},
		feedtest.Response{Body: rss(1, 60), ETag: `"new"`})
	for range 3 {
		r.pull(src)
		r.wait(time.Hour)
	}
	if etag, _ := r.asked("/feed"); etag != `"old"` {
		t.Errorf("after a cut: asked with %s, want the validator of the last whole document", etag)
	}
	if n := len(r.held(src)); n != 60 {
		t.Errorf("got %d entries, want 60", n)
	}
}

func TestPullRefusesWhatIsNotPublicByDefault(t *testing.T) {
	r := newRig(t)
	closed := r.feed("/feed")
	closed.AllowNetworks = nil
	src := r.configure(closed)[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3)})
	got := r.pull(src).Fetch
	if got.Outcome != news.OutcomeBlocked || !strings.Contains(got.Error, "allow_networks") {
		t.Errorf("got %s %q, want blocked with the key that would allow it", got.Outcome, got.Error)
	}
	if n := r.upstream.Count(""); n != 0 {
		t.Errorf("the upstream got %d requests, want none", n)
	}
}

// A redirect must not bypass the check of addresses.
func TestPullRefusesARedirectToAPrivateAddress(t *testing.T) {
	r := newRig(t)
	src := r.feed("/feed")
	src.AllowNetworks = src.AllowNetworks[:0:0]
	src.AllowNetworks = append(src.AllowNetworks, mustPrefix("127.0.0.1/32"))
	src = r.configure(src)[0]
	inside := feedtest.New(t)
	r.upstream.Handle("/feed", feedtest.Response{Redirect: strings.Replace(inside.URL, "127.0.0.1", "127.0.0.2", 1) + "/secret"})
	if got := r.pull(src).Fetch; got.Outcome != news.OutcomeBlocked {
		t.Errorf("got %s %q, want blocked", got.Outcome, got.Error)
	}
}

// What was fetched is stored even if we are told to stop meanwhile. Otherwise the Fetch is
// interrupted, and the source stays due.
func TestPullRecordsAnInterruption(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3), ETag: `"a"`},
		feedtest.Response{Body: rss(1, 9), Fault: feedtest.Stall, Pause: time.Minute})
	r.pull(src)
	before, due := r.held(src), r.state(src).NextDue

	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(50*time.Millisecond, cancel)
	defer timer.Stop()
	result, err := r.ingester.Pull(ctx, src)
	if err != nil {
		t.Fatal(err)
	}
	if result.Fetch.Outcome != news.OutcomeInterrupted {
		t.Errorf("got %s, want interrupted", result.Fetch.Outcome)
	}
	if rows := r.fetches(src); len(rows) != 2 {
		t.Errorf("got %d Fetch rows, want 2", len(rows))
	}
	state := r.state(src)
	if !state.NextDue.Equal(due) || state.Failures != 0 {
		t.Errorf("got next due %v and %d failures, want %v and 0: an interruption says nothing about the source", state.NextDue, state.Failures, due)
	}
	if after := r.held(src); !slices.Equal(after, before) {
		t.Errorf("got %q, want %q", after, before)
	}
}

func TestPullOfARetiredSourceStoresNothing(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3)})
	r.configure(r.feed("/other")) // same name, so the same row, at another address
	r.configure()
	if _, err := r.ingester.Pull(t.Context(), src); !errors.Is(err, news.ErrLeased) {
		t.Errorf("got %v, want %v", err, news.ErrLeased)
	}
	if n := r.upstream.Count(""); n != 0 {
		t.Errorf("a source that is no longer configured was asked %d times", n)
	}
}

// The address changes while the old one is being fetched: the result is discarded, and the attempt
// is recorded.
func TestPullSupersededByAReload(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/old"))[0]
	r.upstream.Handle("/old", feedtest.Response{Body: rss(1, 3), ETag: `"old"`})
	r.upstream.Handle("/new", feedtest.Response{Body: rss(7, 8)})
	r.ingester.Client = &meddler{client: r.ingester.Client, meanwhile: func() { r.configure(r.feed("/new")) }}
	got := r.pull(src).Fetch
	if got.Outcome != news.OutcomeInterrupted {
		t.Errorf("got %s, want interrupted", got.Outcome)
	}
	if rows := r.fetches(src); len(rows) != 1 || rows[0].Outcome != news.OutcomeInterrupted {
		t.Errorf("got %+v, want the one attempt recorded", rows)
	}
	moved := r.configure(r.feed("/new"))[0]
	if moved.ID != src.ID {
		t.Fatalf("got source %d, want %d: another address, the same name", moved.ID, src.ID)
	}
	r.ingester.Client.(*meddler).meanwhile = func() {}
	r.pull(moved)
	if etag, _ := r.asked("/new"); etag != "" {
		t.Errorf("asked the new address with %s of the old one", etag)
	}
	if got, want := r.titles(moved), "E8 E7"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// An attempt that cannot even be recorded is a failure of our own, and returned as an error.
func TestPullTellsWhatCannotBeRecorded(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/old"))[0]
	r.upstream.Handle("/old", feedtest.Response{Body: rss(1, 3)})
	db, err := sql.Open("sqlite", r.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TRIGGER full BEFORE INSERT ON fetch BEGIN SELECT RAISE(ABORT, 'no room'); END`); err != nil {
		t.Fatal(err)
	}
	if _, err := r.ingester.Pull(t.Context(), src); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("got %v, want the failure to store", err)
	}
	if held := r.held(src); len(held) != 0 {
		t.Errorf("entries without a Fetch: %q", held)
	}
	r.ingester.Client = &meddler{client: r.ingester.Client, meanwhile: func() { r.configure(r.feed("/new")) }}
	if _, err := r.ingester.Pull(t.Context(), src); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("superseded: got %v, want the failure to record it", err)
	}
}

// A secret of the operator is sent to the source and appears nowhere else.
func TestPullKeepsHeadersSecret(t *testing.T) {
	const secret = "canary-4f1d0c5a9b"
	r := newRig(t)
	src := r.feed("/feed")
	src.Headers = map[string]string{"Authorization": "Bearer " + secret}
	src = r.configure(src)[0]
	elsewhere := feedtest.New(t)
	elsewhere.Handle("/"+secret, feedtest.Response{Status: 500})
	src.AllowPorts = append(src.AllowPorts, elsewhere.Port())
	r.upstream.Handle("/feed",
		feedtest.Response{Body: rss(1, 3)},
		feedtest.Response{Status: 401, Header: map[string]string{"WWW-Authenticate": "Bearer " + secret}},
		feedtest.Response{Fault: feedtest.EchoRequest},
		feedtest.Response{Redirect: elsewhere.URL + "/" + secret},
		feedtest.Response{Redirect: "http://" + secret + ".invalid:1/"},
		feedtest.Response{Redirect: "ftp://" + secret + "/"})
	for range 6 {
		r.pull(src)
		r.wait(48 * time.Hour)
	}
	if sent := r.upstream.Requests("/feed")[0].Header.Get("Authorization"); sent != "Bearer "+secret {
		t.Errorf("the source got %q, want the header", sent)
	}
	if n := elsewhere.Count(""); n != 1 {
		t.Fatalf("the other server got %d requests, want 1", n)
	}
	if sent := elsewhere.Requests("")[0].Header.Get("Authorization"); sent != "" {
		t.Errorf("the header went to another server: %q", sent)
	}
	for _, row := range r.fetches(src) {
		if strings.Contains(row.Error, secret) {
			t.Errorf("the secret is in the error of a Fetch: %q", row.Error)
		}
	}
	if strings.Contains(r.log.String(), secret) {
		t.Errorf("the secret is in the log:\n%s", r.log)
	}
	if bytes.Contains(r.databaseFiles(), []byte(secret)) {
		t.Error("the secret is in the database")
	}
}
