package web

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"time"

	"golang.org/x/time/rate"
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
func (s *Server) costly(f handler) handler {
	return func(w http.ResponseWriter, r *http.Request, sc *scope) error {
		if r.RemoteAddr == "" {
			return f(w, r, sc) // an export, which requests one page at a time
		}
		leave, err := s.gate.enter(r)
		if err != nil {
			return err
		}
		defer leave()
		return f(&leaving{w, leave}, r, sc)
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

// semaphore is a counting semaphore, used for searches and for the gate.
type semaphore chan struct{}

// acquire waits for a turn and reports whether it got one. The caller must then call release.
func (s semaphore) acquire(ctx context.Context, patience time.Duration) bool {
	select {
	case s <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case s <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (s semaphore) release() { <-s }

// Rate limits for questions that read the store: per visitor, and for all visitors together.
const (
	visitorRate  = rate.Limit(1) // per second
	visitorBurst = 20
	totalRate    = rate.Limit(50)
	totalBurst   = 100
	maxVisitors  = 10_000 // limiters kept; beyond that all are forgotten
)

// visitors limits the rate of questions. The zero value is ready to use. It is safe for concurrent
// use.
type visitors struct {
	mu    sync.Mutex
	total *rate.Limiter
	each  map[string]*rate.Limiter // by address
}

// allow reports whether a visitor may ask now. An empty who means a visitor that cannot be told
// apart from others (see clientOf), to whom only the common limit applies.
func (v *visitors) allow(who string, now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.total == nil {
		v.total = rate.NewLimiter(totalRate, totalBurst)
	}
	if v.each == nil || len(v.each) >= maxVisitors {
		v.each = map[string]*rate.Limiter{}
	}
	if who == "" {
		return v.total.AllowN(now, 1)
	}
	own := v.each[who]
	if own == nil {
		own = rate.NewLimiter(visitorRate, visitorBurst)
		v.each[who] = own
	}
	return own.AllowN(now, 1) && v.total.AllowN(now, 1)
}
