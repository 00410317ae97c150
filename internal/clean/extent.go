package clean

import (
	"strings"
	"unicode/utf8"

	"tributary/internal/news"
)

// How long a summary may be, in characters: one that is longer, or that stands for
// a whole text, is cut to what most publishers write.
const (
	longSummary = 500
	cutSummary  = 300
)

// Cut leaves of an entry what a feed gives out, see news.Extent.
func Cut(e *news.Entry, to news.Extent) {
	switch to {
	case news.LinkOnly:
		e.Summary, e.Content = "", ""
	case news.SummaryOnly:
		summary := e.Summary
		if summary == "" {
			summary = e.Content
		}
		if text := Text(summary); utf8.RuneCountInString(text) > longSummary {
			summary = Escape(firstWords(text, cutSummary))
		}
		e.Summary, e.Content = summary, ""
	}
}

// Excerpt returns the first words of a text that has more than n characters, and any
// other text whole.
func Excerpt(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return firstWords(text, n)
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
