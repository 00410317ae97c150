package web

import (
	"net/http"
	"runtime"
	"sync"
	"time"
)

// gate bounds how many requests are worked on at the same time that read the database and
// render a page for one visitor. Requests for feeds are answered from memory and pass it by,
// so that feeds are served under any load.
type gate struct {
	places    semaphore
	each      int           // of one client, working and waiting
	patience  time.Duration // of those who wait
	mu        sync.Mutex
	perClient map[string]int
}

// newGate gives every processor a few requests, since some of them wait for the
// disk. One client gets half of the places.
func newGate() *gate {
	places := 8 * runtime.GOMAXPROCS(0)
	return &gate{places: make(semaphore, places), each: max(places/2, 2), patience: 2 * time.Second, perClient: map[string]int{}}
}

// enter waits for a place. It returns 429 for a client that has too many already
// and 503 when there is none for a while, each with the time to come back.
func (g *gate) enter(r *http.Request) (leave func(), err error) {
	who := clientOf(r)
	if !g.count(who) {
		return nil, &status{http.StatusTooManyRequests, "page"}
	}
	if !g.places.acquire(r.Context(), g.patience) {
		g.uncount(who)
		return nil, &status{http.StatusServiceUnavailable, "page"}
	}
	return sync.OnceFunc(func() {
		g.places.release()
		g.uncount(who)
	}), nil
}

// clientOf returns what clients are told apart by, their address. Behind a proxy that does not
// say for whom it asks they cannot be told apart: then it is "", and no limit per client
// applies.
func clientOf(r *http.Request) string {
	if _, near := peerAddress(r); near && r.Header.Get("X-Forwarded-For") == "" {
		return ""
	}
	return clientAddress(r)
}

func (g *gate) count(who string) bool {
	if who == "" {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.perClient[who] >= g.each {
		return false
	}
	g.perClient[who]++
	return true
}

func (g *gate) uncount(who string) {
	if who == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.perClient[who]--; g.perClient[who] <= 0 {
		delete(g.perClient, who)
	}
}

// costly puts a handler behind the gate. It leaves the gate when the answer begins, because
// how fast the client reads costs nothing.
func (s *Server) costly(f func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.RemoteAddr == "" {
			return f(w, r) // an export of our own, a page at a time
		}
		leave, err := s.gate.enter(r)
		if err != nil {
			return err
		}
		defer leave()
		return f(&leaving{w, leave}, r)
	}
}

// leaving leaves the gate when the answer begins.
type leaving struct {
	http.ResponseWriter
	leave func()
}

func (l *leaving) WriteHeader(code int) {
	l.leave()
	l.ResponseWriter.WriteHeader(code)
}

func (l *leaving) Write(p []byte) (int, error) {
	l.leave()
	return l.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (l *leaving) Unwrap() http.ResponseWriter { return l.ResponseWriter }
