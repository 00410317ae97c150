package ingest

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"tributary/internal/config"
	"tributary/internal/format"
	"tributary/internal/news"
)

// While hubs bring what is new, polls only make sure of that: pushRest times as
// rare as else, and once a day at least.
const (
	pushRest    = 4
	longestRest = 24 * time.Hour
)

// rest is how long a poll may be put off because of hubs.
func (p plan) rest() time.Duration {
	interval, ok := p.spec.Every()
	if !ok || !p.pushUntil.After(p.now) {
		return 0
	}
	return max(min(pushRest*interval, longestRest)-interval, 0)
}

// Delivery is a document that a hub sent.
type Delivery struct {
	ContentType string
	Body        []byte
	Received    time.Time
}

// storeTime is longer than it takes to store a delivery, which is here already.
// A source whose entries need their pages is fetched instead.
const storeTime = time.Minute

// Push stores what a hub delivered, read as Pull reads what it fetched. A
// delivery may hold the newest entries only: it leaves the validators and the
// body of the last fetch as they are, and the time of the next one. The error is
// news.ErrLeased while the source is being fetched; deliver again then.
func (in *Ingester) Push(ctx context.Context, src config.Source, d Delivery) (Result, error) {
	now := in.Now()
	lease, err := in.Store.BeginPush(ctx, src.ID, in.Owner+", push", now, now.Add(storeTime))
	if err != nil {
		return Result{}, fmt.Errorf("source %s: %w", src.Name, err)
	}
	h := in.harvest(src, lease.Epoch)
	h.Fetch = news.Fetch{Started: d.Received, Bytes: int64(len(d.Body)), Outcome: news.OutcomeOK, Pushed: true}
	// One entry does not show where a source links: what was judged before does.
	src.Outlet = cmp.Or(src.Outlet, lease.Outlet)
	in.arrive(ctx, src, d.Body, format.Input{URL: lease.Base, ContentType: d.ContentType}, h)
	h.Fetch.Duration = in.Now().Sub(d.Received)
	f, err := in.store(ctx, src, h)
	return Result{Fetch: f}, err
}
