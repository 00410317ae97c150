package feedtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Hub is a WebSub hub of a test. It confirms what it is asked for, at once and
// in a goroutine of its own, and delivers what the test publishes.
//
//	hub := feedtest.NewHub(t)
//	hub.Reach = server.URL // where the public site of the subscriber really is
//	… the subscriber asks hub.URL …
//	hub.Publish(topic, "application/atom+xml", body)
type Hub struct {
	URL   string
	Reach string        // scheme and host that callbacks are sent to; empty: their own
	Lease time.Duration // granted; 0 grants what is asked for

	Refuse int                     // status of the answer to every request; 0 is 202
	Silent bool                    // takes requests and never confirms
	Sync   bool                    // confirms before it answers, as PubSubHubbub 0.3
	Alter  func(query url.Values)  // changes what is asked back; may be nil
	Sign   func(mac []byte) string // writes X-Hub-Signature for the HMAC-SHA256; nil writes it right

	http    *httptest.Server
	work    sync.WaitGroup
	mu      sync.Mutex
	asked   []url.Values
	replies []Reply
	subs    map[string]url.Values // by callback
}

// Reply is what a subscriber answered to a request to confirm.
type Reply struct {
	Query  url.Values
	Status int
	Body   string
}

// NewHub starts a hub that ends with the test.
func NewHub(t testing.TB) *Hub {
	h := &Hub{subs: map[string]url.Values{}}
	h.http = httptest.NewServer(http.HandlerFunc(h.serve))
	h.URL = h.http.URL + "/hub"
	t.Cleanup(func() {
		h.http.Close()
		h.work.Wait()
	})
	return h
}

// serve takes a request of a subscriber.
func (h *Hub) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		http.Error(w, "a hub takes forms", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	h.asked = append(h.asked, r.PostForm)
	refuse, silent, inTurn := h.Refuse, h.Silent, h.Sync
	h.mu.Unlock()
	switch {
	case refuse != 0:
		w.WriteHeader(refuse)
		return
	case silent:
	case inTurn:
		h.Confirm(r.PostForm)
	default:
		h.work.Go(func() { h.Confirm(r.PostForm) })
	}
	w.WriteHeader(http.StatusAccepted)
}

// Set changes what the hub does, while it may be serving.
func (h *Hub) Set(change func(*Hub)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

// Confirm asks a subscriber back whether it meant a request, and does it if so.
func (h *Hub) Confirm(form url.Values) Reply {
	const challenge = "feedtest challenge"
	lease := form.Get("hub.lease_seconds")
	h.mu.Lock()
	if h.Lease != 0 {
		lease = strconv.Itoa(int(h.Lease.Seconds()))
	}
	alter := h.Alter
	h.mu.Unlock()
	query := url.Values{"hub.mode": {form.Get("hub.mode")}, "hub.topic": {form.Get("hub.topic")}, "hub.challenge": {challenge}}
	if lease != "" {
		query.Set("hub.lease_seconds", lease)
	}
	if alter != nil {
		alter(query)
	}
	reply := h.Ask(form.Get("hub.callback"), query)
	h.mu.Lock()
	defer h.mu.Unlock()
	if reply.Status/100 == 2 && reply.Body == challenge {
		delete(h.subs, form.Get("hub.callback"))
		if form.Get("hub.mode") == "subscribe" {
			h.subs[form.Get("hub.callback")] = form
		}
	}
	return reply
}

// Ask sends a GET to a callback.
func (h *Hub) Ask(callback string, query url.Values) Reply {
	reply := Reply{Query: query}
	resp, err := http.Get(h.reach(callback) + "?" + query.Encode())
	if err == nil {
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		reply.Status, reply.Body = resp.StatusCode, string(body)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.replies = append(h.replies, reply)
	return reply
}

// reach is where a callback really is.
func (h *Hub) reach(callback string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	u, err := url.Parse(callback)
	if err != nil || h.Reach == "" {
		return callback
	}
	return h.Reach + u.EscapedPath()
}

// Asked returns the requests of subscribers so far.
func (h *Hub) Asked() []url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]url.Values(nil), h.asked...)
}

// Replies returns what subscribers answered so far.
func (h *Hub) Replies() []Reply {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Reply(nil), h.replies...)
}

// Subscribed returns the confirmed requests for a topic.
func (h *Hub) Subscribed(topic string) []url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	var subs []url.Values
	for _, form := range h.subs {
		if form.Get("hub.topic") == topic {
			subs = append(subs, form)
		}
	}
	return subs
}

// Publish delivers a document to everybody who subscribed to a topic and returns
// the statuses of their answers.
func (h *Hub) Publish(topic, contentType string, body []byte) (statuses []int) {
	for _, form := range h.Subscribed(topic) {
		mac := hmac.New(sha256.New, []byte(form.Get("hub.secret")))
		mac.Write(body)
		signature := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if h.Sign != nil {
			signature = h.Sign(mac.Sum(nil))
		}
		statuses = append(statuses, h.Deliver(form.Get("hub.callback"), contentType, signature, bytes.NewReader(body)))
	}
	return statuses
}

// Deliver sends a POST to a callback and returns its status; 0 without an
// answer. Without a signature the header is left out.
func (h *Hub) Deliver(callback, contentType, signature string, body io.Reader) int {
	request, err := http.NewRequest(http.MethodPost, h.reach(callback), body)
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", contentType)
	if signature != "" {
		request.Header.Set("X-Hub-Signature", signature)
	}
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}
