package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/discover"
	"tributary/internal/news"
)

func (a *app) addCommand() *cobra.Command {
	var s config.NewSource
	var all bool
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "find the feed behind a URL and add it to the configuration",
		Long: "URL may be a feed, a page that links to one, or the address of a channel, profile or repository on a\n" +
			"site that is known to have feeds. If there are several besides those of comments, they are listed and\n" +
			"none is added, unless --all is given. Comments and blank lines in the configuration stay as they are.\n" +
			"A running daemon notices the change by itself.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              one("one URL"),
		RunE: func(cmd *cobra.Command, given []string) error {
			if all && s.Name != "" {
				return usagef("--name names one source; leave it out with --all")
			}
			return a.add(cmd.Context(), given[0], s, all)
		},
	}
	cmd.Flags().StringVar(&s.Name, "name", "", "`NAME` of the source (default: derived from its address)")
	cmd.Flags().StringVar(&s.Title, "title", "", "`TITLE` to show instead of the feed's own")
	cmd.Flags().StringSliceVar(&s.Tags, "tag", nil, "`TAGS` of the source, as in news,de")
	cmd.Flags().BoolVar(&all, "all", false, "add every feed found")
	return cmd
}

func (a *app) add(ctx context.Context, url string, s config.NewSource, all bool) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	client := a.client(cfg)
	defer client.Close()
	found, err := discover.Find(ctx, client, cfg.Defaults.Policy(), url)
	if err != nil {
		return err
	}
	wanted := found
	if !all {
		wanted = discover.WithoutComments(found)
	}
	var list []config.NewSource
	for i, c := range found {
		have := nameOf(cfg, c.URL)
		a.showCandidate(c, have)
		if have == "" && i < len(wanted) {
			s.Feed = c.URL
			list = append(list, s)
		}
	}
	switch {
	case len(list) == 0:
		return fmt.Errorf("nothing was added: %s has it already", a.config)
	case len(wanted) > 1 && !all:
		return fmt.Errorf("nothing was added: %d feeds found; give the address of the one you want, or --all", len(found))
	}
	changed, err := a.edit(func(data []byte) ([]byte, error) { return config.AppendSources(data, list...) })
	if err != nil {
		return err
	}
	for _, one := range list {
		fmt.Fprintf(a.out, "added to %s as %s\n", a.config, nameOf(changed, one.Feed))
	}
	return nil
}

// nameOf returns the name of the source with this feed address, or "" if there is none.
func nameOf(cfg *config.Config, feed string) string {
	i := slices.IndexFunc(cfg.Sources, func(s config.Source) bool {
		return s.Kind == news.KindFeed && news.FeedKey(s.URL) == news.FeedKey(feed)
	})
	if i < 0 {
		return ""
	}
	return cfg.Sources[i].Name
}

func (a *app) showCandidate(c discover.Candidate, have string) {
	fmt.Fprintf(a.out, "%s\n  %s (%s), %s; %s\n", oneLine(news.SafeURL(c.URL)), orUntitled(c.Title), c.Type,
		count(c.Entries, "entry"), oneLine(c.Why))
	if have != "" {
		fmt.Fprintf(a.out, "  in %s already, as %s\n", a.config, have)
	}
}

func orUntitled(title string) string { return cmp.Or(oneLine(title), "untitled") }
