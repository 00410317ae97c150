package web

import (
	"net/http"
	"runtime"
	"sync"
	"time"
)

// gate bounds the number of concurrent requests that read the database and render for a single
// visitor. Feeds come from memory and do not pass it, so they are served under any load.
type gate struct {
	places    semaphore
	each      int           // places of one client, running or waiting
	patience  time.Duration // how long a request waits
	mu        sync.Mutex
	perClient map[string]int
}

// newGate returns a gate with several places per processor, since some requests wait for the disk.
// One client gets at most half of the places.
func newGate() *gate {
	places := 8 * runtime.GOMAXPROCS(0)
	return &gate{places: make(semaphore, places), each: max(places/2, 2), patience: 2 * time.Second, perClient: map[string]int{}}
}

// enter waits for a place. It returns status 429 for a client that holds too many already, and 503
// if no place becomes free in time. Both are sent with Retry-After.
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

// clientOf identifies a client. It returns "" behind a proxy that does not send X-Forwarded-For,
// where clients cannot be told apart and the limit per client does not apply.
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

// costly puts a handler behind the gate. The place is released when the response begins, so that
// slow clients do not hold places.
func (s *Server) costly(f func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.RemoteAddr == "" {
			return f(w, r) // an export, which requests one page at a time
		}
		leave, err := s.gate.enter(r)
		if err != nil {
			return err
		}
		defer leave()
		return f(&leaving{w, leave}, r)
	}
}

// leaving releases the place in the gate when the response begins.
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
