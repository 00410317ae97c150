package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/store"
)

func (a *app) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token add|list|revoke",
		Short: "manage who may read private feeds",
		Long: "A private feed (access: private) has no common address: each subscriber gets one of their own, which\n" +
			"can be revoked. Changes take effect within about a second.",
		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.tokenAddCommand(), a.tokenListCommand(), a.tokenRevokeCommand())
	for _, sub := range cmd.Commands() {
		sub.DisableFlagsInUseLine = true
	}
	return cmd
}

func (a *app) tokenAddCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "add FEED NAME",
		Short: "give somebody an address of a private feed",
		Long: "FEED is a feed with access: private. NAME says who gets the address and is shown by `tributary token list`.\n" +
			"The address is shown once and never again: the database keeps only a hash of its secret part.",
		ValidArgsFunction: a.completePrivate,
		Args:              between(2, 2, "a feed and a name"),
		RunE:              func(cmd *cobra.Command, given []string) error { return a.tokenAdd(cmd.Context(), given[0], given[1]) },
	}
}

func (a *app) tokenListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "list [FEED]",
		Short:             "list who has an address, and how it is used",
		ValidArgsFunction: a.completePrivate,
		Args:              atMostOne("one feed"),
		RunE: func(cmd *cobra.Command, given []string) error {
			return a.tokenList(cmd.Context(), strings.Join(given, ""), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for scripts: print one JSON array")
	return cmd
}

func (a *app) tokenRevokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "revoke ID…",
		Short:             "revoke addresses for good",
		Long:              "ID is the number of a token, as `tributary token list` prints it. Its address answers 410 from then on.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              atLeast(1, "the number of a token or more"),
		RunE:              func(cmd *cobra.Command, given []string) error { return a.tokenRevoke(cmd.Context(), given) },
	}
}

func (a *app) tokenAdd(ctx context.Context, feed, name string) error {
	cfg, db, err := a.correcting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	f, err := privateFeed(cfg, a.config, feed)
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if name == "" || clean.Line(name) != name {
		return usagef("the name of who gets the address must be one line of text, as in: tributary token add %s anna", feed)
	}
	secret := rand.Text()
	id, err := db.AddToken(ctx, news.Token{Feed: f.Name, Name: name, Hash: news.HashToken(secret), Made: time.Now()})
	if errors.Is(err, store.ErrNameTaken) {
		return fmt.Errorf("%s has an address of feed %s already; take it back with `tributary token revoke`, or give the new one another name", name, f.Name)
	}
	if err != nil {
		return err
	}
	site := cfg.Site
	site.Token = secret
	e := news.Edition{Site: site, Feed: f}
	fmt.Fprintln(a.out, e.URL("atom"))
	fmt.Fprintf(a.err, "the address of feed %s for %s, token %d; .rss and .json instead of .atom are the same feed, and %s/ is a page\n"+
		"it is shown only now, and gives the feed to whoever has it; `tributary token revoke %d` takes it back\n", f.Name, name, id, f.Name, id)
	return nil
}

// privateFeed returns the private feed with this name.
func privateFeed(cfg *config.Config, path, name string) (news.Feed, error) {
	var private []string
	for _, f := range cfg.Feeds {
		switch {
		case f.Name == name && f.Private:
			return f, nil
		case f.Name == name:
			return f, fmt.Errorf("feed %s is public: everybody may read it; access: private at the feed in %s makes it one for token holders", name, path)
		case f.Private:
			private = append(private, f.Name)
		}
	}
	switch near := config.Nearest(name, private); {
	case near != "":
		return news.Feed{}, usagef("no feed in %s is named %q; did you mean %q?", path, name, near)
	case private == nil:
		return news.Feed{}, usagef("no feed in %s is named %q, and none is private; write access: private at one", path, name)
	}
	return news.Feed{}, usagef("no feed in %s is named %q; private are %s", path, name, strings.Join(private, ", "))
}

// tokenLine is the JSON output for a token. Every key is always present. The
// secret is not stored, so it cannot be shown.
type tokenLine struct {
	ID          int64      `json:"id"`
	Feed        string     `json:"feed"`
	Name        string     `json:"name"`
	Made        *time.Time `json:"made"`
	Revoked     *time.Time `json:"revoked"` // null: it is valid
	Used        *time.Time `json:"used"`    // null: never
	Client      string     `json:"client"`
	Requests    int64      `json:"requests"`
	NotModified int64      `json:"not_modified"`
}

func (a *app) tokenList(ctx context.Context, feed string, asJSON bool) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	tokens, err := db.Tokens(ctx)
	if err != nil {
		return err
	}
	lines := []tokenLine{}
	for _, t := range tokens {
		if feed == "" || feed == t.Feed {
			lines = append(lines, tokenLine{t.ID, t.Feed, t.Name, stated(t.Made), stated(t.Revoked), stated(t.Used), t.Client, t.Requests, t.Unmodified})
		}
	}
	if feed != "" && len(lines) == 0 { // a feed that is public now may have tokens from before
		if _, err := privateFeed(cfg, a.config, feed); err != nil {
			return err
		}
	}
	if asJSON {
		return a.json(lines)
	}
	return a.tokenTable(cfg, lines, time.Now())
}

func (a *app) tokenTable(cfg *config.Config, lines []tokenLine, now time.Time) error {
	if len(lines) == 0 {
		fmt.Fprintln(a.out, "no tokens; `tributary token add FEED NAME` makes one")
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tFEED\tNAME\tMADE\tUSED\tCLIENT\tREQUESTS\t304\tSTATE")
	for _, l := range lines {
		client := "-"
		if l.Requests > 0 {
			client = l.Client
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", l.ID, l.Feed, oneLine(l.Name), l.Made.Local().Format(time.DateOnly), ago(l.Used, now),
			client, l.Requests, percent(l.NotModified, l.Requests), tokenState(cfg, l))
	}
	return w.Flush()
}

// tokenState says whether an address works, and if not, why.
func tokenState(cfg *config.Config, l tokenLine) string {
	private := func(f news.Feed) bool { return f.Name == l.Feed && f.Private }
	switch {
	case l.Revoked != nil:
		return "revoked " + l.Revoked.Local().Format(time.DateOnly)
	case !slices.ContainsFunc(cfg.Feeds, private):
		return "no such private feed now"
	}
	return "good"
}

func (a *app) tokenRevoke(ctx context.Context, given []string) error {
	var ids []int64
	for _, text := range given {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return usagef("a token is named by its number, as `tributary token list` prints it") // the argument may be a secret
		}
		ids = append(ids, id)
	}
	_, db, err := a.correcting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.RevokeTokens(ctx, ids, time.Now()); err != nil {
		return fmt.Errorf("nothing was revoked: %w; `tributary token list` names them", err)
	}
	fmt.Fprintf(a.out, "%s revoked: the address answers 410 from now on\n", count(len(ids), "token"))
	return nil
}
