package publish

import (
	"bytes"
	"io"
	"maps"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// maxPlain is the size up to which a Document is kept plain in memory, beside its variants. The
// documents of 100 stories of 1.5 KB are below it, so they are served plain without being decoded,
// which takes 4 ms of processor time a megabyte.
const maxPlain = 256 << 10

// lean returns the document as it is kept in memory: a large one without its Body.
func (d *Document) lean() *Document {
	if d.Length <= maxPlain || d.Variant(Gzip) == nil {
		return d
	}
	own := *d
	own.Body = nil
	return &own
}

// large returns those documents that are not kept plain.
func large(docs map[string]*Document) map[string]*Document {
	docs = maps.Clone(docs)
	maps.DeleteFunc(docs, func(_ string, d *Document) bool { return d.Length <= maxPlain })
	return docs
}

// Plain returns a reader of the plain bytes. If they are not kept, it decodes the gzip variant:
// for as long as a slow client reads, this takes 40 KB, while zstd would take 1.5 MB and brotli 4 MB.
// The caller must close the reader.
func (d *Document) Plain() (io.ReadCloser, error) {
	packed := d.Variant(Gzip)
	if d.Body != nil || packed == nil {
		return io.NopCloser(bytes.NewReader(d.Body)), nil
	}
	z := unpackers.Get().(*gzip.Reader)
	if err := z.Reset(bytes.NewReader(packed)); err != nil {
		return nil, err
	}
	return unpacker{z}, nil
}

// unpackers are reused, like packers.
var unpackers = sync.Pool{New: func() any { return new(gzip.Reader) }}

type unpacker struct{ *gzip.Reader }

func (u unpacker) Close() error {
	unpackers.Put(u.Reader)
	return nil
}
