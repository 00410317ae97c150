package daemon

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"tributary/internal/config"
	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/publish"
	"tributary/internal/websub"
)

// hubAddress is where our hub takes requests; "" when there is none: turned off, not
// serving, or nobody could reach it.
func hubAddress(o Options, cfg *config.Config) string {
	on := cfg.Hub == config.On || cfg.Hub == config.Auto && websub.Reachable(cfg.Site.URL)
	if !o.Serving || !on {
		return ""
	}
	return cfg.Site.URL + "/hub"
}

// hubPublisher is the daemon as a websub.Publisher: it says what may be subscribed to, and
// what is new in it.
type hubPublisher struct {
	*Daemon

	making sync.Mutex                     // guards made
	made   map[deliveryKey]websub.Content // the latest deliveries: most subscribers get the same one
}

// deliveryKey is what the content of a delivery depends on. shown stands for the rendering
// that it was made from: one with the same changes may leave something out, or give out
// less of it.
type deliveryKey struct {
	feed   int64
	format string
	after  int64
	shown  *news.Edition
}

// maxDeliveries is how many deliveries are kept. One is usually small, but in JSON it is the
// whole document, of 4 MB at most, which those of one edition share.
const maxDeliveries = 16

// Published says what may be subscribed to: each format of each feed that is public.
func (d *hubPublisher) Published() (hub string, topics []websub.Topic, policy netguard.Policy) {
	c := d.current.Load()
	for _, f := range c.public {
		e := news.Edition{Site: c.cfg.Site, Feed: f, Change: -1}
		if shown := d.publicShelf.Edition(f.Name); shown != nil { // else it is being made
			e.Change = shown.Change
		}
		for _, format := range publish.FeedFormats() {
			topics = append(topics, websub.Topic{FeedID: f.ID, Feed: f.Name, Format: format, URL: e.URL(format), Change: e.Change})
		}
	}
	return c.cfg.Site.Hub, topics, c.cfg.Defaults.Policy()
}

// Content returns what is new in a document after a change, as far as the shelf shows it,
// so that a subscriber who fetches the document finds everything there that was delivered.
// JSON Feed is delivered whole: nothing in it says that items which a delivery leaves out
// are still there.
func (d *hubPublisher) Content(ctx context.Context, t websub.Topic, after int64) (websub.Content, error) {
	shown := d.publicShelf.Edition(t.Feed)
	if shown == nil {
		return websub.Content{Change: after}, nil
	}
	key := deliveryKey{t.FeedID, t.Format, after, shown}
	d.making.Lock() // also while it is made: many want the same at once
	defer d.making.Unlock()
	if made, ok := d.made[key]; ok {
		return made, nil
	}
	made, err := d.content(ctx, shown, t, after)
	if err != nil {
		return made, err
	}
	maps.DeleteFunc(d.made, func(p deliveryKey, _ websub.Content) bool { return p.feed == t.FeedID && p.shown != shown })
	if len(d.made) >= maxDeliveries {
		clear(d.made)
	}
	d.made[key] = made
	return made, nil
}

func (d *hubPublisher) content(ctx context.Context, shown *news.Edition, t websub.Topic, after int64) (websub.Content, error) {
	e, err := d.db.Changes(ctx, shown.Site, shown.Feed, after, shown.Change)
	if err != nil {
		return websub.Content{}, err
	}
	e.Shown = slices.DeleteFunc(e.Shown, func(s news.Shown) bool { return leftOut(shown, s) })
	if len(e.Shown) == 0 { // what was new is gone already
		return websub.Content{Change: e.Change}, nil
	}
	e.Updated, e.TTL = shown.Updated, shown.TTL
	if t.Format == "json" {
		return d.whole(shown, t)
	}
	return rendered(e, t.Format)
}

// whole returns all that a document shows. Subscribers who lag differently share its bytes.
// The caller holds making.
func (d *hubPublisher) whole(shown *news.Edition, t websub.Topic) (websub.Content, error) {
	for key, made := range d.made {
		if key.shown == shown && key.format == t.Format && made.Body != nil {
			return made, nil
		}
	}
	return rendered(shown, t.Format)
}

// rendered returns an edition as the content of a delivery.
func rendered(e *news.Edition, format string) (websub.Content, error) {
	doc, err := publish.Render(e, format, nil)
	if err != nil {
		return websub.Content{}, err
	}
	return websub.Content{Body: doc.Body, ContentType: doc.ContentType, Change: e.Change}, nil
}

// leftOut reports whether a page leaves out a Publication, as max_per_source does, although
// it reaches down to older ones.
func leftOut(page *news.Edition, s news.Shown) bool {
	return s.Sequence > page.Beyond && !slices.ContainsFunc(page.Shown, func(other news.Shown) bool { return other.Sequence == s.Sequence })
}

// hubMetrics gives the figures of our hub.
func (d *Daemon) hubMetrics(ctx context.Context, gauge func(name string, value int64)) error {
	counts, err := d.db.SubscriptionCounts(ctx, d.opts.Now())
	if err != nil {
		return err
	}
	for _, f := range d.current.Load().public {
		gauge(fmt.Sprintf("tributary_subscriptions{feed=%q}", f.Name), int64(counts[f.ID].Active))
		gauge(fmt.Sprintf("tributary_subscriptions_failing{feed=%q}", f.Name), int64(counts[f.ID].Failing))
	}
	figures := d.hub.Figures()
	gauge("tributary_hub_requests", figures.Requests.Load())
	gauge("tributary_hub_requests_refused", figures.Refused.Load())
	gauge("tributary_hub_deliveries", figures.Deliveries.Load())
	gauge("tributary_hub_deliveries_failed", figures.Failures.Load())
	return nil
}
