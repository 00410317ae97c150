package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/format"
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
		ValidArgsFunction: a.completeNames,
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
	states, err := db.States(ctx)
	if err != nil {
		return err
	}
	byName := map[string]news.SourceState{}
	for _, s := range states {
		byName[s.Name] = s
	}
	hubs, err := pushes(ctx, db)
	if err != nil {
		return err
	}
	now := time.Now()
	lines := make([]sourceLine, 0, len(cfg.Sources))
	for _, src := range cfg.Sources {
		if len(given) > 0 && !slices.Contains(given, src.Name) {
			continue
		}
		s, ok := byName[src.Name]
		if !ok { // added since the last cycle
			s.Source = src.Source
		}
		line := newSourceLine(s, now)
		line.Push = hubs[s.ID]
		lines = append(lines, line)
	}
	if asJSON {
		return a.json(lines)
	}
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
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
	if len(given) == 0 {
		if err := a.lists(ctx, db, cfg, now); err != nil {
			return err
		}
	}
	a.troubles(lines)
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
	var rule string
	cmd := &cobra.Command{
		Use:   "feeds [NAME…]",
		Short: "show what every feed would publish now",
		Long: "Lists the stories of every feed, or of the named ones, in order, each with the time it was published, its\n" +
			"source and, after \"also\", the other sources that reported it. `feeds --try 'EXPR' [NAME]` rehearses a\n" +
			"rule (where:) on the stored entries of the last 30 days, for one feed or for all public sources; it\n" +
			"changes nothing.",
		Args: func(cmd *cobra.Command, given []string) error {
			if cmd.Flags().Changed("try") {
				return atMostOne("the name of a feed")(cmd, given)
			}
			return nil
		},
		ValidArgsFunction: a.completeFeeds,
		RunE: func(cmd *cobra.Command, given []string) error {
			if cmd.Flags().Changed("try") {
				return a.tryRule(cmd.Context(), rule, strings.Join(given, ""), asJSON)
			}
			return a.feeds(cmd.Context(), given, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for scripts: print one JSON array, or with --try an object")
	cmd.Flags().StringVar(&rule, "try", "", "rehearse the rule `EXPR`, as in --try 'language == \"de\"'")
	return cmd
}

// feedLine is the JSON output for a feed. Every key is always present.
type feedLine struct {
	Name    string        `json:"name"`
	Title   string        `json:"title"`
	URL     string        `json:"url"`     // "" for a private feed, which has an address for each token
	Private bool          `json:"private"` // readable only with a token
	Readers []serviceLine `json:"readers"` // aggregators seen within a week
	Tokens  int           `json:"tokens"`  // number of tokens that are not revoked
	Updated *time.Time    `json:"updated"` // null: not stored yet
	Stories []storyLine   `json:"stories"`

	Subscriptions int           `json:"subscriptions"` // active at our hub
	Turnover      *turnoverLine `json:"turnover"`      // null: no known reader misses stories

	note    string // the readers, for text output
	digests bool   // whether its items are digests
}

// storyLine is the JSON output for a story of a feed.
type storyLine struct {
	GUID      string    `json:"guid"`
	Title     string    `json:"title"`
	Link      string    `json:"link"`
	Source    string    `json:"source"`
	Published time.Time `json:"published"`
	Updated   time.Time `json:"updated"`
	Also      []string  `json:"also"` // names of the other sources of the story
	Told      []string  `json:"told"` // guids of the stories in a digest

	heading string // the title or what stands for it, for text output
}

// feeds prints the named feeds, or all of them.
func (a *app) feeds(ctx context.Context, given []string, asJSON bool) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := knownFeeds(cfg, given); err != nil {
		return err
	}
	who, err := readers(ctx, db, time.Now())
	if err != nil {
		return err
	}
	subscribed, err := db.SubscriptionCounts(ctx, time.Now())
	if err != nil {
		return err
	}
	lines := make([]feedLine, 0, len(cfg.Feeds))
	for _, f := range cfg.Feeds {
		if len(given) > 0 && !slices.Contains(given, f.Name) {
			continue
		}
		stored, err := db.Feed(ctx, f)
		if err != nil {
			return err
		}
		e, err := db.Edition(ctx, cfg.Site, stored)
		if err != nil {
			return err
		}
		line := newFeedLine(e)
		line.Subscriptions = subscribed[stored.ID].Active
		turnover, err := db.Turnover(ctx, stored, time.Now())
		if err != nil {
			return err
		}
		line.Turnover = newTurnoverLine(turnover)
		who.fill(&line, stored)
		lines = append(lines, line)
	}
	if asJSON {
		return a.json(lines)
	}
	for _, l := range lines {
		fmt.Fprintf(a.out, "%s (%s): %s\n", l.Name, oneLine(l.Title), strings.Join(l.about(), ", "))
		if l.Turnover != nil {
			fmt.Fprintf(a.out, "  warning: %s\n", oneLine(l.Turnover.text))
		}
		for _, s := range l.Stories {
			also := ""
			if len(s.Also) > 0 {
				also = " (also " + strings.Join(s.Also, ", ") + ")"
			}
			fmt.Fprintf(a.out, "  %-16s  %s: %s%s\n", minute(s.Published), s.Source, oneLine(s.heading), also)
		}
	}
	return nil
}

// about returns what the heading of a feed says after its title.
func (l feedLine) about() []string {
	about := []string{count(len(l.Stories), "story")}
	if l.digests {
		about = []string{count(len(l.Stories), "digest")}
	}
	if l.URL != "" {
		about = append(about, l.URL)
	}
	if l.Subscriptions > 0 {
		about = append(about, count(l.Subscriptions, "subscription"))
	}
	if l.note != "" {
		about = append(about, l.note)
	}
	return about
}

func newFeedLine(e *news.Edition) feedLine {
	l := feedLine{
		Name: e.Feed.Name, Title: e.Feed.Title, URL: e.URL("atom"), Private: e.Feed.Private, Readers: []serviceLine{},
		Updated: stated(e.Updated), Stories: []storyLine{}, digests: e.Feed.Digest != nil,
	}
	items := format.Prepare(e)
	for i, s := range items.Edition.Shown {
		line := storyLine{
			GUID: s.GUID, Title: cmp.Or(s.Heading, s.Entry.Title), Link: s.Entry.Link, Source: s.Source.Name, Published: s.Published, Updated: s.Updated,
			Also: []string{}, Told: []string{}, heading: items.Heading(i),
		}
		if s.Digest != nil {
			line.Told = guids(s.Digest)
		}
		for _, m := range s.Members {
			line.Also = append(line.Also, m.SourceName)
		}
		l.Stories = append(l.Stories, line)
	}
	return l
}

// guids returns the guids of the stories in a digest.
func guids(d *news.Digest) []string {
	all := make([]string, len(d.Stories))
	for i, s := range d.Stories {
		all[i] = s.GUID
	}
	return all
}

// open reads the configuration and opens its database for reading. The
// configuration includes the sources that lists have brought so far.
func (a *app) open(ctx context.Context) (*config.Config, *store.DB, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, nil, err
	}
	db, err := store.OpenReadOnly(ctx, daemon.DatabasePath(cfg.Data))
	if err != nil {
		return nil, nil, err
	}
	full, err := daemon.WithLists(ctx, db, cfg)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return full, db, nil
}

// json prints a value as JSON, indented on a terminal. Text from feeds needs no
// escaping here: package clean has removed all control characters from it.
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
	switch {
	case t == nil || t.Before(now):
		return "now"
	case t.Equal(schedule.Never()):
		return "never"
	}
	return "in " + span(t.Sub(now))
}
