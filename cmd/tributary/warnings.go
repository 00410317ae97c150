package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/discover"
	"tributary/internal/news"
	"tributary/internal/seed"
)

// ahead is how far in the future an entry may be dated before there is a warning.
const ahead = 24 * time.Hour

// warnings returns what is wrong with a source that was tried, as sentences that name the remedy.
func warnings(src config.Source, got tried, now time.Time) []string {
	all := entryWarnings(src, got.doc, now)
	if src.Kind != news.KindFeed {
		return all
	}
	all = append(all, moveWarnings(src, got)...)
	if insecure(src.URL) && !insecure(got.answer.URL) {
		all = append(all, fmt.Sprintf("it answers on https: write feed: %s", oneLine(news.SafeURL(got.answer.URL))))
	} else if insecure(src.URL) {
		all = append(all, "fetched without encryption: anybody on the way can read and change it; try https://")
	}
	if h := got.answer.Header; h.Get("ETag") == "" && h.Get("Last-Modified") == "" {
		all = append(all, fmt.Sprintf("the server gives neither ETag nor Last-Modified, so every fetch brings all %d KiB", (len(got.answer.Body)+1023)>>10))
	}
	return all
}

// insecure reports whether an address would be fetched from the Internet without
// encryption. Loopback and private addresses, and host names without a dot, are
// local.
func insecure(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return false
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		return !addr.IsLoopback() && !addr.IsPrivate()
	}
	return strings.Contains(u.Hostname(), ".")
}

// entryWarnings returns what is wrong with the entries of a document.
func entryWarnings(src config.Source, doc *news.Document, now time.Time) []string {
	var all []string
	if len(doc.Entries) == 0 && src.Kind == news.KindFeed {
		return []string{"it is a feed, but has no entries now"}
	}
	about := func(text string, lacks func(news.Entry) bool) {
		n := 0
		for _, e := range doc.Entries {
			if lacks(e) {
				n++
			}
		}
		if n > 0 {
			all = append(all, fmt.Sprintf("%d of %s %s", n, count(len(doc.Entries), "entry"), text))
		}
	}
	about("without a date; the time of our first look stands for it", undated)
	about("dated in the future; our clock goes before theirs", func(e news.Entry) bool { return e.Published.Sub(now) > ahead })
	if src.Kind == news.KindFeed {
		about("without an id; link or text stand for it", func(e news.Entry) bool { return e.GUID == "" })
		about("with the id of another entry", repeated(func(e news.Entry) string { return e.GUID }))
		about("without a link; the page here stands for it", func(e news.Entry) bool { return e.Link == "" })
	}
	about("without title and text", func(e news.Entry) bool { return e.Title == "" && strings.TrimSpace(clean.Text(e.Body())) == "" })
	if text := languageWarning(doc); text != "" && src.Kind == news.KindFeed {
		all = append(all, text)
	}
	return all
}

// repeated returns a function that reports whether an entry's value occurred
// before. Empty values do not count.
func repeated(value func(news.Entry) string) func(news.Entry) bool {
	seen := map[string]bool{}
	return func(e news.Entry) bool {
		v := value(e)
		again := v != "" && seen[v]
		seen[v] = true
		return again
	}
}

// languageWarning returns a warning if the entries are not in the declared language.
func languageWarning(doc *news.Document) string {
	var text strings.Builder
	declared := doc.Language
	for _, e := range doc.Entries {
		declared = cmp.Or(declared, e.Language)
		if e.Language != "" && e.Language != declared {
			return "" // the feed declares several languages, entry by entry
		}
		text.WriteString(e.Title + ". " + clean.Text(e.Body()) + "\n")
	}
	language, _, _ := strings.Cut(declared, "-")
	switch language {
	case "no", "nn":
		language = "nb" // the detector knows one kind of Norwegian
	case "sh", "bs":
		language = "hr"
	}
	found := seed.Language(text.String())
	if found == "" || language == "" || found == language {
		return ""
	}
	return fmt.Sprintf("declared as %q, but its entries look like %q: a feed with language: or a filter takes it for the former", oneLine(declared), found)
}

// moveWarnings returns a warning if the feed has moved.
func moveWarnings(src config.Source, got tried) []string {
	var all []string
	elsewhere := func(address string) bool { return address != "" && news.FeedKey(address) != news.FeedKey(src.URL) }
	if to := got.answer.Permanent; elsewhere(to) {
		all = append(all, fmt.Sprintf("moved for good, the server says: write feed: %s", oneLine(news.SafeURL(to))))
	}
	if to := got.doc.Moved; elsewhere(to) {
		all = append(all, fmt.Sprintf("moved, the document says: write feed: %s", oneLine(news.SafeURL(to))))
	}
	return all
}

// remarks returns other facts about a feed: its hubs, and how often it wants to be fetched.
func remarks(src config.Source, got tried) []string {
	if src.Kind != news.KindFeed {
		return nil
	}
	var all []string
	for _, hub := range discover.Hubs(got.answer, got.doc).Hubs {
		all = append(all, "a hub would push it: "+oneLine(news.SafeURL(hub)))
	}
	if d := got.doc.TTL; d > 0 {
		all = append(all, "asks to be left alone for "+span(d)+" at a time")
	}
	if src.Content == config.ContentPage {
		all = append(all, "content: page is not tried here; entries are shown with the feed's own text")
	}
	return all
}
