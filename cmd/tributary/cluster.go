package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/story"
)

func (a *app) clusterCommand() *cobra.Command {
	var match, window string
	cmd := &cobra.Command{
		Use:   "cluster [--match LEVEL] [--window TIME] < ITEMS.jsonl",
		Short: "group items by story, as JSON lines",
		Long: "Reads one JSON object per line (id, source and, where known, feed, url, guid, title, summary,\n" +
			"content_html, text, published, lang, media) and writes one line for each as soon as it is decided:\n" +
			"id, story (the id of its first item), reason, score from 0 to 1, with (the item it was attached to),\n" +
			"explain (a sentence) and related (stories about the same page, or translations).\n\n" +
			"source is the outlet and feed the source within it; media is a list of audio and video files,\n" +
			`{"url", "type", "duration"}, the last in seconds. The reasons are new, guid, url, title, text, teaser` + "\n" +
			"and update. Decisions are those of a daemon with stories: {match: …, window: …}; no configuration is\n" +
			"read. A line that cannot be used is reported on standard error, and the exit code is then 1.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, err := matching(match, window)
			if err != nil {
				return err
			}
			if isTerminal(a.in) {
				fmt.Fprintln(a.err, "reading items from the terminal, one JSON object a line; Ctrl-D ends")
			}
			bad, err := story.NewClusterer(m).Run(cmd.Context(), bufio.NewReader(a.stdin(cmd.Context())), a.out, a.err)
			if err == nil && bad > 0 {
				err = errSilent
			}
			return err
		},
	}
	standard := news.DefaultMatching()
	cmd.Flags().StringVar(&match, "match", string(standard.Level), "how similar two texts must be: the `LEVEL` strict, normal or loose")
	cmd.Flags().StringVar(&window, "window", span(standard.Window), "how far apart in time the items of one story may be, a `TIME` like 7d or 36h")
	// The errors are only for unknown flags.
	_ = cmd.RegisterFlagCompletionFunc("match", cobra.FixedCompletions([]string{
		"strict\trather two stories than one too many", "normal\tthe default", "loose\trather one story than the same one twice",
	}, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder))
	_ = cmd.RegisterFlagCompletionFunc("window", cobra.NoFileCompletions)
	return cmd
}

// matching reads the two flags as `stories:` in the configuration is read.
func matching(match, window string) (news.Matching, error) {
	levels := []string{string(news.Strict), string(news.Normal), string(news.Loose)}
	if !slices.Contains(levels, match) {
		hint := ""
		if near := config.Nearest(match, levels); near != "" {
			hint = "; did you mean " + near + "?"
		}
		return news.Matching{}, usagef("--match %q is none of %s%s", match, strings.Join(levels, ", "), hint)
	}
	d, err := config.ParseDuration(window)
	switch {
	case err != nil:
		return news.Matching{}, usagef("--window %q is no duration; write days, hours, minutes or seconds, as in 7d, 36h or 90m", window)
	case d < news.MinWindow || d > news.MaxWindow:
		return news.Matching{}, usagef("--window %q is not from %dh to %dd", window, news.MinWindow/time.Hour, news.MaxWindow/(24*time.Hour))
	}
	return news.Matching{Level: news.Level(match), Window: d}, nil
}
