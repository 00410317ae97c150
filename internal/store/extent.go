package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// How long a summary may be, in characters: one that is longer, or that stands for
// a whole text, is cut to what most publishers write.
const (
	longSummary = 500
	cutSummary  = 300
)

// cut leaves of an entry what a feed gives out.
func cut(e *news.Entry, to news.Extent) {
	switch to {
	case news.LinkOnly:
		e.Summary, e.Content = "", ""
	case news.SummaryOnly:
		summary := e.Summary
		if summary == "" {
			summary = e.Content
		}
		if text := clean.Text(summary); utf8.RuneCountInString(text) > longSummary {
			summary = clean.Escape(firstWords(text, cutSummary))
		}
		e.Summary, e.Content = summary, ""
	}
}

// firstWords returns the words of a text that fit into n characters. In scripts
// without blanks it cuts anywhere.
func firstWords(text string, n int) string {
	head := string([]rune(text)[:n])
	if at := strings.LastIndexByte(head, ' '); at > len(head)/2 {
		head = head[:at]
	}
	return strings.TrimRight(head, " ,;:–-") + "…"
}

// crowded are the sequences that a feed leaves out because their source had enough
// stories on that day of UTC before: those of a day that came first are shown, so
// that none vanishes again. It looks as far back as a page may reach.
func (db *DB) crowded(ctx context.Context, f news.Feed) (map[int64]bool, error) {
	if f.MaxPerSourceDay == 0 {
		return nil, nil
	}
	type day struct{ source, number int64 }
	found := map[day][]int64{} // sequences, latest first
	err := db.each(ctx, `SELECT p.sequence, p.entered, e.source_id FROM publication p JOIN entry e ON e.id = p.entry_id
		WHERE p.feed_id = $1 AND p.removed = 0 ORDER BY p.sequence DESC LIMIT $2`, []any{f.ID, news.MaxShown + maxPassed}, func(scan scan) error {
		var sequence, entered, source int64
		err := scan(&sequence, &entered, &source)
		d := day{source, entered / (24 * time.Hour).Milliseconds()}
		found[d] = append(found[d], sequence)
		return err
	})
	out := map[int64]bool{}
	for _, sequences := range found {
		for _, sequence := range sequences[:max(len(sequences)-f.MaxPerSourceDay, 0)] {
			out[sequence] = true
		}
	}
	return out, err
}
