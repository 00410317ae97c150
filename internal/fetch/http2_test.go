package fetch_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// frames is an HTTP/2 server that answers the first request of every connection with the frames
// that write sends.
func frames(t *testing.T, write func(f *http2.Framer, stream uint32)) (url string, roots *x509.CertPool) {
	borrowed := feedtest.NewTLS(t) // for its certificate
	listener := listen(t, "tcp4", "127.0.0.1:0")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			secure := tls.Server(conn, &tls.Config{Certificates: borrowed.Certificates(), NextProtos: []string{"h2"}})
			speak(secure, write)
			secure.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-ended })
	return "https://" + listener.Addr().String(), borrowed.Roots()
}

// speak reads the client's preface and frames up to its request, calls write to answer, and waits
// until the client has disconnected.
func speak(conn *tls.Conn, write func(f *http2.Framer, stream uint32)) {
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(conn, conn)
	f.WriteSettings()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				f.WriteSettingsAck()
			}
		case *http2.HeadersFrame:
			write(f, frame.StreamID)
		}
	}
}

// header writes the header of a response.
func header(f *http2.Framer, stream uint32, end bool, fields ...string) {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		e.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: b.Bytes(), EndStream: end, EndHeaders: true})
}

// TestHTTP2Misbehaves answers in ways that only HTTP/2 allows. All of them result in an Outcome,
// without delay.
func TestHTTP2Misbehaves(t *testing.T) {
	ok := []string{":status", "200", "content-type", "application/rss+xml"}
	body := []byte("<rss><channel><title>Fluss</title>")
	tests := []struct {
		name  string
		write func(f *http2.Framer, stream uint32)
		want  news.Outcome
	}{
		{"whole", func(f *http2.Framer, s uint32) { header(f, s, false, ok...); f.WriteData(s, true, body) }, news.OutcomeOK},
		{"trailers", func(f *http2.Framer, s uint32) {
			header(f, s, false, ok...)
			f.WriteData(s, false, body)
			header(f, s, true, "x-end", "1")
		}, news.OutcomeOK},
		{"RST before the header", func(f *http2.Framer, s uint32) { f.WriteRSTStream(s, http2.ErrCodeInternal) }, news.OutcomeRefused},
		{"RST in the body", func(f *http2.Framer, s uint32) {
			header(f, s, false, ok...)
			f.WriteData(s, false, body)
			f.WriteRSTStream(s, http2.ErrCodeInternal)
		}, news.OutcomeTruncated},
		{"less than its length", func(f *http2.Framer, s uint32) {
			header(f, s, false, append(slices.Clone(ok), "content-length", "1000")...)
			f.WriteData(s, true, body)
		}, news.OutcomeTruncated},
		{"GOAWAY instead of an answer", func(f *http2.Framer, s uint32) { f.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, []byte("langsam")) }, news.OutcomeRefused},
		{"GOAWAY and hang up in the body", func(f *http2.Framer, s uint32) {
			header(f, s, false, ok...)
			f.WriteData(s, false, body)
			f.WriteGoAway(s, http2.ErrCodeNo, nil)
			f.WriteRSTStream(s, http2.ErrCodeCancel)
		}, news.OutcomeTruncated},
		{"a frame of another stream", func(f *http2.Framer, s uint32) { f.WriteData(s+2, true, body) }, news.OutcomeRefused},
		{"a header without a status", func(f *http2.Framer, s uint32) { header(f, s, true, "x", "y") }, news.OutcomeRefused},
		{"a pushed stream", func(f *http2.Framer, s uint32) {
			f.WritePushPromise(http2.PushPromiseParam{StreamID: s, PromiseID: 2, BlockFragment: []byte{0x82}, EndHeaders: true})
		}, news.OutcomeRefused},
		{"a bomb of header compression", func(f *http2.Framer, s uint32) {
			fields := append([]string{":status", "200"}, "x-bomb", strings.Repeat("x", 4000))
			for range 5000 { // each is a one-byte index
				fields = append(fields, "x-bomb", strings.Repeat("x", 4000))
			}
			header(f, s, true, fields...)
		}, news.OutcomeTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, roots := frames(t, tt.write)
			client := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now, Roots: roots})
			defer client.Close()
			got := client.Get(context.Background(), fetch.Request{URL: url, Policy: open(t, url)})
			if got.Fetch.Outcome != tt.want || got.Fetch.Duration > 10*time.Second {
				t.Errorf("got %s %q after %v, want %s", got.Fetch.Outcome, got.Fetch.Error, got.Fetch.Duration, tt.want)
			}
			if len(got.Body) > 0 && !bytes.Equal(got.Body, body) {
				t.Errorf("got %q", got.Body)
			}
			if strings.Contains(got.Fetch.Error, "langsam") {
				t.Errorf("the error repeats the server: %q", got.Fetch.Error)
			}
		})
	}
}

// open is a policy that allows the address of a URL.
func open(t *testing.T, url string) netguard.Policy {
	_, address, _ := strings.Cut(url, "://")
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return netguard.Policy{AllowNetworks: []netip.Prefix{netip.PrefixFrom(at.Addr(), 32)}, AllowPorts: []uint16{at.Port()}}
}

// TestConnectionsAreShared holds that requests share a connection in both versions of HTTP, even
// after responses whose body was not read.
func TestConnectionsAreShared(t *testing.T) {
	for name, upstream := range map[string]*feedtest.Server{"HTTP/1.1": feedtest.New(t), "HTTP/2.0": feedtest.NewTLS(t)} {
		upstream.Handle("/feed", feedtest.Response{Body: river(3000), Gzip: true, ETag: `"1"`})
		upstream.Handle("/gone", feedtest.Response{Status: http.StatusGone})
		client := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now, Roots: upstream.Roots()})
		var last news.Validators
		for i := range 20 {
			path := "/feed"
			if i%5 == 4 {
				path = "/gone"
			}
			got := client.Get(context.Background(), fetch.Request{URL: upstream.URL + path, Policy: upstream.Policy(), Validators: last})
			if path == "/feed" {
				last = got.Validators
			}
		}
		connections := map[string]int{}
		for _, r := range upstream.Requests("") {
			connections[r.Remote]++
			if r.Proto != name {
				t.Errorf("got %s, want %s", r.Proto, name)
			}
		}
		if len(connections) != 1 {
			t.Errorf("%s: %d connections for 20 requests, want 1", name, len(connections))
		}
		client.Close()
	}
}
