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

// Bounds of one round of requests about files. The remaining files are left to the next round.
const (
	maxFiles  = 200
	filesTime = 2 * time.Minute
	fileTime  = 20 * time.Second // of a single request
	fileHosts = 4                // hosts asked concurrently; requests to one host are sequential
)

// File is a file of a published entry whose type or length is unknown.
type File struct {
	URL     string
	Source  config.Source // of the entry; it determines the network policy and the User-Agent
	Stories []int64       // stories that have the file
}

// FileStore is the part of the store that holds the facts about files.
type FileStore interface {
	Files(ctx context.Context, urls []string) (map[string]news.FileFacts, error)
	SaveFile(ctx context.Context, f news.FileFacts, stories []int64) error
}

// AskFiles asks the servers of files for type and length, with one HEAD request each, and stores
// the answers. An answer that says nothing is stored too, so that each file is asked about only
// once, or a few times if the failure may pass. Requests to a host are spaced like those for pages,
// and a host that limits us is left alone. It reports whether anything was learned. An error is one
// of the store or of ctx.
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
					return ctx.Err() // the host must be left alone for now
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

// unasked returns the files to ask about now, by host, and how often each was asked about before.
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

// askFile asks about a single file. It returns false if the host must not be asked now or if ctx is
// done: then nothing was learned, and nothing should be stored.
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

// fileType returns the media type in a Content-Type, or "" for generic types such as
// application/octet-stream.
func fileType(contentType string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || strings.HasSuffix(kind, "/octet-stream") || strings.HasSuffix(kind, "-download") {
		return ""
	}
	return kind
}
