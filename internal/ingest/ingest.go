// Package ingest pulls one Source, once: it leases the source, fetches or scans
// it, reads the document, and hands everything to the store in one transaction.
//
//	fetch -> format -> clean -> story -> store        a feed
//	seed  -> story -> store                           a folder of seed documents
//	         format -> clean -> story -> store        a delivery of a hub (push.go)
//
// On the way it decides when the source is due next (due.go), follows it where it
// moved (moved.go), fetches the pages of its entries where the source says so
// (page.go), and keeps out what is no news (guard.go).
//
// Whatever happens outside is a value: a Fetch with an Outcome, which is always
// recorded. A failed fetch touches nothing but its own source's next due time.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"tributary/internal/config"
	"tributary/internal/discover"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/seed"
	"tributary/internal/story"
)

// Getter is the client that every request goes through.
type Getter interface {
	Get(ctx context.Context, r fetch.Request) fetch.Response
}

// Store is what ingest needs of the store.
type Store interface {
	Begin(ctx context.Context, id int64, owner string, now, until time.Time) (news.Lease, error)
	BeginPush(ctx context.Context, id int64, owner string, now, until time.Time) (news.PushLease, error)
	Save(ctx context.Context, h *story.Harvest) (news.Fetch, error)
	Appeared(ctx context.Context, source int64, limit int) ([]time.Time, error)
	Host(ctx context.Context, name string) (news.Host, error)
	SeedFiles(ctx context.Context, source int64) ([]news.SeedFile, error)
	Body(ctx context.Context, source int64) (*news.Body, error)
	Holds(ctx context.Context, source int64, keys []string, before time.Time) (int, error)
	Pages
	FileStore
}

// leaseTime is longer than any fetch may last.
const leaseTime = 5 * time.Minute

// Ingester pulls sources. Its fields are set once; it is safe for concurrent
// use.
type Ingester struct {
	Client Getter
	Store  Store
	Owner  string // who leases, unique among processes that share a store
	Now    func() time.Time
	Log    *slog.Logger

	Stalled func(source int64) // told when its server does not answer; may be nil

	// Work does what keeps a processor busy, once it is its turn; nil does it at once.
	Work func(do func())

	// Settle waits for files that were written a moment ago, once, and reports false
	// when ctx ended before. It is for a process that ends after one look at each
	// source; nil: whoever asks looks again when NextDue says.
	Settle func(ctx context.Context, d time.Duration) bool

	Robots *fetch.Robots // asked before a page is fetched

	// Matching tells which entries may be one story; nil stands for the default.
	Matching func() news.Matching

	// Own tells what we publish, so that no source brings it back; nil does not
	// look.
	Own func() Own

	// Offline is told of every attempt on a feed, with what was known before it,
	// and says whether it failed because we are offline; nil: never.
	Offline func(src news.Source, lease news.Lease, f news.Fetch) bool

	paces pacer    // of pages and files
	told  sync.Map // source id to the remark last logged about it
}

// Result is what one pull brought.
type Result struct {
	Fetch   news.Fetch
	NextDue time.Time
	Host    *news.Host // that limited us; nil: none did
}

// Pull fetches or scans a source and stores what came. The error is our own
// failure, a full disk or a bug; what the outside world did is in the Fetch.
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
	return Result{Fetch: f, NextDue: h.NextDue, Host: h.Host}, nil
}

// harvest begins what an attempt on a source is to bring.
func (in *Ingester) harvest(src config.Source, epoch int64) *story.Harvest {
	h := &story.Harvest{Source: src.Source, Epoch: epoch}
	if in.Matching != nil {
		h.Matching = in.Matching()
	}
	return h
}

// store hands over what was fetched or pushed, also when we are told to stop
// meanwhile, and tells the log. That the source was changed meanwhile is no
// failure: it is recorded as such.
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

// fetch gets the document of a feed.
func (in *Ingester) fetch(ctx context.Context, src config.Source, lease news.Lease, h *story.Harvest) {
	got := in.ask(ctx, src, lease)
	h.Fetch = got.Fetch
	switch h.Fetch.Outcome {
	case news.OutcomeUnchanged:
		h.Validators = &got.Validators
	case news.OutcomeOK, news.OutcomeTruncated:
		in.read(ctx, src, got.Response, h)
	}
	if in.Offline != nil && in.Offline(src.Source, lease, h.Fetch) {
		h.Ours = true // and still due: nobody is punished for it
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

// request is one for a source, at its configured address or another.
func (in *Ingester) request(src config.Source, address string, v news.Validators) fetch.Request {
	return fetch.Request{
		URL: address, Validators: v, Headers: headersFor(src, address), UserAgent: src.UserAgent,
		Policy:  src.Policy(),
		Stalled: func() { in.stalled(src.ID) },
	}
}

// read decodes a fetched body. What cannot be read becomes the Outcome of the
// Fetch; the validators and entries that we hold stay.
func (in *Ingester) read(ctx context.Context, src config.Source, got fetch.Response, h *story.Harvest) {
	if !in.arrive(ctx, src, got.Body, format.Input{URL: got.URL, ContentType: got.ContentType}, h) {
		return
	}
	h.Body = &news.Body{URL: got.URL, ContentType: got.ContentType, Reader: format.ReaderVersion, Data: got.Body}
	if h.Fetch.Outcome == news.OutcomeTruncated {
		return // asked again without validators' help, it may come whole
	}
	h.Announced = discover.Hubs(got, h.Document)
	h.Validators = &got.Validators
}

// arrive decodes a document, fetched or pushed, and prepares its entries. It
// reports false when there are none to be stored.
func (in *Ingester) arrive(ctx context.Context, src config.Source, body []byte, from format.Input, h *story.Harvest) bool {
	var doc *news.Document
	var err error
	in.work(func() { doc, err = format.Decode(body, from) })
	if err == nil && in.Own != nil {
		if loop := in.Own().loop(doc, from.URL); loop != "" {
			err = news.Failf(news.OutcomeBlocked, "%s", loop)
		}
	}
	if err = discover.Instead(err, body, from.URL); err != nil {
		if h.Fetch.Outcome == news.OutcomeOK {
			h.Fetch.Outcome = news.OutcomeOf(err)
			h.Fetch.Error = err.Error()
		}
		return false
	}
	if err := in.fullTexts(ctx, src, doc, h); err != nil { // without its texts the document is not stored: it comes again
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

// scan reads a seed folder. The error is our own failure; it is in the Fetch as well.
func (in *Ingester) scan(ctx context.Context, src config.Source, h *story.Harvest) error {
	started := in.Now()
	known, err := in.Store.SeedFiles(ctx, src.ID)
	if err != nil { // recorded like any attempt, and the lease given back
		h.Fetch = news.Fetch{Started: started, Outcome: news.OutcomeOf(err), Error: "what is known of the folder cannot be read: " + err.Error()}
		if ctx.Err() != nil {
			h.Fetch.Outcome, h.Fetch.Error = news.OutcomeInterrupted, "stopped before the folder was read"
		}
		h.NextDue = src.Schedule.Next(started, src.Key())
		return err
	}
	scan, err := seed.Read(ctx, src.URL, known, started)
	if err == nil && scan.Pending && in.Settle != nil && in.Settle(ctx, seed.Settle) {
		started = in.Now()
		scan, err = seed.Read(ctx, src.URL, known, started)
	}
	h.Fetch = news.Fetch{Started: started, Duration: in.Now().Sub(started), Outcome: news.OutcomeUnchanged}
	h.NextDue = src.Schedule.Next(in.Now(), src.Key())
	if err != nil {
		h.Fetch.Outcome, h.Fetch.Error = news.OutcomeOf(err), err.Error()
		return nil
	}
	h.Fetch.Error = remarks(scan, in.Settle != nil)
	if scan.Pending {
		h.NextDue = earlier(h.NextDue, in.Now().Add(seed.Settle))
	}
	if scan.Unchanged {
		return nil
	}
	h.Fetch.Outcome = news.OutcomeOK
	h.Document = scan.Document
	h.Arrivals = story.Arrive(src.Source, scan.Document)
	h.Seeds = &news.SeedState{Files: scan.Files, Withdrawn: scan.Withdrawn, Returned: scan.Returned}
	return nil
}

// maxNamed is how many skipped files one Fetch names.
const maxNamed = 5

// remarks says for the operator which files brought no document: those that look
// like one first, each with its reason, because of them something is to be mended.
// Files of other kinds are counted. ends says that nobody looks again soon.
func remarks(scan *seed.Scan, ends bool) string {
	var parts, foreign []string
	more := 0
	for _, s := range scan.Skipped {
		switch {
		case s.Foreign:
			foreign = append(foreign, fmt.Sprintf("%q", s.Path))
		case len(parts) == maxNamed:
			more++
		default:
			parts = append(parts, fmt.Sprintf("%q: %s", s.Path, s.Reason))
		}
	}
	if more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	if n := len(foreign); n > 0 {
		names := strings.Join(foreign[:min(n, maxNamed)], ", ")
		if n > maxNamed {
			names += fmt.Sprintf(" and %d more", n-maxNamed)
		}
		parts = append(parts, names+": a seed ends in "+seed.Endings)
	}
	if len(parts) > 0 {
		parts[0] = "skipped " + parts[0]
	}
	if scan.Pending && ends {
		parts = append(parts, "files that are still being written are left for the next run")
	}
	return strings.Join(parts, "; ")
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Reread reads the last body of a source again, after an upgrade brought a
// newer reader. Ids and times stay; nothing is fetched, and what is asked for
// stays so.
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

// report tells the log. A feed's text stands in quotes that slog escapes.
func (in *Ingester) report(src config.Source, f news.Fetch) {
	level := slog.LevelInfo
	switch {
	case f.Outcome.Failed() && f.Outcome != news.OutcomeInterrupted, f.Outcome == news.OutcomeTruncated:
		level = slog.LevelWarn
	case f.Error != "" && in.fresh(src.ID, f.Error):
		level = slog.LevelWarn // files were skipped: told once, not at every scan
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

// fresh reports whether a remark about a source differs from the last one.
func (in *Ingester) fresh(source int64, remark string) bool {
	old, _ := in.told.Swap(source, remark)
	return old != remark
}
