package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"tributary/internal/news"
)

// thin returns a text that compresses less than 200-fold: a bomb below the ratio limit.
func thin(size int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for b.Len() < size {
		b.Write(bytes.Repeat([]byte(strconv.FormatUint(random.Uint64(), 36)), 80))
	}
	return b.Bytes()[:size]
}

// chunks writes the same block n times.
func chunks(t *testing.T, open func(io.Writer) io.WriteCloser, block []byte, n int) []byte {
	var b bytes.Buffer
	w := open(&b)
	for range n {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBombs holds that every kind of bomb is refused, and measures the cost: all allocations
// together, freed or not, are at most 32 MiB, and 8 MiB more with the largest brotli window. The
// time is for docs/reliability.md.
func TestBombs(t *testing.T) {
	zip := func(w io.Writer) io.WriteCloser { z, _ := gzip.NewWriterLevel(w, 9); return z }
	def := func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 9); return z }
	br := func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) }
	wide := func(w io.Writer) io.WriteCloser {
		return brotli.NewWriterOptions(w, brotli.WriterOptions{Quality: 5, LGWin: 24})
	}
	zst := func(w io.Writer) io.WriteCloser {
		z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
		return z
	}
	zeros, text := make([]byte, 1<<20), thin(21<<20)
	gigabyte := chunks(t, zip, zeros, 64)

	tests := []struct {
		name   string
		coding []string
		body   []byte
		want   news.Outcome
	}{
		{"gzip of zeros", []string{"gzip"}, gigabyte, news.OutcomeTooLarge},
		{"gzip twice, declared once", []string{"gzip"}, chunks(t, zip, gigabyte, 1), news.OutcomeOK}, // yields gzip, which is not a feed
		{"gzip twice, declared twice", []string{"gzip", "gzip"}, chunks(t, zip, gigabyte, 1), news.OutcomeHTTPError},
		{"deflate of zeros", []string{"deflate"}, chunks(t, def, zeros, 64), news.OutcomeTooLarge},
		{"br of zeros", []string{"br"}, chunks(t, br, zeros, 64), news.OutcomeTooLarge},
		{"zstd of zeros", []string{"zstd"}, chunks(t, zst, zeros, 64), news.OutcomeTooLarge},
		{"gzip below the ratio", []string{"gzip"}, chunks(t, zip, text, 1), news.OutcomeTooLarge},
		{"br below the ratio", []string{"br"}, chunks(t, br, text, 1), news.OutcomeTooLarge},
		{"br below the ratio, 16 MiB window", []string{"br"}, chunks(t, wide, text, 1), news.OutcomeTooLarge},
		{"zstd below the ratio", []string{"zstd"}, chunks(t, zst, text, 1), news.OutcomeTooLarge},
		{"zstd with a window of 1 GiB", []string{"zstd"}, zstdWindow(1<<30, 100), news.OutcomeTooLarge},
		{"empty members of gzip", []string{"gzip"}, bytes.Repeat(gzipped(t, nil), 400_000), news.OutcomeTooLarge},
		{"empty frames of zstd", []string{"zstd"}, bytes.Repeat([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0}, 1<<20), news.OutcomeTooLarge},
		{"empty blocks of deflate", []string{"deflate"}, append([]byte{0x78, 0x9c}, bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 2<<20)...), news.OutcomeTooLarge},
		{"plain", nil, bytes.Repeat([]byte("<a>"), 4<<20), news.OutcomeTooLarge},
	}
	for _, tt := range tests {
		answer := &http.Response{Header: http.Header{"Content-Encoding": tt.coding}, ContentLength: -1, Body: io.NopCloser(bytes.NewReader(tt.body))}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		started := time.Now()
		_, wire, err := DefaultLimits().read(answer, ignore)
		took := time.Since(started)
		runtime.ReadMemStats(&after)
		used := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%-34s %8d bytes read, %2d MiB, %3d ms: %v", tt.name, wire, used, took.Milliseconds(), err)
		most := uint64(32)
		if strings.Contains(tt.name, "16 MiB window") {
			most += 8
		}
		if got := news.OutcomeOf(err); got != tt.want || used > most {
			t.Errorf("%s: got %s with %d MiB allocated, want %s within %d", tt.name, got, used, tt.want, most)
		}
	}
}
