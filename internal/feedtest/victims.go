package feedtest

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// victims are spellings of hosts that no source may reach: this machine, its networks, and
// addresses that lead to them. For Go some of them, such as 127.1, are not addresses but names that
// do not exist; a C library's resolver reads them as addresses.
const victims = `
	127.0.0.1 127.0.0.2 127.1.1.1 127.255.255.254 127.1 127.0.1 127.000.000.001 0127.0.0.1 0177.0.0.1 0177.0.0.01 00000177.0.0.1
	0x7f.0.0.1 0x7f.0x0.0x0.0x1 0x7f.1 0x7f000001 0x7F000001 0X7F000001 017700000001 2130706433 4294967295 3232235521 02130706433
	0x0000007f000001 0177.1 0x7f.0.1 127.0x0.1 127.0.0.0x1 2852039166 0xa9fea9fe 0251.0376.0251.0376 0xa9.0xfe.0xa9.0xfe 167772161
	0 00 0.0 0.0.0.0 0.0.0.1 0.1.2.3 0x0 0x00000000
	①②⑦.0.0.1 １２７.0.0.1 127。0。0。1 127．0．0．1 127｡0｡0｡1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ 𝟙𝟚𝟟.0.0.1 ¹²⁷.0.0.1 ₁₂₇.₀.₀.₁ ⑯⑨｡②⑤④｡⑯⑨｡②⑤④ ⑩.⓪.⓪.①
	127.0.0.1. 127%2e0%2e0%2e1 %31%32%37.0.0.1
	localhost LOCALHOST LocalHost localhost. localhost.localdomain lo%63alhost sub.localhost ip6-localhost ip6-loopback
	internal.test spoofed.test 127.0.0.1.nip.test rebound.test www.example.org xn--lclhst-test.test metadata.google.internal
	[::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::0001] [0::1] [::0:1] [::0.0.0.1] [::] [0::0] [0:0:0:0:0:0:0:0]
	[::ffff:127.0.0.1] [::FFFF:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:0001] [::ffff:0.0.0.0] [::ffff:10.0.0.1] [::ffff:a9fe:a9fe]
	[::ffff:192.168.0.1] [::ffff:100.64.0.1] [::ffff:198.18.0.1] [::ffff:224.0.0.1]
	[::127.0.0.1] [::7f00:1] [::10.0.0.1] [::ffff:0:127.0.0.1] [::ffff:0:7f00:1]
	[64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::7f00:1] [64:ff9b:1:7f00:0:100::]
	[2002:7f00:1::] [2002:7f00:1::1] [2002:a00:1::] [2002:a9fe:a9fe::] [2002:c0a8:101::1]
	[2001::1] [2001:0:7f00:1::] [2001:0:4136:e378:8000:63bf:80ff:fffe]
	[fe80::1] [fe80::1%25lo] [fe80::1%25eth0] [fe80::1%251] [febf::1] [fec0::1] [feff::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fdff::1]
	[ff01::1] [ff02::1] [ff05::1:3] [2001:db8::1] [2001:2::1] [2001:10::1] [2001:20::1] [100::1] [3fff::1] [5f00::1] [4000::1]
	[2a00:1450::5efe:127.0.0.1]
	10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1.1 192.168.255.255 100.64.0.1 100.127.255.255 100.100.100.200
	169.254.0.1 169.254.169.254 169.254.170.2 192.0.0.1 192.0.0.8 192.0.0.170 192.0.0.192 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1
	203.0.113.1 192.88.99.1 192.31.196.1 192.52.193.1 192.175.48.1 224.0.0.1 239.255.255.250 240.0.0.1 250.1.2.3 255.255.255.255`

// Victims lists spellings of hosts, as in a URL, that outside input must never lead to. Every way
// in which it could should be tested with all of them and a Witness.
func Victims() []string { return strings.Fields(victims) }

// Witness starts a server on the loopback addresses, of both families if available, which counts
// the connections that reach it. It is closed at the end of the test.
func Witness(t testing.TB) (port uint16, connections *atomic.Int64) {
	t.Helper()
	four, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections = new(atomic.Int64)
	port = uint16(four.Addr().(*net.TCPAddr).Port)
	witness(t, counter{four, connections})
	if six, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(int(port)))); err == nil {
		witness(t, counter{six, connections})
	}
	return port, connections
}

// witness serves a response that a test can recognise.
func witness(t testing.TB, listener net.Listener) {
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("innen"))
	})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		server.Serve(listener)
	}()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
}

// counter counts accepted connections.
type counter struct {
	net.Listener
	accepted *atomic.Int64
}

func (c counter) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.accepted.Add(1)
	}
	return conn, err
}
