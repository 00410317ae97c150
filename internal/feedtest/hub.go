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

// Hub is a WebSub hub for tests. It confirms requests immediately, in a separate goroutine, and
// delivers what the test publishes.
//
//	hub := feedtest.NewHub(t)
//	hub.Reach = server.URL // where the public site of the subscriber really is
//	… the subscriber asks hub.URL …
//	hub.Publish(topic, "application/atom+xml", body)
type Hub struct {
	URL   string
	Reach string        // scheme and host to send callbacks to; empty means those of the callback
	Lease time.Duration // lease to grant; 0 grants what was requested

	Refuse int                     // status of the response to every request; 0 means 202
	Silent bool                    // accepts requests and never confirms them
	Sync   bool                    // confirms before it responds, as in PubSubHubbub 0.3
	Alter  func(query url.Values)  // modifies the verification request; may be nil
	Sign   func(mac []byte) string // returns X-Hub-Signature for an HMAC-SHA256; nil means the correct one

	http  *httptest.Server
	work  sync.WaitGroup
	mu    sync.Mutex
	asked []url.Values
	subs  map[string]url.Values // by callback
}

// Reply is a subscriber's response to a verification request.
type Reply struct {
	Query  url.Values
	Status int
	Body   string
}

// NewHub starts a hub that is closed at the end of the test.
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

// serve handles a request from a subscriber.
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

// Set changes the hub, possibly while it is serving.
func (h *Hub) Set(change func(*Hub)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

// Confirm verifies a request with the subscriber, and carries it out if confirmed.
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

// Ask sends a GET request to a callback.
func (h *Hub) Ask(callback string, query url.Values) Reply {
	reply := Reply{Query: query}
	resp, err := http.Get(h.reach(callback) + "?" + query.Encode())
	if err == nil {
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		reply.Status, reply.Body = resp.StatusCode, string(body)
	}
	return reply
}

// reach returns where a callback really is.
func (h *Hub) reach(callback string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	u, err := url.Parse(callback)
	if err != nil || h.Reach == "" {
		return callback
	}
	return h.Reach + u.EscapedPath()
}

// Asked returns the requests received so far.
func (h *Hub) Asked() []url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]url.Values(nil), h.asked...)
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

// Publish delivers a document to all subscribers of a topic and returns the statuses of their
// responses.
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

// Deliver sends a POST request to a callback and returns the status, or 0 if there was no response.
// If signature is empty, the header is omitted.
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
