package store

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/zeebo/xxh3"
)

// How values stand in columns.

// ms turns a time into its column value; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at turns a column value into a time in UTC; 0 is the zero time.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// millis turns a column value into a duration.
func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// column is where a scan puts a value that stands in its column in another form.
type column[V any] func(V) error

// Scan implements sql.Scanner.
func (c column[V]) Scan(value any) error {
	v, ok := value.(V)
	if !ok {
		return fmt.Errorf("the column holds %T, not %T", value, v)
	}
	return c(v)
}

// asTime, asDuration, asHash and asJSON have a scan read what ms, Milliseconds, nullHash
// and listColumn or objectColumn wrote.
func asTime(t *time.Time) column[int64] {
	return func(n int64) error { *t = at(n); return nil }
}

func asDuration(d *time.Duration) column[int64] {
	return func(n int64) error { *d = millis(n); return nil }
}

func asHash(h *uint64) column[int64] {
	return func(n int64) error { *h = uint64(n); return nil }
}

func asJSON(v any) column[string] {
	return func(text string) error {
		if text == "" {
			return nil
		}
		return json.Unmarshal([]byte(text), v)
	}
}

// keyHash returns the hash by which a text is looked up that would make a long key: a
// guid, an address, an id.
func keyHash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:16]
}

// urlKey returns the hash of a canonical URL for its index, NULL without one.
func urlKey(canonical string) any {
	if canonical == "" {
		return nil
	}
	return int64(xxh3.HashString(canonical))
}

// nullHash returns a hash for a column, NULL for 0: indexes leave NULL out.
func nullHash(h uint64) any {
	if h == 0 {
		return nil
	}
	return int64(h)
}

// listColumn returns a list as JSON; the empty text for an empty list.
func listColumn[T any](items []T) string {
	if len(items) == 0 {
		return ""
	}
	b, err := json.Marshal(items)
	if err != nil {
		return "" // strings and integers cannot fail
	}
	return string(b)
}

// arrayColumn returns a list as JSON; an empty array for an empty list.
func arrayColumn[T any](items []T) string { return cmp.Or(listColumn(items), "[]") }

// objectColumn returns an object as JSON; the empty text for one without values.
func objectColumn(o any) string {
	b, err := json.Marshal(o)
	if err != nil || string(b) == "{}" || string(b) == "null" {
		return "" // strings and integers cannot fail
	}
	return string(b)
}

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
func pack(data []byte) []byte {
	p := packers.Get().(*packer)
	defer packers.Put(p)
	p.b.Reset()
	p.z.Reset(&p.b)
	p.z.Write(data) // a buffer takes everything
	p.z.Close()
	return bytes.Clone(p.b.Bytes())
}

func unpack(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return io.ReadAll(z)
}
