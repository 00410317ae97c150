package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"tributary/internal/news"
)

// acceptEncoding lists the codings that we request. Deflate is understood but not requested,
// because servers disagree on what it means.
const acceptEncoding = "gzip, br, zstd"

// errDamaged means that the bytes of a compressed body are wrong, not merely truncated.
var errDamaged = errors.New("the compressed body is damaged")

// maxWindow is the largest window of zstd: decoders must support it, and may refuse larger ones
// (RFC 9659 section 3).
const maxWindow = 8 << 20

// decode removes one content coding. The bytes take precedence over the labels: servers label plain
// bodies as gzip, and serve .gz files without a label.
func decode(in *bufio.Reader, labels []string) (io.ReadCloser, error) {
	codings := codingsOf(labels)
	if len(codings) > 1 {
		return nil, news.Failf(news.OutcomeHTTPError, "the body has several content codings, one upon the other")
	}
	coding := strings.Join(codings, "")
	_, err := in.Peek(1)
	switch {
	case err != nil:
		return io.NopCloser(in), nil // empty, so in no coding
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
		return io.NopCloser(in), nil // the magic number is missing: the label is wrong
	}
	return nil, news.Failf(news.OutcomeHTTPError, "the body has a content coding that was not asked for")
}

// codingsOf returns the codings that the labels name, in lower case (RFC 9110 section 8.4). It
// leaves out identity and words that are no codings.
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

// isGzip reports whether in starts with the magic number and method of gzip (RFC 1952 section
// 2.3.1).
func isGzip(in *bufio.Reader) bool {
	magic, _ := in.Peek(3)
	return bytes.Equal(magic, []byte{0x1f, 0x8b, 8})
}

// isZstd reports whether in starts with the magic number of a zstd frame or a skippable frame (RFC
// 8878 sections 3.1.1 and 3.1.2).
func isZstd(in *bufio.Reader) bool {
	magic, _ := in.Peek(4)
	return len(magic) == 4 && (bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18}))
}

// isPlain reports whether a body starts like a document: with a tag, an object or a byte order
// mark, and without the control characters of compressed data. A brotli stream (RFC 7932 section 9)
// cannot start with any of the three, but it can start with white space that precedes them.
func isPlain(in *bufio.Reader) bool {
	start, _ := in.Peek(64)
	text := bytes.TrimLeft(start, " \t\r\n")
	if len(text) < 2 {
		return false
	}
	control := bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n\f", r) })
	return !control && (text[0] == '<' || text[0] == '{' || bytes.HasPrefix(text, []byte("\xef\xbb\xbf")))
}

// maxMembers bounds the number of members in a gzip stream: empty ones cost time and produce
// nothing.
const maxMembers = 1 << 10

// gunzip reads the members of a gzip stream and ignores the padding or garbage that may follow.
type gunzip struct {
	in      *bufio.Reader
	zip     *gzip.Reader
	members int
}

func (g *gunzip) Read(p []byte) (int, error) {
	for {
		if g.zip != nil {
			n, err := g.zip.Read(p)
			if err != io.EOF {
				return n, err
			}
			if n > 0 {
				return n, nil // the next call returns EOF again
			}
		}
		if g.zip != nil && !isGzip(g.in) {
			return 0, io.EOF
		}
		if err := g.next(); err != nil {
			return 0, err
		}
	}
}

// next opens the next member.
func (g *gunzip) next() (err error) {
	if g.members++; g.members > maxMembers {
		return news.Failf(news.OutcomeTooLarge, "the body has more than %d gzip members", maxMembers)
	}
	if g.zip == nil {
		g.zip, err = gzip.NewReader(g.in)
	} else {
		err = g.zip.Reset(g.in)
	}
	if err == nil {
		g.zip.Multistream(false)
	}
	return err
}

// unzstd returns a reader of zstd frames. It decodes in the calling goroutine and bounds the
// window.
func unzstd(in io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
	if err != nil {
		return nil, err
	}
	return &zstdReader{ReadCloser: d.IOReadCloser()}, nil
}

// zstdReader turns the decoder's own limits into an Outcome. After a complete frame, it treats data
// that is not a frame as the end.
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

// unbrotli reads a single brotli stream and ignores what follows. The library reports trailing data
// only as an unnamed error.
type unbrotli struct{ in *brotli.Reader }

func (u *unbrotli) Read(p []byte) (int, error) {
	n, err := u.in.Read(p)
	if err != nil && err.Error() == "brotli: excessive input" {
		err = io.EOF
	}
	return n, err
}

// inflate reads what servers call deflate: zlib (RFC 1950), which is correct, or raw deflate (RFC
// 1951), which was common for years.
func inflate(in *bufio.Reader) (io.ReadCloser, error) {
	start, err := in.Peek(2)
	switch {
	case err != nil:
		return io.NopCloser(in), nil // a single byte is not a stream
	case start[0]&0x0f == 8 && (uint(start[0])<<8|uint(start[1]))%31 == 0:
		return zlib.NewReader(in)
	}
	return flate.NewReader(in), nil
}
