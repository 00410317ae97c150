package fetch_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
)

// TestMain resolves every name through a name server of its own: no test leaves the machine, and
// names can behave like hostile ones. It also checks that no goroutine outlives the tests.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // net/http logs unsolicited responses
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		serveNames(server)
	}()
	net.DefaultResolver = &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, "udp4", server.LocalAddr().String())
			return impatient{conn}, err
		},
	}

	code := m.Run()
	server.Close()
	<-ended
	if err := goleak.Find(); err != nil && code == 0 {
		os.Stderr.WriteString(err.Error() + "\n")
		code = 1
	}
	os.Exit(code)
}

// impatient is a connection to a name server that waits for a silent one for 100 ms. Go's resolver
// waits for 5 s, in a goroutine that outlives the lookup.
type impatient struct{ net.Conn }

// Write sends a query.
func (c impatient) Write(query []byte) (int, error) {
	if bytes.Contains(query, []byte("silent")) {
		if err := c.Conn.SetDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(query)
}

// ReadFrom and WriteTo make it a net.PacketConn, which tells the resolver to use UDP.
func (c impatient) ReadFrom(p []byte) (int, net.Addr, error) {
	return c.Conn.(net.PacketConn).ReadFrom(p)
}

func (c impatient) WriteTo(p []byte, to net.Addr) (int, error) {
	return c.Conn.(net.PacketConn).WriteTo(p, to)
}

// unasked returns a name below a prefix that no test has asked for yet, in however many runs.
func unasked(prefix string) string { return fmt.Sprintf("%s.%d.test", prefix, time.Now().UnixNano()) }

// serveNames answers until the connection is closed. Every name resolves to this machine, except:
// those that are made to fail; "flap.…", which fails the first time; "many" and "mixed", which have
// private addresses as well; those that spell their address in hexadecimal before ".named.test";
// and "rebind.…", which is public the first time and this machine from then on.
func serveNames(server net.PacketConn) {
	asked := map[string]int{} // by name
	buffer := make([]byte, 1500)
	for {
		n, client, err := server.ReadFrom(buffer)
		if err != nil {
			return
		}
		var query dnsmessage.Message
		if query.Unpack(buffer[:n]) != nil || len(query.Questions) == 0 {
			continue
		}
		name := query.Questions[0].Name.String()
		reply := dnsmessage.Message{
			Header:    dnsmessage.Header{ID: query.ID, Response: true, Authoritative: true},
			Questions: query.Questions,
		}
		address, private := [4]byte{127, 0, 0, 1}, 0
		switch {
		case strings.HasPrefix(name, "silent."):
			continue
		case strings.HasPrefix(name, "unknown."):
			reply.RCode = dnsmessage.RCodeNameError
		case strings.HasPrefix(name, "broken."):
			reply.RCode = dnsmessage.RCodeServerFailure
		case strings.HasPrefix(name, "flap.") && asked[name] < 2: // both address families are asked for
			asked[name]++
			reply.RCode = dnsmessage.RCodeNameError
		case strings.HasPrefix(name, "many."):
			private = 49
		case strings.HasPrefix(name, "mixed."):
			private = 1
		case strings.HasPrefix(name, "rebind.") && asked[name] == 0:
			address = [4]byte{192, 0, 2, 1}
		}
		raw, _ := hex.DecodeString(strings.TrimSuffix(name, ".named.test."))
		header := dnsmessage.ResourceHeader{Name: query.Questions[0].Name, Class: dnsmessage.ClassINET}
		if len(raw) == 4 {
			address = [4]byte(raw)
		}
		if reply.RCode == dnsmessage.RCodeSuccess {
			switch query.Questions[0].Type {
			case dnsmessage.TypeA:
				if strings.HasPrefix(name, "rebind.") {
					asked[name]++
				}
				for i := range private {
					reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: [4]byte{10, 0, 0, byte(i)}}})
				}
				reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: address}})
			case dnsmessage.TypeAAAA:
				six := [16]byte{15: 1}
				if len(raw) == 16 {
					six = [16]byte(raw)
				}
				if !strings.HasPrefix(name, "rebind.") {
					reply.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: six}}}
				}
			}
		}
		if packed, err := reply.Pack(); err == nil {
			server.WriteTo(packed, client)
		}
	}
}

// newClient returns a client with the limits, which is closed at the end of the test.
func newClient(t testing.TB, limits fetch.Limits) *fetch.Client {
	c := fetch.New(fetch.Options{UserAgent: "Tributary/test (+https://example.org/)", Limits: limits, Now: time.Now})
	t.Cleanup(c.Close)
	return c
}

// get fetches a path from the upstream server, whose address the policy allows.
func get(t testing.TB, c *fetch.Client, upstream *feedtest.Server, path string) fetch.Response {
	t.Helper()
	return c.Get(context.Background(), fetch.Request{URL: upstream.URL + path, Policy: upstream.Policy()})
}
