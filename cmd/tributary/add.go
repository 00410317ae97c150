package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/discover"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

func (a *app) addCommand() *cobra.Command {
	var s config.NewSource
	var all bool
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "find the feed behind URL, show it, append it to the configuration",
		Long: "URL may be a feed, a page that has one, or the address of a channel, profile or repository that is\n" +
			"known to have one. When there are several, they are listed and none is added, unless --all is given.\n" +
			"Comments and blank lines of the configuration stay as they are; a running daemon notices by itself.",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error { return a.add(cmd.Context(), given[0], s, all) },
	}
	cmd.Flags().StringVar(&s.Name, "name", "", "name of the source; default: derived from its address")
	cmd.Flags().StringVar(&s.Title, "title", "", "title to show instead of the feed's own")
	cmd.Flags().StringSliceVar(&s.Tags, "tag", nil, "tags, as in --tag news,de")
	cmd.Flags().BoolVar(&all, "all", false, "add every feed that is found")
	return cmd
}

func (a *app) add(ctx context.Context, url string, s config.NewSource, all bool) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	client := a.client(cfg)
	defer client.Close()
	policy := netguard.Policy{AllowNetworks: cfg.Defaults.AllowNetworks, AllowPorts: cfg.Defaults.AllowPorts}
	found, err := discover.Find(ctx, client, policy, url)
	if err != nil {
		return err
	}
	if len(found) > 1 && !all {
		fmt.Fprintf(a.out, "%d feeds found:\n", len(found))
		for _, c := range found {
			a.showCandidate(c)
		}
		return fmt.Errorf("nothing was added: give the address of the one you want, or --all")
	}
	var list []config.NewSource
	for _, c := range found {
		a.showCandidate(c)
		s.Feed = c.URL
		list = append(list, s)
	}
	err = a.edit(func(data []byte) ([]byte, error) { return config.AppendSources(data, list) })
	if err == nil {
		fmt.Fprintf(a.out, "added to %s\n", a.config)
	}
	return err
}

func (a *app) showCandidate(c discover.Candidate) {
	title := oneLine(c.Title)
	if title == "" {
		title = "untitled"
	}
	fmt.Fprintf(a.out, "  %s\n    %s (%s), %d entries; %s\n", news.SafeURL(c.URL), title, c.Type, c.Entries, c.Why)
}

// edit replaces the configuration file by an edited one, in one step.
func (a *app) edit(change func([]byte) ([]byte, error)) error {
	path, err := filepath.EvalSymlinks(a.config)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	edited, err := change(data)
	if err != nil {
		return fmt.Errorf("%s: %w", a.config, err)
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, edited, info.Mode().Perm()); err != nil {
		return fmt.Errorf("%w; make the folder writable, or add the lines by hand", err)
	}
	return os.Rename(tmp, path)
}
