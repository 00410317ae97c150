package ingest

import (
	"context"
	"log/slog"
	"mime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tributary/internal/config"
	"tributary/internal/fetch"
	"tributary/internal/news"
)

// The bounds of one round of asking about files; what is left over is asked about
// in the next.
const (
	maxFiles  = 200
	filesTime = 2 * time.Minute
	fileTime  = 20 * time.Second // one request
	fileHosts = 4                // hosts asked at the same time, each one thing after the other
)

// File is a file of a published entry of which type or length is not known.
type File struct {
	URL     string
	Source  config.Source // whose entry has it, for what may be reached and who we say we are
	Stories []int64       // that have it
}

// FileStore is what the ingester remembers of files.
type FileStore interface {
	Files(ctx context.Context, urls []string) (map[string]news.FileFacts, error)
	SaveFile(ctx context.Context, f news.FileFacts, stories []int64) error
}

// AskFiles asks the servers of files what they are and how long, one HEAD each, and
// stores what they say, also that they say nothing: each is asked once, and again a
// few times where the failure may pass. Hosts are asked at the pace of pages; one
// that limits us is left alone. It reports whether anything was learned. The error
// is the store's, or ctx's.
func (in *Ingester) AskFiles(ctx context.Context, files []File) (learned bool, err error) {
	byHost, tries, err := in.unasked(ctx, files)
	if err != nil {
		return false, err
	}
	var mu sync.Mutex
	deadline := in.Now().Add(filesTime)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(fileHosts)
	for _, queue := range byHost {
		g.Go(func() error {
			for _, f := range queue {
				if in.Now().After(deadline) {
					return nil
				}
				facts, asked := in.askFile(ctx, f)
				if !asked {
					return ctx.Err() // the host is to be left alone
				}
				facts.Tries = tries[f.URL] + 1
				if err := in.Store.SaveFile(ctx, facts, f.Stories); err != nil {
					return err
				}
				mu.Lock()
				learned = learned || facts.Type != "" || facts.Length > 0
				mu.Unlock()
			}
			return nil
		})
	}
	err = g.Wait()
	return learned, err
}

// unasked groups by host the files that are to be asked about now, and tells how
// often each was before.
func (in *Ingester) unasked(ctx context.Context, files []File) (byHost map[string][]File, tries map[string]int, err error) {
	urls := make([]string, len(files))
	for i, f := range files {
		urls[i] = f.URL
	}
	known, err := in.Store.Files(ctx, urls)
	if err != nil {
		return nil, nil, err
	}
	byHost, tries = map[string][]File{}, map[string]int{}
	n := 0
	for _, f := range files {
		facts, asked := known[f.URL]
		host := Group(f.URL)
		if host == "" || asked && !facts.Due(in.Now()) || n == maxFiles {
			continue
		}
		n++
		tries[f.URL] = facts.Tries
		byHost[host] = append(byHost[host], f)
	}
	return byHost, tries, nil
}

// askFile asks about one file. It reports false when its host is not to be asked
// now, and when ctx ended: then nothing is known, and nothing is stored.
func (in *Ingester) askFile(ctx context.Context, f File) (news.FileFacts, bool) {
	host := Group(f.URL)
	if known, err := in.Store.Host(ctx, host); err == nil && known.NotBefore.After(in.Now()) {
		return news.FileFacts{}, false
	}
	if !in.paces.wait(ctx, host, pageGap, in.Now) {
		return news.FileFacts{}, false
	}
	limited, cancel := context.WithTimeout(ctx, fileTime)
	defer cancel()
	got := in.Client.Get(limited, fetch.Request{
		URL: f.URL, Head: true, Accept: "*/*", UserAgent: f.Source.UserAgent, Policy: f.Source.Policy(),
	})
	if ctx.Err() != nil {
		return news.FileFacts{}, false
	}
	facts := news.FileFacts{URL: f.URL, Asked: in.Now(), Outcome: got.Fetch.Outcome}
	switch facts.Outcome {
	case news.OutcomeOK:
		facts.Type, facts.Length = fileType(got.ContentType), got.Length
	case news.OutcomeLimited:
		in.paces.hold(host, max(got.RetryAfter, time.Minute), in.Now())
	}
	in.Log.LogAttrs(ctx, slog.LevelDebug, "file", slog.String("source", f.Source.Name), slog.String("url", news.SafeURL(f.URL)),
		slog.String("outcome", string(facts.Outcome)), slog.String("type", facts.Type), slog.Int64("length", facts.Length))
	return facts, true
}

// fileType is the media type that a server gives a file, or "" for one that says
// only that it is one.
func fileType(contentType string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || strings.HasSuffix(kind, "/octet-stream") || strings.HasSuffix(kind, "-download") {
		return ""
	}
	return kind
}
