package main

import (
	"context"
	"time"

	"tributary/internal/daemon"
	"tributary/internal/news"
	"tributary/internal/store"
)

// serviceLine is an aggregator and for how many people it says that it reads.
type serviceLine struct {
	Client      string `json:"client"`
	Subscribers int    `json:"subscribers"`
}

// readership is what is known of who reads our feeds.
type readership struct {
	announced map[int64][]news.Announced // by the row of the feed
	tokens    []news.Token
	now       time.Time
}

func readers(ctx context.Context, db *store.DB, now time.Time) (r readership, err error) {
	r.now = now
	if r.announced, err = db.Announced(ctx, now); err == nil {
		r.tokens, err = db.Tokens(ctx)
	}
	return r, err
}

// fill says at a feed who reads it.
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

// turnoverLine is a feed that shows too little for some of its readers, for
// scripts.
type turnoverLine struct {
	Client  string `json:"client"`  // the program that misses some
	Every   int    `json:"every"`   // seconds between two of its visits
	Entered int    `json:"entered"` // new stories in such a time, at most
	Limit   int    `json:"limit"`   // that would do; 0: none would

	text string // for people
}

func newTurnoverLine(t *news.Turnover) *turnoverLine {
	if t == nil {
		return nil
	}
	return &turnoverLine{t.Client, int(t.Every.Seconds()), t.Entered, t.Limit(), t.String()}
}
