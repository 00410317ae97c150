package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/news"
	"tributary/internal/store"
)

func (a *app) sourcesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "sources",
		Short: "the health of every source",
		Args:  none,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.sources(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for scripts: one JSON array")
	return cmd
}

// sourceLine is a source for scripts. Every key is always there.
type sourceLine struct {
	Name    string       `json:"name"`
	Kind    news.Kind    `json:"kind"`
	Title   string       `json:"title"`
	URL     string       `json:"url"`
	Tags    []string     `json:"tags"`
	Health  news.Health  `json:"health"`
	Entries int          `json:"entries"`
	Fetched *time.Time   `json:"fetched"` // null: never
	Outcome news.Outcome `json:"outcome"`
	Status  int          `json:"status"` // of HTTP; 0 without an answer
	Error   string       `json:"error"`
	Due     *time.Time   `json:"due"` // null: at once
}

func (a *app) sources(ctx context.Context, asJSON bool) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	states, err := db.States(ctx)
	if err != nil {
		return err
	}
	byName := map[string]news.SourceState{}
	for _, s := range states {
		byName[s.Name] = s
	}
	now := time.Now()
	lines := make([]sourceLine, 0, len(cfg.Sources))
	for _, src := range cfg.Sources {
		s, ok := byName[src.Name]
		if !ok { // added since the last run
			s.Source = src.Source
		}
		lines = append(lines, newSourceLine(s, now))
	}
	if asJSON {
		return a.json(lines)
	}
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tHEALTH\tENTRIES\tFETCHED\tDUE\tOUTCOME")
	for _, l := range lines {
		health := string(l.Health)
		if l.Fetched == nil {
			health = "new"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", l.Name, health, l.Entries, ago(l.Fetched, now), until(l.Due, now), outcome(l))
	}
	return w.Flush()
}

func newSourceLine(s news.SourceState, now time.Time) sourceLine {
	return sourceLine{
		Name: s.Name, Kind: s.Kind, Title: cmp.Or(s.Title, s.Name), URL: printedURL(s.Source), Tags: append([]string{}, s.Tags...),
		Health: s.Health(now), Entries: s.Entries, Fetched: stated(s.Last.Started), Outcome: s.Last.Outcome, Status: s.Last.Status,
		Error: s.Last.Error, Due: stated(s.NextDue),
	}
}

func outcome(l sourceLine) string {
	if l.Error == "" {
		return string(l.Outcome)
	}
	return string(l.Outcome) + ": " + oneLine(l.Error)
}

func (a *app) feedsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "feeds",
		Short: "what every feed would publish now",
		Args:  none,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.feeds(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for scripts: one JSON array")
	return cmd
}

// feedLine is a feed for scripts. Every key is always there.
type feedLine struct {
	Name    string      `json:"name"`
	Title   string      `json:"title"`
	URL     string      `json:"url"`
	Updated *time.Time  `json:"updated"` // null: not stored yet
	Stories []storyLine `json:"stories"`
}

// storyLine is a story of a feed for scripts.
type storyLine struct {
	GUID      string    `json:"guid"`
	Title     string    `json:"title"`
	Link      string    `json:"link"`
	Source    string    `json:"source"`
	Published time.Time `json:"published"`
	Updated   time.Time `json:"updated"`
	Also      []string  `json:"also"` // names of the other sources
}

func (a *app) feeds(ctx context.Context, asJSON bool) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	lines := make([]feedLine, 0, len(cfg.Feeds))
	for _, f := range cfg.Feeds {
		stored, err := db.Feed(ctx, f)
		if err != nil {
			return err
		}
		e, err := db.Edition(ctx, cfg.Site, stored)
		if err != nil {
			return err
		}
		lines = append(lines, newFeedLine(e))
	}
	if asJSON {
		return a.json(lines)
	}
	for _, l := range lines {
		fmt.Fprintf(a.out, "%s (%s): %s, %s\n", l.Name, oneLine(l.Title), count(len(l.Stories), "story"), l.URL)
		for _, s := range l.Stories {
			also := ""
			if len(s.Also) > 0 {
				also = " (also " + strings.Join(s.Also, ", ") + ")"
			}
			fmt.Fprintf(a.out, "  %-16s  %s: %s%s\n", minute(s.Published), s.Source, orUntitled(s.Title), also)
		}
	}
	return nil
}

func newFeedLine(e *news.Edition) feedLine {
	l := feedLine{Name: e.Feed.Name, Title: e.Feed.Title, URL: e.URL("atom"), Updated: stated(e.Updated), Stories: []storyLine{}}
	for _, s := range e.Shown {
		line := storyLine{
			GUID: s.GUID, Title: s.Entry.Title, Link: s.Entry.Link, Source: s.Source.Name, Published: s.Published, Updated: s.Updated,
			Also: []string{},
		}
		for _, m := range s.Members {
			line.Also = append(line.Also, m.SourceName)
		}
		l.Stories = append(l.Stories, line)
	}
	return l
}

// open reads the configuration and opens its database for reading.
func (a *app) open(ctx context.Context) (*config.Config, *store.DB, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, nil, err
	}
	db, err := store.OpenReadOnly(ctx, daemon.DatabasePath(cfg.Data))
	return cfg, db, err
}

// json prints a value for scripts, indented for people on a terminal. What
// came from a feed holds nothing that a terminal obeys: clean saw to it.
func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	if isTerminal(a.out) {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}

func stated(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func ago(t *time.Time, now time.Time) string {
	if t == nil {
		return "never"
	}
	return span(now.Sub(*t)) + " ago"
}

func until(t *time.Time, now time.Time) string {
	if t == nil || t.Before(now) {
		return "now"
	}
	return "in " + span(t.Sub(now))
}
