package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/store"
)

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
		ValidArgsFunction: a.complete(feedNames),
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
	InDigest  []string  `json:"told"` // guids of the stories in a digest

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
	feeds := slices.DeleteFunc(slices.Clone(cfg.Feeds), func(f news.Feed) bool {
		return len(given) > 0 && !slices.Contains(given, f.Name)
	})
	lines, err := feedLines(ctx, db, cfg.Site, feeds, time.Now())
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(lines)
	}
	for _, l := range lines {
		l.print(a.out)
	}
	return nil
}

// feedLines reads what feeds would publish now, and who reads them.
func feedLines(ctx context.Context, db *store.DB, site news.Site, feeds []news.Feed, now time.Time) ([]feedLine, error) {
	who, err := readers(ctx, db, now)
	if err != nil {
		return nil, err
	}
	subscribed, err := db.SubscriptionCounts(ctx, now)
	if err != nil {
		return nil, err
	}
	lines := make([]feedLine, 0, len(feeds))
	for _, f := range feeds {
		stored, err := db.Feed(ctx, f)
		if err != nil {
			return nil, err
		}
		e, err := db.Edition(ctx, site, stored)
		if err != nil {
			return nil, err
		}
		turnover, err := db.Turnover(ctx, stored, now)
		if err != nil {
			return nil, err
		}
		line := newFeedLine(e)
		line.Subscriptions, line.Turnover = subscribed[stored.ID].Active, newTurnoverLine(turnover)
		who.fill(&line, stored)
		lines = append(lines, line)
	}
	return lines, nil
}

// print prints a feed and its stories as text.
func (l feedLine) print(w io.Writer) {
	fmt.Fprintf(w, "%s (%s): %s\n", l.Name, oneLine(l.Title), strings.Join(l.about(), ", "))
	if l.Turnover != nil {
		fmt.Fprintf(w, "  warning: %s\n", oneLine(l.Turnover.text))
	}
	for _, s := range l.Stories {
		also := ""
		if len(s.Also) > 0 {
			also = " (also " + strings.Join(s.Also, ", ") + ")"
		}
		fmt.Fprintf(w, "  %-16s  %s: %s%s\n", minute(s.Published), s.Source, oneLine(s.heading), also)
	}
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
			Also: []string{}, InDigest: []string{}, heading: items.Heading(i),
		}
		if s.Digest != nil {
			line.InDigest = guids(s.Digest)
		}
		for _, m := range s.Members {
			if m.SourceName != s.Source.Name && !slices.Contains(line.Also, m.SourceName) {
				line.Also = append(line.Also, m.SourceName)
			}
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
