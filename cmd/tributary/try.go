package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"time"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/discover"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/seed"
)

// tries is how many sources are tried at the same time.
const tries = 8

// try prints what every list and source would bring, in order, and returns how many failed.
func (a *app) try(ctx context.Context, cfg *config.Config, lists []config.List, sources []config.Source, c checking) (failed int) {
	client := a.client(cfg)
	defer client.Close()
	var jobs []job
	for _, l := range lists {
		left := leftAlone(l.Name, "list")
		jobs = append(jobs, job{group: cmp.Or(ingest.Group(l.URL), l.Name), do: func() *preview { return previewList(ctx, client, l, cfg.Site) }, left: left})
	}
	for _, s := range sources {
		left := leftAlone(s.Name, string(s.Kind))
		jobs = append(jobs, job{group: cmp.Or(ingest.Group(s.URL), s.Name), do: func() *preview { return previewOf(s, trySource(ctx, client, s), time.Now()) }, left: left})
	}
	previews := []*preview{}
	for p := range inOrder(ctx, jobs, cfg.Limits.Spacing) {
		if p.failed() {
			failed++
		}
		if !c.json {
			p.print(a.out, len(c.only) > 0)
		}
		previews = append(previews, p)
	}
	if c.json && ctx.Err() == nil {
		_ = a.json(previews) // fails only if standard output is closed
	}
	return failed
}

// job tries one source or list of a rate group.
type job struct {
	group  string
	do     func() *preview
	left   *preview      // the result if the group is left alone
	result chan *preview // set by inOrder
}

// leftAlone returns the preview of a source or list that is not tried.
func leftAlone(name, kind string) *preview {
	p := newPreview(name, kind)
	p.Outcome, p.Error = news.OutcomeLimited, "not asked, because its host asked to wait at another source"
	return p
}

// inOrder runs jobs concurrently, at most tries at a time and those of a group in turn, and
// yields their results in the order of jobs.
func inOrder(ctx context.Context, jobs []job, pause time.Duration) iter.Seq[*preview] {
	return func(yield func(*preview) bool) {
		groups := map[string][]*job{}
		for i := range jobs {
			j := &jobs[i]
			j.result = make(chan *preview, 1)
			groups[j.group] = append(groups[j.group], j)
		}
		free := make(chan struct{}, tries)
		for _, group := range groups {
			go inTurn(ctx, group, pause, free)
		}
		for _, j := range jobs {
			if !yield(<-j.result) {
				return
			}
		}
	}
}

// inTurn runs the jobs of a group with a pause between them, each when there is a place in free,
// and no more once the group asked to wait.
func inTurn(ctx context.Context, group []*job, pause time.Duration, free chan struct{}) {
	limited := false
	for i, j := range group {
		if limited {
			j.result <- j.left
			continue
		}
		if i > 0 {
			schedule.Sleep(ctx, pause)
		}
		free <- struct{}{}
		result := j.do()
		<-free
		limited = result.Outcome == news.OutcomeLimited
		j.result <- result
	}
}

// client returns the guarded HTTP client of a configuration.
func (a *app) client(cfg *config.Config) *fetch.Client {
	return fetch.New(fetch.Options{UserAgent: daemon.UserAgent(version(), cfg.Site, -1), Limits: cfg.Limits.Limits, Proxy: cfg.Proxy, Now: time.Now})
}

// tried is the result of trying a source.
type tried struct {
	answer fetch.Response // only for a feed
	doc    *news.Document
	err    error
}

// trySource reads a source as the daemon would, but stores nothing.
func trySource(ctx context.Context, client *fetch.Client, src config.Source) tried {
	if src.Kind == news.KindSeeds {
		doc, err := trySeeds(ctx, src)
		return tried{doc: doc, err: err}
	}
	got := client.Get(ctx, fetch.Request{URL: src.URL, Headers: src.Headers, UserAgent: src.UserAgent, Policy: src.Policy()})
	doc, err := decode(got)
	return tried{got, doc, err}
}

func trySeeds(ctx context.Context, src config.Source) (*news.Document, error) {
	scan, err := seed.Read(ctx, src.URL, nil, time.Now())
	if err != nil {
		return nil, err
	}
	for _, s := range scan.Skipped {
		scan.Document.Repairs = append(scan.Document.Repairs, fmt.Sprintf("skipped %q: %s", s.Path, s.Reason))
	}
	if scan.Pending {
		scan.Document.Repairs = append(scan.Document.Repairs, fmt.Sprintf("files that changed within the last %s were left for later", seed.Settle))
	}
	return scan.Document, nil
}

// decode parses what was fetched. For a failed fetch it returns the fetch's error.
func decode(got fetch.Response) (*news.Document, error) {
	if got.Fetch.Outcome != news.OutcomeOK && got.Fetch.Outcome != news.OutcomeTruncated {
		return nil, news.Failf(got.Fetch.Outcome, "%s", got.Fetch.Error)
	}
	doc, err := format.Decode(got.Body, format.Input{URL: got.URL, ContentType: got.ContentType})
	if err == nil && got.Fetch.Outcome == news.OutcomeTruncated {
		doc.Outcome = news.OutcomeTruncated
		doc.Repairs = append(doc.Repairs, got.Fetch.Error)
	}
	return doc, discover.SuggestFeed(err, got.Body, got.URL)
}
