package websub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Poster is the guarded client that sends requests to hubs.
type Poster interface {
	Post(ctx context.Context, f fetch.Form) fetch.Response
}

// Store is what a Subscriber needs of the store.
type Store interface {
	Announcements(ctx context.Context) ([]news.Announcement, error)
	Pushes(ctx context.Context) ([]news.Push, error)
	Push(ctx context.Context, id string) (news.Push, error)
	AddPush(ctx context.Context, p news.Push) error
	ChangePush(ctx context.Context, id string, change func(*news.Push) error) error
}

// Owner says what is to be pushed, and takes deliveries.
type Owner interface {
	// Wants says which of the announced sources are to be pushed, by their row
	// numbers, and to which public site; the policy is for hubs of other sources.
	Wants(announced []news.Announcement) (wants map[int64]Want, site string, others netguard.Policy)
	// Deliver reads and stores a delivery. The error is news.ErrLeased while the
	// source is being fetched, and ErrFetch when the source has to be fetched instead.
	Deliver(ctx context.Context, d Delivery) error
	// Poll makes a source due now, also for the next process if this one ends.
	Poll(ctx context.Context, source int64)
	// Name is the source's name, for the log.
	Name(source int64) string
}

// Bounds of the requests to hubs. In one round each host gets one at most.
const (
	atOnce   = 4
	perRound = 32
	minRound = time.Second
	maxRound = 30 * time.Second
)

// Subscriber keeps subscriptions and takes deliveries. Make it with New.
type Subscriber struct {
	client Poster
	store  Store
	owner  Owner
	now    func() time.Time
	log    *slog.Logger

	wake    chan struct{} // capacity 1: there may be something to ask
	more    chan struct{} // capacity 1: there may be something to deliver
	reading chan struct{} // holds a token for each body being read
	limits  budget        // of deliveries, by subscription

	mu    sync.Mutex
	queue queue
	polls polls
}

// New returns a Subscriber that does nothing yet.
func New(client Poster, store Store, owner Owner, now func() time.Time, log *slog.Logger) *Subscriber {
	return &Subscriber{
		client: client, store: store, owner: owner, now: now, log: log,
		wake: make(chan struct{}, 1), more: make(chan struct{}, 1), reading: make(chan struct{}, maxReading),
		limits: newBudget(burst, refill), polls: polls{last: map[int64]time.Time{}, due: map[int64]time.Time{}},
	}
}

// Wake has Keep look again soon, because there is a new document or configuration.
func (s *Subscriber) Wake() { schedule.Wake(s.wake) }

// Keep asks hubs for what is wanted and renews it, until ctx ends.
func (s *Subscriber) Keep(ctx context.Context) error {
	rounds(ctx, s.wake, minRound, s.now, func() time.Time {
		next, err := s.round(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("push", "error", err)
		}
		return next
	})
	return nil
}

// rounds calls round at once, and again whenever wake has a token, when the time has come
// that the last round returned, and at least every maxRound, until ctx ends. Between two
// rounds lies at least gap, however often it is woken.
func rounds(ctx context.Context, wake <-chan struct{}, gap time.Duration, now func() time.Time, round func() (next time.Time)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-wake:
		}
		next := round()
		timer.Reset(gap)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := maxRound
		if !next.IsZero() {
			wait = min(max(next.Sub(now()), 0), maxRound)
		}
		timer.Reset(wait)
	}
}

// round does what is due once, and returns when something is due next.
func (s *Subscriber) round(ctx context.Context) (next time.Time, err error) {
	next = s.now().Add(maxRound)
	announced, err := s.store.Announcements(ctx)
	if err != nil {
		return next, err
	}
	have, err := s.store.Pushes(ctx)
	if err != nil {
		return next, err
	}
	s.forget(have)
	wants, site, others := s.owner.Wants(announced)
	steps := plan(wants, have, site, s.now())
	for _, p := range steps.Leave {
		_, err := s.change(ctx, p, func(p *news.Push) error { leave(p, s.now()); return nil })
		if err != nil {
			return next, err
		}
	}
	for _, w := range steps.Add {
		p := begin(w, site, s.now())
		if err := s.store.AddPush(ctx, p); err != nil {
			return next, fmt.Errorf("source %s: %w", s.owner.Name(w.SourceID), err)
		}
		steps.Ask = append(steps.Ask, p)
	}
	rest := s.askAll(ctx, steps.Ask, wants, others)
	if rest || len(steps.Add)+len(steps.Leave) > 0 {
		return s.now(), nil
	}
	for _, p := range have {
		if p.Next.After(s.now()) && p.Next.Before(next) {
			next = p.Next
		}
	}
	return next, nil
}

// askAll sends the requests that are due, and reports whether some have to wait
// for the next round.
func (s *Subscriber) askAll(ctx context.Context, due []news.Push, wants map[int64]Want, others netguard.Policy) (rest bool) {
	var g errgroup.Group
	g.SetLimit(atOnce)
	hosts := map[string]bool{}
	for _, p := range due {
		host := news.HostOf(p.Hub)
		if hosts[host] || len(hosts) == perRound {
			rest = true
			continue
		}
		hosts[host] = true
		want, wanted := wants[p.SourceID]
		policy := want.Policy
		if !wanted {
			policy = others
		}
		g.Go(func() error {
			if err := s.ask(ctx, p, want.Hubs, policy); err != nil && ctx.Err() == nil {
				s.log.Error("push", "source", s.owner.Name(p.SourceID), "hub", news.HostOf(p.Hub), "error", err)
			}
			return nil
		})
	}
	_ = g.Wait() // each has told the log
	return rest
}

// ask sends one request, which is stored as pending before.
func (s *Subscriber) ask(ctx context.Context, p news.Push, hubs []string, policy netguard.Policy) error {
	send := false
	asked, err := s.change(ctx, p, func(p *news.Push) error {
		send = ask(p, hubs, s.now())
		return nil
	})
	if err != nil || !send {
		return err
	}
	got := s.client.Post(ctx, fetch.Form{URL: asked.Hub, Values: requestForm(asked), Policy: policy})
	if !got.Fetch.Outcome.Failed() || ctx.Err() != nil {
		return nil
	}
	_, err = s.change(ctx, asked, func(p *news.Push) error {
		if p.Pending.Equal(asked.Pending) { // else it was confirmed meanwhile
			fail(p, hubs, got.Fetch.Error, s.now())
		}
		return nil
	})
	return err
}

// change alters a Push in the store and returns the altered one; it is no error if the Push
// is not there any more. A source that was pushed and is no longer is polled soon.
func (s *Subscriber) change(ctx context.Context, was news.Push, how func(*news.Push) error) (news.Push, error) {
	var is news.Push
	err := s.store.ChangePush(ctx, was.ID, func(p *news.Push) error {
		was = *p
		if err := how(p); err != nil {
			return err
		}
		is = *p
		return nil
	})
	if errors.Is(err, news.ErrNoPush) {
		return is, nil
	}
	if err != nil {
		return is, err
	}
	s.tell(was, is)
	if !was.Trusted().IsZero() && is.State != news.PushActive {
		s.pollSoon(is.SourceID, pollPause)
	}
	return is, nil
}

// tell logs how a subscription changed.
func (s *Subscriber) tell(was, is news.Push) {
	attrs := []any{"source", s.owner.Name(is.SourceID), "hub", news.HostOf(is.Hub)}
	switch {
	case is.State == news.PushActive && !is.LeaseUntil.Equal(was.LeaseUntil):
		s.log.Info("push begins", append(attrs, "until", is.LeaseUntil.UTC().Truncate(time.Second))...)
	case is.State == "" && !was.LeaseUntil.IsZero():
		s.log.Info("push ended", attrs...)
	case is.Error != "" && is.Error != was.Error:
		s.log.Warn("push", append(attrs, "error", is.Error)...)
	}
}
