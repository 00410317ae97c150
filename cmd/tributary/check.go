package main

import (
	"context"
	"fmt"
	"slices"
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
		Use:   "check",
		Short: "validate the configuration; with --fetch try the sources",
		Long: "Reports every problem of the configuration with line and column and what would be right. With --fetch\n" +
			"every source is tried, without storing anything, and what it would give is shown.",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), try, only) },
	}
	cmd.Flags().BoolVar(&try, "fetch", false, "try the sources and show what each would give")
	cmd.Flags().StringSliceVar(&only, "only", nil, "with --fetch, try these sources only (`NAME`)")
	return cmd
}

func (a *app) check(ctx context.Context, try bool, only []string) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s is good: %d sources, %d feeds\n", a.config, len(cfg.Sources), len(cfg.Feeds))
	for _, name := range only {
		if !slices.ContainsFunc(cfg.Sources, func(s config.Source) bool { return s.Name == name }) {
			return fmt.Errorf("no source is named %q in %s", name, a.config)
		}
	}
	if !try && len(only) == 0 {
		return nil
	}
	client := a.client(cfg)
	defer client.Close()
	failed := 0
	for _, src := range cfg.Sources {
		if len(only) > 0 && !slices.Contains(only, src.Name) {
			continue
		}
		doc, err := trySource(ctx, client, src)
		if err != nil {
			failed++
			fmt.Fprintf(a.out, "%s: %s: %s\n", src.Name, news.OutcomeOf(err), oneLine(err.Error()))
			continue
		}
		a.showDocument(src, doc)
	}
	if failed > 0 {
		return fmt.Errorf("%d of the sources failed", failed)
	}
	return nil
}

// client makes the guarded client of a configuration.
func (a *app) client(cfg *config.Config) *fetch.Client {
	return fetch.New(fetch.Options{UserAgent: daemon.UserAgent(version(), cfg.Site), Limits: fetch.DefaultLimits(), Now: time.Now})
}

// trySource reads a source as the daemon would and stores nothing.
func trySource(ctx context.Context, client *fetch.Client, src config.Source) (*news.Document, error) {
	if src.Kind == news.KindSeeds {
		scan, err := seed.Read(ctx, src.URL, nil, time.Now())
		if err != nil {
			return nil, err
		}
		for _, s := range scan.Skipped {
			scan.Document.Repairs = append(scan.Document.Repairs, fmt.Sprintf("skipped %q: %s", s.Path, s.Reason))
		}
		return scan.Document, nil
	}
	got := client.Get(ctx, fetch.Request{
		URL: src.URL, Headers: src.Headers, Policy: netguard.Policy{AllowNetworks: src.AllowNetworks, AllowPorts: src.AllowPorts},
	})
	return decode(got)
}

// decode reads what was fetched; a failed fetch is its error.
func decode(got fetch.Response) (*news.Document, error) {
	if got.Fetch.Outcome != news.OutcomeOK && got.Fetch.Outcome != news.OutcomeTruncated {
		return nil, news.Failf(got.Fetch.Outcome, "%s", got.Fetch.Error)
	}
	return format.Decode(got.Body, format.Input{URL: got.URL, ContentType: got.ContentType})
}

// showDocument prints what a source would give: its title and newest entries.
func (a *app) showDocument(src config.Source, doc *news.Document) {
	title := oneLine(doc.Title)
	if title == "" {
		title = src.Name
	}
	fmt.Fprintf(a.out, "%s: ok: %s (%s), %d entries\n", src.Name, title, doc.Format, len(doc.Entries))
	for _, e := range doc.Entries[:min(3, len(doc.Entries))] {
		date := "undated"
		if !e.Published.IsZero() {
			date = e.Published.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(a.out, "  %s  %s\n", date, oneLine(e.Title))
	}
	for _, r := range doc.Repairs {
		fmt.Fprintf(a.out, "  note: %s\n", oneLine(r))
	}
}
