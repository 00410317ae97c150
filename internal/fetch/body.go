package fetch

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"slices"

	"tributary/internal/news"
)

const (
	firstChunk   = 32 << 10
	largestChunk = 1 << 20
	ratioFrom    = 1 << 20 // decoded bytes above which Limits.Ratio applies

	// A decoder that is fed empty blocks or frames runs on without producing anything. Once more
	// than idleFrom bytes have been received, a body is refused if it took more than idleShare of
	// them per decoded byte. Real codings need little more than one.
	idleFrom  = 1 << 20
	idleShare = 4
)

// read returns the decoded body and the number of bytes received for it. With an error, body is
// what was read before it. If a limit is exceeded, the error is a *news.Failure and there is no
// body. came is called with the size of each part received.
func (l Limits) read(answer *http.Response, came func(n int)) (body []byte, wire int64, err error) {
	if answer.ContentLength > l.Wire {
		return nil, 0, l.overWire()
	}
	in := &meter{in: answer.Body, limits: l, came: came}
	decoded, err := decode(bufio.NewReader(in), answer.Header.Values("Content-Encoding"))
	if err != nil {
		return nil, in.count, in.blame(err)
	}
	defer decoded.Close()
	body, err = l.collect(decoded, in)
	return body, in.count, in.blame(err)
}

// collect reads all of in. It uses chunks of growing size, so that a body that is refused in the
// end was never copied.
func (l Limits) collect(in io.Reader, wire *meter) ([]byte, error) {
	var chunks [][]byte
	for size := firstChunk; ; size = min(2*size, largestChunk) {
		chunk := make([]byte, size)
		n, err := wire.fill(in, chunk)
		chunks = append(chunks, chunk[:n])
		switch {
		case wire.decoded > l.Decoded:
			return nil, news.Failf(news.OutcomeTooLarge, "the body is larger than %s after decompression", bytesText(l.Decoded))
		case wire.decoded > ratioFrom && wire.decoded > int64(l.Ratio)*wire.count:
			return nil, news.Failf(news.OutcomeTooLarge, "the body grows more than %d-fold in decompression", l.Ratio)
		case err == io.EOF:
			return slices.Concat(chunks...), nil
		case err != nil:
			return slices.Concat(chunks...), err
		}
	}
}

// fill reads decoded bytes until chunk is full. Unlike io.ReadFull it returns the reader's own
// error, since EOF is not an error here.
func (m *meter) fill(decoder io.Reader, chunk []byte) (n int, err error) {
	for n < len(chunk) && err == nil {
		var more int
		more, err = decoder.Read(chunk[n:])
		n += more
		m.decoded += int64(more)
	}
	return n, err
}

// meter counts the bytes on both sides of the decoder and enforces the limits on received bytes.
type meter struct {
	in      io.Reader
	limits  Limits
	came    func(n int)
	count   int64 // received
	decoded int64
	broken  error // an error of in other than EOF, or one of our own
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	m.count += int64(n)
	m.came(n)
	switch {
	case m.count > m.limits.Wire:
		m.broken = m.limits.overWire()
		return 0, m.broken
	case m.count > idleFrom && m.count > idleShare*m.decoded:
		m.broken = news.Failf(news.OutcomeTooLarge, "the body gives next to nothing in decompression")
		return 0, m.broken
	case err != nil && err != io.EOF:
		m.broken = err
	}
	return n, err
}

// blame attributes an error. If it came neither from the connection nor from a limit, and is not an
// unexpected EOF, then it came from the decoder: the bytes are damaged.
func (m *meter) blame(err error) error {
	_, failed := errors.AsType[*news.Failure](err)
	switch {
	case m.broken != nil:
		return m.broken
	case err == nil || failed || errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	return errDamaged
}

func (l Limits) overWire() *news.Failure {
	return news.Failf(news.OutcomeTooLarge, "the body is larger than %s", bytesText(l.Wire))
}
