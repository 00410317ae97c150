package store

import (
	"bytes"
	"compress/gzip"
	"io"
	"sync"
)

// packer compresses bodies and is reused, because a new gzip.Writer takes more
// memory than most bodies.
type packer struct {
	z *gzip.Writer
	b bytes.Buffer
}

var packers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the error is for an invalid level only
	return &packer{z: z}
}}

// pack compresses a body for the database. It prefers speed, because most bodies
// are replaced before anybody reads them.
func pack(data []byte) ([]byte, error) {
	p := packers.Get().(*packer)
	defer packers.Put(p)
	p.b.Reset()
	p.z.Reset(&p.b)
	if _, err := p.z.Write(data); err != nil {
		return nil, err
	}
	if err := p.z.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(p.b.Bytes()), nil
}

func unpack(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return io.ReadAll(z)
}
