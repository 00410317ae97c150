package main

import (
	"context"
	"net/url"
	"time"

	"tributary/internal/news"
	"tributary/internal/store"
)

// pushLine is the state of a source's subscription at a hub, for JSON output.
type pushLine struct {
	State      news.PushState `json:"state"` // asked, active or denied
	Hub        string         `json:"hub"`   // its host name only
	Until      *time.Time     `json:"until"` // end of the lease; null: none yet
	Trusted    bool           `json:"trusted"`
	Delivered  *time.Time     `json:"delivered"` // time of the last delivery; null: never
	Deliveries int64          `json:"deliveries"`
	Refused    int64          `json:"refused"`
	Error      string         `json:"error"`
}

// pushes returns the subscriptions at hubs, by the row of their source.
// Subscriptions that are being ended are left out.
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

// String returns the state for the table: "active" if the hub delivers, "-" without a hub.
func (p *pushLine) String() string {
	if p == nil {
		return "-"
	}
	return string(p.State)
}
