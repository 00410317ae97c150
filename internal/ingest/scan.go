package ingest

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/seed"
	"tributary/internal/story"
)

// scan scans a seed folder. It returns only failures of our own, which are recorded in the Fetch as
// well.
func (in *Ingester) scan(ctx context.Context, src config.Source, h *story.Harvest) error {
	started := in.Now()
	known, err := in.Store.SeedFiles(ctx, src.ID)
	if err != nil { // recorded like any attempt, which also releases the lease
		h.Fetch = news.Fetch{Started: started, Outcome: news.OutcomeOf(err), Error: "what is known of the folder cannot be read: " + err.Error()}
		if ctx.Err() != nil {
			h.Fetch.Outcome, h.Fetch.Error = news.OutcomeInterrupted, "stopped before the folder was read"
		}
		h.NextDue = src.Schedule.Next(started, src.Key())
		return err
	}
	scan, err := in.look(ctx, src.URL, known)
	h.Fetch = news.Fetch{Started: started, Duration: in.Now().Sub(started), Outcome: news.OutcomeUnchanged}
	h.NextDue = src.Schedule.Next(in.Now(), src.Key())
	if err != nil {
		h.Fetch.Outcome, h.Fetch.Error = news.OutcomeOf(err), err.Error()
		return nil
	}
	h.Fetch.Error = skipped(scan.Skipped)
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

// look scans the folder. If Patient is set and some file was still changing, it scans once more
// after Settle.
func (in *Ingester) look(ctx context.Context, glob string, known []news.SeedFile) (*seed.Scan, error) {
	scan, err := seed.Read(ctx, glob, known, in.Now())
	if err != nil || !scan.Pending || !in.Patient {
		return scan, err
	}
	select {
	case <-time.After(seed.Settle):
	case <-ctx.Done():
	}
	return seed.Read(ctx, glob, known, in.Now())
}

// maxNamed is the maximum number of skipped files that a Fetch names.
const maxNamed = 5

// skipped returns a text for the operator that names the files without a document.
func skipped(skips []seed.Skip) string {
	if len(skips) == 0 {
		return ""
	}
	text := "skipped"
	for i, s := range skips {
		if i == maxNamed {
			return fmt.Sprintf("%s; and %d more", text, len(skips)-maxNamed)
		}
		if i > 0 {
			text += ";"
		}
		text += fmt.Sprintf(" %q: %s", s.Path, s.Reason)
	}
	return text
}
