package fetch_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// relay is an HTTP proxy that records what is requested.
type relay struct {
	mu    sync.Mutex
	asked []string
	auth  string // of the last request
}

func (p *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.RequestURI)
	p.auth = r.Header.Get("Proxy-Authorization")
	p.mu.Unlock()
	if strings.HasPrefix(r.Host, "forbidden.test") {
		http.Error(w, "no", http.StatusForbidden)
		return
	}
	if r.Method != http.MethodConnect {
		r.RequestURI = ""
		r.Header.Del("Proxy-Authorization")
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		io.Copy(w, answer.Body)
		return
	}
	target, err := net.Dial("tcp", r.Host)
	if err != nil {
		http.Error(w, "no", http.StatusBadGateway)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	join(client, target)
}

// join copies in both directions until either side ends.
func join(a, b net.Conn) {
	defer a.Close()
	defer b.Close()
	ended := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		go func() {
			io.Copy(pair[0], pair[1])
			pair[0].Close()
			pair[1].Close()
			ended <- struct{}{}
		}()
	}
	<-ended
	<-ended
}

// serveSocks is a SOCKS5 proxy (RFC 1928) without authentication. It counts its connections.
func serveSocks(t *testing.T) (address string, connects func() int) {
	listener := listen(t, "tcp4", "127.0.0.1:0")
	var all sync.WaitGroup
	var mu sync.Mutex
	n := 0
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				target := greetSocks(client)
				if target == nil {
					client.Close()
					return
				}
				mu.Lock()
				n++
				mu.Unlock()
				join(client, target)
			})
		}
	})
	t.Cleanup(func() { listener.Close(); all.Wait() })
	return listener.Addr().String(), func() int { mu.Lock(); defer mu.Unlock(); return n }
}

// greetSocks reads a greeting and a request for a name, and connects.
func greetSocks(client net.Conn) net.Conn {
	head := make([]byte, 2)
	io.ReadFull(client, head)
	io.CopyN(io.Discard, client, int64(head[1]))
	client.Write([]byte{5, 0})
	request := make([]byte, 5)
	if _, err := io.ReadFull(client, request); err != nil {
		return nil
	}
	rest := map[byte]int{1: 3, 3: int(request[4]), 4: 15}[request[3]]
	host := make([]byte, rest+2)
	io.ReadFull(client, host)
	name := string(host[:rest])
	if request[3] == 1 {
		name = netip.AddrFrom4([4]byte{request[4], host[0], host[1], host[2]}).String()
	}
	target, err := net.Dial("tcp", net.JoinHostPort(name, fmt.Sprint(binary.BigEndian.Uint16(host[rest:]))))
	if err != nil {
		return nil
	}
	client.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	return target
}

// TestGetProxy uses proxies of both kinds. Requests that the guard refuses never reach them.
func TestGetProxy(t *testing.T) {
	plain, secure := feedtest.New(t), feedtest.NewTLS(t)
	for _, s := range []*feedtest.Server{plain, secure} {
		s.Handle("/feed", feedtest.Response{Body: river(3000)})
		s.Handle("/inside", feedtest.Response{Redirect: "http://192.168.1.1/feed"})
	}
	web := &relay{}
	listener := listen(t, "tcp4", "127.7.7.7:0")
	serve(t, listener, web)
	socks, connects := serveSocks(t)
	policy := netguard.Policy{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")},
		AllowPorts: []uint16{plain.Port(), secure.Port()}}

	for _, proxy := range []string{"http://anna:geheim@" + listener.Addr().String(), "socks5://" + socks} {
		u, err := url.Parse(proxy)
		if err != nil {
			t.Fatal(err)
		}
		client := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now, Roots: secure.Roots(), Proxy: u})
		defer client.Close()
		arrived := func() int { return len(web.asked) + connects() }
		for _, address := range []string{plain.URL + "/feed", secure.URL + "/feed"} {
			before := arrived()
			got := client.Get(context.Background(), fetch.Request{URL: address, Policy: policy})
			if got.Fetch.Outcome != news.OutcomeOK || len(got.Body) < 3000 || arrived() == before {
				t.Errorf("%s by %s: got %+v after %d requests of the proxy", address, u.Scheme, got.Fetch, arrived()-before)
			}
		}
		got := client.Get(context.Background(), fetch.Request{URL: secure.URL + "/inside", Policy: policy})
		if got.Fetch.Outcome != news.OutcomeBlocked {
			t.Errorf("a redirect by %s: got %+v", u.Scheme, got.Fetch)
		}
		before := arrived()
		for _, host := range append(feedtest.Victims(), "unknown.test") {
			got := client.Get(context.Background(), fetch.Request{URL: "http://" + host + ":" + port(plain) + "/feed",
				Policy: netguard.Policy{AllowPorts: []uint16{plain.Port()}}})
			if got.Fetch.Outcome != news.OutcomeBlocked && got.Fetch.Outcome != news.OutcomeDNS {
				t.Errorf("%s by %s: got %+v", host, u.Scheme, got.Fetch)
			}
		}
		if n := arrived() - before; n != 0 {
			t.Errorf("%d requests of refused hosts reached the proxy by %s", n, u.Scheme)
		}
	}
	if web.auth == "" {
		t.Error("the proxy was not told who asks")
	}
	for _, agent := range plain.Requests("") {
		if agent.Header.Get("Proxy-Authorization") != "" {
			t.Error("the password of the proxy reached the source")
		}
	}
}

// TestGetProxyFails holds that failures of a proxy are distinguished from those of the source.
func TestGetProxyFails(t *testing.T) {
	web := &relay{}
	listener := listen(t, "tcp4", "127.7.7.7:0")
	serve(t, listener, web)
	open := netguard.Policy{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	tests := []struct{ proxy, url, text string }{
		{"http://anna:geheim@127.7.7.7:1", "http://forbidden.test/", "the proxy cannot be used: connection refused"},
		{"http://anna:geheim@unknown.test:1", "http://forbidden.test/", "the proxy cannot be used: "},
		{"socks5://anna:geheim@127.7.7.7:1", "https://forbidden.test/", "the proxy cannot be used: connection refused"},
		{"http://anna:geheim@" + listener.Addr().String(), "https://forbidden.test/", "the proxy does not connect: status 403"},
	}
	for _, tt := range tests {
		u, err := url.Parse(tt.proxy)
		if err != nil {
			t.Fatal(err)
		}
		client := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now, Proxy: u})
		got := client.Get(context.Background(), fetch.Request{URL: tt.url, Policy: open})
		client.Close()
		if got.Fetch.Outcome != news.OutcomeRefused || !strings.HasPrefix(got.Fetch.Error, "forbidden.test: "+tt.text) || strings.Contains(got.Fetch.Error, "geheim") {
			t.Errorf("%s: got %+v, want refused %q", tt.proxy, got.Fetch, tt.text)
		}
	}
}
