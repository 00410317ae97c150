package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/seed"
)

func (a *app) checkCommand() *cobra.Command {
	var try bool
	var only []string
	cmd := &cobra.Command{
		Use:   "check [--fetch]",
		Short: "validate the configuration; with --fetch try the sources",
		Long: "Reports every problem of the configuration with line and column and what would be right. With --fetch\n" +
			"every source is tried, without storing anything, and what it would give is shown.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              none,
		RunE:              func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), try, only) },
	}
	cmd.Flags().BoolVar(&try, "fetch", false, "try the sources and show what each would give")
	cmd.Flags().StringSliceVar(&only, "only", nil, "try the sources with these `NAMES` only, as in bbc,lwn")
	_ = cmd.RegisterFlagCompletionFunc("only", a.completeNames) // fails for an unknown flag only
	return cmd
}

func (a *app) check(ctx context.Context, try bool, only []string) error {
	cfg, warnings, err := config.Load(a.config, os.LookupEnv)
	if err != nil {
		return a.problems(err)
	}
	for _, w := range warnings {
		fmt.Fprintln(a.err, w)
	}
	if err := known(cfg, a.config, only); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s is good: %s, %s\n", a.config, count(len(cfg.Sources), "source"), count(len(cfg.Feeds), "feed"))
	if !try && len(only) == 0 {
		return nil
	}
	sources := slices.DeleteFunc(slices.Clone(cfg.Sources), func(s config.Source) bool {
		return len(only) > 0 && !slices.Contains(only, s.Name)
	})
	failed := a.trySources(ctx, cfg, sources)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, count(len(sources), "source"))
	}
	return nil
}

// tries is how many sources are tried at a time, each host by itself.
const tries = 8

// trySources shows what every source would give, in order, and returns how many
// failed.
func (a *app) trySources(ctx context.Context, cfg *config.Config, sources []config.Source) (failed int) {
	client := a.client(cfg)
	defer client.Close()
	hosts := map[string]*sync.Mutex{}
	free := make(chan struct{}, tries)
	results := make([]chan tried, len(sources))
	for i, src := range sources {
		key := host(src)
		if hosts[key] == nil {
			hosts[key] = &sync.Mutex{}
		}
		results[i] = make(chan tried, 1)
		go func(one *sync.Mutex) {
			one.Lock()
			defer one.Unlock()
			free <- struct{}{}
			defer func() { <-free }()
			doc, err := trySource(ctx, client, src)
			results[i] <- tried{doc, err}
		}(hosts[key])
	}
	for i, src := range sources {
		got := <-results[i]
		if got.err == nil {
			a.showDocument(src, got.doc)
			continue
		}
		failed++
		fmt.Fprintf(a.out, "%s: %s: %s\n", src.Name, news.OutcomeOf(got.err), oneLine(got.err.Error()))
	}
	return failed
}

// tried is what a source gave.
type tried struct {
	doc *news.Document
	err error
}

// host is what is asked one thing at a time.
func host(s config.Source) string {
	if u, err := url.Parse(s.URL); err == nil && s.Kind == news.KindFeed {
		return u.Host
	}
	return s.Name
}

// client makes the guarded client of a configuration.
func (a *app) client(cfg *config.Config) *fetch.Client {
	return fetch.New(fetch.Options{UserAgent: daemon.UserAgent(version(), cfg.Site), Limits: fetch.DefaultLimits(), Now: time.Now})
}

// trySource reads a source as the daemon would and stores nothing.
func trySource(ctx context.Context, client *fetch.Client, src config.Source) (*news.Document, error) {
	if src.Kind == news.KindSeeds {
		return trySeeds(ctx, src)
	}
	got := client.Get(ctx, fetch.Request{
		URL: src.URL, Headers: src.Headers, Policy: netguard.Policy{AllowNetworks: src.AllowNetworks, AllowPorts: src.AllowPorts},
	})
	return decode(got)
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

// decode reads what was fetched; a failed fetch is its error.
func decode(got fetch.Response) (*news.Document, error) {
	if got.Fetch.Outcome != news.OutcomeOK && got.Fetch.Outcome != news.OutcomeTruncated {
		return nil, news.Failf(got.Fetch.Outcome, "%s", got.Fetch.Error)
	}
	doc, err := format.Decode(got.Body, format.Input{URL: got.URL, ContentType: got.ContentType})
	if err == nil && got.Fetch.Outcome == news.OutcomeTruncated {
		doc.Outcome = news.OutcomeTruncated
	}
	return doc, err
}

// showDocument prints what a source would give: its title and newest entries.
func (a *app) showDocument(src config.Source, doc *news.Document) {
	title := oneLine(doc.Title)
	if title == "" {
		title = src.Name
	}
	outcome := doc.Outcome
	if outcome == "" {
		outcome = news.OutcomeOK
	}
	fmt.Fprintf(a.out, "%s: %s: %s (%s), %s\n", src.Name, outcome, title, doc.Format, count(len(doc.Entries), "entry"))
	for _, e := range doc.Entries[:min(3, len(doc.Entries))] {
		fmt.Fprintf(a.out, "  %-16s  %s\n", minute(e.Published), orUntitled(e.Title))
	}
	for _, r := range doc.Repairs {
		fmt.Fprintf(a.out, "  note: %s\n", oneLine(r))
	}
}
