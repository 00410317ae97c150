package main

import (
	"bufio"
	"fmt"

	"github.com/spf13/cobra"

	"tributary/internal/news"
	"tributary/internal/story"
)

func (a *app) clusterCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "cluster < ITEMS.jsonl",
		Short: "which items are the same story, as JSON lines",
		Long: "Reads one JSON object a line (id, source, and where known feed, url, guid, title, summary,\n" +
			"content_html, text, published, lang) and writes one line for each as soon as it is decided:\n" +
			"the story, the reason, the score and the item that it was attached to.",
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if isTerminal(a.in) {
				fmt.Fprintln(a.err, "reading items from the terminal, one JSON object a line; Ctrl-D ends")
			}
			bad, err := story.NewClusterer(news.DefaultMatching()).Run(cmd.Context(), bufio.NewReader(a.in), a.out, a.err)
			if err == nil && bad > 0 {
				err = errSilent
			}
			return err
		},
	}
}
