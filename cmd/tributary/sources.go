package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/store"
)

func (a *app) sourcesCommand() *cobra.Command {
	var asJSON, polite, write bool
	cmd := &cobra.Command{
		Use:   "sources [NAME…]",
		Short: "show the health of every source",
		Long: "Shows the state of every source, or of the named ones: when it was fetched, when it is due next, and if\n" +
			"something is wrong, what and what to do about it. --politeness shows how much we burden the servers we\n" +
			"fetch from. --write updates the configuration file: a source that moved gets its new address.",
		ValidArgsFunction: a.complete(sourceNames),
		RunE: func(cmd *cobra.Command, given []string) error {
			switch {
			case write && (asJSON || polite || len(given) > 0):
				return usagef("--write changes the file; give it alone")
			case polite && len(given) > 0:
				return usagef("--politeness is about all sources; give no names")
			case polite:
				return a.politeness(cmd.Context(), asJSON)
			case write:
				return a.writeMoves(cmd.Context())
			}
			return a.sources(cmd.Context(), given, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for scripts: print one JSON array")
	cmd.Flags().BoolVar(&write, "write", false, "write the new addresses of sources that moved to the configuration file")
	cmd.Flags().BoolVar(&polite, "politeness", false, "show requests, share of 304, bytes saved, and hosts that limited us")
	return cmd
}

// sourceLine is the JSON output for a source. Every key is always present.
type sourceLine struct {
	Name    string       `json:"name"`
	Kind    news.Kind    `json:"kind"`
	Title   string       `json:"title"`
	URL     string       `json:"url"`
	Tags    []string     `json:"tags"`
	Lists   []string     `json:"lists"` // the lists that name it
	Site    string       `json:"site"`
	Icon    string       `json:"icon"`
	Author  string       `json:"author"`
	Contact string       `json:"contact"`
	Health  news.Health  `json:"health"`
	Since   *time.Time   `json:"since"`   // null: never judged
	Cause   string       `json:"cause"`   // the reason for the health; "" for none
	Advice  string       `json:"advice"`  // what to do about it; "" for nothing
	Address string       `json:"address"` // where it moved to and is fetched from; "" if it did not move
	Entries int          `json:"entries"`
	Fetched *time.Time   `json:"fetched"` // null: never
	Outcome news.Outcome `json:"outcome"`
	Status  int          `json:"status"` // HTTP status; 0 without an answer
	Error   string       `json:"error"`
	Due     *time.Time   `json:"due"`  // null: at once
	Push    *pushLine    `json:"push"` // null: no hub delivers it
}

// sources prints the named sources. Without names it prints all of them, and the lists.
func (a *app) sources(ctx context.Context, given []string, asJSON bool) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := known(cfg, a.config, given); err != nil {
		return err
	}
	sources := slices.DeleteFunc(slices.Clone(cfg.Sources), func(s config.Source) bool {
		return len(given) > 0 && !slices.Contains(given, s.Name)
	})
	now := time.Now()
	lines, err := sourceLines(ctx, db, sources, now)
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(lines)
	}
	if err := a.sourceTable(lines, now); err != nil {
		return err
	}
	if len(given) == 0 {
		if err := a.lists(ctx, db, cfg, now); err != nil {
			return err
		}
	}
	a.troubles(lines)
	return nil
}

// sourceLines reads the states of sources.
func sourceLines(ctx context.Context, db *store.DB, sources []config.Source, now time.Time) ([]sourceLine, error) {
	states, err := statesByName(ctx, db)
	if err != nil {
		return nil, err
	}
	hubs, err := pushes(ctx, db)
	if err != nil {
		return nil, err
	}
	lines := make([]sourceLine, 0, len(sources))
	for _, src := range sources {
		s, ok := states[src.Name]
		if !ok { // added since the last cycle
			s.Source = src.Source
		}
		line := newSourceLine(s, now)
		line.Push = hubs[s.ID]
		lines = append(lines, line)
	}
	return lines, nil
}

// statesByName returns the states of all sources by name.
func statesByName(ctx context.Context, db *store.DB) (map[string]news.SourceState, error) {
	states, err := db.States(ctx)
	byName := make(map[string]news.SourceState, len(states))
	for _, s := range states {
		byName[s.Name] = s
	}
	return byName, err
}

func (a *app) sourceTable(lines []sourceLine, now time.Time) error {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tHEALTH\tENTRIES\tFETCHED\tPUSH\tDUE\tOUTCOME")
	for _, l := range lines {
		health := string(l.Health)
		if l.Fetched == nil {
			health = "new"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", l.Name, health, l.Entries, ago(l.Fetched, now), l.Push, until(l.Due, now), outcome(l))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	a.lines().rows(table.String())
	return nil
}

// troubles prints below the table what is wrong with each source that is not
// well. Advice that several sources share is printed once, below all of them.
func (a *app) troubles(lines []sourceLine) {
	alike := map[string][]sourceLine{}
	var advice []string // each once, in the order of the sources
	for _, l := range lines {
		if l.Health == news.HealthOK {
			continue
		}
		if alike[l.Advice] == nil {
			advice = append(advice, l.Advice)
		}
		alike[l.Advice] = append(alike[l.Advice], l)
	}
	for _, todo := range advice {
		fmt.Fprintln(a.out)
		for _, l := range alike[todo] {
			fmt.Fprintf(a.out, "%s is %s: %s\n", l.Name, l.Health, l.Cause)
		}
		if todo != "" {
			fmt.Fprintf(a.out, "  to do: %s\n", todo)
		}
	}
}

func newSourceLine(s news.SourceState, now time.Time) sourceLine {
	return sourceLine{
		Name: s.Name, Kind: s.Kind, Title: cmp.Or(s.Title, s.Name), URL: printedURL(s.Source), Tags: append([]string{}, s.Tags...), Lists: append([]string{}, s.Lists...),
		Site: news.SafeURL(s.Site), Icon: s.Icon, Author: s.Author, Contact: s.Contact,
		Health: s.Health(now), Since: stated(s.JudgedAt), Cause: oneLine(s.Cause(now)), Advice: s.Advice(now), Address: s.Printed(s.Move.Address),
		Entries: s.Entries, Fetched: stated(s.Last.Started), Outcome: s.Last.Outcome, Status: s.Last.Status,
		Error: s.Last.Error, Due: stated(schedule.Reckoned(s.NextDue, s.Last.Started, now)),
	}
}

func outcome(l sourceLine) string {
	if l.Error == "" {
		return string(l.Outcome)
	}
	return string(l.Outcome) + ": " + oneLine(l.Error)
}

// pushLine is the state of a source's subscription at a hub, for JSON output.
type pushLine struct {
	State      news.PushState `json:"state"` // asked, active or denied
	Hub        string         `json:"hub"`   // its host name only
	Until      *time.Time     `json:"until"` // end of the lease; null: none yet
	Trusted    bool           `json:"trusted"`
	Delivered  *time.Time     `json:"delivered"` // time of the last delivery; null: never
	Deliveries int64          `json:"deliveries"`
	Refused    int64          `json:"refused"`
	Error      string         `json:"error"`
}

// pushes returns the subscriptions at hubs, by the row of their source.
// Subscriptions that are being ended are left out.
func pushes(ctx context.Context, db *store.DB) (map[int64]*pushLine, error) {
	all, err := db.Pushes(ctx)
	lines := map[int64]*pushLine{}
	for _, p := range all {
		if p.State == news.PushLeaving {
			continue
		}
		lines[p.SourceID] = &pushLine{
			State: p.State, Hub: news.HostOf(p.Hub), Until: stated(p.LeaseUntil), Trusted: !p.Trusted().IsZero(), Delivered: stated(p.Stored),
			Deliveries: p.Deliveries, Refused: p.Refused, Error: oneLine(p.Error),
		}
	}
	return lines, err
}

// String returns the state for the table: "active" if the hub delivers, "-" without a hub.
func (p *pushLine) String() string {
	if p == nil {
		return "-"
	}
	return string(p.State)
}
