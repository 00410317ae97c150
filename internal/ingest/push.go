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

// While a hub delivers, polling is only a safeguard: the interval is multiplied by pushRest, up to
// longestRest.
const (
	pushRest    = 4
	longestRest = 24 * time.Hour
)

// rest returns how much longer a poll may wait because a hub delivers.
func (p plan) rest() time.Duration {
	interval, ok := p.spec.Every()
	if !ok || !p.pushUntil.After(p.now) {
		return 0
	}
	return max(min(pushRest*interval, longestRest)-interval, 0)
}

// storeTime is longer than it takes to store a delivery, which has already been received. A source
// whose entries need their pages is fetched instead.
const storeTime = time.Minute

// Push stores a document that a hub delivered, read as Pull would read it. A delivery may contain
// only the newest entries, so it does not change the validators, the body of the last fetch, or the
// time of the next one. While the source is being fetched the error is news.ErrLeased, and the
// delivery should be repeated later.
func (in *Ingester) Push(ctx context.Context, src config.Source, d news.Delivery) (Result, error) {
	now := in.Now()
	lease, err := in.Store.BeginPush(ctx, src.ID, in.Owner+", push", now, now.Add(storeTime))
	if err != nil {
		return Result{}, fmt.Errorf("source %s: %w", src.Name, err)
	}
	h := in.harvest(src, lease.Epoch)
	h.Fetch = news.Fetch{Started: d.Received, Bytes: int64(len(d.Body)), Outcome: news.OutcomeOK, Pushed: true}
	// A single entry does not show which site a source links to, so use the earlier result.
	src.Outlet = cmp.Or(src.Outlet, lease.Outlet)
	in.arrive(ctx, src, d.Body, format.Input{URL: lease.Base, ContentType: d.ContentType}, h)
	h.Fetch.Duration = in.Now().Sub(d.Received)
	f, err := in.store(ctx, src, h)
	return Result{Fetch: f}, err
}
