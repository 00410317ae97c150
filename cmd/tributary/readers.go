package main

import (
	"context"
	"time"

	"tributary/internal/daemon"
	"tributary/internal/news"
	"tributary/internal/store"
)

// serviceLine is an aggregator with the number of subscribers that it reports.
type serviceLine struct {
	Client      string `json:"client"`
	Subscribers int    `json:"subscribers"`
}

// readership is what is known about the readers of our feeds.
type readership struct {
	announced map[int64][]news.Aggregator // by the row of the feed
	tokens    []news.Token
	now       time.Time
}

func readers(ctx context.Context, db *store.DB, now time.Time) (r readership, err error) {
	r.now = now
	if r.announced, err = db.Aggregators(ctx, now); err == nil {
		r.tokens, err = db.Tokens(ctx)
	}
	return r, err
}

// fill adds the readers of a feed to its line.
func (r readership) fill(l *feedLine, f news.Feed) {
	announced := r.announced[f.ID]
	for _, s := range announced {
		l.Readers = append(l.Readers, serviceLine{s.Client, s.Subscribers})
	}
	for _, t := range r.tokens {
		if f.Private && t.Feed == f.Name && t.Revoked.IsZero() {
			l.Tokens++
		}
	}
	l.note = daemon.ReaderNote(f, announced, r.tokens, r.now)
}

// turnoverLine describes a feed that shows too few stories for some of its readers.
type turnoverLine struct {
	Client  string `json:"client"`  // the feed reader that misses stories
	Every   int    `json:"every"`   // seconds between two of its visits
	Entered int    `json:"entered"` // the most new stories that entered in that time
	Limit   int    `json:"limit"`   // a limit: that would suffice; 0: none would

	text string // as a sentence, for text output
}

func newTurnoverLine(t *news.Turnover) *turnoverLine {
	if t == nil {
		return nil
	}
	return &turnoverLine{t.Client, int(t.Every.Seconds()), t.Entered, t.Limit(), t.String()}
}
