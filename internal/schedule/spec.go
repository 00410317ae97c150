package schedule

import (
	"hash/fnv"
	"math/bits"
	"time"

	"github.com/robfig/cron/v3"
)

// maxOffset bounds how far behind its time a cron expression fires. Firings
// stay inside their minute, and thereby on their local day.
const maxOffset = time.Minute

// Spec is a parsed schedule. The zero Spec never fires.
type Spec struct {
	expr     string
	loc      *time.Location
	every    time.Duration // of @every and auto; 0 for a cron expression
	calendar cron.Schedule // nil for @every; used with times in UTC only
	hourly   bool          // fires in every hour of a day, so it is an interval
	least    time.Duration // the bounds of auto; 0 for the others
	most     time.Duration
}

// String returns the expression as it was written, white space reduced to
// single spaces.
func (s Spec) String() string { return s.expr }

// Every returns the interval of "@every" and "auto", and false for a cron
// expression.
func (s Spec) Every() (time.Duration, bool) { return s.every, s.every > 0 }

// Equal reports whether s and o fire at the same times by the same words: the
// same expression in the same zone. Of "auto" only the bounds count: the
// interval is the source's.
func (s Spec) Equal(o Spec) bool {
	return s.expr == o.expr && s.loc.String() == o.loc.String() && s.least == o.least && s.most == o.most
}

// Next returns the first firing strictly after after for the source with the
// given stable key, in after's location. It is the zero time for the zero Spec,
// and beyond the range of time in which calendars make sense.
func (s Spec) Next(after time.Time, key string) time.Time {
	switch {
	case s.every > 0:
		return s.tick(after, key).In(after.Location())
	case s.calendar == nil:
		return time.Time{}
	}
	base := s.base(after.Round(0).Add(-maxOffset))
	for !base.IsZero() {
		following := s.base(base)
		if following.IsZero() {
			return following
		}
		if at := base.Add(Spread(key, offsetSpan(following.Sub(base)))); at.After(after) {
			return at.In(after.Location())
		}
		base = following
	}
	return base
}

// NextAfter returns the first firing that is after now and not before
// notBefore: what a server or a back-off asked to wait for. Of "auto" it is not
// before about half an interval either, since the interval was another before.
func (s Spec) NextAfter(now time.Time, key string, notBefore time.Time) time.Time {
	if early := now.Add(s.minPause()); s.Auto() && early.After(notBefore) {
		notBefore = early
	}
	if notBefore.After(now) {
		return s.Next(notBefore.Add(-time.Nanosecond).In(now.Location()), key)
	}
	return s.Next(now, key)
}

// tick is Next for "@every". It counts in milliseconds because nanoseconds
// since 1970 overflow in the year 2262.
func (s Spec) tick(after time.Time, key string) time.Time {
	step := s.every.Milliseconds()
	past := (after.UnixMilli() - Spread(key, s.every).Milliseconds()) % step
	if past < 0 { // before 1970 the remainder is negative
		past += step
	}
	return time.UnixMilli(after.UnixMilli() - past + step)
}

// base returns the first time of a cron expression strictly after after,
// before any offset: whole seconds, in UTC; zero when there is none.
func (s Spec) base(after time.Time) time.Time {
	if s.hourly {
		return s.nextEven(after)
	}
	return s.nextOnce(after)
}

// offsetSpan bounds the offset of a firing by the gap to the following one.
func offsetSpan(gap time.Duration) time.Duration {
	return min(maxOffset, gap/10)
}

// Spread returns a time in [0, span) that is made of a hash of key, in whole
// milliseconds. It is the same on every machine and in every version: due
// times that are stored, and the spread of thousands of sources, rest on it.
func Spread(key string, span time.Duration) time.Duration {
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
