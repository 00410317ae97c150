package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"tributary/internal/news"
)

func packed(t testing.TB, open func(io.Writer) io.WriteCloser, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zlibbed(t testing.TB, body []byte) []byte {
	return packed(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, body)
}

func brotlied(t testing.TB, body []byte) []byte {
	return packed(t, func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }, body)
}

func zstded(t testing.TB, body []byte) []byte {
	return packed(t, func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); return z }, body)
}

// ignore is a callback that does nothing.
func ignore(int) {}

func gzipped(t testing.TB, body []byte) []byte {
	return packed(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, body)
}

func answerOf(body []byte, coding ...string) *http.Response {
	return &http.Response{
		Header: http.Header{"Content-Encoding": coding}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}
}

func TestLimitsRead(t *testing.T) {
	plain := bytes.Repeat([]byte("<p>Ein Satz. A sentence.</p>\n"), 3000)
	zipped := gzipped(t, plain)
	deflated := packed(t, func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 9); return z }, plain)
	halves := append(gzipped(t, plain[:100]), gzipped(t, plain[100:])...)

	tests := []struct {
		name   string
		body   []byte
		coding []string
		want   []byte
	}{
		{"plain", plain, nil, plain},
		{"identity", plain, []string{"identity"}, plain},
		{"gzip", zipped, []string{"gzip"}, plain},
		{"upper case", zipped, []string{" GZIP "}, plain},
		{"x-gzip", zipped, []string{"x-gzip"}, plain},
		{"gzip that is not declared", zipped, nil, plain},
		{"declared and not gzip", plain, []string{"gzip"}, plain},
		{"two members", halves, []string{"gzip"}, plain},
		{"padding behind", append(bytes.Clone(zipped), make([]byte, 512)...), []string{"gzip"}, plain},
		{"rubbish behind", append(bytes.Clone(zipped), "<!-- served in 3 ms -->"...), []string{"gzip"}, plain},
		{"gzip twice", gzipped(t, zipped), []string{"gzip"}, zipped},
		{"zlib", zlibbed(t, plain), []string{"deflate"}, plain},
		{"bare deflate", deflated, []string{"deflate"}, plain},
		{"declared and not deflate", plain, []string{"deflate"}, plain},
		{"br", brotlied(t, plain), []string{"br"}, plain},
		{"zstd", zstded(t, plain), []string{"zstd"}, plain},
		{"zstd that is not declared", zstded(t, plain), nil, plain},
		{"zstd behind a frame to be skipped", append([]byte{0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'x', 'y'}, zstded(t, plain)...), []string{"zstd"}, plain},
		{"zstd as gzip", zstded(t, plain), []string{"gzip"}, plain},
		{"gzip as br", zipped, []string{"br"}, plain},
		{"gzip as something unheard of", zipped, []string{"pack200-gzip"}, plain},
		{"gzip over identity", zipped, []string{"identity", "gzip"}, plain},
		{"gzip kept by S3", zipped, []string{"aws-chunked,gzip"}, plain},
		{"declared and not br", plain, []string{"br"}, plain},
		{"declared, not br, behind white space", append([]byte(" \r\n\t"), plain...), []string{"br"}, append([]byte(" \r\n\t"), plain...)},
		{"JSON declared as br", []byte(`{"version":""}`), []string{"br"}, []byte(`{"version":""}`)},
		{"BOM declared as br", []byte("\xef\xbb\xbf<rss/>"), []string{"br"}, []byte("\xef\xbb\xbf<rss/>")},
		{"declared and not zstd", plain, []string{"zstd"}, plain},
		{"two frames of zstd", append(zstded(t, plain[:100]), zstded(t, plain[100:])...), []string{"zstd"}, plain},
		{"rubbish behind br", append(brotlied(t, plain), "<!-- served in 3 ms -->"...), []string{"br"}, plain},
		{"rubbish behind zstd", append(zstded(t, plain), "<!-- served in 3 ms -->"...), []string{"zstd"}, plain},
		{"empty", nil, []string{"gzip"}, nil},
		{"empty br", nil, []string{"br"}, nil},
		{"empty zstd", nil, []string{"zstd"}, nil},
		{"empty deflate", nil, []string{"deflate"}, nil},
		{"one byte", []byte{0x1f}, []string{"gzip"}, []byte{0x1f}},
		{"one byte deflate", []byte("x"), []string{"deflate"}, []byte("x")},
	}
	for _, tt := range tests {
		got, wire, err := DefaultLimits().read(answerOf(tt.body, tt.coding...), ignore)
		if err != nil || !bytes.Equal(got, tt.want) {
			t.Errorf("%s: got %d bytes and %v, want %d", tt.name, len(got), err, len(tt.want))
		}
		if wire != int64(len(tt.body)) {
			t.Errorf("%s: counted %d bytes on the wire, want %d", tt.name, wire, len(tt.body))
		}
	}
}

func TestLimitsReadRefuses(t *testing.T) {
	small := Limits{Wire: 1000, Decoded: 5000, Ratio: 200}
	wide := DefaultLimits()
	zeros := func(n int) []byte { return gzipped(t, make([]byte, n)) }
	tests := []struct {
		name   string
		limits Limits
		answer *http.Response
		want   news.Outcome
	}{
		{"length over the limit", small, answerOf(make([]byte, 1001)), news.OutcomeTooLarge},
		{"unknown length", small, func() *http.Response { r := answerOf(make([]byte, 1001)); r.ContentLength = -1; return r }(), news.OutcomeTooLarge},
		{"at the limit", small, answerOf(bytes.Repeat([]byte("a"), 1000)), news.OutcomeOK},
		{"decoded over the limit", small, answerOf(zeros(5001), "gzip"), news.OutcomeTooLarge},
		{"decoded at the limit", small, answerOf(zeros(5000), "gzip"), news.OutcomeOK},
		{"ratio", wide, answerOf(zeros(3<<20), "gzip"), news.OutcomeTooLarge},
		{"ratio, not yet judged", wide, answerOf(zeros(1<<20), "gzip"), news.OutcomeOK},
		{"ratio of an undeclared one", wide, answerOf(zeros(3 << 20)), news.OutcomeTooLarge},
		{"ratio in deflate", wide, answerOf(zlibbed(t, make([]byte, 3<<20)), "deflate"), news.OutcomeTooLarge},
		{"empty members", wide, answerOf(bytes.Repeat(gzipped(t, nil), 2000), "gzip"), news.OutcomeTooLarge},
		{"compress", wide, answerOf([]byte("x"), "compress"), news.OutcomeHTTPError},
		{"gzip, br in one line", wide, answerOf([]byte("x"), "gzip, br"), news.OutcomeHTTPError},
		{"ratio in br", wide, answerOf(brotlied(t, make([]byte, 3<<20)), "br"), news.OutcomeTooLarge},
		{"ratio in zstd", wide, answerOf(zstded(t, make([]byte, 3<<20)), "zstd"), news.OutcomeTooLarge},
		{"decoded over the limit in br", small, answerOf(brotlied(t, make([]byte, 5001)), "br"), news.OutcomeTooLarge},
		{"decoded over the limit in zstd", small, answerOf(zstded(t, make([]byte, 5001)), "zstd"), news.OutcomeTooLarge},
		{"a window of 1 GiB", wide, answerOf(zstdWindow(1<<30, 100), "zstd"), news.OutcomeTooLarge},
		{"a window of 128 MiB in a size", wide, answerOf(zstdSingle(128<<20), "zstd"), news.OutcomeTooLarge},
		{"empty blocks of deflate", wide, answerOf(append([]byte{0x78, 0x9c}, bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 1<<20)...), "deflate"), news.OutcomeTooLarge},
		{"empty blocks of br", wide, answerOf(append([]byte{0x0c}, bytes.Repeat([]byte{0x06}, 4<<20)...), "br"), news.OutcomeTooLarge},
		{"empty blocks of zstd", wide, answerOf(append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0}, bytes.Repeat([]byte{0, 0, 0}, 2<<20)...), "zstd"), news.OutcomeTooLarge},
		{"a frame of zstd to be skipped", wide, answerOf(append([]byte{0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff}, make([]byte, 2<<20)...), "zstd"), news.OutcomeTooLarge},
		{"empty frames of zstd", wide, answerOf(bytes.Repeat([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0}, 1<<20), "zstd"), news.OutcomeTooLarge},
		{"gzip, gzip", wide, answerOf([]byte("x"), "gzip", "gzip"), news.OutcomeHTTPError},
	}
	for _, tt := range tests {
		body, _, err := tt.limits.read(tt.answer, ignore)
		if got := news.OutcomeOf(err); got != tt.want || err != nil && body != nil {
			t.Errorf("%s: got %s (%v) with %d bytes, want %s", tt.name, got, err, len(body), tt.want)
		}
	}
}

// TestLimitsReadCut holds that truncation of a compressed body is always detected, and that the
// result is a prefix of the text.
func TestLimitsReadCut(t *testing.T) {
	plain := []byte("Der Fluss steigt. The river rises.")
	for coding, packed := range map[string][]byte{"gzip": gzipped(t, plain), "br": brotlied(t, plain), "zstd": zstded(t, plain), "deflate": zlibbed(t, plain)} {
		for n := 4; n < len(packed); n++ {
			got, _, err := DefaultLimits().read(answerOf(packed[:n], coding), ignore)
			if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(plain, got) {
				t.Errorf("%s cut at %d: got %q and %v", coding, n, got, err)
			}
		}
	}
}

// TestLimitsReadDamaged flips bits: the error is errDamaged, and what was read before is a prefix
// of the text.
func TestLimitsReadDamaged(t *testing.T) {
	plain := bytes.Repeat([]byte("Der Fluss steigt. The river rises.\n"), 5000)
	for coding, packed := range map[string][]byte{"gzip": gzipped(t, plain), "zstd": zstded(t, plain), "deflate": zlibbed(t, plain)} { // brotli has no checksum
		damaged := bytes.Clone(packed)
		damaged[len(damaged)-3] ^= 0x55
		got, _, err := DefaultLimits().read(answerOf(damaged, coding), ignore)
		if !errors.Is(err, errDamaged) || !bytes.HasPrefix(plain, got) || len(got) == 0 {
			t.Errorf("%s: got %d bytes and %v", coding, len(got), err)
		}
	}
	got, _, err := DefaultLimits().read(answerOf([]byte{0x81, 0xff, 0xff, 0xff, 0xff}, "br"), ignore)
	if !errors.Is(err, errDamaged) || len(got) != 0 {
		t.Errorf("br: got %q and %v", got, err)
	}
}

// zstdWindow returns a frame that declares a window and has an unfinished block of n zeros (RFC
// 8878 section 3.1.1).
func zstdWindow(window uint64, n int) []byte {
	exponent := byte(0)
	for window>>(exponent+10) > 1 {
		exponent++
	}
	return append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3, byte(n<<3) | 2, byte(n >> 5), 0}, 0)
}

// zstdSingle returns a frame whose window is its declared size, which its content does not have.
func zstdSingle(size uint32) []byte {
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0xa0}
	return append(binary.LittleEndian.AppendUint32(frame, size), 2, 0, 0, 0)
}

// FuzzLimitsRead holds that no body, however it is labelled, exceeds the limits or causes a panic,
// and that a plain body is not changed.
func FuzzLimitsRead(f *testing.F) {
	f.Add([]byte("<rss/>"), "")
	f.Add(gzipped(f, []byte("<rss/>")), "gzip")
	f.Add(gzipped(f, make([]byte, 1<<16)), "gzip")
	f.Add(zlibbed(f, []byte("<rss/>")), "deflate")
	f.Add(brotlied(f, []byte("<rss/>")), "br")
	f.Add(zstded(f, []byte("<rss/>")), "zstd")
	f.Add(zstdWindow(1<<30, 100), "")
	f.Add([]byte{0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0, 255, 255}, "gzip")
	limits := Limits{Wire: 4 << 10, Decoded: 32 << 10, Ratio: 200}
	f.Fuzz(func(t *testing.T, raw []byte, coding string) {
		body, wire, err := limits.read(answerOf(raw, coding), ignore)
		if int64(len(body)) > limits.Decoded || wire > limits.Wire+bufferSize {
			t.Errorf("got %d bytes from %d on the wire", len(body), wire)
		}
		compressed := len(raw) > 2 && (raw[0] == 0x1f && raw[1] == 0x8b || raw[0] == 0x28 && raw[1] == 0xb5 || raw[1] == 0x2a && raw[2] == 0x4d)
		if err == nil && coding == "" && !compressed && !bytes.Equal(body, raw) {
			t.Errorf("a plain body was changed")
		}
	})
}

// bufferSize is how much a single read may exceed a limit before that is noticed.
const bufferSize = 4 << 10
