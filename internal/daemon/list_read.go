package daemon

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"tributary/internal/config"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// listReader reads a list, with what that needs.
type listReader struct {
	config.List
	client  *fetch.Client
	now     func() time.Time
	site    news.Site
	stalled func()
}

// TryList reads a list as the daemon would, and stores nothing.
func TryList(ctx context.Context, client *fetch.Client, l config.List, site news.Site) news.ListState {
	r := listReader{List: l, client: client, now: time.Now, site: site, stalled: func() {}}
	return readList(ctx, r, news.ListState{Name: l.Name, URL: l.URL})
}

// readList reads a list once and returns its new state. When the list cannot be read, is
// no list, or is suddenly empty, its sources stay those of the last good state.
func readList(ctx context.Context, r listReader, held news.ListState) news.ListState {
	data, got := r.load(ctx, held.Validators)
	held.Last = got.Fetch
	if got.Fetch.Outcome == news.OutcomeOK {
		r.accept(data, got, &held)
	}
	now := r.now()
	switch held.Last.Outcome {
	case news.OutcomeOK, news.OutcomeUnchanged:
		held.Loaded, held.Failures, held.NextDue = held.Last.Started, 0, r.Refresh.Next(now, r.URL)
		return held
	}
	held.Failures++
	wait := max(got.RetryAfter, schedule.Backoff(schedule.MinBackoff, held.Failures, r.URL))
	held.NextDue = now.Add(wait)
	return held
}

// load gets the bytes of a list, from disk or through the same client as feeds.
func (r listReader) load(ctx context.Context, v news.Validators) ([]byte, fetch.Response) {
	if !r.OnDisk {
		got := r.client.Get(ctx, fetch.Request{
			URL: r.URL, Validators: v, Headers: r.Each.Headers, UserAgent: r.Each.UserAgent, Stalled: r.stalled,
			Accept: "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
			Policy: r.Each.Policy(),
		})
		return got.Body, got
	}
	started := r.now()
	data, err := config.ReadFile(r.URL, maxListFile)
	f := news.Fetch{Started: started, Duration: r.now().Sub(started), Bytes: int64(len(data)), Outcome: news.OutcomeOK}
	if err != nil {
		f.Outcome, f.Error = news.OutcomeRefused, "the file of the list cannot be read: "+err.Error()
	}
	return data, fetch.Response{Fetch: f}
}

// maxListFile bounds a list on disk.
const maxListFile = 16 << 20

// accept makes the sources of a document those of the list, if the document is a list.
func (r listReader) accept(data []byte, got fetch.Response, held *news.ListState) {
	list, err := format.ReadOPML(bytes.NewReader(data))
	if err != nil {
		held.Last.Outcome, held.Last.Error = news.OutcomeOf(err), err.Error()
		return
	}
	if len(list.Sources) == 0 && len(held.Sources) > 0 {
		held.Last.Outcome = news.OutcomeNotAFeed
		held.Last.Error = fmt.Sprintf("the list is suddenly empty; its %d sources stay, unless it is taken out of the configuration", len(held.Sources))
		return
	}
	names := map[string]string{}
	for _, s := range held.Sources {
		names[news.FeedKey(s.URL)] = s.Name
	}
	all := list.Sources
	for i := range all {
		all[i].Name, all[i].Site = names[news.FeedKey(all[i].URL)], news.Publishable(all[i].Site)
	}
	held.Sources = r.Take(r.site, all)
	held.Validators = got.Validators
	if left := len(all) - len(held.Sources) + len(list.Skipped); left > 0 {
		held.Last.Error = fmt.Sprintf("%d of %d sources were left out: beyond limit: %d, too many of one host, our own, or without a usable address",
			left, len(all)+len(list.Skipped), r.Limit)
	}
}
