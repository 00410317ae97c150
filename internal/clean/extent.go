package clean

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"tributary/internal/news"
)

// Lengths of summaries, in characters. A summary that is longer than longSummary, which
// is rather a whole text, is cut to cutSummary, which is what most publishers write.
const (
	longSummary = 500
	cutSummary  = 300
)

// Cut reduces the texts of an entry to what a feed publishes, see news.Extent.
func Cut(e *news.Entry, to news.Extent) {
	switch to {
	case news.LinkOnly:
		e.Summary, e.Content = "", ""
	case news.SummaryOnly:
		summary := cmp.Or(e.Summary, e.Content)
		if text := Text(summary); utf8.RuneCountInString(text) > longSummary {
			summary = Escape(firstWords(text, cutSummary))
		}
		e.Summary, e.Content = summary, ""
	}
}

// Excerpt returns a text of at most n characters unchanged, and the first words of a longer one.
func Excerpt(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return firstWords(text, n)
}

// firstWords returns the words of a text that fit into n characters, and an ellipsis.
// In scripts without blanks it cuts anywhere.
func firstWords(text string, n int) string {
	head := string([]rune(text)[:n])
	if at := strings.LastIndexByte(head, ' '); at > len(head)/2 {
		head = head[:at]
	}
	return strings.TrimRight(head, " ,;:–-") + "…"
}
