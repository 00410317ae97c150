package websub

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// hubRig is a Hub whose store is memory, whose publisher is a list, and whose
// subscribers are a function.
type hubRig struct {
	*Hub
	t   testing.TB
	log safeBuffer

	mu      sync.Mutex
	last    int64
	subs    rows[int64, news.Subscription]
	limits  *news.HubLimits // instead of those of the hub
	off     bool
	topics  []Topic
	content func(t Topic, after int64) (Content, error) // nil: all there is
	sent    []sending
	answer  func(m fetch.Message) fetch.Response // nil: obliging
	wait    func(m fetch.Message) time.Duration  // before it answers
}

// sending is a message and when it was sent.
type sending struct {
	fetch.Message
	at time.Time
}

// safeBuffer is a log that may be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

const hubURL = "https://river.example/hub"

func newHubRig(t testing.TB) *hubRig {
	r := &hubRig{t: t, subs: rows[int64, news.Subscription]{}}
	for feed, name := range map[int64]string{1: "all", 2: "de"} {
		for _, format := range []string{"atom", "rss", "json"} {
			r.topics = append(r.topics, Topic{FeedID: feed, Feed: name, Format: format, URL: "https://river.example/feeds/" + name + "." + format})
		}
	}
	r.Hub = NewHub(r, r, r, time.Now, slog.New(slog.NewJSONHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	return r
}

func (r *hubRig) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

func (r *hubRig) DueSubscriptions(_ context.Context, published []int64, now time.Time) ([]news.Subscription, error) {
	due := r.all()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(due, func(s news.Subscription) bool {
		return s.Ask.Mode == "" && s.Active(now) && s.Position >= r.change(s.FeedID) && slices.Contains(published, s.FeedID)
	}), nil
}

// all are the subscriptions in their order.
func (r *hubRig) all() (all []news.Subscription) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range r.last + 1 {
		if s, ok := r.subs[id]; ok {
			all = append(all, s)
		}
	}
	return all
}

func (r *hubRig) Subscription(_ context.Context, id int64) (news.Subscription, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.subs.row(id, news.ErrNoSubscription)
}

func (r *hubRig) AskSubscription(_ context.Context, asked news.Subscription, limits news.HubLimits) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, s := range r.subs {
		if s.Callback == asked.Callback && s.Topic == asked.Topic {
			s.Ask = asked.Ask
			r.subs[id] = s
			return nil
		}
	}
	switch {
	case r.limits != nil && len(r.subs) >= r.limits.All:
		return news.ErrHubFull
	case asked.FeedID == 0:
		return news.ErrNoSubscription
	}
	r.last++
	asked.ID = r.last
	r.subs[r.last] = asked
	return nil
}

func (r *hubRig) change(feed int64) int64 {
	for _, t := range r.topics {
		if t.FeedID == feed {
			return t.Change
		}
	}
	return 0
}

func (r *hubRig) ChangeSubscription(_ context.Context, id int64, change func(*news.Subscription) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.subs.alter(id, news.ErrNoSubscription, change, func(s news.Subscription) bool { return s.LeaseUntil.IsZero() && s.Ask.Mode == "" })
}

func (r *hubRig) Published() (string, []Topic, netguard.Policy) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.off {
		return "", nil, netguard.Policy{}
	}
	return hubURL, append([]Topic(nil), r.topics...), netguard.Policy{}
}

func (r *hubRig) Content(_ context.Context, t Topic, after int64) (Content, error) {
	r.mu.Lock()
	change, content := r.change(t.FeedID), r.content
	r.mu.Unlock()
	if content != nil {
		return content(t, after)
	}
	return Content{ContentType: "application/" + t.Format, Body: fmt.Appendf(nil, "%d-%d", after+1, change), Change: change}, nil
}

// publish has a feed change n times.
func (r *hubRig) publish(feed, n int64) {
	r.set(func() {
		for i := range r.topics {
			if r.topics[i].FeedID == feed {
				r.topics[i].Change += n
			}
		}
	})
	r.Wake()
}

// Send is the client: the subscriber answers.
func (r *hubRig) Send(ctx context.Context, m fetch.Message) fetch.Response {
	r.mu.Lock()
	r.sent = append(r.sent, sending{m, time.Now()})
	answer, wait := r.answer, r.wait
	r.mu.Unlock()
	if wait != nil {
		select {
		case <-time.After(wait(m)):
		case <-ctx.Done():
			return answered(0, news.OutcomeTimeout, "")
		}
	}
	if answer == nil {
		return oblige(m)
	}
	return answer(m)
}

func answered(status int, outcome news.Outcome, body string) fetch.Response {
	f := news.Fetch{Status: status, Outcome: outcome}
	if outcome.Failed() {
		f.Error = fmt.Sprintf("reader.example: status %d", status)
	}
	return fetch.Response{Fetch: f, Body: []byte(body)}
}

// oblige confirms everything and takes every delivery.
func oblige(m fetch.Message) fetch.Response {
	if m.Body == nil {
		return answered(200, news.OutcomeOK, queryOf(m).Get("hub.challenge"))
	}
	return answered(202, news.OutcomeOK, "")
}

// refuse answers with a status.
func refuse(status int) func(fetch.Message) fetch.Response {
	outcome := news.OutcomeHTTPError
	if status == http.StatusGone {
		outcome = news.OutcomeGone
	}
	return func(fetch.Message) fetch.Response { return answered(status, outcome, "") }
}

func queryOf(m fetch.Message) url.Values {
	u, err := url.Parse(m.URL)
	if err != nil {
		return nil
	}
	return u.Query()
}

// form is a request to subscribe to all.atom.
func form(more ...string) url.Values {
	f := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://river.example/feeds/all.atom"},
		"hub.callback": {"https://reader.example/push?key=t0ken"}, "hub.secret": {"s3cret"}}
	for i := 0; i < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

// post sends a form to the hub and returns its answer.
func (r *hubRig) post(f url.Values) (status int, text string) {
	request := httptest.NewRequest(http.MethodPost, "/hub", strings.NewReader(f.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return w.Code, strings.TrimSpace(w.Body.String())
}

// subscribe has a subscription begin.
func (r *hubRig) subscribe(more ...string) {
	r.t.Helper()
	if status, text := r.post(form(more...)); status != http.StatusAccepted {
		r.t.Fatalf("got %d %s, want 202", status, text)
	}
	time.Sleep(time.Second)
	synctest.Wait()
}

// messages are what was sent.
func (r *hubRig) messages() []sending {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]sending(nil), r.sent...)
}

func (r *hubRig) lastSent() sending {
	all := r.messages()
	return all[len(all)-1]
}

// deliveries are the bodies that were sent.
func (r *hubRig) deliveries() (bodies []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sent {
		if s.Body != nil {
			bodies = append(bodies, string(s.Body))
		}
	}
	return bodies
}

// questions are the parameters that subscribers were asked with.
func (r *hubRig) questions() (all []url.Values) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sent {
		if s.Body == nil {
			all = append(all, queryOf(s.Message))
		}
	}
	return all
}

// only is the one subscription that there is.
func (r *hubRig) only() news.Subscription {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.subs.only(r.t)
}

func (r *hubRig) count() int { return len(r.all()) }

// inTime runs a test with a hub at work under a clock of its own.
func inTime(t *testing.T, test func(t *testing.T, r *hubRig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newHubRig(t)
		defer run(r.Run)()
		test(t, r)
	})
}
