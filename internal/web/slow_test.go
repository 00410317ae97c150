package web

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/publish"
)

// serveLarge also serves, at /sources.opml, a document that no socket buffer can hold.
func serveLarge(t *testing.T, b *bench) (address string, large []byte, seen *traffic) {
	t.Helper()
	b.web.Now = time.Now
	large = bytes.Repeat([]byte("0123456789abcdef"), 1<<18) // 4 MiB
	b.web.Show(&Snapshot{Site: b.site, Feeds: b.feeds, Sources: publish.NewDocument("", "", large)})
	seen = &traffic{}
	handler := b.web.Handler()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.began.Add(1)
		defer seen.ended.Add(1)
		handler.ServeHTTP(w, r)
	}))
	srv.Listener = smallBuffers{srv.Listener}
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.Listener.Addr().String(), large, seen
}

// traffic counts requests.
type traffic struct{ began, ended atomic.Int32 }

// smallBuffers makes the system buffer little for a client.
type smallBuffers struct{ net.Listener }

func (l smallBuffers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		err = tcp.SetWriteBuffer(16 << 10)
	}
	return c, err
}

// request sends a request for the large document and reads nothing.
func request(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c, "GET /sources.opml HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return c
}

// wait polls until f holds.
func wait(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// TestSlowClientsDelayNobody is reliability.md 4, number 11: 1,000 clients read 10 bytes a second,
// and a healthy one does not notice.
func TestSlowClientsDelayNobody(t *testing.T) {
	const clients, requests = 1000, 100
	b := newBench(t)
	address, _, seen := serveLarge(t, b)
	for range clients {
		c := request(t, address)
		go func() {
			one := make([]byte, 1)
			for {
				if _, err := c.Read(one); err != nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		}()
	}
	wait(t, "all slow clients are being served", func() bool { return seen.began.Load() == clients })
	began := time.Now()
	for range requests {
		if a := ask(t, "GET", "http://"+address+"/feeds/all.atom"); a.status != http.StatusOK {
			t.Fatalf("got %d, want 200", a.status)
		}
	}
	took := time.Since(began)
	if took > 30*time.Second { // on a busy machine, with the race detector
		t.Errorf("%d requests took %v beside the slow clients, want far below 30 s", requests, took)
	}
	if n := seen.ended.Load(); n > requests {
		t.Errorf("%d slow clients were not served to the end: this test proves nothing", n-requests)
	}
	t.Logf("%v a request beside %d slow clients", took/requests, clients)
}

// TestAClientThatTakesNothingIsLetGo: a connection is closed when it accepts nothing for a while.
func TestAClientThatTakesNothingIsLetGo(t *testing.T) {
	b := newBench(t)
	b.web.patience = 50 * time.Millisecond
	address, large, seen := serveLarge(t, b)
	c := request(t, address)
	wait(t, "the request is given up", func() bool { return seen.ended.Load() == 1 })
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	got, err := io.Copy(io.Discard, c)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		t.Fatal("the connection is still open")
	}
	if got >= int64(len(large)) {
		t.Errorf("%d bytes came, want fewer than the whole %d", got, len(large))
	}
}

// steps is a connection on which every write and every byte takes time on a simulated clock.
type steps struct {
	httptest.ResponseRecorder
	t        *testing.T
	now      time.Time
	each     time.Duration // of a write
	byte     time.Duration // of a byte
	deadline time.Time
	writes   int
}

func (s *steps) SetWriteDeadline(at time.Time) error {
	s.deadline = at
	return nil
}

func (s *steps) Write(p []byte) (int, error) {
	s.writes++
	s.now = s.now.Add(s.each + time.Duration(len(p))*s.byte)
	if s.now.After(s.deadline) {
		s.t.Errorf("write %d of %d bytes ends at %v, after the deadline %v", s.writes, len(p), s.now, s.deadline)
	}
	return s.ResponseRecorder.Write(p)
}

// TestASlowClientThatReadsOnIsServed: each part has its own deadline, so a large feed may take long
// as a whole.
func TestASlowClientThatReadsOnIsServed(t *testing.T) {
	b := newBench(t)
	large := bytes.Repeat([]byte("x"), 4<<20)
	b.web.Show(&Snapshot{Site: b.site, Sources: publish.NewDocument("", "", large)})
	w := &steps{t: t, now: time.Now(), each: idleWrite - time.Second}
	w.Body = &bytes.Buffer{}
	b.web.Now = func() time.Time { return w.now }
	b.web.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/sources.opml", nil))
	if !bytes.Equal(w.Body.Bytes(), large) || w.writes < 10 {
		t.Errorf("%d bytes in %d writes, want %d in at least 10", w.Body.Len(), w.writes, len(large))
	}
}

// TestASlowSubscriberThatReadsOnIsServed: a private feed is sent in many small writes, which count
// together.
func TestASlowSubscriberThatReadsOnIsServed(t *testing.T) {
	b := newClub(t)
	b.fetch("inner", longStories("inner", 30)...)
	b.publish()
	for _, coding := range []string{"identity", "gzip"} {
		w := &steps{t: t, now: time.Now(), byte: time.Second / (5 << 10)}
		w.Body = &bytes.Buffer{}
		b.web.Now = func() time.Time { return w.now }
		r := httptest.NewRequest("GET", "/private/"+anna+"/club.atom", nil)
		r.Header.Set("Accept-Encoding", coding)
		began := w.now
		b.web.Handler().ServeHTTP(w, r)
		if took := w.now.Sub(began); w.Code != http.StatusOK || took < 2*idleWrite {
			t.Errorf("%s: %d after %v: this test proves nothing", coding, w.Code, took)
		}
	}
}

// TestEveryAnswerHasADeadline: responses without a document too.
func TestEveryAnswerHasADeadline(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"/healthz", "/none", "/feeds/all", "//x", "/"} {
		w := &steps{t: t, now: time.Now()}
		w.Body = &bytes.Buffer{}
		b.web.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.deadline.IsZero() {
			t.Errorf("%s: no write deadline", path)
		}
	}
}
