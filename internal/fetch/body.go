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
	ratioFrom    = 1 << 20 // decoded bytes from which Limits.Ratio is judged

	// A decoder that is fed with empty blocks or frames works without an end and
	// gives nothing: from idleFrom bytes of the wire on, each byte decoded may
	// have cost idleShare of them. Honest codings cost little more than one.
	idleFrom  = 1 << 20
	idleShare = 4
)

// read returns the decoded body and the number of bytes that came for it. With
// an error, the body is what could be read before; beyond a limit the error is a
// *news.Failure and there is no body.
// came is told of every part.
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

// collect reads all of in, in chunks that grow, so that what is refused in the
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

// fill reads decoded bytes until chunk is full. Unlike io.ReadFull it hands the
// reader's own error on, since here an EOF is an end and not an accident.
func (m *meter) fill(decoder io.Reader, chunk []byte) (n int, err error) {
	for n < len(chunk) && err == nil {
		var more int
		more, err = decoder.Read(chunk[n:])
		n += more
		m.decoded += int64(more)
	}
	return n, err
}

// meter counts the bytes on both sides of the decoder and stops at the limits
// of the wire.
type meter struct {
	in      io.Reader
	limits  Limits
	came    func(n int)
	count   int64 // of the wire
	decoded int64
	broken  error // that in gave, other than its end, or that we gave
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

// blame tells whose fault an error is. What neither the wire nor a limit gave,
// and what is no early end, the decoder gave: the bytes are damaged.
func (m *meter) blame(err error) error {
	failure := (*news.Failure)(nil)
	switch {
	case m.broken != nil:
		return m.broken
	case err == nil || errors.As(err, &failure) || errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	return errDamaged
}

func (l Limits) overWire() *news.Failure {
	return news.Failf(news.OutcomeTooLarge, "the body is larger than %s", bytesText(l.Wire))
}
