package fetch

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/netguard"
	"tributary/internal/news"
)

// TestWatch simulates responses that arrive in parts. A step is the bytes that arrive after a
// pause.
func TestWatch(t *testing.T) {
	type step struct {
		pause time.Duration
		bytes int
	}
	many := func(n int, s step) (all []step) {
		for range n {
			all = append(all, s)
		}
		return all
	}
	tests := []struct {
		name  string
		steps []step
		want  int // number of calls
	}{
		{"at once", nil, 0},
		{"just in time", []step{{1999 * time.Millisecond, 5000}}, 0},
		{"nothing for two seconds", []step{{2001 * time.Millisecond, 5000}}, 1},
		{"nothing for an hour", []step{{time.Hour, 0}}, 1},
		{"a flow", many(60, step{time.Second, 1100}), 0},
		{"a byte a second", many(10, step{time.Second, 1}), 1},
		{"a flow that ends", append(many(9, step{time.Second, 2000}), step{3 * time.Second, 1}), 1},
		{"two halts", []step{{3 * time.Second, 5000}, {3 * time.Second, 5000}}, 1},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			told := 0
			w := newWatch(2*time.Second, func() { told++ })
			for _, s := range tt.steps {
				time.Sleep(s.pause)
				w.came(s.bytes)
			}
			w.stop()
			time.Sleep(time.Hour)
			if told != tt.want {
				t.Errorf("%s: told %d times, want %d", tt.name, told, tt.want)
			}
		})
	}
}

// TestStalled simulates servers whose response arrives in parts, over an in-memory connection and
// with a fake clock.
func TestStalled(t *testing.T) {
	const quick, slow = 1900 * time.Millisecond, 2100 * time.Millisecond
	part := strings.Repeat("x", 2<<10)
	tests := []struct {
		name   string
		pauses [4]time.Duration // before the header, and before three parts of the body
		want   int
	}{
		{"in time all the way", [4]time.Duration{quick, quick, quick, quick}, 0},
		{"late with the header", [4]time.Duration{slow, 0, 0, 0}, 1},
		{"late with the body", [4]time.Duration{0, slow, 0, 0}, 1},
		{"late with its end", [4]time.Duration{quick, quick, quick, slow}, 1},
		{"late all the way", [4]time.Duration{slow, slow, slow, slow}, 1},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				if _, err := http.ReadRequest(bufio.NewReader(theirs)); err != nil {
					return
				}
				for i, pause := range tt.pauses {
					time.Sleep(pause)
					if i == 0 {
						fmt.Fprintf(theirs, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", 3*len(part))
						continue
					}
					io.WriteString(theirs, part)
				}
			}()
			client := New(Options{UserAgent: "test", Limits: DefaultLimits(), Now: time.Now})
			client.pool.transports[netguard.Policy{}.Key()] = &http.Transport{
				DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil },
			}
			told := 0
			got := client.Get(t.Context(), Request{URL: "http://example.org/", Stalled: func() { told++ }})
			client.Close()
			if told != tt.want || got.Fetch.Outcome != news.OutcomeOK || len(got.Body) != 3*len(part) {
				t.Errorf("%s: told %d times and got %+v, want %d", tt.name, told, got.Fetch, tt.want)
			}
		})
	}
}

func TestWatchOfNobody(t *testing.T) {
	for _, w := range []*watch{newWatch(0, func() {}), newWatch(time.Second, nil)} {
		if w != nil {
			t.Error("got a watch with nobody to tell")
		}
		w.answered()
		w.came(1)
		w.stop()
	}
}
