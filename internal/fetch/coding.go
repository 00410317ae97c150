package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"tributary/internal/news"
)

// acceptEncoding is what we ask for. Deflate is read and not asked for: servers
// disagree on what it is.
const acceptEncoding = "gzip, br, zstd"

// errDamaged is a compressed body whose bytes are wrong, not only cut off.
var errDamaged = errors.New("the compressed body is damaged")

// maxWindow is the window that a decoder of zstd must support and may refuse to
// exceed: RFC 9659 section 3.
const maxWindow = 8 << 20

// decode undoes the content coding, once. Bytes decide before labels: servers
// call plain bodies gzip, and serve .gz files without saying so.
func decode(in *bufio.Reader, labels []string) (io.ReadCloser, error) {
	codings := codingsOf(labels)
	if len(codings) > 1 {
		return nil, news.Failf(news.OutcomeHTTPError, "the body has several content codings, one upon the other")
	}
	coding := strings.Join(codings, "")
	_, err := in.Peek(1)
	switch {
	case err != nil:
		return io.NopCloser(in), nil // nothing of any coding
	case isGzip(in):
		return io.NopCloser(&gunzip{in: in}), nil
	case isZstd(in):
		return unzstd(in)
	case coding == "" || isPlain(in):
		return io.NopCloser(in), nil
	case coding == "br":
		return io.NopCloser(&unbrotli{in: brotli.NewReader(in)}), nil
	case coding == "deflate":
		return inflate(in)
	case slices.Contains([]string{"gzip", "x-gzip", "zstd"}, coding):
		return io.NopCloser(in), nil // it has no such magic number: the label is wrong
	}
	return nil, news.Failf(news.OutcomeHTTPError, "the body has a content coding that was not asked for")
}

// codingsOf lists the codings that labels name, in lower case: RFC 9110 section
// 8.4. Words that say "as it is", or mean something else, are left out.
func codingsOf(labels []string) []string {
	codings := strings.FieldsFunc(strings.ToLower(strings.Join(labels, ",")), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	return slices.DeleteFunc(codings, func(coding string) bool {
		switch coding {
		case "identity", "none", "utf-8", "binary", "aws-chunked":
			return true
		}
		return false
	})
}

// isGzip looks for the magic number and method of RFC 1952 section 2.3.1.
func isGzip(in *bufio.Reader) bool {
	magic, _ := in.Peek(3)
	return bytes.Equal(magic, []byte{0x1f, 0x8b, 8})
}

// isZstd looks for the magic number of a frame or of one to be skipped: RFC 8878
// sections 3.1.1 and 3.1.2.
func isZstd(in *bufio.Reader) bool {
	magic, _ := in.Peek(4)
	return len(magic) == 4 && (bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18}))
}

// isPlain reports whether a body begins as a document does, with a tag, an
// object or a byte order mark, and without the control characters that
// compressed bytes have. A stream of brotli (RFC 7932 section 9) can begin
// with none of the three, but with the white space in front of them.
func isPlain(in *bufio.Reader) bool {
	start, _ := in.Peek(64)
	text := bytes.TrimLeft(start, " \t\r\n")
	if len(text) < 2 {
		return false
	}
	control := bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n\f", r) })
	return !control && (text[0] == '<' || text[0] == '{' || bytes.HasPrefix(text, []byte("\xef\xbb\xbf")))
}

// unzstd reads frames of zstd in the calling goroutine, with a window that is
// bounded.
func unzstd(in io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
	if err != nil {
		return nil, err
	}
	return &zstdReader{ReadCloser: d.IOReadCloser()}, nil
}

// zstdReader gives the decoder's own limits their Outcome, and takes what is no
// frame behind a whole one for the end.
type zstdReader struct {
	io.ReadCloser
	began bool
}

func (z *zstdReader) Read(p []byte) (int, error) {
	n, err := z.ReadCloser.Read(p)
	z.began = z.began || n > 0
	switch {
	case z.began && errors.Is(err, zstd.ErrMagicMismatch):
		err = io.EOF
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = news.Failf(news.OutcomeTooLarge, "the compressed body needs a window of more than %s", bytesText(maxWindow))
	}
	return n, err
}

// unbrotli reads one stream of brotli, and not what follows it: the library
// knows rubbish behind the end only as an error without a name.
type unbrotli struct{ in *brotli.Reader }

func (u *unbrotli) Read(p []byte) (int, error) {
	n, err := u.in.Read(p)
	if err != nil && err.Error() == "brotli: excessive input" {
		err = io.EOF
	}
	return n, err
}

// inflate reads what servers call deflate: zlib (RFC 1950) as it should be, or
// bare deflate (RFC 1951) as it was for years.
func inflate(in *bufio.Reader) (io.ReadCloser, error) {
	start, err := in.Peek(2)
	switch {
	case err != nil:
		return io.NopCloser(in), nil // a single byte is no stream
	case start[0]&0x0f == 8 && (uint(start[0])<<8|uint(start[1]))%31 == 0:
		return zlib.NewReader(in)
	}
	return flate.NewReader(in), nil
}
