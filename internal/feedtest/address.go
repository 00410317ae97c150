package feedtest

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddress returns an address for a daemon that has to know its own before it listens. It is on
// a random loopback host, where nobody is given its port in the meantime: on 127.0.0.1 another test
// may be, before the daemon listens or while it restarts. Systems with one loopback host use that.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254)))
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
