// Package feedtest is support for tests: an upstream server on loopback that can
// misbehave in every way that real ones do, a hub (Hub), listeners that nobody
// must reach (Witness) or that never answer (Silent), and golden files.
//
//	upstream := feedtest.New(t)
//	upstream.Handle("/feed.xml", feedtest.Response{Body: body, ETag: `"1"`})
//	upstream.Handle("/slow.xml", feedtest.Response{Body: body, Fault: feedtest.Trickle})
//	… fetch upstream.URL + "/feed.xml" under upstream.Policy() …
//	if got := upstream.Count("/feed.xml"); got != 1 { … }
//
// A path that was not handled answers 404. Every request is recorded. The server
// closes with the test; handlers that stall end then.
package feedtest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tributary/internal/netguard"
)

// Server is an upstream of a test. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port, or https, without a slash at the end

	http     *httptest.Server
	closing  chan struct{}
	mu       sync.Mutex
	handled  map[string][]Response
	requests []Request
}

// Request is one request as it arrived.
type Request struct {
	Method string
	Path   string // with the query
	Header http.Header
	Body   string // of a form, the first MiB
	Proto  string // HTTP/1.1 or HTTP/2.0
	Remote string // the client's address and port: the same for one connection
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := unstarted()
	s.http.Start()
	return s.run(t)
}

// NewTLS starts a server that speaks HTTPS, HTTP/2 included, with a certificate
// for example.com and 127.0.0.1 that only Roots vouches for.
func NewTLS(t testing.TB) *Server {
	s := unstarted()
	s.http.EnableHTTP2 = true
	s.http.StartTLS()
	return s.run(t)
}

func unstarted() *Server {
	s := &Server{closing: make(chan struct{}), handled: map[string][]Response{}}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // it is made to fail
	return s
}

func (s *Server) run(t testing.TB) *Server {
	s.URL = s.http.URL
	t.Cleanup(func() {
		close(s.closing)
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// Handle sets what a path answers. With several responses each is given once, in
// turn, and the last one for ever. A later call replaces an earlier one.
func (s *Server) Handle(path string, responses ...Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handled[path] = responses
}

// Requests returns the requests for a path, in order of arrival; "" means all.
func (s *Server) Requests(path string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Request
	for _, r := range s.requests {
		if bare, _, _ := strings.Cut(r.Path, "?"); path == "" || path == bare {
			list = append(list, r)
		}
	}
	return list
}

// Count returns how many requests came for a path; "" means all.
func (s *Server) Count(path string) int { return len(s.Requests(path)) }

// Roots vouches for the certificate of NewTLS; for nothing without one.
func (s *Server) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	if certificate := s.http.Certificate(); certificate != nil {
		pool.AddCert(certificate)
	}
	return pool
}

// Certificates are those of NewTLS with their keys, for a server of a test's own
// that Roots vouches for as well.
func (s *Server) Certificates() []tls.Certificate { return s.http.TLS.Certificates }

// Policy lets a client reach this server, and nothing else that is not public.
func (s *Server) Policy() netguard.Policy {
	return netguard.Policy{
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		AllowPorts:    []uint16{s.Port()},
	}
}

// Port returns the port that the server listens on.
func (s *Server) Port() uint16 {
	u, err := url.Parse(s.URL)
	if err != nil {
		panic(err) // we built it
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		panic(err)
	}
	return uint16(port)
}

// serve records the request and gives the next answer of its path.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // a body that breaks off is as long as it came
	s.mu.Lock()
	s.requests = append(s.requests, Request{Method: r.Method, Body: string(body), Path: r.URL.RequestURI(), Header: r.Header.Clone(), Proto: r.Proto, Remote: r.RemoteAddr})
	queue := s.handled[r.URL.Path]
	if len(queue) > 1 {
		s.handled[r.URL.Path] = slices.Clone(queue[1:])
	}
	s.mu.Unlock()

	if len(queue) == 0 {
		http.NotFound(w, r)
		return
	}
	answer := answer{Response: queue[0], w: w, r: r, closing: s.closing}
	answer.write()
}
