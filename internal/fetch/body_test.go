package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"testing"

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
	zlibbed := packed(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, plain)
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
		{"zlib", zlibbed, []string{"deflate"}, plain},
		{"bare deflate", deflated, []string{"deflate"}, plain},
		{"declared and not deflate", plain, []string{"deflate"}, plain},
		{"empty", nil, []string{"gzip"}, nil},
		{"empty deflate", nil, []string{"deflate"}, nil},
		{"one byte", []byte{0x1f}, []string{"gzip"}, []byte{0x1f}},
		{"one byte deflate", []byte("x"), []string{"deflate"}, []byte("x")},
	}
	for _, tt := range tests {
		got, wire, err := DefaultLimits().read(answerOf(tt.body, tt.coding...))
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
		{"ratio in deflate", wide, answerOf(packed(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, make([]byte, 3<<20)), "deflate"), news.OutcomeTooLarge},
		{"empty members", wide, answerOf(bytes.Repeat(gzipped(t, nil), 2000), "gzip"), news.OutcomeTooLarge},
		{"br", wide, answerOf([]byte("x"), "br"), news.OutcomeHTTPError},
		{"gzip, gzip", wide, answerOf([]byte("x"), "gzip", "gzip"), news.OutcomeHTTPError},
	}
	for _, tt := range tests {
		body, _, err := tt.limits.read(tt.answer)
		if got := news.OutcomeOf(err); got != tt.want || err != nil && body != nil {
			t.Errorf("%s: got %s (%v) with %d bytes, want %s", tt.name, got, err, len(body), tt.want)
		}
	}
}

// TestLimitsReadCut holds that every cut of a compressed body is noticed and
// gives the start of the text.
func TestLimitsReadCut(t *testing.T) {
	plain := []byte("Der Fluss steigt. The river rises.")
	zipped := gzipped(t, plain)
	for n := 3; n < len(zipped); n++ {
		got, _, err := DefaultLimits().read(answerOf(zipped[:n], "gzip"))
		if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(plain, got) {
			t.Errorf("cut at %d: got %q and %v", n, got, err)
		}
	}
}

// FuzzLimitsRead holds that no body, however it is labelled, passes the limits or
// panics, and that a plain one is not changed.
func FuzzLimitsRead(f *testing.F) {
	f.Add([]byte("<rss/>"), "")
	f.Add(gzipped(f, []byte("<rss/>")), "gzip")
	f.Add(gzipped(f, make([]byte, 1<<16)), "gzip")
	f.Add(packed(f, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, []byte("<rss/>")), "deflate")
	f.Add([]byte{0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0, 255, 255}, "gzip")
	limits := Limits{Wire: 4 << 10, Decoded: 32 << 10, Ratio: 200}
	f.Fuzz(func(t *testing.T, raw []byte, coding string) {
		body, wire, err := limits.read(answerOf(raw, coding))
		if int64(len(body)) > limits.Decoded || wire > limits.Wire+bufferSize {
			t.Errorf("got %d bytes from %d on the wire", len(body), wire)
		}
		compressed := len(raw) > 2 && raw[0] == 0x1f && raw[1] == 0x8b
		if err == nil && coding == "" && !compressed && !bytes.Equal(body, raw) {
			t.Errorf("a plain body was changed")
		}
	})
}

// bufferSize is what one read may bring beyond the limit before it is noticed.
const bufferSize = 4 << 10
