package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"tributary/internal/news"
)

const (
	firstChunk   = 32 << 10
	largestChunk = 1 << 20
	ratioFrom    = 1 << 20 // decoded bytes from which Limits.Ratio is judged
	maxMembers   = 1 << 10 // of one gzip stream; empty ones cost time and give nothing
)

// read returns the decoded body and the number of bytes that came for it. With
// an error, the body is what could be read before; beyond a limit the error is a
// *news.Failure and there is no body.
func (l Limits) read(answer *http.Response) (body []byte, wire int64, err error) {
	if answer.ContentLength > l.Wire {
		return nil, 0, l.overWire()
	}
	in := &meter{in: answer.Body, limits: l}
	decoded, err := decode(bufio.NewReader(in), answer.Header.Values("Content-Encoding"))
	if err != nil {
		return nil, in.count, err
	}
	body, err = l.collect(decoded, in)
	return body, in.count, err
}

// collect reads all of in, in chunks that grow, so that what is refused in the
// end was never copied.
func (l Limits) collect(in io.Reader, wire *meter) ([]byte, error) {
	var chunks [][]byte
	total := int64(0)
	for size := firstChunk; ; size = min(2*size, largestChunk) {
		chunk := make([]byte, size)
		n, err := fill(in, chunk)
		chunks = append(chunks, chunk[:n])
		total += int64(n)
		switch {
		case total > l.Decoded:
			return nil, news.Failf(news.OutcomeTooLarge, "the body is larger than %s after decompression", bytesText(l.Decoded))
		case total > ratioFrom && total > int64(l.Ratio)*wire.count:
			return nil, news.Failf(news.OutcomeTooLarge, "the body grows more than %d-fold in decompression", l.Ratio)
		case err == io.EOF:
			return slices.Concat(chunks...), nil
		case err != nil:
			return slices.Concat(chunks...), err
		}
	}
}

// fill reads until chunk is full. Unlike io.ReadFull it hands the reader's own
// error on, since here an EOF is an end and not an accident.
func fill(in io.Reader, chunk []byte) (n int, err error) {
	for n < len(chunk) && err == nil {
		var m int
		m, err = in.Read(chunk[n:])
		n += m
	}
	return n, err
}

// meter counts the bytes on the wire and stops at the limit.
type meter struct {
	in     io.Reader
	limits Limits
	count  int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	m.count += int64(n)
	if m.count > m.limits.Wire {
		return 0, m.limits.overWire()
	}
	return n, err
}

func (l Limits) overWire() *news.Failure {
	return news.Failf(news.OutcomeTooLarge, "the body is larger than %s", bytesText(l.Wire))
}

// decode undoes the content coding, once. Bytes decide rather than labels:
// servers call plain bodies gzip, and serve .gz files without saying so.
func decode(in *bufio.Reader, labels []string) (io.Reader, error) {
	coding := strings.ToLower(strings.TrimSpace(strings.Join(labels, ",")))
	switch coding {
	case "", "identity", "none", "gzip", "x-gzip", "utf-8":
		if isGzip(in) {
			return &gunzip{in: in}, nil
		}
		return in, nil
	case "deflate":
		return inflate(in)
	}
	return nil, news.Failf(news.OutcomeHTTPError, "the body has a content coding other than the gzip that was asked for")
}

// isGzip looks for the magic number and method of RFC 1952 section 2.3.1.
func isGzip(in *bufio.Reader) bool {
	magic, _ := in.Peek(3)
	return bytes.Equal(magic, []byte{0x1f, 0x8b, 8})
}

// inflate reads what servers call deflate: zlib (RFC 1950) as it should be, bare
// deflate (RFC 1951) as it was for years, or a plain body.
func inflate(in *bufio.Reader) (io.Reader, error) {
	start, err := in.Peek(2)
	if err != nil {
		return in, nil
	}
	if start[0]&0x0f == 8 && (uint(start[0])<<8|uint(start[1]))%31 == 0 {
		return zlib.NewReader(in)
	}
	if bytes.IndexByte([]byte("<{ \t\r\n\xef"), start[0]) >= 0 { // of XML, JSON, white space, a BOM
		return in, nil
	}
	return flate.NewReader(in), nil
}

// gunzip reads one gzip stream: its members, and not what follows them, which
// is padding or rubbish.
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
				return n, nil // it says EOF again
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

// next opens the member that stands at the front.
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

// damaged reports whether decompression failed because of what the bytes are,
// not because they ended.
func damaged(err error) bool {
	for _, kind := range []error{gzip.ErrHeader, gzip.ErrChecksum, zlib.ErrHeader, zlib.ErrChecksum, zlib.ErrDictionary} {
		if errors.Is(err, kind) {
			return true
		}
	}
	corrupt := flate.CorruptInputError(0)
	return errors.As(err, &corrupt)
}
