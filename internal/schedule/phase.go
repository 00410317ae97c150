package schedule

import (
	"hash/fnv"
	"math/bits"
	"time"
)

// Spread returns a time in [0, span) that is always the same for a key. It is for what must
// not happen to all sources at once.
func Spread(key string, span time.Duration) time.Duration { return hashShare(key, span) }

// hashShare returns a time in [0, span) that is made of a hash of key, in whole
// milliseconds. It is the same on every machine and in every version: due
// times that are stored, and the spread of thousands of sources, rest on it.
func hashShare(key string, span time.Duration) time.Duration {
	part, _ := bits.Mul64(hash(key), uint64(max(0, span.Milliseconds())))
	return time.Duration(part) * time.Millisecond
}

// hash is FNV-1a 64 (RFC 9923) with the finalizer of MurmurHash3: keys that
// differ only at the end, as feed URLs do, differ in the highest bits as well.
func hash(key string) uint64 {
	f := fnv.New64a()
	f.Write([]byte(key))
	h := f.Sum64()
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
