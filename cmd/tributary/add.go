package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
			"site that is known to have feeds. If there are several, they are listed and none is added, unless\n" +
			"--all is given. Comments and blank lines in the configuration stay as they are. A running daemon\n" +
			"notices the change by itself.",
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
	var list []config.NewSource
	for _, c := range found {
		have := nameOf(cfg, c.URL)
		a.showCandidate(c, have)
		if have == "" {
			s.Feed = c.URL
			list = append(list, s)
		}
	}
	switch {
	case len(list) == 0:
		return fmt.Errorf("nothing was added: %s has it already", a.config)
	case len(found) > 1 && !all:
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

// edit replaces the configuration file atomically by an edited version, and
// returns the new configuration. It refuses an edit that makes the file invalid
// or renames another source.
func (a *app) edit(change func([]byte) ([]byte, error)) (*config.Config, error) {
	path, err := filepath.EvalSymlinks(a.config)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	before, _, err := config.Parse(a.config, data, os.LookupEnv)
	if err != nil {
		return nil, a.problems(err)
	}
	edited, err := change(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.config, err)
	}
	cfg, _, err := config.Parse(a.config, edited, os.LookupEnv)
	if err != nil {
		return nil, fmt.Errorf("%s is left as it was; with the addition: %w", a.config, err)
	}
	if was, is := renamed(before, cfg); was != "" {
		return nil, fmt.Errorf("%s is left as it was: the source %s, whose name is derived from its address, would be called %s; choose another name, or give it a name: of its own",
			a.config, was, is)
	}
	return cfg, replace(path, edited, info.Mode().Perm())
}

// renamed returns a source whose derived name an edit would change, with both
// names. A new name would break the source's pages, and the feeds that select it
// by name.
func renamed(before, after *config.Config) (was, is string) {
	for _, s := range before.Sources {
		i := slices.IndexFunc(after.Sources, func(t config.Source) bool { return t.Kind == s.Kind && t.URL == s.URL })
		if i >= 0 && after.Sources[i].Name != s.Name {
			return s.Name, after.Sources[i].Name
		}
	}
	return "", ""
}

// replace writes data to a file beside path, and renames it to path once it is synced to disk.
func replace(path string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return fmt.Errorf("%w; make the folder writable, or add the lines by hand", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
