package main

import (
	"context"
	"net/url"
	"time"

	"tributary/internal/news"
	"tributary/internal/store"
)

// pushLine is for scripts what a hub does for a source.
type pushLine struct {
	State      news.PushState `json:"state"` // asked active denied
	Hub        string         `json:"hub"`   // its host
	Until      *time.Time     `json:"until"` // of the lease; null: none yet
	Trusted    bool           `json:"trusted"`
	Delivered  *time.Time     `json:"delivered"` // the last one; null: never
	Deliveries int64          `json:"deliveries"`
	Refused    int64          `json:"refused"`
	Error      string         `json:"error"`
}

// pushes returns what hubs do, by the row numbers of the sources. What is about
// to end is left out.
func pushes(ctx context.Context, db *store.DB) (map[int64]*pushLine, error) {
	all, err := db.Pushes(ctx)
	lines := map[int64]*pushLine{}
	for _, p := range all {
		if p.State == news.PushLeaving {
			continue
		}
		lines[p.SourceID] = &pushLine{
			State: p.State, Hub: hubHost(p.Hub), Until: stated(p.LeaseUntil), Trusted: !p.Trusted().IsZero(), Delivered: stated(p.Stored),
			Deliveries: p.Deliveries, Refused: p.Refused, Error: oneLine(p.Error),
		}
	}
	return lines, err
}

func hubHost(hub string) string {
	u, err := url.Parse(hub)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// String says in a word how a source comes: "active" is pushed.
func (p *pushLine) String() string {
	if p == nil {
		return "-"
	}
	return string(p.State)
}
