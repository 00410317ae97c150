package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/store"
)

func (a *app) importCommand() *cobra.Command {
	var feeds bool
	cmd := &cobra.Command{
		Use:   "import OPML",
		Short: "add the subscriptions of an OPML file; folders become tags",
		Long: "Adds the subscriptions that are not there yet and reports those that are. A feed in three folders is\n" +
			"one source with three tags. With --feeds every folder also becomes a merged feed. OPML may be - for\n" +
			"standard input.",
		Args: one("one OPML file, or - for standard input"),
		RunE: func(cmd *cobra.Command, given []string) error { return a.importOPML(cmd.Context(), given[0], feeds) },
	}
	cmd.Flags().BoolVar(&feeds, "feeds", false, "add a merged feed for each folder")
	return cmd
}

func (a *app) importOPML(ctx context.Context, path string, feeds bool) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	in, err := a.input(ctx, path)
	if err != nil {
		return err
	}
	defer in.Close()
	list, err := format.ReadOPML(in)
	if err != nil {
		return fmt.Errorf("%s: %w; nothing was added", inputName(path), err)
	}
	add, folders := newSources(cfg, list.Sources)
	var merged []config.NewFeed
	if feeds {
		merged = a.newFeeds(cfg, folders, untagged(cfg, list.Sources))
	}
	_, err = a.edit(func(data []byte) ([]byte, error) {
		data, err := config.AppendSources(data, add...)
		if err != nil || len(merged) == 0 {
			return data, err
		}
		return config.AppendFeeds(data, merged...)
	})
	if err != nil {
		return err
	}
	for _, text := range list.Skipped {
		fmt.Fprintf(a.err, "skipped: %s\n", oneLine(text))
	}
	for _, url := range list.Repeats {
		fmt.Fprintf(a.err, "listed more than once: %s\n", oneLine(news.SafeURL(url)))
	}
	fmt.Fprintf(a.out, "%s added, %d there already", count(len(add), "source"), len(list.Sources)-len(add))
	if feeds {
		fmt.Fprintf(a.out, ", %s added", count(len(merged), "feed"))
	}
	fmt.Fprintln(a.out)
	return nil
}

// newSources returns the subscriptions that the configuration lacks, and the
// names of all folders in order of appearance.
func newSources(cfg *config.Config, subs []news.Listed) (add []config.NewSource, folders []string) {
	have := map[string]bool{}
	for _, s := range cfg.Sources {
		have[news.FeedKey(s.URL)] = true
	}
	for _, s := range subs {
		var tags []string
		for _, folder := range s.Tags {
			if !slices.Contains(folders, folder) {
				folders = append(folders, folder)
			}
			if tag := config.Tag(folder); !slices.Contains(tags, tag) {
				tags = append(tags, tag)
			}
		}
		if !have[news.FeedKey(s.URL)] {
			add = append(add, config.NewSource{Feed: s.URL, Title: s.Title, Tags: tags})
		}
	}
	return add, folders
}

// untagged returns, by tag, the names of sources that are in the configuration
// already but lack the tag of their folder. An import does not edit their lines,
// so the merged feed of the folder has to name them.
func untagged(cfg *config.Config, subs []news.Listed) map[string][]string {
	byKey := map[string]config.Source{}
	for _, s := range cfg.Sources {
		byKey[news.FeedKey(s.URL)] = s
	}
	names := map[string][]string{}
	for _, s := range subs {
		there, ok := byKey[news.FeedKey(s.URL)]
		for _, folder := range s.Tags {
			tag := config.Tag(folder)
			if ok && !slices.Contains(there.Tags, tag) && !slices.Contains(names[tag], there.Name) {
				names[tag] = append(names[tag], there.Name)
			}
		}
	}
	return names
}

// newFeeds returns a merged feed for each folder. It prints why a folder gets none.
func (a *app) newFeeds(cfg *config.Config, folders []string, also map[string][]string) []config.NewFeed {
	taken := map[string]bool{}
	for _, f := range cfg.Feeds {
		taken[f.Name] = true
	}
	var feeds []config.NewFeed
	for _, folder := range folders {
		name := config.Slug(folder)
		switch {
		case name == "":
			fmt.Fprintf(a.err, "no feed for the folder %q: it has no letter from a to z for a name; add one by hand: - {name: …, tags: [%q]}\n",
				oneLine(folder), oneLine(folder))
		case taken[name]:
			fmt.Fprintf(a.err, "no feed for the folder %q: there is one named %s already\n", oneLine(folder), name)
		default:
			taken[name] = true
			feeds = append(feeds, config.NewFeed{Name: name, Title: folder, Sources: also[name], Tags: []string{name}})
		}
	}
	return feeds
}

func (a *app) exportCommand() *cobra.Command {
	var private bool
	cmd := &cobra.Command{
		Use:   "export [OPML]",
		Short: "write the configured feeds as OPML, to a file or standard output",
		Long: "Tags become folders and categories. Sources that came from lists are included. Sources that are not\n" +
			"public and addresses that hold a secret are left out, unless --private is given.",
		Args: atMostOne("one OPML file, or none for standard output"),
		RunE: func(cmd *cobra.Command, given []string) error {
			return a.exportOPML(cmd.Context(), strings.Join(given, ""), private)
		},
	}
	cmd.Flags().BoolVar(&private, "private", false, "include sources that are not public and addresses that hold a secret")
	return cmd
}

func (a *app) exportOPML(ctx context.Context, path string, private bool) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	cfg = a.listed(ctx, cfg)
	known := a.known(ctx, cfg)
	var subs []news.Listed
	left := 0
	for _, s := range cfg.Sources {
		switch {
		case s.Kind != news.KindFeed:
			continue
		case !private && (!s.Public || news.HasSecret(s.URL)):
			left++
			continue
		}
		said := known[s.Name]
		sub := news.Listed{Title: cmp.Or(s.Title, said.Title, s.Name), URL: s.URL, Site: cmp.Or(s.Site, said.Site), Tags: s.Tags}
		if !private {
			sub.Site = news.Publishable(sub.Site)
		}
		subs = append(subs, sub)
	}
	var list bytes.Buffer
	if err := format.WriteOPML(&list, cfg.Site.Title, subs, time.Now()); err != nil {
		return err
	}
	list.WriteByte('\n')
	if err := a.output(path, list.Bytes()); err != nil {
		return err
	}
	if left > 0 {
		fmt.Fprintf(a.err, "%s left out: private, or with a secret in the address; --private includes them\n", count(left, "source"))
	}
	return nil
}

// known returns, by name, what the documents of the sources say about themselves: their
// titles and home pages. It returns nil if there is no database or it cannot be read now.
func (a *app) known(ctx context.Context, cfg *config.Config) map[string]news.Source {
	db, err := store.OpenReadOnly(ctx, daemon.DatabasePath(cfg.Data))
	if err != nil {
		return nil
	}
	defer db.Close()
	sources, err := db.Listing(ctx)
	if err != nil {
		return nil
	}
	known := make(map[string]news.Source, len(sources))
	for _, s := range sources {
		known[s.Name] = s
	}
	return known
}
