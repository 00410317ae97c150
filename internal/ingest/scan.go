package ingest

import (
	"context"
	"fmt"
	"strings"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/seed"
	"tributary/internal/story"
)

// scan reads a seed folder. A returned error is a failure of ours; it is also recorded in
// the Fetch.
func (in *Ingester) scan(ctx context.Context, src config.Source, h *story.Harvest) error {
	started := in.Now()
	known, err := in.Store.SeedFiles(ctx, src.ID)
	if err != nil { // record it like any attempt, which returns the lease
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
	if soon := in.Now().Add(seed.Settle); scan.Pending && soon.Before(h.NextDue) {
		h.NextDue = soon
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

// remarks tells the operator which files brought no document. Those that look like one
// come first, each with its reason, because something can be done about them; files of
// other kinds are only named. last means that this process will not scan again.
func remarks(scan *seed.Scan, last bool) string {
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
	if scan.Pending && last {
		parts = append(parts, "files that are still being written are left for the next run")
	}
	return strings.Join(parts, "; ")
}
