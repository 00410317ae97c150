package daemon

import (
	"context"
	"slices"
	"time"

	"tributary/internal/ingest"
)

// askAgain is how often files are looked for that are to be asked about again, when
// nothing else makes us look.
const askAgain = time.Hour

// fileAsker completes what published entries say of their files, after they were
// published and never while a feed is rendered: what is learned renders it again.
func (d *Daemon) fileAsker(ctx context.Context) error {
	ticker := time.NewTicker(askAgain)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.shown:
		case <-ticker.C:
		}
		d.askFiles(ctx)
	}
}

// askFiles asks once about the files of which feeds cannot say type or length, and
// reports whether they can say more now.
func (d *Daemon) askFiles(ctx context.Context) bool {
	if d.outageText() != "" {
		return false
	}
	learned, err := d.ingest.AskFiles(ctx, d.lackingFiles())
	if err != nil && ctx.Err() == nil {
		d.opts.Log.Error("ask about files", "error", err)
	}
	if learned {
		d.nudge()
	}
	return learned
}

// lackingFiles are the files that the feeds show without their type or length, those
// of the newest entries of each feed first.
func (d *Daemon) lackingFiles() []ingest.File {
	d.mu.Lock()
	feeds, sources := d.everyFeed(), d.sources
	d.mu.Unlock()
	var files []ingest.File
	at := map[string]int{} // by address
	for _, f := range feeds {
		e := d.shelfOf(f).Edition(f.Name)
		if e == nil {
			continue
		}
		for i := range e.Shown {
			s := &e.Shown[i]
			src, ok := sources[s.Entry.SourceID]
			if !ok {
				continue // it left the configuration
			}
			for _, file := range s.Entry.Enclosures {
				if !file.Lacking() {
					continue
				}
				n, known := at[file.URL]
				if !known {
					n = len(files)
					at[file.URL] = n
					files = append(files, ingest.File{URL: file.URL, Source: src})
				}
				if !slices.Contains(files[n].Stories, s.StoryID) {
					files[n].Stories = append(files[n].Stories, s.StoryID)
				}
			}
		}
	}
	return files
}
