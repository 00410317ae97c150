package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/format"
	"tributary/internal/news"
)

func (a *app) importCommand() *cobra.Command {
	var feeds bool
	cmd := &cobra.Command{
		Use:   "import OPML",
		Short: "add the subscriptions of an OPML file; folders become tags",
		Long: "Adds what is not there yet and reports what was. A feed in three folders is one source with three\n" +
			"tags. With --feeds every folder becomes a merged feed. OPML may be - for standard input.",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, given []string) error { return a.importOPML(given[0], feeds) },
	}
	cmd.Flags().BoolVar(&feeds, "feeds", false, "one merged feed for each folder")
	return cmd
}

func (a *app) importOPML(path string, feeds bool) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	in, err := a.input(path)
	if err != nil {
		return err
	}
	defer in.Close()
	list, err := format.ReadOPML(in)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	add, folders := newSources(cfg, list.Feeds)
	var feedList []config.NewFeed
	if feeds {
		feedList = newFeeds(cfg, folders)
	}
	err = a.edit(func(data []byte) ([]byte, error) {
		data, err := config.AppendSources(data, add)
		if err != nil {
			return nil, err
		}
		return config.AppendFeeds(data, feedList)
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
	fmt.Fprintf(a.out, "%d sources added, %d were there already, %d feeds added\n", len(add), len(list.Feeds)-len(add), len(feedList))
	return nil
}

// newSources are the subscriptions that the configuration lacks; folders are
// the names of all folders in order.
func newSources(cfg *config.Config, subs []format.Subscription) (add []config.NewSource, folders []string) {
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
			if tag := slug(folder); tag != "" && !slices.Contains(tags, tag) {
				tags = append(tags, tag)
			}
		}
		if !have[news.FeedKey(s.URL)] {
			add = append(add, config.NewSource{Feed: s.URL, Title: s.Title, Tags: tags})
		}
	}
	return add, folders
}

// newFeeds is one merged feed for each folder that has none yet.
func newFeeds(cfg *config.Config, folders []string) []config.NewFeed {
	taken := map[string]bool{"all": true} // implied where no feed is listed
	for _, f := range cfg.Feeds {
		taken[f.Name] = true
	}
	var feeds []config.NewFeed
	for _, folder := range folders {
		name := slug(folder)
		if name == "" || taken[name] {
			continue
		}
		taken[name] = true
		feeds = append(feeds, config.NewFeed{Name: name, Title: folder, Tags: []string{name}})
	}
	return feeds
}

// slug turns the name of a folder into a tag and the name of a feed.
func slug(folder string) string {
	s := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(strings.ToLower(folder))
	s = strings.Trim(regexp.MustCompile(`[^a-z0-9_]+`).ReplaceAllString(s, "-"), "-_")
	return s[:min(len(s), 64)]
}

func (a *app) exportCommand() *cobra.Command {
	var private bool
	cmd := &cobra.Command{
		Use:   "export [OPML]",
		Short: "write the configured feeds as OPML, to a file or standard output",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, given []string) error {
			return a.exportOPML(strings.Join(given, ""), private)
		},
	}
	cmd.Flags().BoolVar(&private, "private", false, "also sources that are not public and addresses that hold a secret")
	return cmd
}

func (a *app) exportOPML(path string, private bool) (err error) {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	var subs []format.Subscription
	for _, s := range cfg.Sources {
		if s.Kind != news.KindFeed || !private && (!s.Public || news.HasSecret(s.URL)) {
			continue
		}
		title := s.Title
		if title == "" {
			title = s.Name
		}
		subs = append(subs, format.Subscription{Title: title, URL: s.URL, Tags: s.Tags})
	}
	out := a.out
	if path != "" && path != "-" {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	return format.WriteOPML(out, cfg.Site.Title, subs, time.Now())
}

// input opens a file to read, or standard input for "-".
func (a *app) input(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(a.in), nil
	}
	return os.Open(path)
}
