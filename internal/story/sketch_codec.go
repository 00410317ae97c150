package story

import (
	"encoding/binary"
	"errors"
	"time"
)

// SketchVersion is raised when sketches are made otherwise than before: those of an
// older version are not compared with newer ones, but made anew from the stored
// entries.
const SketchVersion = 1

// What the third byte of a packed sketch says.
const (
	packedDerived = 1 << iota
	packedDated   // Published is known: any millisecond is one, 1970 too
)

var errSketch = errors.New("not a sketch of this version")

// MarshalBinary packs a sketch for the store: a header of fixed length, then the
// lists, each behind its length; little endian.
func (s *Sketch) MarshalBinary() ([]byte, error) {
	le := binary.LittleEndian
	lists := s.lists()
	size := 64
	for _, l := range lists {
		size += 2 + 4*len(*l)
	}
	b := make([]byte, 0, size)
	var known byte
	var published int64
	if s.Derived {
		known |= packedDerived
	}
	if !s.Published.IsZero() {
		known |= packedDated
		published = s.Published.UnixMilli()
	}
	b = append(b, SketchVersion, byte(s.Level), known)
	b = le.AppendUint64(b, uint64(published))
	b = le.AppendUint64(b, s.Headline)
	b = le.AppendUint32(b, uint32(min(s.Length/time.Second, 1<<31-1)))
	b = le.AppendUint32(b, uint32(s.Words))
	for _, h := range s.hashes() {
		b = le.AppendUint32(b, *h)
	}
	for _, l := range lists {
		b = le.AppendUint16(b, uint16(len(*l)))
		for _, h := range *l {
			b = le.AppendUint32(b, h)
		}
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary packed. The error says that it is none,
// or that of another version.
func (s *Sketch) UnmarshalBinary(b []byte) error {
	le := binary.LittleEndian
	const header = 3 + 8 + 8 + 4 + 4
	if len(b) < header || b[0] != SketchVersion || b[1] > 31 {
		return errSketch
	}
	*s = Sketch{Level: uint(b[1]), Derived: b[2]&packedDerived != 0}
	if b[2]&packedDated != 0 {
		s.Published = time.UnixMilli(int64(le.Uint64(b[3:]))).UTC()
	}
	s.Headline = le.Uint64(b[11:])
	s.Length = time.Duration(min(le.Uint32(b[19:]), 1<<31-1)) * time.Second
	s.Words = int(le.Uint32(b[23:]))
	b = b[header:]
	for _, h := range s.hashes() {
		if len(b) < 4 {
			return errSketch
		}
		*h, b = le.Uint32(b), b[4:]
	}
	for _, l := range s.lists() {
		if len(b) < 2 {
			return errSketch
		}
		n := int(le.Uint16(b))
		if b = b[2:]; len(b) < 4*n {
			return errSketch
		}
		*l = make([]uint32, n)
		for i := range *l {
			(*l)[i] = le.Uint32(b[4*i:])
		}
		b = b[4*n:]
	}
	if len(b) > 0 {
		return errSketch
	}
	return nil
}

// hashes are the single hashes of a sketch, in the order in which they are packed.
func (s *Sketch) hashes() []*uint32 {
	return []*uint32{&s.Outlet, &s.Feed, &s.Language, &s.Query, &s.Twin, &s.Show, &s.Host}
}

// lists are the lists of a sketch, in the order in which they are packed.
func (s *Sketch) lists() []*[]uint32 {
	return []*[]uint32{&s.Media, &s.Runs, &s.Figures, &s.Title, &s.Names}
}
