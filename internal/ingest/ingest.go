// Package ingest pulls a single source: it leases the source, fetches or scans it, reads the
// document, and passes everything to the store in one transaction.
//
//	fetch -> format -> clean -> story -> store        a feed
//	seed  -> story -> store                           a folder of seed documents
//	         format -> clean -> story -> store        a delivery of a WebSub hub (push.go)
//
// An [Ingester] also decides when the source is due next (due.go), follows a source that has moved
// (moved.go), fetches the pages of entries for sources with content: page (page.go), and keeps out
// our own feeds and old entries (guard.go).
//
// Failures of the outside world are not Go errors: each is a Fetch with an Outcome, and every
// attempt is recorded. A failed fetch changes nothing except when its source, and a host that
// limits us, may be asked next.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tributary/internal/config"
	"tributary/internal/discover"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/story"
)

// Getter is the client for all requests.
type Getter interface {
	Get(ctx context.Context, r fetch.Request) fetch.Response
}

// Store is the part of the store that an Ingester uses.
type Store interface {
	Begin(ctx context.Context, id int64, owner string, now, until time.Time) (news.Lease, error)
	BeginPush(ctx context.Context, id int64, owner string, now, until time.Time) (news.PushLease, error)
	Save(ctx context.Context, h *story.Harvest) (news.Fetch, error)
	Appeared(ctx context.Context, source int64, limit int) ([]time.Time, error)
	Host(ctx context.Context, name string) (news.Host, error)
	SeedFiles(ctx context.Context, source int64) ([]news.SeedFile, error)
	Body(ctx context.Context, source int64) (*news.Body, error)
	CountHeld(ctx context.Context, source int64, keys []string, before time.Time) (int, error)
	Pages
	FileStore
}

// leaseTime is longer than any pull may take.
const leaseTime = 5 * time.Minute

// Ingester pulls sources. Its fields must be set before use. It is safe for concurrent use.
type Ingester struct {
	Client Getter
	Store  Store
	Owner  string // holder of leases, unique among the processes that share a store
	Now    func() time.Time
	Log    *slog.Logger

	Stalled func(source int64) // called when a source's server does not answer; may be nil

	// Work runs CPU-bound work when its turn has come; nil runs it at once.
	Work func(do func())

	// Settle waits for d, so that files written a moment ago are read in this attempt. It
	// reports false if ctx ended first. A process that exits after one look at each source
	// sets it; if it is nil, the files are read at the next attempt.
	Settle func(ctx context.Context, d time.Duration) bool

	Robots *fetch.Robots // asked before a page is fetched

	// Matching returns the settings for recognising stories; nil stands for the defaults.
	Matching func() news.Matching

	// Own returns what we publish, so that no source brings it back; nil disables the check.
	Own func() Own

	// Offline is called after every attempt on a feed, with what was known before it. It reports
	// whether the attempt failed because we are offline; nil means never.
	Offline func(src news.Source, lease news.Lease, f news.Fetch) bool

	paces pacer    // per host, for pages and files
	told  sync.Map // source ID to the last remark logged about it
}

// Result is the result of a pull.
type Result struct {
	Fetch   news.Fetch
	NextDue time.Time
	Host    *news.Host // the host that limited us, or nil
	Group   string     // of the host that the document came from, after redirects; "" without one
}

// Pull fetches or scans a source and stores the result. An error is a failure of our own, such as a
// full disk or a bug; failures of the outside world are in the Fetch.
func (in *Ingester) Pull(ctx context.Context, src config.Source) (Result, error) {
	now := in.Now()
	lease, err := in.Store.Begin(ctx, src.ID, in.Owner, now, now.Add(leaseTime))
	if err != nil {
		return Result{}, fmt.Errorf("source %s: %w", src.Name, err)
	}
	h := in.harvest(src, lease.Epoch)
	var own error
	if src.Kind == news.KindSeeds {
		own = in.scan(ctx, src, h)
	} else {
		in.fetch(ctx, src, lease, h)
	}
	f, err := in.store(ctx, src, h)
	if err == nil && own != nil {
		err = fmt.Errorf("source %s: %w", src.Name, own)
	}
	if err != nil {
		return Result{Fetch: f}, err
	}
	result := Result{Fetch: f, NextDue: h.NextDue, Host: h.Host}
	if h.Body != nil {
		result.Group = Group(h.Body.URL)
	}
	return result, nil
}

// harvest returns a new Harvest for an attempt on a source.
func (in *Ingester) harvest(src config.Source, epoch int64) *story.Harvest {
	h := &story.Harvest{Source: src.Source, Epoch: epoch}
	if in.Matching != nil {
		h.Matching = in.Matching()
	}
	return h
}

// store stores a harvest, even if ctx has been cancelled meanwhile, and logs the result. If the
// source was changed meanwhile, that is recorded and is not an error.
func (in *Ingester) store(ctx context.Context, src config.Source, h *story.Harvest) (news.Fetch, error) {
	var f news.Fetch
	var err error
	in.work(func() { f, err = in.Store.Save(context.WithoutCancel(ctx), h) })
	if err != nil && !errors.Is(err, news.ErrSuperseded) {
		return f, fmt.Errorf("source %s: store: %w", src.Name, err)
	}
	in.report(src, f)
	return f, nil
}

// fetch fetches the document of a feed.
func (in *Ingester) fetch(ctx context.Context, src config.Source, lease news.Lease, h *story.Harvest) {
	got := in.ask(ctx, src, lease)
	h.Fetch = got.Fetch
	switch h.Fetch.Outcome {
	case news.OutcomeUnchanged:
		h.Validators = &got.Validators
	case news.OutcomeOK, news.OutcomeTruncated:
		in.read(ctx, src, got.Response, h)
	case news.OutcomeHTTPError:
		if got.Fetch.Status < 500 { // the conditions may be the cause: omit them next time
			h.Validators = &news.Validators{BodyHash: got.Validators.BodyHash}
		}
	}
	if in.Offline != nil && in.Offline(src.Source, lease, h.Fetch) {
		h.Ours = true // and it stays due: the source is not to blame
		return
	}
	if lease.FirstOK.IsZero() {
		withhold(h.Arrivals, src.Backlog)
	}
	in.sight(ctx, src, lease, got, h)
	in.pace(ctx, src, lease, got.Response, h)
}

func (in *Ingester) work(do func()) {
	if in.Work == nil {
		do()
		return
	}
	in.Work(do)
}

// request returns a request for a source, at its configured address or another.
func (in *Ingester) request(src config.Source, address string, v news.Validators) fetch.Request {
	return fetch.Request{
		URL: address, Validators: v, Headers: headersFor(src, address), UserAgent: src.UserAgent,
		Policy:  src.Policy(),
		Stalled: func() { in.stalled(src.ID) },
	}
}

// read decodes a fetched body. If it cannot be read, the Fetch gets the Outcome, and the validators
// and entries that we hold are kept.
func (in *Ingester) read(ctx context.Context, src config.Source, got fetch.Response, h *story.Harvest) {
	if !in.arrive(ctx, src, got.Body, format.Input{URL: got.URL, ContentType: got.ContentType}, h) {
		return
	}
	h.Body = &news.Body{URL: got.URL, ContentType: got.ContentType, Reader: format.ReaderVersion, Data: got.Body}
	if h.Fetch.Outcome == news.OutcomeTruncated {
		return // without its validators, so that the next request can get it whole
	}
	h.Announced = discover.Hubs(got, h.Document)
	h.Validators = &got.Validators
}

// arrive decodes a fetched or pushed document and prepares its entries. It returns false if there
// is nothing to store.
func (in *Ingester) arrive(ctx context.Context, src config.Source, body []byte, from format.Input, h *story.Harvest) bool {
	var doc *news.Document
	var err error
	in.work(func() { doc, err = format.Decode(body, from) })
	if err == nil && in.Own != nil {
		if loop := in.Own().loop(doc, from.URL); loop != "" {
			err = news.Failf(news.OutcomeBlocked, "%s", loop)
		}
	}
	if err = discover.SuggestFeed(err, body, from.URL); err != nil {
		if h.Fetch.Outcome == news.OutcomeOK {
			h.Fetch.Outcome = news.OutcomeOf(err)
			h.Fetch.Error = err.Error()
		}
		return false
	}
	if err := in.fullTexts(ctx, src, doc, h); err != nil { // not stored without its texts: it comes again
		h.Fetch.Outcome, h.Fetch.Error = news.OutcomeInternal, err.Error()
		if ctx.Err() != nil {
			h.Fetch.Outcome, h.Fetch.Error = news.OutcomeInterrupted, "stopped while the pages of its entries were fetched"
		}
		return false
	}
	h.Document = doc
	in.work(func() { h.Arrivals = story.Arrive(src.Source, doc) })
	if doc.Outcome == news.OutcomeTruncated {
		h.Fetch.Outcome = news.OutcomeTruncated
	}
	if h.Fetch.Outcome == news.OutcomeTruncated {
		h.Fetch.Error = fmt.Sprintf("the document was cut off; whole entries kept: %d", len(doc.Entries))
	}
	return true
}

// Reread decodes the last body of a source again, after an upgrade of the reader. Ids and times
// stay, nothing is fetched, and pending requests for a fetch remain pending.
func (in *Ingester) Reread(ctx context.Context, src config.Source) error {
	body, err := in.Store.Body(ctx, src.ID)
	if err != nil || body == nil {
		return err
	}
	now := in.Now()
	lease, err := in.Store.Begin(ctx, src.ID, in.Owner, now, now.Add(leaseTime))
	if err != nil {
		return fmt.Errorf("source %s: %w", src.Name, err)
	}
	body.Reader = format.ReaderVersion
	h := in.harvest(src, lease.Epoch)
	h.Reread, h.Body, h.Fetch.Started = true, body, now
	if doc, err := format.Decode(body.Data, format.Input{URL: body.URL, ContentType: body.ContentType}); err == nil {
		if err := in.fullTexts(ctx, src, doc, h); err != nil {
			return fmt.Errorf("source %s: %w", src.Name, err)
		}
		h.Document = doc
		h.Arrivals = story.Arrive(src.Source, doc)
	}
	_, err = in.Store.Save(ctx, h)
	return err
}

// Recall stores the entries of a source that feeds showed before the database was lost.
// Those that are stored already are left alone.
func (in *Ingester) Recall(ctx context.Context, src config.Source, past []news.PastPublication) error {
	now := in.Now()
	lease, err := in.Store.Begin(ctx, src.ID, in.Owner, now, now.Add(leaseTime))
	if err != nil {
		return fmt.Errorf("source %s: %w", src.Name, err)
	}
	h := in.harvest(src, lease.Epoch)
	h.Reread, h.Recalled, h.Fetch.Started = true, true, now
	h.Document, h.Arrivals = story.Recall(src.Source, past)
	_, err = in.Store.Save(ctx, h)
	return err
}

// report logs a Fetch. slog escapes text from feeds.
func (in *Ingester) report(src config.Source, f news.Fetch) {
	level := slog.LevelInfo
	switch {
	case f.Outcome.Failed() && f.Outcome != news.OutcomeInterrupted, f.Outcome == news.OutcomeTruncated:
		level = slog.LevelWarn
	case f.Error != "" && in.fresh(src.ID, f.Error):
		level = slog.LevelWarn // files were skipped: a warning once, not at every scan
	case f.New == 0 && f.Changed == 0:
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{slog.String("source", src.Name), slog.String("outcome", string(f.Outcome))}
	if f.Status > 0 {
		attrs = append(attrs, slog.Int("status", f.Status))
	}
	if f.New > 0 || f.Changed > 0 {
		attrs = append(attrs, slog.Int("new", f.New), slog.Int("changed", f.Changed))
	}
	attrs = append(attrs, slog.String("took", f.Duration.Round(time.Millisecond).String()))
	if f.Error != "" {
		attrs = append(attrs, slog.String("error", f.Error))
	}
	in.Log.LogAttrs(context.Background(), level, "fetched", attrs...)
}

// fresh reports whether a remark about a source differs from the previous one.
func (in *Ingester) fresh(source int64, remark string) bool {
	old, _ := in.told.Swap(source, remark)
	return old != remark
}
