package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// pushStore returns a store with one source, "a", and the time of the test.
func pushStore(t *testing.T) (db *DB, id int64, now time.Time) {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "tributary.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	stored, err := db.SyncSources(t.Context(), []news.Source{{Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed", Public: true}}, now)
	if err != nil {
		t.Fatal(err)
	}
	return db, stored[0].ID, now
}

// harvest returns the result of a fetch of the source: entries with these guids.
func harvest(id int64, epoch int64, at time.Time, pushed bool, guids ...string) *story.Harvest {
	src := news.Source{ID: id, Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed"}
	doc := &news.Document{Title: "A", Outcome: news.OutcomeOK}
	for _, g := range guids {
		doc.Entries = append(doc.Entries, news.Entry{GUID: g, Title: g, Link: "https://a.example/" + g, Content: "The text of " + g})
	}
	f := news.Fetch{Started: at, Duration: time.Second, Status: 200, Outcome: news.OutcomeOK, Pushed: pushed}
	if pushed {
		f.Status, doc.Title = 0, "Another title"
	}
	return &story.Harvest{Source: src, Epoch: epoch, Fetch: f, Document: doc, Arrivals: story.Arrive(src, doc)}
}

func mustPush(t *testing.T, db *DB, id int64, state news.PushState, now time.Time) news.Push {
	t.Helper()
	p := news.Push{ID: "secret id", SourceID: id, Hub: "https://hub.example/", Topic: "https://a.example/feed", Callback: "https://r.example/websub/secret id",
		Secret: "secret", State: state, Next: now}
	if err := db.AddPush(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPushIsKept(t *testing.T) {
	db, id, now := pushStore(t)
	p := mustPush(t, db, id, news.PushAsked, now)
	if got, err := db.Push(t.Context(), p.ID); err != nil || got != p {
		t.Fatalf("got %+v, %v; want %+v", got, err, p)
	}
	for _, wrong := range []string{"", "secret", "secret id2", "SECRET ID"} {
		if got, err := db.Push(t.Context(), wrong); !errors.Is(err, news.ErrNoPush) || got.ID != "" {
			t.Errorf("%q: got %+v, %v", wrong, got, err)
		}
		if err := db.ChangePush(t.Context(), wrong, func(*news.Push) error { return nil }); !errors.Is(err, news.ErrNoPush) {
			t.Errorf("change %q: got %v", wrong, err)
		}
	}
	p.State, p.Asked, p.Pending, p.Next, p.LeaseUntil = news.PushActive, now, now.Add(1), now.Add(time.Hour), now.Add(2*time.Hour)
	p.Pending = p.Pending.Truncate(time.Millisecond)
	p.Failures, p.Error, p.Waiting, p.Refused, p.Hub = 3, "it failed", now, 7, "https://other.example/"
	if err := db.ChangePush(t.Context(), p.ID, func(is *news.Push) error { *is = p; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Push(t.Context(), p.ID); err != nil || got != p {
		t.Errorf("got %+v, %v; want %+v", got, err, p)
	}
	refused := errors.New("no")
	err := db.ChangePush(t.Context(), p.ID, func(is *news.Push) error { is.Failures = 99; return refused })
	if got, _ := db.Push(t.Context(), p.ID); !errors.Is(err, refused) || got != p {
		t.Errorf("after a refusal: got %+v, %v; want no change", got, err)
	}
	if err := db.AddPush(t.Context(), news.Push{ID: "another", SourceID: id, State: news.PushAsked}); err == nil {
		t.Error("a source has two claims")
	}
	if err := db.ChangePush(t.Context(), p.ID, func(is *news.Push) error { is.State = ""; return nil }); err != nil {
		t.Fatal(err)
	}
	if all, err := db.Pushes(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("got %+v, %v; want none", all, err)
	}
}

// A delivery stores entries and trust, and leaves the state of the last poll as it is.
func TestSavePushed(t *testing.T) {
	db, id, now := pushStore(t)
	lease, err := db.Begin(t.Context(), id, "me", now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.BeginPush(t.Context(), id, "me", now, now.Add(time.Minute)); !errors.Is(err, news.ErrLeased) {
		t.Fatalf("during a fetch of the same process: got %v, want ErrLeased", err)
	}
	h := harvest(id, lease.Epoch, now, false, "1")
	h.NextDue = now.Add(time.Hour)
	h.Validators = &news.Validators{ETag: `"1"`, BodyHash: "aa"}
	h.Body = &news.Body{URL: "https://a.example/moved", Data: []byte("x")}
	h.Announced = &news.Announcement{Topic: "https://a.example/topic", Hubs: []string{"https://hub.example/", "https://b.example/"}}
	if _, err := db.Save(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if all, err := db.Announcements(t.Context()); err != nil || len(all) != 1 || all[0].Topic != h.Announced.Topic || len(all[0].Hubs) != 2 || all[0].SourceID != id {
		t.Errorf("announced: got %+v, %v", all, err)
	}
	p := mustPush(t, db, id, news.PushActive, now)
	received := now.Add(10 * time.Minute)
	err = db.ChangePush(t.Context(), p.ID, func(p *news.Push) error {
		p.Waiting, p.LeaseUntil = received, now.Add(100*time.Hour)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	before, err := db.State(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}

	push, err := db.BeginPush(t.Context(), id, "me, push", received, received.Add(time.Minute))
	if err != nil || push.Base != "https://a.example/moved" || push.Outlet != "a.example" {
		t.Fatalf("got %+v, %v", push, err)
	}
	if _, err := db.Begin(t.Context(), id, "me", received, received.Add(time.Minute)); !errors.Is(err, news.ErrLeased) {
		t.Errorf("a fetch during a delivery: got %v, want ErrLeased", err)
	}
	f, err := db.Save(t.Context(), harvest(id, push.Epoch, received, true, "2"))
	if err != nil || f.New != 1 {
		t.Fatalf("got %+v, %v; want one new entry", f, err)
	}
	after, err := db.State(t.Context(), "a")
	if err != nil || after.Entries != 2 || after.Last.Started != before.Last.Started || after.Title != "A" || !after.NextDue.Equal(before.NextDue) {
		t.Errorf("got %+v, %v; want the state of the poll", after, err)
	}
	if fetches, err := db.Fetches(t.Context(), id, 10); err != nil || len(fetches) != 2 || !fetches[0].Pushed || fetches[1].Pushed {
		t.Errorf("got %+v, %v; want the push recorded as one", fetches, err)
	}
	if sums, err := db.FetchSums(t.Context()); err != nil || sums[id].Requests != 1 {
		t.Errorf("got %+v, %v; want one request", sums, err)
	}
	if p, err := db.Push(t.Context(), p.ID); err != nil || p.Deliveries != 1 || !p.Waiting.IsZero() || !p.Stored.Equal(received.Add(time.Second)) {
		t.Errorf("got %+v, %v", p, err)
	}
	placed, err := db.Latest(t.Context(), id, 10)
	if err != nil || len(placed) != 2 || !placed[0].Pushed || placed[1].Pushed {
		t.Errorf("got %+v, %v; want the newest pushed", placed, err)
	}
	lease, err = db.Begin(t.Context(), id, "me", received, received.Add(time.Minute))
	if err != nil || lease.Validators.ETag != `"1"` || lease.Validators.BodyHash != "aa" || !lease.PushUntil.Equal(now.Add(100*time.Hour)) {
		t.Errorf("got %+v, %v", lease, err)
	}
}

// A delivery that cannot be read does not affect the source either.
func TestSavePushedFailure(t *testing.T) {
	db, id, now := pushStore(t)
	p := mustPush(t, db, id, news.PushActive, now)
	lease, err := db.BeginPush(t.Context(), id, "me, push", now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	h := harvest(id, lease.Epoch, now, true)
	h.Document, h.Arrivals, h.Fetch.Outcome, h.Fetch.Error = nil, nil, news.OutcomeMalformed, "rubbish"
	if _, err := db.Save(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	state, err := db.State(t.Context(), "a")
	if err != nil || state.Failures != 0 || !state.Last.Started.IsZero() || state.Health(now) == news.HealthFailing {
		t.Errorf("got %+v, %v; want a source that was never asked", state, err)
	}
	if p, err := db.Push(t.Context(), p.ID); err != nil || p.Deliveries != 0 || !p.Stored.IsZero() {
		t.Errorf("got %+v, %v", p, err)
	}
}

// An announcement changes with the document that contains it, and is deleted if
// the address changes.
func TestAnnouncementsFollowTheSource(t *testing.T) {
	db, id, now := pushStore(t)
	save := func(a *news.Announcement) {
		t.Helper()
		lease, err := db.Begin(t.Context(), id, "me", now, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		h := harvest(id, lease.Epoch, now, false, "1")
		h.Announced = a
		if _, err := db.Save(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int {
		t.Helper()
		all, err := db.Announcements(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	hub := &news.Announcement{Topic: "https://a.example/", Hubs: []string{"https://hub.example/"}}
	for i, step := range []struct {
		say  *news.Announcement
		want int
	}{{hub, 1}, {nil, 1}, {&news.Announcement{}, 0}, {nil, 0}, {hub, 1}} {
		if save(step.say); count() != step.want {
			t.Errorf("step %d: got %d, want %d", i, count(), step.want)
		}
	}
	moved := []news.Source{{Name: "a", Kind: news.KindFeed, URL: "https://elsewhere.example/feed", Public: true}}
	if _, err := db.SyncSources(t.Context(), moved, now); err != nil || count() != 0 {
		t.Errorf("at another address: got %d, %v; want none", count(), err)
	}
}

func TestPollInsteadOfADelivery(t *testing.T) {
	db, id, now := pushStore(t)
	p := mustPush(t, db, id, news.PushActive, now)
	wait := func() {
		t.Helper()
		if err := db.ChangePush(t.Context(), p.ID, func(p *news.Push) error { p.Waiting = now; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	requested := func(want int) {
		t.Helper()
		ids, err := db.Requested(t.Context())
		if err != nil || len(ids) != want {
			t.Errorf("got %v due, %v; want %d", ids, err, want)
		}
	}
	if err := db.ResumePushes(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	requested(0)
	wait()
	if err := db.ResumePushes(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	requested(1)
	if p, err := db.Push(t.Context(), p.ID); err != nil || !p.Waiting.IsZero() {
		t.Errorf("got %+v, %v; want it handed over", p, err)
	}
	before, _ := db.Requests(t.Context())
	if lease, err := db.BeginPush(t.Context(), id, "push", now, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	} else if _, err := db.Save(t.Context(), harvest(id, lease.Epoch, now, true, "1")); err != nil {
		t.Fatal(err)
	}
	requested(1) // a delivery is no fetch
	lease, err := db.Begin(t.Context(), id, "me", now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	requested(1) // nor is a fetch that was not stored
	if err := db.PollInstead(t.Context(), id, now.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Save(t.Context(), harvest(id, lease.Epoch, now, false, "1")); err != nil {
		t.Fatal(err)
	}
	requested(1) // nor one that began earlier
	now = now.Add(time.Minute)
	if lease, err = db.Begin(t.Context(), id, "me", now, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Save(t.Context(), harvest(id, lease.Epoch, now, false, "1")); err != nil {
		t.Fatal(err)
	}
	requested(0)
	wait()
	if err := db.PollInstead(t.Context(), id, now); err != nil {
		t.Fatal(err)
	}
	requested(1)
	if after, _ := db.Requests(t.Context()); after <= before {
		t.Error("nobody is told")
	}
}
