package feedtest

import (
	"net"
	"sync"
	"testing"
)

// Silent starts a server that accepts connections but sends nothing, not even a TLS handshake, and
// returns its host and port. It is closed at the end of the test.
func Silent(t testing.TB) string {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var held []net.Conn
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			held = append(held, conn)
			mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-ended
		for _, conn := range held {
			conn.Close()
		}
	})
	return listener.Addr().String()
}
