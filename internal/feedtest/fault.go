package feedtest

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// faults maps each Fault to its implementation.
var faults = map[Fault]func(*answer){
	SlowHeader: func(a *answer) {
		if a.pause() {
			a.w.Write(a.Body)
		}
	},
	DripHeader: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			w.WriteString("HTTP/1.1 200 OK\r\nX-Drip: ")
			for a.flush(w) && a.pause() {
				w.WriteByte('x')
			}
		})
	},
	HugeHeader: func(a *answer) {
		for i := range 256 {
			a.w.Header().Set("X-Huge-"+strconv.Itoa(i), strings.Repeat("x", 16<<10))
		}
		a.w.Write(a.Body)
	},
	Trickle: func(a *answer) {
		a.w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
		for i := range a.Body {
			if _, err := a.w.Write(a.Body[i : i+1]); err != nil || !a.push() || !a.pause() {
				return
			}
		}
	},
	Stall: func(a *answer) {
		a.w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
		a.w.Write(half(a.Body))
		for a.push() && a.pause() {
		}
	},
	CutLength: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			a.head(w, "HTTP/1.1", "Content-Length: "+strconv.Itoa(len(a.Body)))
			w.Write(half(a.Body))
		})
	},
	CutChunked: func(a *answer) {
		a.w.Write(half(a.Body))
		a.push()
		panic(http.ErrAbortHandler)
	},
	CutClose: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			a.head(w, "HTTP/1.0", "X-Cut: yes")
			w.Write(half(a.Body))
		})
	},
	CutGzip:    func(a *answer) { a.encoded(half(Gzip(a.Body))) },
	FalseGzip:  func(a *answer) { a.encoded(a.Body) },
	DoubleGzip: func(a *answer) { a.encoded(Gzip(Gzip(a.Body))) },
	BadGzip: func(a *answer) {
		zipped := Gzip(a.Body)
		zipped[len(zipped)-8] ^= 0xff // RFC 1952 section 2.2: CRC32 and ISIZE are at the end
		a.encoded(zipped)
	},
	Bomb: func(a *answer) { a.encoded(bomb()) },
	Huge: func(a *answer) {
		block := bytes.Repeat([]byte("riesig "), 8<<10)
		for a.alive() {
			if _, err := a.w.Write(block); err != nil {
				return
			}
		}
	},
	HugeLength: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			a.head(w, "HTTP/1.1", "Content-Length: 1099511627776")
			for a.flush(w) && a.pause() {
			}
		})
	},
	ShortLength: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			a.head(w, "HTTP/1.1", "Content-Length: "+strconv.Itoa(len(half(a.Body))))
			w.Write(a.Body)
		})
	},
	BadChunks: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			a.head(w, "HTTP/1.1", "Transfer-Encoding: chunked")
			w.WriteString(strconv.FormatInt(int64(len(half(a.Body))), 16) + "\r\n")
			w.Write(half(a.Body))
			w.WriteString("\r\nviel\r\n")
			w.Write(a.Body)
		})
	},
	ManyHeaders: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			w.WriteString("HTTP/1.1 200 OK\r\n")
			for i := range 60_000 {
				w.WriteString("X-" + strconv.Itoa(i) + ": x\r\n")
			}
			w.WriteString("\r\n")
		})
	},
	Inform: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			for a.flush(w) && a.pause() {
				w.WriteString("HTTP/1.1 103 Early Hints\r\nLink: <x>; rel=preload\r\n\r\n")
			}
		})
	},
	Reset: func(a *answer) { a.reset(func(*bufio.Writer) {}) },
	ResetBody: func(a *answer) {
		a.reset(func(w *bufio.Writer) {
			a.head(w, "HTTP/1.1", "Content-Length: "+strconv.Itoa(len(a.Body)))
			w.Write(half(a.Body))
		})
	},
	HangUp:  func(a *answer) { a.raw(func(*bufio.Writer) {}) },
	Garbage: func(a *answer) { a.raw(func(w *bufio.Writer) { w.WriteString("SSH-2.0-OpenSSH_9.9\r\n") }) },
	EchoRequest: func(a *answer) {
		a.raw(func(w *bufio.Writer) {
			w.WriteString("HTTP/1.1 X")
			a.r.Header.Write(w)
		})
	},
}

// raw hijacks the connection. It works with HTTP/1 only.
func (a *answer) raw(write func(*bufio.Writer)) {
	conn, buffer, err := http.NewResponseController(a.w).Hijack()
	if err != nil {
		panic(err) // the request was made over HTTP/2
	}
	defer conn.Close()
	write(buffer.Writer)
	buffer.Flush()
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
}

// reset hijacks the connection and resets it, after the client has had time to read what was
// written.
func (a *answer) reset(write func(*bufio.Writer)) {
	conn, buffer, err := http.NewResponseController(a.w).Hijack()
	if err != nil {
		panic(err) // the request was made over HTTP/2
	}
	write(buffer.Writer)
	buffer.Flush()
	a.pause()
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // RST instead of FIN
	}
	conn.Close()
}

// head writes a status line, the header fields that were set, and one more.
func (a *answer) head(w *bufio.Writer, proto, field string) {
	w.WriteString(proto + " 200 OK\r\n" + field + "\r\n")
	a.w.Header().Write(w)
	w.WriteString("\r\n")
}

// encoded sends body with the label gzip, whatever it contains.
func (a *answer) encoded(body []byte) {
	a.w.Header().Set("Content-Encoding", "gzip")
	a.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	a.w.WriteHeader(a.status())
	a.w.Write(body)
}

// push flushes what was written and reports whether that succeeded.
func (a *answer) push() bool { return http.NewResponseController(a.w).Flush() == nil }

// flush is push for a hijacked connection.
func (a *answer) flush(w *bufio.Writer) bool { return w.Flush() == nil && a.alive() }

// alive reports whether somebody is still waiting for the response.
func (a *answer) alive() bool {
	select {
	case <-a.closing:
		return false
	case <-a.r.Context().Done():
		return false
	default:
		return true
	}
}

func half(body []byte) []byte { return body[:len(body)/2] }

// bomb returns 1 GiB of zeros in gzip members of 4 MiB. Only one member is compressed, once per
// process.
var bomb = sync.OnceValue(func() []byte {
	return bytes.Repeat(Gzip(make([]byte, 4<<20)), 1<<8)
})
