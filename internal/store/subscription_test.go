package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tributary/internal/news"
)

var roomy = news.HubLimits{All: 100, Topic: 100, Host: 100, Pending: 100}

// asked returns a request to subscribe to a feed of the bench.
func (b *bench) asked(n int) news.Subscription {
	return news.Subscription{
		FeedID: b.feeds["all"].ID, Format: "atom", Topic: "http://river.example/feeds/all.atom",
		Callback: fmt.Sprintf("https://reader.example/push?id=%d", n), Host: "reader.example", Position: -1,
		Ask: news.Ask{Mode: news.AskSubscribe, At: b.now, Next: b.now, Lease: time.Hour, Secret: "geheim"},
	}
}

func (b *bench) ask(s news.Subscription, limits news.HubLimits) error {
	return b.db.AskSubscription(b.t.Context(), s, limits)
}

func (b *bench) subscriptions() []news.Subscription {
	b.t.Helper()
	all, err := b.db.DueSubscriptions(b.t.Context(), nil, b.now) // no feed is published, so all are due
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestSubscriptionIsKept(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 1), entry("a", "two", 2))
	b.publish("all")
	want := b.asked(1)
	if err := b.ask(want, roomy); err != nil {
		t.Fatal(err)
	}
	want.ID, want.Position = 1, b.edition("all").Change
	if want.Position != 2 {
		t.Errorf("the feed has %d changes, want 2", want.Position)
	}
	if got := b.subscriptions(); len(got) != 1 || got[0] != want {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}

	change := func(s *news.Subscription) error {
		s.Ask, s.Secret, s.LeaseUntil = news.Ask{}, "geheim", b.now.Add(time.Hour)
		s.Position, s.Next, s.Failures, s.Error, s.Delivered, s.Deliveries = 9, b.now.Add(time.Minute), 3, "refused", b.now, 7
		want = *s
		return nil
	}
	if err := b.db.ChangeSubscription(t.Context(), 1, change); err != nil {
		t.Fatal(err)
	}
	if got, err := b.db.Subscription(t.Context(), 1); err != nil || got != want {
		t.Fatalf("got %+v, %v\nwant %+v", got, err, want)
	}
	if counts, err := b.db.SubscriptionCounts(t.Context(), b.now); err != nil || counts[want.FeedID] != (news.SubscriptionCount{Active: 1, Failing: 1}) {
		t.Errorf("counts %v, %v; want 1", counts, err)
	}
	if counts, err := b.db.SubscriptionCounts(t.Context(), want.LeaseUntil); err != nil || len(counts) != 0 {
		t.Errorf("counts %v, %v after the lease; want none", counts, err)
	}

	for name, tt := range map[string]struct {
		feeds []int64
		now   time.Time
		due   int
	}{
		"nothing to do":      {[]int64{want.FeedID}, b.now, 0},
		"its lease is over":  {[]int64{want.FeedID}, want.LeaseUntil, 1},
		"a feed of no one's": {[]int64{99}, b.now, 1},
	} {
		if due, err := b.db.DueSubscriptions(t.Context(), tt.feeds, tt.now); err != nil || len(due) != tt.due {
			t.Errorf("%s: %d due, %v; want %d", name, len(due), err, tt.due)
		}
	}

	again := b.asked(1) // a renewal: nothing changes before it is confirmed
	again.Ask.Secret = "neu"
	if err := b.ask(again, roomy); err != nil {
		t.Fatal(err)
	}
	want.Ask = again.Ask
	if got, err := b.db.Subscription(t.Context(), 1); err != nil || got != want {
		t.Fatalf("got %+v, %v\nwant %+v", got, err, want)
	}

	if due, err := b.db.DueSubscriptions(t.Context(), []int64{want.FeedID}, b.now); err != nil || len(due) != 1 {
		t.Errorf("to be confirmed: %d due, %v; want it", len(due), err)
	}
	refused := errors.New("no")
	err := b.db.ChangeSubscription(t.Context(), 1, func(s *news.Subscription) error { s.Failures = 99; return refused })
	if got, _ := b.db.Subscription(t.Context(), 1); !errors.Is(err, refused) || got != want {
		t.Errorf("after a refused change: %+v, %v", got, err)
	}
	err = b.db.ChangeSubscription(t.Context(), 1, func(s *news.Subscription) error {
		s.Ask, s.LeaseUntil = news.Ask{}, time.Time{}
		return nil
	})
	if err != nil || len(b.subscriptions()) != 0 {
		t.Errorf("it is not removed: %v", err)
	}
	if err := b.db.ChangeSubscription(t.Context(), 1, change); !errors.Is(err, news.ErrNoSubscription) {
		t.Errorf("got %v, want %v", err, news.ErrNoSubscription)
	}
	if err := b.ask(b.asked(1), roomy); err != nil {
		t.Fatal(err)
	}
	if got := b.subscriptions(); got[0].ID == 1 {
		t.Error("the number is used again")
	}
	seen := b.asked(2) // the subscriber saw a document older than the store
	seen.Position = 1
	if err := b.ask(seen, roomy); err != nil || b.subscriptions()[1].Position != 1 {
		t.Errorf("got %+v, %v; want the position that was given", b.subscriptions()[1], err)
	}
}

func TestHubLimits(t *testing.T) {
	other := func(s news.Subscription) news.Subscription { s.Format = "rss"; return s }
	elsewhere := func(s news.Subscription) news.Subscription { s.Host = "b.example"; return s }
	for name, tt := range map[string]struct {
		limits news.HubLimits
		passes func(news.Subscription) news.Subscription // makes one that is still accepted; nil: none is
	}{
		"all":     {news.HubLimits{All: 2, Topic: 9, Host: 9, Pending: 9}, nil},
		"topic":   {news.HubLimits{All: 9, Topic: 2, Host: 9, Pending: 9}, other},
		"host":    {news.HubLimits{All: 9, Topic: 9, Host: 2, Pending: 9}, elsewhere},
		"pending": {news.HubLimits{All: 9, Topic: 9, Host: 9, Pending: 2}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			for n := range 2 {
				if err := b.ask(b.asked(n), tt.limits); err != nil {
					t.Fatal(err)
				}
			}
			if err := b.ask(b.asked(2), tt.limits); !errors.Is(err, news.ErrHubFull) {
				t.Errorf("got %v, want %v", err, news.ErrHubFull)
			}
			if err := b.ask(b.asked(1), tt.limits); err != nil {
				t.Errorf("one that is there already: %v", err)
			}
			if tt.passes != nil {
				if err := b.ask(tt.passes(b.asked(2)), tt.limits); err != nil {
					t.Errorf("another: %v", err)
				}
			}
			if n := len(b.subscriptions()); n > 3 {
				t.Errorf("%d are kept", n)
			}
		})
	}
}
