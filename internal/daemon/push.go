package daemon

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tributary/internal/config"
	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/websub"
)

// leasedPause is after how long a fetch is tried again that found its source leased: a
// delivery is being stored.
const leasedPause = time.Second

// subscriber is the daemon as a websub.Owner: it says what is to be pushed, and takes
// deliveries.
type subscriber struct {
	*Daemon
	said sync.Once // logs that hubs cannot reach us
}

// Wants returns which sources are to be pushed. Private ones are not: a hub is a third
// party, which would learn the address.
func (d *subscriber) Wants(announced []news.Announcement) (wants map[int64]websub.Want, site string, others netguard.Policy) {
	c := d.current.Load()
	wants = map[int64]websub.Want{}
	reachable, missed := websub.Reachable(c.cfg.Site.URL), 0
	for _, a := range announced {
		src, ok := c.sources[a.SourceID]
		switch {
		case !ok || !pushable(src):
		case reachable || src.WebSub == config.On:
			wants[a.SourceID] = websub.Want{Announcement: a, Policy: src.Policy()}
		default:
			missed++
		}
	}
	if missed > 0 {
		d.said.Do(func() {
			d.opts.Log.Info("push is off: hubs cannot reach us; set site: url: to a public address", "url", c.cfg.Site.URL, "sources", missed)
		})
	}
	return wants, c.cfg.Site.URL, c.cfg.Defaults.Policy()
}

// pushable reports whether the address of a source may be told to a hub.
func pushable(src config.Source) bool {
	return src.WebSub != config.Off && src.Public && len(src.Headers) == 0 && !news.HasSecret(src.URL)
}

// Deliver stores what a hub sent. A source whose texts come from pages is fetched instead:
// its pages have to be fetched as well, at the pace of all fetches.
func (d *subscriber) Deliver(ctx context.Context, sent websub.Delivery) error {
	src, ok := d.current.Load().sources[sent.SourceID]
	switch {
	case !ok:
		return nil // it left the configuration
	case src.Content == config.ContentPage:
		return websub.ErrFetch
	}
	result, err := d.ingest.Push(ctx, src, sent.Delivery)
	if err != nil {
		return err
	}
	f := result.Fetch
	if f.New > 0 || f.Changed > 0 {
		d.publishSoon()
	}
	if f.Outcome != news.OutcomeOK {
		return fmt.Errorf("%s: %s", f.Outcome, f.Error)
	}
	return nil
}

// Name is a source's name.
func (d *subscriber) Name(source int64) string { return d.taskName(sourceTask(source)) }

// Poll makes a source due now. The store keeps that in case the process ends before.
func (d *subscriber) Poll(ctx context.Context, source int64) {
	d.logError(ctx, "fetch instead of a delivery", d.db.PollInstead(ctx, source, d.opts.Now()), "source", d.Name(source))
	d.trigger(source)
}

// pushes returns the subscriptions at hubs by the row numbers of their sources, without
// those that are to end.
func (d *Daemon) pushes(ctx context.Context) (map[int64]news.Push, error) {
	all, err := d.db.Pushes(ctx)
	bySource := map[int64]news.Push{}
	for _, p := range all {
		if p.State != news.PushLeaving {
			bySource[p.SourceID] = p
		}
	}
	return bySource, err
}

// pushMetrics gives the figures of hubs.
func (d *Daemon) pushMetrics(ctx context.Context, gauge func(name string, value int64)) error {
	all, err := d.db.Pushes(ctx)
	if err != nil {
		return err
	}
	states := map[news.PushState]int64{}
	var deliveries, refused int64
	for _, p := range all {
		states[p.State]++
		deliveries, refused = deliveries+p.Deliveries, refused+p.Refused
	}
	for _, state := range []news.PushState{news.PushAsked, news.PushActive, news.PushDenied, news.PushLeaving} {
		gauge(fmt.Sprintf("tributary_pushes{state=%q}", state), states[state])
	}
	gauge("tributary_push_deliveries", deliveries)
	gauge("tributary_push_deliveries_refused", refused)
	return nil
}
