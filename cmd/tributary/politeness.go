package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/store"
)

// politeFigures is what fetching costs the publishers and us. In JSON every key
// is always present.
type politeFigures struct {
	Requests    int   `json:"requests"`     // that were answered
	NotModified int   `json:"not_modified"` // answered with 304
	Failed      int   `json:"failed"`       // attempts, answered or not
	Limited     int   `json:"limited"`      // answers that asked us to come less often
	Bytes       int64 `json:"bytes"`        // received, with bodies as they were sent
	Saved       int64 `json:"saved"`        // bytes spared by conditional requests and compression
	NewEntries  int   `json:"new_entries"`  // that came after the first document of a source
}

// politeSource is the line of one source.
type politeSource struct {
	Name     string `json:"name"`
	Host     string `json:"host"`     // the rate group that it belongs to
	Interval int    `json:"interval"` // seconds; 0: fetched by calendar, or not yet
	politeFigures
}

// politeHost is a rate group that limited us.
type politeHost struct {
	Host      string    `json:"host"`
	Limited   int       `json:"limited"` // how many times
	LimitedAt time.Time `json:"limited_at"`
	Until     time.Time `json:"until"`   // when it may be asked again; in the past: now
	Spacing   int       `json:"spacing"` // current milliseconds between two requests; 0: the usual
}

// politeness is the whole report.
type politeness struct {
	Total   politeFigures  `json:"total"`
	Sources []politeSource `json:"sources"`
	Hosts   []politeHost   `json:"hosts"`
}

// politeness prints the report, as a table or as JSON.
func (a *app) politeness(ctx context.Context, asJSON bool) error {
	_, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	now := time.Now()
	report, err := readPoliteness(ctx, db, now)
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(report)
	}
	return report.print(a.out, now)
}

func readPoliteness(ctx context.Context, db *store.DB, now time.Time) (*politeness, error) {
	states, err := db.States(ctx)
	if err != nil {
		return nil, err
	}
	sums, err := db.FetchSums(ctx)
	if err != nil {
		return nil, err
	}
	hosts, err := db.Hosts(ctx)
	if err != nil {
		return nil, err
	}
	report := &politeness{Sources: []politeSource{}, Hosts: []politeHost{}}
	for _, s := range states {
		if s.Kind != news.KindFeed {
			continue // a folder of documents has no server
		}
		sum := sums[s.ID]
		figures := politeFigures{sum.Requests, sum.NotModified, sum.Failed, sum.Limited, sum.Bytes, sum.Saved, sum.Fresh}
		report.Sources = append(report.Sources, politeSource{s.Name, ingest.Group(s.URL), int(sum.Interval.Seconds()), figures})
		report.Total.add(figures)
	}
	for _, h := range hosts {
		spacing := schedule.SpacingOf(h, now)
		report.Hosts = append(report.Hosts, politeHost{h.Name, h.Limited, h.LimitedAt, h.NotBefore, int(spacing.Milliseconds())})
	}
	return report, nil
}

func (f *politeFigures) add(o politeFigures) {
	f.Requests += o.Requests
	f.NotModified += o.NotModified
	f.Failed += o.Failed
	f.Limited += o.Limited
	f.Bytes += o.Bytes
	f.Saved += o.Saved
	f.NewEntries += o.NewEntries
}

func (p *politeness) print(out io.Writer, now time.Time) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tEVERY\tREQUESTS\t304\tRECEIVED\tSAVED\tPER ENTRY\tFAILED\tLIMITED")
	for _, s := range p.Sources {
		every := "-"
		if s.Interval > 0 {
			every = span(time.Duration(s.Interval) * time.Second)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, every, s.politeFigures)
	}
	fmt.Fprintf(w, "total\t\t%s\n", p.Total)
	if err := w.Flush(); err != nil || len(p.Hosts) == 0 {
		return err
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "HOST\tLIMITED US\tLAST\tMAY BE ASKED\tSPACING")
	for _, h := range p.Hosts {
		spacing := "usual"
		if h.Spacing > 0 {
			spacing = (time.Duration(h.Spacing) * time.Millisecond).String()
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", oneLine(h.Host), h.Limited, ago(&h.LimitedAt, now), until(&h.Until, now), spacing)
	}
	return w.Flush()
}

// String returns the figures as cells of the table.
func (f politeFigures) String() string {
	perEntry := "-"
	if f.NewEntries > 0 {
		perEntry = fmt.Sprintf("%.1f", float64(f.Requests)/float64(f.NewEntries))
	}
	return fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%d\t%d", f.Requests, percent(f.NotModified, f.Requests), size(f.Bytes), size(f.Saved), perEntry, f.Failed, f.Limited)
}

// percent returns part of whole in percent, or a dash if whole is 0.
func percent[N int | int64](part, whole N) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%d %%", (200*part+whole)/(2*whole))
}

// size formats a number of bytes in a decimal unit: "4.2 kB", "17 MB".
func size(n int64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1000, 0
	for ; value >= 999.5 && unit < len(units)-1; unit++ {
		value /= 1000
	}
	if value < 9.95 {
		return fmt.Sprintf("%.1f %cB", value, units[unit])
	}
	return fmt.Sprintf("%.0f %cB", value, units[unit])
}
