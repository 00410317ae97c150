package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/internal/news"
)

func problemsFeed(sources ...string) news.Feed {
	return news.Feed{Name: "problems", Title: "Problems", Kind: news.FeedOfHealth, Private: true, Sources: sources, Duplicates: news.Collapse, Limit: 100}
}

// The feed has one item for each change of health, in the order in which they
// occurred, also after a restart.
func TestTheFeedOfProblems(t *testing.T) {
	b := newBench(t, all(news.Collapse), problemsFeed())
	wantList(t, b.publish("problems"))
	for _, n := range []string{"a", "b"} {
		b.fetch(n, entry(n, n, 1))
	}
	b.publish("all")
	wantList(t, b.publish("problems")) // it has nothing to do with stories
	for range 3 {
		b.attempt("a", news.OutcomeTimeout, false)
	}
	wantList(t, b.publish("problems"), "Source a (a) is failing")
	failed := b.edition("problems").Shown[0]
	if !failed.Published.Equal(start.Add(2*time.Hour)) || !b.edition("problems").Updated.Equal(failed.Published) {
		t.Errorf("published %v, the feed updated %v, want when the third attempt failed", failed.Published, b.edition("problems").Updated)
	}
	b.attempt("a", news.OutcomeUnchanged, false)
	b.attempt("b", news.OutcomeGone, false)
	wantList(t, b.publish("problems"), "Source b (b) is gone", "Source a (a) is well again", "Source a (a) is failing")

	before := b.edition("problems")
	b.reopen()
	b.pass(100 * time.Hour)
	b.configure([]string{"a", "b", "c"}, all(news.Collapse), problemsFeed())
	if changed, _, err := b.db.Publish(t.Context(), b.feeds["problems"], b.now); changed || err != nil {
		t.Errorf("changed %v (%v) by a restart", changed, err)
	}
	if diff := cmp.Diff(before, b.edition("problems")); diff != "" {
		t.Errorf("-before +after a restart\n%s", diff)
	}
	b.configure([]string{"a", "b", "c"}, all(news.Collapse), problemsFeed("b"))
	wantList(t, b.publish("problems"), "Source b (b) is gone")
}

// Problems of the same moment get different times, because readers sort by them.
func TestProblemsOfOneMomentAreApart(t *testing.T) {
	b := newBench(t, problemsFeed())
	moment := b.now
	for _, source := range []string{"a", "b", "c"} {
		b.now = moment
		b.attempt(source, news.OutcomeGone, false)
	}
	b.publish("problems")
	times := map[time.Time]bool{}
	for _, s := range b.edition("problems").Shown {
		times[s.Updated] = true
		if late := s.Updated.Sub(moment); late < 0 || late > time.Second {
			t.Errorf("told %v after it was noted", late)
		}
	}
	if len(times) != 3 {
		t.Errorf("%d times of three problems: %v", len(times), times)
	}
}

// A change of its selection changes no story.
func TestTheFeedOfProblemsTouchesNoStory(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 1))
	b.publish("all")
	before, _ := b.db.Revision(t.Context())
	b.configure([]string{"a", "b", "c"}, all(news.Collapse), problemsFeed())
	b.configure([]string{"a", "b", "c"}, all(news.Collapse), problemsFeed("a"))
	if after, _ := b.db.Revision(t.Context()); after != before {
		t.Errorf("the revision rose from %d to %d", before, after)
	}
	if changed, _, err := b.db.Publish(t.Context(), b.feeds["problems"], b.now); changed || err != nil {
		t.Errorf("changed %v (%v), want nothing to tell", changed, err)
	}
}

// An outage recorded twice, by two processes, is one event, and ends once.
func TestOutagesAreEvents(t *testing.T) {
	b := newBench(t, problemsFeed())
	note := func(is news.Health) {
		t.Helper()
		if err := b.db.NoteOutage(t.Context(), news.HealthEvent{At: b.now, Is: is, Cause: "x"}); err != nil {
			t.Fatal(err)
		}
		b.pass(time.Hour)
	}
	note(news.HealthOK) // there was no outage
	wantList(t, b.publish("problems"))
	note(news.HealthOffline)
	if since, err := b.db.OfflineSince(t.Context()); err != nil || !since.Equal(start.Add(time.Hour)) {
		t.Errorf("offline since %v (%v)", since, err)
	}
	note(news.HealthOffline)
	note(news.HealthOK)
	note(news.HealthOK)
	wantList(t, b.publish("problems"), "Online again", "Offline: no source can be asked")
	if since, err := b.db.OfflineSince(t.Context()); err != nil || !since.IsZero() {
		t.Errorf("offline since %v (%v), want online", since, err)
	}
	if all, err := b.db.HealthEvents(t.Context(), 0, 10); err != nil || len(all) != 2 || all[0].SourceID != 0 {
		t.Errorf("got %+v (%v)", all, err)
	}
}
