// Package feedtest supports tests that use the network. It has an upstream server on loopback that
// can misbehave in all the ways that real ones do ([Server], [Fault]), a WebSub hub ([Hub]),
// listeners that must never be reached ([Witness]) or that never answer ([Silent]), a checker for
// JSON Feed ([JSONFeed]), and golden files ([Golden]).
//
//	upstream := feedtest.New(t)
//	upstream.Handle("/feed.xml", feedtest.Response{Body: body, ETag: `"1"`})
//	upstream.Handle("/slow.xml", feedtest.Response{Body: body, Fault: feedtest.Trickle})
//	… fetch upstream.URL + "/feed.xml" under upstream.Policy() …
//	if got := upstream.Count("/feed.xml"); got != 1 { … }
//
// A path without a handler answers 404. Every request is recorded. The server is closed at the end
// of the test, which also ends stalled handlers.
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

// Server is an upstream server for tests. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port, or https, without a trailing slash

	http     *httptest.Server
	closing  chan struct{}
	mu       sync.Mutex
	handled  map[string][]Response
	requests []Request
}

// Request is a request as it was received.
type Request struct {
	Method string
	Path   string // including the query
	Header http.Header
	Body   string // at most 1 MiB
	Proto  string // HTTP/1.1 or HTTP/2.0
	Remote string // address and port of the client, which identify the connection
}

// New starts a server that is closed at the end of the test.
func New(t testing.TB) *Server {
	s := unstarted()
	s.http.Start()
	return s.run(t)
}

// NewTLS starts a server for HTTPS, including HTTP/2. Its certificate is for example.com and
// 127.0.0.1 and is only trusted through Roots.
func NewTLS(t testing.TB) *Server {
	s := unstarted()
	s.http.EnableHTTP2 = true
	s.http.StartTLS()
	return s.run(t)
}

func unstarted() *Server {
	s := &Server{closing: make(chan struct{}), handled: map[string][]Response{}}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // faults cause expected errors
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

// Handle sets the responses for a path. Each is sent once, in order, and the last one repeatedly. A
// later call replaces an earlier one.
func (s *Server) Handle(path string, responses ...Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handled[path] = responses
}

// Requests returns the requests for a path in order of arrival; "" means all paths.
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

// Count returns the number of requests for a path; "" means all paths.
func (s *Server) Count(path string) int { return len(s.Requests(path)) }

// Roots returns a pool with the certificate of NewTLS; it is empty for New.
func (s *Server) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	if certificate := s.http.Certificate(); certificate != nil {
		pool.AddCert(certificate)
	}
	return pool
}

// Certificates returns the certificates of NewTLS with their keys, for another server that Roots
// should trust as well.
func (s *Server) Certificates() []tls.Certificate { return s.http.TLS.Certificates }

// Policy allows a client to reach this server, and otherwise only public addresses.
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
		panic(err) // the URL is our own
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		panic(err)
	}
	return uint16(port)
}

// serve records the request and sends the next response of its path.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // an aborted body is kept as far as it came
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
