package websub

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/news"
)

// get asks a callback to confirm something.
func (r *rig) get(id string, q url.Values) (status int, body string) {
	return r.serve(httptest.NewRequest(http.MethodGet, "/websub/"+url.PathEscape(id)+"?"+q.Encode(), nil), id)
}

// post delivers to a callback.
func (r *rig) post(id, signature, body string) (status int) {
	request := httptest.NewRequest(http.MethodPost, "/websub/"+id, strings.NewReader(body))
	if signature != "" {
		request.Header.Set("X-Hub-Signature", signature)
	}
	request.Header.Set("Content-Type", "application/rss+xml")
	status, _ = r.serve(request, id)
	return status
}

func (r *rig) serve(request *http.Request, id string) (int, string) {
	request.SetPathValue("id", id)
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	return answer.Code, answer.Body.String()
}

// signed is the right signature of a body.
func signed(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// with is a rig that holds one subscription.
func with(p news.Push) *rig {
	r := newRig()
	p.Pending = time.Now().Add(confirmTime)
	r.pushes[p.ID] = p
	return r
}

func TestConfirmations(t *testing.T) {
	r := with(asked())
	for name, q := range map[string]url.Values{
		"another topic": query("hub.topic", "x"), "a goodbye": query("hub.mode", "unsubscribe"), "nothing": {},
	} {
		if status, body := r.get("id", q); status != http.StatusNotFound || body != "" || r.changes != 0 {
			t.Errorf("%s: got %d %q and %d changes, want 404", name, status, body, r.changes)
		}
	}
	if status, body := r.get("other", query()); status != http.StatusNotFound || body != "" {
		t.Errorf("an unknown id: got %d %q, want 404", status, body)
	}
	const hostile = `<script>alert(1)</script>`
	request := httptest.NewRequest(http.MethodGet, "/websub/id?"+query("hub.challenge", hostile).Encode(), nil)
	request.SetPathValue("id", "id")
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	h := answer.Header()
	if answer.Code != http.StatusOK || answer.Body.String() != hostile {
		t.Errorf("got %d %q, want the challenge", answer.Code, answer.Body)
	}
	if !strings.HasPrefix(h.Get("Content-Type"), "text/plain") || h.Get("X-Content-Type-Options") != "nosniff" ||
		h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("a challenge is anybody's text: got %v", h)
	}
	if status, body := r.get("id", query()); status != http.StatusNotFound || body != "" {
		t.Errorf("once more: got %d %q, want 404", status, body)
	}
}

func TestMethods(t *testing.T) {
	r := with(asked())
	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		request := httptest.NewRequest(method, "/websub/id", nil)
		request.SetPathValue("id", "id")
		answer := httptest.NewRecorder()
		r.ServeHTTP(answer, request)
		if answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "GET, POST" {
			t.Errorf("%s: got %d %q", method, answer.Code, answer.Header().Get("Allow"))
		}
	}
}

func TestDeliveries(t *testing.T) {
	body := "<rss/>"
	for name, test := range map[string]struct {
		state     news.PushState
		id        string
		signature string
		status    int
		taken     int
		refused   int64
	}{
		"signed":                {news.PushActive, "id", signed("secret", body), 202, 1, 0},
		"before it is renewed":  {news.PushAsked, "id", signed("secret", body), 202, 1, 0},
		"not signed":            {news.PushActive, "id", "", 202, 0, 1},
		"signed with another":   {news.PushActive, "id", signed("other", body), 202, 0, 1},
		"signed for another":    {news.PushActive, "id", signed("secret", body+" "), 202, 0, 1},
		"of an unknown id":      {news.PushActive, "other", signed("secret", body), 404, 0, 0},
		"while leaving":         {news.PushLeaving, "id", signed("secret", body), 410, 0, 0},
		"of a hub that refused": {news.PushDenied, "id", signed("secret", body), 410, 0, 0},
	} {
		r := with(in(test.state, nil))
		status := r.post(test.id, test.signature, body)
		if status != test.status || len(r.queue.list) != test.taken || r.pushes["id"].Refused != test.refused {
			t.Errorf("%s: got %d, %d taken, %d refused", name, status, len(r.queue.list), r.pushes["id"].Refused)
		}
		if marked := !r.pushes["id"].Waiting.IsZero(); marked != (test.taken > 0) {
			t.Errorf("%s: the store knows of it: %v", name, marked)
		}
	}
}

func TestTwoSignaturesAreNone(t *testing.T) {
	r := with(in(news.PushActive, nil))
	request := httptest.NewRequest(http.MethodPost, "/websub/id", strings.NewReader("x"))
	request.Header["X-Hub-Signature"] = []string{signed("secret", "x"), signed("secret", "x")}
	if status, _ := r.serve(request, "id"); status != 202 || len(r.queue.list) != 0 {
		t.Errorf("got %d, %d taken", status, len(r.queue.list))
	}
}

// A body is not read beyond the limit, whether its length is told or not, and
// the source is fetched instead.
func TestHugeDelivery(t *testing.T) {
	for name, length := range map[string]int64{"told": maxBody + 1, "untold": -1} {
		r := with(in(news.PushActive, nil))
		read := &counter{Reader: io.LimitReader(zeros{}, 1<<30)}
		request := httptest.NewRequest(http.MethodPost, "/websub/id", read)
		request.ContentLength = length
		if status, _ := r.serve(request, "id"); status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: got %d, want 413", name, status)
		}
		if read.n > maxBody+64<<10 {
			t.Errorf("%s: read %d bytes", name, read.n)
		}
		if r.pushes["id"].Refused != 1 || len(r.polls.due) != 1 {
			t.Errorf("%s: %d refused, %d polls", name, r.pushes["id"].Refused, len(r.polls.due))
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// Whoever sends slowly is let go, and holds no more than a place meanwhile.
func TestSlowDelivery(t *testing.T) {
	r := with(in(news.PushActive, nil))
	r.now = func() time.Time { return time.Now().Add(200*time.Millisecond - readTime) }
	mux := http.NewServeMux()
	mux.Handle("/websub/{id}", r)
	server := httptest.NewServer(mux)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /websub/id HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
		t.Errorf("got %q, %v; want 408", answer, err)
	}
	if len(r.queue.list) != 0 || len(r.reading) != 0 {
		t.Errorf("%d taken, %d still being read", len(r.queue.list), len(r.reading))
	}
}

func TestBodiesReadAtATime(t *testing.T) {
	r := with(in(news.PushActive, nil))
	for range maxReading {
		r.reading <- struct{}{}
	}
	if status := r.post("id", signed("secret", "x"), "x"); status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", status)
	}
	<-r.reading
	if status := r.post("id", signed("secret", "x"), "x"); status != http.StatusAccepted {
		t.Errorf("with a place free: got %d, want 202", status)
	}
}

func TestRateOfDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := with(in(news.PushActive, nil))
		taken := 0
		for range 10 * burst {
			if r.post("id", "", "x") == http.StatusAccepted {
				taken++
			}
		}
		if taken != burst {
			t.Errorf("%d of a flood were read, want %d", taken, burst)
		}
		time.Sleep(10 * refill)
		taken = 0
		for range burst {
			if r.post("id", "", "x") == http.StatusAccepted {
				taken++
			}
		}
		if taken != 10 {
			t.Errorf("%d were read after ten more may be, want 10", taken)
		}
		r.forget(nil)
		if len(r.limits.limiters) != 0 {
			t.Error("what is no more is remembered")
		}
	})
}

// A full queue loses nothing: the source is fetched, once, however many
// deliveries did not fit.
func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := with(in(news.PushActive, nil))
		body := strings.Repeat("x", 1<<20)
		signature := signed("secret", body)
		for range 40 {
			if status := r.post("id", signature, body); status != http.StatusAccepted {
				t.Fatalf("got %d", status)
			}
		}
		if r.queue.bytes > maxQueueBytes || len(r.queue.list) != maxQueueBytes>>20 {
			t.Errorf("%d deliveries of %d bytes wait", len(r.queue.list), r.queue.bytes)
		}
		stop := r.run()
		let(time.Second)
		stop()
		if len(r.delivered) != maxQueueBytes>>20 || len(r.polled) != 1 || r.queue.bytes != 0 {
			t.Errorf("%d delivered, %d polled, %d bytes left", len(r.delivered), len(r.polled), r.queue.bytes)
		}
	})
}

// While a source is being fetched its deliveries wait, in order, and those of
// others go on; after a minute the source is fetched instead.
func TestDeliveryWaitsForALease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		leased := true
		r.deliver = func(d Delivery) error {
			if d.SourceID == 1 && leased {
				return news.ErrLeased
			}
			return nil
		}
		stop := r.run()
		for i, source := range []int64{1, 1, 2} {
			r.put(Delivery{SourceID: source, Delivery: news.Delivery{Body: []byte{byte(i)}, Received: time.Now()}})
		}
		let(5 * time.Second)
		if got := r.seen().delivered; len(got) != 1 || got[0].SourceID != 2 {
			t.Errorf("got %+v, want that of the other source", got)
		}
		r.set(func() { leased = false })
		let(5 * time.Second)
		if got := r.seen().delivered; len(got) != 3 || got[1].Body[0] != 0 || got[2].Body[0] != 1 {
			t.Errorf("got %+v, want all in order", got)
		}
		r.set(func() { leased = true })
		r.put(Delivery{SourceID: 1, Delivery: news.Delivery{Received: time.Now()}})
		let(2 * patience)
		stop()
		if len(r.delivered) != 3 || len(r.polled) != 1 || len(r.queue.list) != 0 {
			t.Errorf("%d delivered, %d polled, %d wait; want a fetch instead", len(r.delivered), len(r.polled), len(r.queue.list))
		}
	})
}

// The later of two deliveries of a source never comes first, because it would be
// undone by the earlier one.
func TestDeliveriesStayInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		tries := 0
		r.deliver = func(Delivery) error {
			if tries++; tries == 1 {
				return news.ErrLeased
			}
			return nil
		}
		stop := run(r.Work)
		for i := range 5 {
			r.put(Delivery{SourceID: 1, Delivery: news.Delivery{Body: []byte{byte(i)}, Received: time.Now()}})
		}
		let(5 * time.Second)
		stop()
		if len(r.delivered) != 5 {
			t.Fatalf("%d delivered, want 5", len(r.delivered))
		}
		for i, d := range r.delivered {
			if int(d.Body[0]) != i {
				t.Errorf("delivery %d came in place %d", d.Body[0], i)
			}
		}
	})
}

// Whatever goes wrong with a delivery costs that one, and its source is fetched;
// but not more often than once a minute.
func TestFailedDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.deliver = func(d Delivery) error {
			if d.SourceID == 1 {
				panic("a bug")
			}
			return errors.New("malformed")
		}
		stop := run(r.Work)
		for range 100 {
			r.put(Delivery{SourceID: 1, Delivery: news.Delivery{Received: time.Now()}})
			r.put(Delivery{SourceID: 2, Delivery: news.Delivery{Received: time.Now()}})
			let(time.Second)
		}
		let(time.Minute)
		stop()
		polls := map[int64]int{}
		for _, source := range r.polled {
			polls[source]++
		}
		if polls[1] != 3 || polls[2] != 3 {
			t.Errorf("polled %v in 160 seconds, want three times each", polls)
		}
		if !strings.Contains(r.log.String(), "this is a bug in tributary") {
			t.Error("nobody was told of the panic")
		}
	})
}

// Nothing that is sent to a callback brings it down, makes it echo what we did
// not ask for, or take what is not signed.
func FuzzCallback(f *testing.F) {
	f.Add("GET", "hub.mode=subscribe&hub.topic=https%3A%2F%2Fexample.org%2Ffeed&hub.challenge=abc", "", []byte(""))
	f.Add("GET", "hub.mode=denied&hub.topic=https%3A%2F%2Fexample.org%2Ffeed&hub.reason=%00%ff", "", []byte(""))
	f.Add("GET", "hub.mode=unsubscribe&hub.topic=%zz", "", []byte(""))
	f.Add("POST", "", "sha256=00", []byte("<rss/>"))
	f.Add("POST", "a=b", "sha1=", []byte{0xff})
	f.Add("PUT", "", "", []byte("x"))
	f.Fuzz(func(t *testing.T, method, rawQuery, signature string, body []byte) {
		request, err := http.NewRequest(method, "http://river.example/websub/id", strings.NewReader(string(body)))
		if err != nil {
			return
		}
		request.URL.RawQuery = rawQuery
		request.Header["X-Hub-Signature"] = []string{signature}
		r := with(asked())
		status, echoed := r.serve(request, "id")
		q := request.URL.Query()
		if echoed != "" && (status != 200 || q.Get("hub.topic") != topic || q.Get("hub.mode") != "subscribe" || echoed != q.Get("hub.challenge")) {
			t.Errorf("%s %q: %d echoed %q", method, rawQuery, status, echoed)
		}
		if len(r.queue.list)+len(r.polls.due) > 0 && !isSigned(signature, "secret", body) {
			t.Errorf("%q was taken under %q", body, signature)
		}
		if p := r.pushes["id"]; strings.ContainsFunc(p.Error, func(c rune) bool { return c < ' ' }) {
			t.Errorf("an error of more than a line: %q", p.Error)
		}
	})
}
