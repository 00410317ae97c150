package store

import (
	"context"
	"slices"
	"time"

	"tributary/internal/news"
)

// pauseEntries is how many of a source's latest entries its usual pause is told from.
const pauseEntries = 50

// saveVitals stores what the health of the source is judged by, and judges it. An attempt
// that was interrupted or pushed, or that failed because we were offline, says nothing
// about the source.
func (s *saving) saveVitals(f news.Fetch) error {
	if s.added > 0 {
		if err := s.savePause(); err != nil {
			return err
		}
	}
	if s.h.Ours || f.Pushed || f.Outcome == news.OutcomeInterrupted {
		return nil
	}
	var latency time.Duration
	if err := s.get(`SELECT latency FROM source WHERE id = $1`, []any{f.SourceID}, asDuration(&latency)); err != nil {
		return err
	}
	if !f.Outcome.Failed() {
		latency = news.NextLatency(latency, f.Duration)
	}
	s.do(`UPDATE source SET standing = $2, latency = $3,
			failing_since = CASE WHEN NOT $4 THEN 0 WHEN failing_since = 0 THEN $5 ELSE failing_since END WHERE id = $1`,
		f.SourceID, string(f.Outcome), latency.Milliseconds(), f.Outcome.Failed(), ms(f.Started))
	if s.h.Move != nil {
		s.move(f.SourceID, *s.h.Move)
	}
	return s.judgeHealth(f.SourceID, f, f.Started)
}

// savePause stores the usual longest pause between the entries of the source.
func (s *saving) savePause() error {
	var times []time.Time
	err := s.each(`SELECT c.published FROM entry e JOIN content c ON c.entry_id = e.id
		WHERE e.source_id = $1 AND c.published <> 0 ORDER BY e.id DESC LIMIT $2`, []any{s.h.Source.ID, pauseEntries},
		collect(&times, func(published *time.Time) []any { return []any{asTime(published)} }))
	if err != nil {
		return err
	}
	var latest time.Time
	for _, t := range times {
		latest = news.Later(latest, t)
	}
	return s.do(`UPDATE source SET pause = $2, latest = CASE WHEN latest < $3 THEN $3 ELSE latest END WHERE id = $1`,
		s.h.Source.ID, news.Pause(times).Milliseconds(), ms(latest))
}

// move stores what is known of where the source went.
func (t *tx) move(source int64, m news.Move) {
	t.do(`UPDATE source SET moved_to = $2, moved_by = $3, moved_seen = $4, moved_since = $5, moved_same = $6,
			address = $7, home_asked = $8 WHERE id = $1`,
		source, m.Target, string(m.By), m.Seen, ms(m.Since), m.Same, m.Address, ms(m.Home))
}

// moveColumns are the columns of a news.Move.
const moveColumns = `moved_to, moved_by, moved_seen, moved_since, moved_same, address, home_asked`

func moveDest(m *news.Move) []any {
	return []any{&m.Target, &m.By, &m.Seen, asTime(&m.Since), &m.Same, &m.Address, asTime(&m.Home)}
}

// vitalColumns are the columns of news.Vitals.
const vitalColumns = `standing, failing_since, latency, pause, latest, health, health_since`

func vitalDest(v *news.Vitals) []any {
	return []any{&v.Standing, asTime(&v.FailingSince), asDuration(&v.Latency), asDuration(&v.Pause), asTime(&v.Latest), &v.Judged, asTime(&v.JudgedAt)}
}

// judgeHealth judges a source after its latest attempt, and records a change.
func (t *tx) judgeHealth(id int64, last news.Fetch, now time.Time) error {
	s := news.SourceState{Last: last}
	err := t.get(`SELECT kind, public, first_ok, failures, `+vitalColumns+`, `+moveColumns+` FROM source WHERE id = $1`, []any{id},
		slices.Concat([]any{&s.Kind, &s.Public, asTime(&s.FirstOK), &s.Failures}, vitalDest(&s.Vitals), moveDest(&s.Move))...)
	if err != nil {
		return err
	}
	is := s.Health(now)
	if is == s.Judged {
		return nil
	}
	t.do(`UPDATE source SET health = $2, health_since = $3 WHERE id = $1`, id, string(is), ms(now))
	if s.Judged == "" && is == news.HealthOK {
		return t.err // that a new source is well is no event
	}
	cause := s.Cause(now)
	if is == news.HealthOK {
		cause = "it is well again"
	}
	return t.note(news.HealthEvent{SourceID: id, At: now, Was: s.Judged, Is: is, Cause: cause, Advice: s.Advice(now)})
}

// note stores an event of health, or of our own without a source. Of several at one
// time each is a millisecond behind the last: readers cannot sort items of one time,
// and validators take it for a fault.
func (t *tx) note(e news.HealthEvent) error {
	when := ms(e.At)
	last, err := t.number(`SELECT coalesce(max(at), 0) FROM health_event WHERE at >= $1 AND at < $2`, when, when+time.Second.Milliseconds())
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO health_event (source_id, at, was, became, cause, advice) VALUES (nullif($1, 0), $2, $3, $4, $5, $6)`,
		e.SourceID, max(when, last+1), string(e.Was), string(e.Is), e.Cause, e.Advice)
}

// HealthEvents returns the latest changes of health, newest first: of one source,
// or of all for 0.
func (db *DB) HealthEvents(ctx context.Context, source int64, limit int) ([]news.HealthEvent, error) {
	return rowsOf(ctx, db, `SELECT coalesce(source_id, 0), at, was, became, cause, advice FROM health_event
		WHERE $1 = 0 OR source_id = $1 ORDER BY id DESC LIMIT $2`, []any{source, limit}, func(e *news.HealthEvent) []any {
		return []any{&e.SourceID, asTime(&e.At), &e.Was, &e.Is, &e.Cause, &e.Advice}
	})
}

// Pardon takes back what attempts did to sources before we knew that we were
// offline: the failures do not count, and they are due at once.
func (db *DB) Pardon(ctx context.Context, ids []int64) error {
	return db.update(ctx, func(t *tx) error {
		for _, id := range ids {
			t.do(`UPDATE source SET next_due = 0, failures = 0, failing_since = 0, standing = '' WHERE id = $1`, id)
		}
		return t.err
	})
}
