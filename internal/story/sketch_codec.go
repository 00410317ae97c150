package story

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"time"
)

// SketchVersion is raised when sketches are made differently. Sketches of an older
// version are not compared with newer ones, but made again from the stored entries.
const SketchVersion = 5

// packing is the first byte of a packed sketch and says how it is packed. It is raised
// together with SketchVersion.
const packing = 6

// Bits of the third byte of a packed sketch.
const (
	packedDerived = 1 << iota
	packedDated   // Published is known: every time is valid, even 1970
	packedUndated // Published is the time of arrival
	packedReply
)

var errSketch = errors.New("not a sketch of this version")

// MarshalBinary packs a sketch for the store, in little endian: a header of fixed length,
// the single hashes that are not 0, then the lists, each after its length. The error is nil.
func (s *Sketch) MarshalBinary() ([]byte, error) {
	le := binary.LittleEndian
	lists := s.lists()
	size := 64 + maxHigh/8 + 12*len(s.Figures)
	for _, l := range lists {
		size += 2 + 4*len(*l)
	}
	var published int64
	if !s.Published.IsZero() {
		published = s.Published.UnixMilli()
	}
	b := make([]byte, 0, size)
	b = append(b, packing, byte(s.Level), s.packedFlags())
	b = le.AppendUint64(b, uint64(published))
	b = le.AppendUint64(b, s.Headline)
	b = le.AppendUint32(b, uint32(min(s.Length/time.Second, 1<<31-1)))
	b = le.AppendUint32(b, uint32(s.Words))
	b = append(b, s.given())
	for _, h := range s.hashes() {
		if *h != 0 {
			b = le.AppendUint32(b, *h)
		}
	}
	for _, l := range lists {
		if l == &s.Runs {
			b = appendRuns(b, s.Runs)
			continue
		}
		b = le.AppendUint16(b, uint16(len(*l)))
		for _, h := range *l {
			b = le.AppendUint32(b, h)
		}
	}
	b = le.AppendUint16(b, uint16(len(s.Figures)))
	for _, f := range s.Figures {
		b = le.AppendUint32(le.AppendUint32(le.AppendUint32(b, f.Value), f.Around), f.Wings)
	}
	return b, nil
}

// packedFlags returns the third byte of the packed sketch.
func (s *Sketch) packedFlags() (b byte) {
	if s.Derived {
		b |= packedDerived
	}
	if !s.Published.IsZero() {
		b |= packedDated
	}
	if s.Undated {
		b |= packedUndated
	}
	if s.Reply {
		b |= packedReply
	}
	return b
}

// UnmarshalBinary reads what MarshalBinary packed. The error says that b is something
// else or of another version.
func (s *Sketch) UnmarshalBinary(b []byte) error {
	le := binary.LittleEndian
	const header = 3 + 8 + 8 + 4 + 4 + 1
	if len(b) < header || b[0] != packing || b[1] > 31 {
		return errSketch
	}
	s.readHeader(b)
	given := b[27]
	b = b[header:]
	for i, h := range s.hashes() {
		if given>>i&1 == 0 {
			continue
		}
		if len(b) < 4 {
			return errSketch
		}
		*h, b = le.Uint32(b), b[4:]
	}
	for _, l := range s.lists() {
		var ok bool
		if l == &s.Runs {
			*l, b, ok = cutRuns(b)
		} else {
			*l, b, ok = cutList(b, 1)
		}
		if !ok {
			return errSketch
		}
	}
	values, b, ok := cutList(b, 3)
	if !ok {
		return errSketch
	}
	s.Figures = make([]Figure, len(values)/3)
	for i := range s.Figures {
		s.Figures[i] = Figure{Value: values[3*i], Around: values[3*i+1], Wings: values[3*i+2]}
	}
	if len(b) > 0 || !slices.IsSortedFunc(s.Runs, byHigh) {
		return errSketch
	}
	return nil
}

// readHeader reads the fixed part of a packed sketch, except which hashes follow it.
func (s *Sketch) readHeader(b []byte) {
	le := binary.LittleEndian
	*s = Sketch{Level: uint(b[1]), Derived: b[2]&packedDerived != 0, Undated: b[2]&packedUndated != 0, Reply: b[2]&packedReply != 0}
	if b[2]&packedDated != 0 {
		s.Published = time.UnixMilli(int64(le.Uint64(b[3:]))).UTC()
	}
	s.Headline = le.Uint64(b[11:])
	s.Length = time.Duration(min(le.Uint32(b[19:]), 1<<31-1)) * time.Second
	s.Words = int(le.Uint32(b[23:]))
}

// given returns a bit for each of the single hashes that is not 0. Usually that is three.
func (s *Sketch) given() (bits byte) {
	for i, h := range s.hashes() {
		if *h != 0 {
			bits |= 1 << i
		}
	}
	return bits
}

// cutList reads a list from the start of b, each element of which has that many values.
func cutList(b []byte, values int) (list []uint32, rest []byte, ok bool) {
	le := binary.LittleEndian
	if len(b) < 2 {
		return nil, nil, false
	}
	n := values * int(le.Uint16(b))
	if b = b[2:]; len(b) < 4*n {
		return nil, nil, false
	}
	list = make([]uint32, n)
	for i := range list {
		list[i] = le.Uint32(b[4*i:])
	}
	return list, b[4*n:], true
}

// maxHigh is the highest value of a run's high byte. Runs are most of a sketch, and
// they ascend. Therefore only the three low bytes of each are stored, after a bit
// vector for the high ones, in which bit i + high is set for the i-th run (Elias-Fano
// coding). That takes 26 bits for each of 300 runs instead of 32.
const maxHigh = 255

func byHigh(a, b uint32) int { return cmp.Compare(a>>24, b>>24) }

func appendRuns(b []byte, runs []uint32) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(len(runs)))
	if len(runs) == 0 {
		return b
	}
	high := make([]byte, highBytes(len(runs)))
	for i, r := range runs {
		at := i + int(r>>24)
		high[at/8] |= 1 << (at % 8)
	}
	b = append(b, high...)
	for _, r := range runs {
		b = append(b, byte(r), byte(r>>8), byte(r>>16))
	}
	return b
}

// highBytes returns the length of the bit vector for n runs, in bytes.
func highBytes(n int) int { return (n + maxHigh + 7) / 8 }

// cutRuns reads runs from the start of b.
func cutRuns(b []byte) (runs []uint32, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := int(binary.LittleEndian.Uint16(b))
	if b = b[2:]; n == 0 {
		return nil, b, true
	}
	if len(b) < highBytes(n)+3*n {
		return nil, nil, false
	}
	high, low := b[:highBytes(n)], b[highBytes(n):]
	runs = make([]uint32, 0, n)
	for k, octet := range high {
		for ; octet != 0 && len(runs) < n; octet &= octet - 1 { // clears the lowest bit
			i := len(runs)
			at := 8*k + bits.TrailingZeros8(octet)
			if at-i > maxHigh {
				return nil, nil, false
			}
			runs = append(runs, uint32(low[3*i])|uint32(low[3*i+1])<<8|uint32(low[3*i+2])<<16|uint32(at-i)<<24)
		}
	}
	return runs, low[3*n:], len(runs) == n
}

// hashes returns the single hashes of a sketch, in the order in which they are packed.
func (s *Sketch) hashes() []*uint32 {
	return []*uint32{&s.Outlet, &s.Feed, &s.Language, &s.Query, &s.Twin, &s.Show, &s.Host}
}

// lists returns the lists of hashes of a sketch, in the order in which they are packed.
// The figures follow them.
func (s *Sketch) lists() []*[]uint32 {
	return []*[]uint32{&s.Media, &s.Runs, &s.Title, &s.Names}
}
