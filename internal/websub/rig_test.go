package websub

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rows are a table of a store that is memory. Who uses it holds the lock.
type rows[K comparable, V any] map[K]V

// row returns a row; none is the error where there is none.
func (all rows[K, V]) row(id K, none error) (V, error) {
	v, ok := all[id]
	if !ok {
		return v, none
	}
	return v, nil
}

// alter lets change alter a row, and drops it when it is over then. An error of change
// leaves everything as it was.
func (all rows[K, V]) alter(id K, none error, change func(*V) error, over func(V) bool) error {
	v, err := all.row(id, none)
	if err == nil {
		err = change(&v)
	}
	if err != nil {
		return err
	}
	all[id] = v
	if over(v) {
		delete(all, id)
	}
	return nil
}

// only is the one row that there is.
func (all rows[K, V]) only(t testing.TB) (v V) {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("got %d subscriptions, want one", len(all))
	}
	for _, v = range all {
	}
	return v
}

// rig is a Subscriber whose store is memory, and whose hubs are a function.
type rig struct {
	*Subscriber
	log bytes.Buffer

	mu        sync.Mutex
	announced []news.Announcement
	pushes    rows[string, news.Push]
	changes   int                                // of the store
	hub       func(form fetch.Form) (status int) // what a hub answers
	asked     []url.Values
	at        []time.Time // when
	hubs      []string    // which
	delivered []Delivery
	deliver   func(Delivery) error
	polled    []int64
}

// newRig is a rig with the clock of the test, and hubs that confirm nothing.
func newRig() *rig {
	r := &rig{pushes: rows[string, news.Push]{}}
	r.Subscriber = New(r, r, r, time.Now, slog.New(slog.NewJSONHandler(&r.log, nil)))
	return r
}

// run keeps and works until the returned function is called.
func (r *rig) run() (stop func()) { return run(r.Keep, r.Work) }

func run(actors ...func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	for _, actor := range actors {
		g.Go(func() { _ = actor(ctx) })
	}
	return func() {
		cancel()
		g.Wait()
	}
}

func (r *rig) Announcements(context.Context) ([]news.Announcement, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.announced), nil
}

func (r *rig) Pushes(context.Context) ([]news.Push, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []news.Push
	for _, p := range r.pushes {
		all = append(all, p)
	}
	return all, nil
}

func (r *rig) Push(_ context.Context, id string) (news.Push, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pushes.row(id, news.ErrNoPush)
}

func (r *rig) AddPush(_ context.Context, p news.Push) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, other := range r.pushes {
		if other.SourceID == p.SourceID && other.State != news.PushLeaving {
			return errors.New("a source has one subscription")
		}
	}
	r.pushes[p.ID] = p
	return nil
}

func (r *rig) ChangePush(_ context.Context, id string, change func(*news.Push) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.pushes.alter(id, news.ErrNoPush, change, func(p news.Push) bool { return p.State == "" })
	if err == nil {
		r.changes++
	}
	return err
}

func (r *rig) Wants(announced []news.Announcement) (map[int64]Want, string, netguard.Policy) {
	wants := map[int64]Want{}
	for _, a := range announced {
		wants[a.SourceID] = Want{Announcement: a}
	}
	return wants, site, netguard.Policy{}
}

func (r *rig) Deliver(_ context.Context, d Delivery) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.deliver != nil {
		if err := r.deliver(d); err != nil {
			return err
		}
	}
	r.delivered = append(r.delivered, d)
	return nil
}

func (r *rig) Poll(_ context.Context, source int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.polled = append(r.polled, source)
}

func (r *rig) Name(int64) string { return "a" }

// Post is the client: the hub takes the form, or not.
func (r *rig) Post(_ context.Context, form fetch.Form) fetch.Response {
	r.mu.Lock()
	r.asked, r.at, r.hubs = append(r.asked, form.Values), append(r.at, time.Now()), append(r.hubs, form.URL)
	hub := r.hub
	r.mu.Unlock()
	status := http.StatusAccepted
	if hub != nil {
		status = hub(form)
	}
	f := news.Fetch{Status: status, Outcome: news.OutcomeOK}
	if status/100 != 2 {
		f.Outcome, f.Error = news.OutcomeHTTPError, "status "+http.StatusText(status)
	}
	return fetch.Response{Fetch: f}
}

// confirm does what a hub does with a form: it asks back, for a lease.
func (r *rig) confirm(t testing.TB, form url.Values, lease string) {
	t.Helper()
	r.mu.Lock()
	p := r.pushes[idOf(form)]
	r.mu.Unlock()
	q := url.Values{"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": {"abc"}, "hub.lease_seconds": {lease}}
	if status, body := r.get(p.ID, q); status != http.StatusOK || body != "abc" {
		t.Errorf("confirm %v: got %d %q", q, status, body)
	}
}

// idOf is the id in a form's callback.
func idOf(form url.Values) string {
	return form.Get("hub.callback")[len(callback(site, "")):]
}

// obliging is a hub that confirms everything before it answers.
func (r *rig) obliging(t testing.TB, lease string) func(fetch.Form) int {
	return func(form fetch.Form) int {
		r.confirm(t, form.Values, lease)
		return http.StatusAccepted
	}
}

// one is the one subscription that there is.
func (r *rig) one(t testing.TB) news.Push {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pushes.only(t)
}

// announce sets what sources say.
func (r *rig) announce(all ...news.Announcement) {
	r.mu.Lock()
	r.announced = all
	r.mu.Unlock()
	r.Wake()
}

// seen is what happened so far.
type seen struct {
	asked     int
	hubs      []string
	at        []time.Time
	delivered []Delivery
	polled    []int64
	pushes    int
}

func (r *rig) seen() seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return seen{len(r.asked), slices.Clone(r.hubs), slices.Clone(r.at), slices.Clone(r.delivered), slices.Clone(r.polled), len(r.pushes)}
}

// set changes what the hubs and the owner do from now on.
func (r *rig) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}
