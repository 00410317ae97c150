package fetch

import (
	"bufio"
	"compress/gzip"
	"io"

	"tributary/internal/news"
)

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
