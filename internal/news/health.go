package news

import (
	"fmt"
	"slices"
	"time"
)

// Health says how a source is doing, for its operator. It is judged after every
// attempt and stored, so that a change of it is an event.
type Health string

// The states of health; docs/operating.md says when each applies.
const (
	HealthOK      Health = "ok"
	HealthSlow    Health = "slow"    // it answers, and takes long
	HealthFailing Health = "failing" // it fails, and not for a moment only
	HealthSilent  Health = "silent"  // it answers, and brings nothing new against its own rhythm
	HealthMoved   Health = "moved"   // it says that it went to another address for good
	HealthGone    Health = "gone"    // its publisher closed it: 410
)

// Healths returns every state of health, the best first.
func Healths() []Health {
	return []Health{HealthOK, HealthSlow, HealthSilent, HealthMoved, HealthFailing, HealthGone}
}

// HealthOffline is no state of a source but our own: none of them could be asked.
const HealthOffline Health = "offline"

// HealthEvent is one change of the health of a source, or of our own.
type HealthEvent struct {
	SourceID int64 // 0 for our own
	At       time.Time
	Was      Health
	Is       Health
	Cause    string // one sentence for the operator
	Advice   string // what to do, another one; empty for nothing
}

// Where one state ends and the next begins.
const (
	// A source fails after three attempts in a row, or when the first of them
	// lies a day back: one failure is a hiccup.
	failingAttempts = 3
	failingTime     = 24 * time.Hour

	// slowAnswer is the usual time to answer from which a source is slow.
	slowAnswer = 10 * time.Second

	// A source is silent when it has brought nothing for five times its usual
	// longest pause, which no holiday explains, within these bounds; for
	// silentUnknown when too little came to know its pauses.
	silentPauses  = 5
	silentLeast   = 14 * 24 * time.Hour
	silentMost    = 2 * 365 * 24 * time.Hour
	silentUnknown = 90 * 24 * time.Hour
)

// Vitals are what the health of a source is judged by, beside its latest attempt. Attempts
// that were interrupted, or made while we were offline, say nothing about a source and
// change none of them.
type Vitals struct {
	Standing     Outcome       // of the latest attempt that says something; empty before the first
	FailingSince time.Time     // the first of the failures in a row; zero without one
	Latency      time.Duration // usual time to an answer, see NextLatency
	Pause        time.Duration // usual longest time between two entries, see Pause; 0 when unknown
	Latest       time.Time     // published time of its newest entry
	Judged       Health        // as judged last; empty before the first attempt
	JudgedAt     time.Time     // since when the source has that health
}

// Health judges a source: the worst that is true of it.
func (s SourceState) Health(now time.Time) Health {
	switch {
	case s.Standing == OutcomeGone:
		return HealthGone
	case s.failing(now):
		return HealthFailing
	case s.Move.Moved():
		return HealthMoved
	case s.silent(now):
		return HealthSilent
	case s.Latency > slowAnswer:
		return HealthSlow
	}
	return HealthOK
}

// failing reports whether the source fails for more than a moment. One that was
// never read is probably written wrongly, and fails at once.
func (s SourceState) failing(now time.Time) bool {
	if s.Failures == 0 {
		return false
	}
	return s.FirstOK.IsZero() || s.Failures >= failingAttempts || now.Sub(s.FailingSince) >= failingTime
}

// silent reports whether a feed is quiet for longer than it ever is. A folder
// has no rhythm.
func (s SourceState) silent(now time.Time) bool {
	return s.Kind == KindFeed && !s.Latest.IsZero() && now.Sub(s.Latest) > silentAfter(s.Pause)
}

// silentAfter returns after how long without anything new a source with this usual
// longest pause is silent.
func silentAfter(pause time.Duration) time.Duration {
	if pause == 0 {
		return silentUnknown
	}
	return min(max(silentPauses*pause, silentLeast), silentMost)
}

// knownPauses is how many pauses must be known at least to tell a rhythm.
const knownPauses = 5

// Pause returns the usual longest time between two entries: nine of ten pauses are no longer,
// so that one summer break does not count. Entries with the same time count as one. It
// returns 0 when there are too few to tell.
func Pause(published []time.Time) time.Duration {
	times := slices.Clone(published)
	slices.SortFunc(times, time.Time.Compare)
	var pauses []time.Duration
	for i := 1; i < len(times); i++ {
		if pause := times[i].Sub(times[i-1]); pause > 0 {
			pauses = append(pauses, pause)
		}
	}
	if len(pauses) < knownPauses {
		return 0
	}
	slices.Sort(pauses)
	return pauses[(len(pauses)*9+9)/10-1]
}

// NextLatency moves the usual time to an answer by a quarter of the way to the
// latest, so that one late answer does not make a source slow and two do.
func NextLatency(usual, latest time.Duration) time.Duration {
	if usual == 0 {
		return latest
	}
	return usual + (latest-usual)/4
}

// Cause says in a sentence for the operator why the source is how it is; "" when
// there is nothing to say.
func (s SourceState) Cause(now time.Time) string {
	switch s.Health(now) {
	case HealthGone:
		return "its publisher closed it: status 410 Gone"
	case HealthFailing:
		return fmt.Sprintf("%d %s since %s: %s", s.Failures, Plural(s.Failures, "failure", "failures"), day(s.FailingSince), s.Last.trouble())
	case HealthMoved:
		return s.moved()
	case HealthSilent:
		return "nothing new since " + day(s.Latest)
	case HealthSlow:
		return "it usually takes " + s.Latency.Round(time.Second).String() + " to answer"
	}
	if s.Failures > 0 {
		return "the latest attempt failed: " + s.Last.trouble()
	}
	return ""
}

// Advice says what the operator can do about a source; "" for nothing.
func (s SourceState) Advice(now time.Time) string {
	switch s.Health(now) {
	case HealthGone:
		return OutcomeGone.Advice()
	case HealthFailing:
		if s.Kind == KindSeeds && s.Standing == OutcomeRefused {
			return "bring the folder back, or remove the source to empty it on purpose"
		}
		if s.Last.Outcome == s.Standing {
			return s.Last.Advice()
		}
		return s.Standing.Advice()
	case HealthMoved:
		return s.Move.advice()
	case HealthSilent:
		return "look whether it is still written; remove it if it has ended"
	case HealthSlow:
		return "nothing, unless it comes to time out"
	}
	return ""
}

// trouble is what went wrong, as a sentence if there is one.
func (f Fetch) trouble() string {
	if f.Error == "" {
		return string(f.Outcome)
	}
	return f.Error
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
