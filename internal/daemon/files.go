package daemon

import (
	"context"
	"errors"
	"slices"
	"time"

	"tributary/internal/config"
	"tributary/internal/ingest"
	"tributary/internal/news"
)

// askAgain is how often the files of feeds are checked when no feed changes, because some
// are to be asked about once more.
const askAgain = time.Hour

// fileAsker completes what entries say of their files. It does so after the entries were
// published, and what it learns has their feeds rendered again, so that no feed waits for
// the server of a file.
func (d *Daemon) fileAsker(ctx context.Context) error {
	ticker := time.NewTicker(askAgain)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.filesDue:
		case <-ticker.C:
		}
		d.askFiles(ctx)
	}
}

// askFiles asks once about the files of which feeds know no type or length, and reports
// whether anything was learned.
func (d *Daemon) askFiles(ctx context.Context) bool {
	if d.outageText() != "" {
		return false
	}
	files, err := d.lackingFiles(ctx)
	d.logError(ctx, "look for files to ask about", err)
	learned, err := d.ingest.AskFiles(ctx, files)
	d.logError(ctx, "ask about files", err)
	if learned {
		d.publishSoon()
	}
	return learned
}

// lackingFiles returns the files that feeds show without a type or length, the newest
// entries of each feed first, and those that a podcast must know to be sound or film
// before it may show them. With an error it returns what it found nevertheless.
func (d *Daemon) lackingFiles(ctx context.Context) ([]ingest.File, error) {
	c := d.current.Load()
	files := fileList{at: map[string]int{}, sources: c.sources}
	var errs []error
	for _, f := range c.feeds() {
		unknown, err := d.db.UnknownMedia(ctx, f)
		errs = append(errs, err)
		for i := range unknown {
			files.add(unknown[i].SourceID, unknown[i].StoryID, unknown[i].Enclosures)
		}
		e := d.shelfOf(f).Edition(f.Name)
		if e == nil {
			continue
		}
		for i := range e.Shown {
			s := &e.Shown[i]
			files.add(s.Entry.SourceID, s.StoryID, s.Entry.Enclosures)
		}
	}
	return files.all, errors.Join(errs...)
}

// fileList gathers files, each address once.
type fileList struct {
	all     []ingest.File
	at      map[string]int // by address
	sources map[int64]config.Source
}

func (l *fileList) add(source, story int64, files []news.Enclosure) {
	src, ok := l.sources[source]
	if !ok {
		return // it left the configuration
	}
	for _, file := range files {
		if !file.Incomplete() {
			continue
		}
		n, known := l.at[file.URL]
		if !known {
			n = len(l.all)
			l.at[file.URL] = n
			l.all = append(l.all, ingest.File{URL: file.URL, Source: src})
		}
		if !slices.Contains(l.all[n].Stories, story) {
			l.all[n].Stories = append(l.all[n].Stories, story)
		}
	}
}
