package websub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"tributary/internal/clean"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Sender is the guarded client that subscribers are reached with.
type Sender interface {
	Send(ctx context.Context, m fetch.Message) fetch.Response
}

// HubStore is what a Hub needs of the store.
type HubStore interface {
	DueSubscriptions(ctx context.Context, published []int64, now time.Time) ([]news.Subscription, error)
	Subscription(ctx context.Context, id int64) (news.Subscription, error)
	AskSubscription(ctx context.Context, s news.Subscription, limits news.HubLimits) error
	ChangeSubscription(ctx context.Context, id int64, change func(*news.Subscription) error) error
}

// Publisher is the site whose hub it is.
type Publisher interface {
	// Published returns the address of the hub, "" while it is off, what may be
	// subscribed to, and what requests to subscribers may reach.
	Published() (hub string, topics []Topic, policy netguard.Policy)
	// Content returns what to send to a subscriber that has everything up to a change.
	Content(ctx context.Context, t Topic, after int64) (Content, error)
}

// Content is the body of a delivery.
type Content struct {
	ContentType string
	Body        []byte // empty: nothing that a subscriber is to be told
	Change      int64  // up to which the subscriber has everything afterwards
}

// hubLimits bound how many Subscriptions a hub takes. They are generous for feeds that
// thousands follow, and a full hub is looked through in a few milliseconds.
func hubLimits() news.HubLimits {
	return news.HubLimits{All: 10_000, Topic: 5_000, Host: 1_000, Pending: 500}
}

// Hub is our hub: it takes subscriptions to the feeds of a Publisher, verifies them, and
// delivers. Make it with NewHub.
type Hub struct {
	client    Sender
	store     HubStore
	publisher Publisher
	now       func() time.Time
	log       *slog.Logger

	wake    chan struct{} // capacity 1: there may be something to do
	lanes   lanes
	hosts   budget // of requests that name a callback on one host, and so of verifications sent to it
	all     budget // of requests to the hub
	figures HubFigures
}

// HubFigures count what a Hub did since the process began.
type HubFigures struct {
	Requests, Refused, Deliveries, Failures atomic.Int64
}

// NewHub returns a Hub that does nothing yet.
func NewHub(client Sender, store HubStore, publisher Publisher, now func() time.Time, log *slog.Logger) *Hub {
	return &Hub{
		client: client, store: store, publisher: publisher, now: now, log: log,
		wake: make(chan struct{}, 1), lanes: newLanes(hubLimits().All),
		hosts: newBudget(60, time.Second), all: newBudget(300, 100*time.Millisecond),
	}
}

// Wake has the hub look again: feeds or their configuration changed.
func (h *Hub) Wake() { schedule.Wake(h.wake) }

// Figures are what the hub did so far.
func (h *Hub) Figures() *HubFigures { return &h.figures }

// roundGap is the least time between two looks at the Subscriptions.
const roundGap = 50 * time.Millisecond

// Run verifies and delivers until ctx ends. What is under way then is repeated by the next
// process.
func (h *Hub) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	h.work(ctx, g)
	gathered := joins{}
	g.Go(func() error {
		rounds(ctx, h.wake, roundGap, h.now, func() time.Time {
			next, err := h.round(ctx, gathered)
			h.logError(ctx, err)
			return next
		})
		return nil
	})
	return g.Wait()
}

// round queues what is due, and returns when something is due next.
func (h *Hub) round(ctx context.Context, gathered joins) (next time.Time, err error) {
	address, topics, _ := h.topics()
	now := h.now()
	var published []int64
	for key := range topics {
		published = append(published, key.feed)
	}
	subs, err := h.store.DueSubscriptions(ctx, published, now)
	if err != nil {
		return next, err
	}
	gathered.note(topics, now)
	if address == "" { // turned off: who is there stays, until its lease ends
		for _, s := range subs {
			if !s.Active(now) {
				h.end(ctx, s, "the hub is off")
			}
		}
		return next, nil
	}
	a := agendaOf(subs, topics, gathered, now)
	for _, s := range a.drop {
		h.end(ctx, s, "its lease is over")
	}
	for _, s := range a.deny {
		h.deny(ctx, s)
	}
	h.lanes.add(h.lanes.confirm, a.confirm)
	h.lanes.add(h.lanes.brisk, a.deliver)
	if len(a.deny) > 0 {
		return now, nil
	}
	return a.next, nil
}

// topics returns what may be subscribed to, by feed and format.
func (h *Hub) topics() (hub string, topics map[topicKey]Topic, policy netguard.Policy) {
	hub, list, policy := h.publisher.Published()
	topics = make(map[topicKey]Topic, len(list))
	for _, t := range list {
		topics[topicKey{t.FeedID, t.Format}] = t
	}
	return hub, topics, policy
}

// ServeHTTP takes requests to subscribe and to unsubscribe: section 5.1. What becomes
// of them is found out later, so the answer tells nothing of the callback.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	code, text := http.StatusAccepted, "accepted: the callback is asked now whether it meant this"
	if err := h.take(w, r); err != nil {
		code, text = http.StatusInternalServerError, "the hub cannot keep this now; try again later"
		if refused, ok := errors.AsType[*refusal](err); ok {
			code, text = refused.code, refused.text
		} else {
			h.log.Error("a request to the hub", "error", err)
		}
		h.figures.Refused.Add(1)
	}
	if code == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST")
	}
	answer(w, code, text+"\n")
}

// refusal is an error that is sent as the answer, with a sentence for the developer of the
// subscriber.
type refusal struct {
	code int
	text string
}

func (r *refusal) Error() string { return r.text }

// take reads a request, stores it and wakes the hub.
func (h *Hub) take(w http.ResponseWriter, r *http.Request) error {
	h.figures.Requests.Add(1)
	hub, list, policy := h.publisher.Published()
	if hub == "" {
		return &refusal{http.StatusNotFound, "there is no hub here"}
	}
	asked, err := readForm(w, r)
	if err != nil {
		return err
	}
	if port := portOf(asked.Callback); asked.Mode == news.AskSubscribe && !policy.Opens(port) {
		return &refusal{http.StatusBadRequest, fmt.Sprintf("hub.callback names port %d, to which this hub may not connect; use another one", port)}
	}
	now := h.now().Truncate(time.Millisecond) // as the store keeps it, to be known again
	s := asked.subscription(list, now)
	if s.FeedID == 0 && asked.Mode == news.AskSubscribe {
		return &refusal{http.StatusBadRequest, "hub.topic is no feed of this site; send the rel=self address of one that names this hub"}
	}
	if !h.afford(s.Host, now) {
		return &refusal{http.StatusTooManyRequests, "too many requests; try again later"}
	}
	err = h.store.AskSubscription(context.WithoutCancel(r.Context()), s, hubLimits())
	switch {
	case errors.Is(err, news.ErrHubFull):
		return &refusal{http.StatusServiceUnavailable, err.Error()}
	case errors.Is(err, news.ErrNoSubscription):
		return &refusal{http.StatusNotFound, "this callback has no subscription to this topic"}
	case err != nil:
		return err
	}
	h.Wake()
	return nil
}

// subscription returns what is asked for as it is stored. Without a FeedID its topic is none
// of those published.
func (r hubRequest) subscription(published []Topic, now time.Time) news.Subscription {
	s := news.Subscription{
		Topic: r.Topic, Callback: r.Callback, Host: clean.Outlet(r.Callback),
		Ask: news.Ask{Mode: r.Mode, At: now, Next: now, Lease: r.Lease, Secret: r.Secret},
	}
	for _, t := range published {
		if sameAddress(t.URL) == sameAddress(r.Topic) {
			s.FeedID, s.Format, s.Position = t.FeedID, t.Format, t.Change // what it may have read
		}
	}
	return s
}

// afford reports whether a host may be asked something now. A request to the hub costs us
// one question to the host that it names.
func (h *Hub) afford(host string, now time.Time) bool {
	return h.hosts.take(host, now) && h.all.take("", now)
}

// readForm reads the form of a request.
func readForm(w http.ResponseWriter, r *http.Request) (hubRequest, error) {
	if r.Method != http.MethodPost {
		return hubRequest{}, &refusal{http.StatusMethodNotAllowed, "this is a WebSub hub; it takes forms by POST, from programs"}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return hubRequest{}, &refusal{http.StatusUnsupportedMediaType, "send application/x-www-form-urlencoded"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return hubRequest{}, &refusal{http.StatusRequestEntityTooLarge, "the form is larger than 16 KiB"}
	case err != nil:
		return hubRequest{}, &refusal{http.StatusRequestTimeout, "the form did not come whole"}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return hubRequest{}, &refusal{http.StatusBadRequest, "the form cannot be read"}
	}
	asked, err := readRequest(form)
	if err != nil {
		return hubRequest{}, &refusal{http.StatusBadRequest, err.Error()}
	}
	return asked, nil
}
