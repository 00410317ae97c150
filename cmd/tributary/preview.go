package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/fetch"
	"tributary/internal/news"
	"tributary/internal/story"
)

// preview is what a source or list would bring. In JSON every key is always present.
type preview struct {
	Name     string         `json:"name"`
	Kind     string         `json:"kind"` // feed, seeds or list
	Outcome  news.Outcome   `json:"outcome"`
	Error    string         `json:"error"`
	Title    string         `json:"title"`
	Format   string         `json:"format"`
	Language string         `json:"language"` // as declared
	Count    int            `json:"count"`    // of entries, or of the sources on a list
	Entries  []previewEntry `json:"entries"`  // the first ones, as they would be published
	Sources  []string       `json:"sources"`  // addresses on a list, as far as they may be printed
	Warnings []string       `json:"warnings"` // what the publisher or the operator could improve
	Notes    []string       `json:"notes"`    // what was repaired, and other facts
}

// previewEntry is an entry as it would be published.
type previewEntry struct {
	Title     string     `json:"title"`
	Link      string     `json:"link"`
	Published *time.Time `json:"published"` // null: undated
	Author    string     `json:"author"`
	Text      string     `json:"text"` // the beginning of it
}

// previewed is how many entries are shown.
const previewed = 3

// failed reports whether the source or list would bring nothing.
func (p *preview) failed() bool {
	return p.Outcome.Failed() || p.Kind == "list" && p.Outcome != news.OutcomeOK
}

func newPreview(name, kind string) *preview {
	return &preview{Name: name, Kind: kind, Entries: []previewEntry{}, Sources: []string{}, Warnings: []string{}, Notes: []string{}}
}

// previewOf returns the preview of a source that was tried.
func previewOf(src config.Source, got tried, now time.Time) *preview {
	p := newPreview(src.Name, string(src.Kind))
	if got.err != nil {
		p.Outcome, p.Error = news.OutcomeOf(got.err), oneLine(got.err.Error())
		return p
	}
	doc := got.doc
	p.Outcome = cmp.Or(doc.Outcome, news.OutcomeOK)
	p.Title, p.Format, p.Language, p.Count = cmp.Or(oneLine(doc.Title), src.Name), doc.Format, doc.Language, len(doc.Entries)
	entries := newestFirst(src, doc, now)
	for _, e := range entries[:min(previewed, len(entries))] {
		p.Entries = append(p.Entries, newPreviewEntry(e))
	}
	p.Warnings = append(p.Warnings, warnings(src, got, now)...)
	for _, r := range doc.Repairs {
		p.Notes = append(p.Notes, oneLine(r))
	}
	p.Notes = append(p.Notes, remarks(src, got)...)
	return p
}

// undated reports whether an entry states no time at all. An entry that states
// only when it was updated counts as published at that time.
func undated(e news.Entry) bool { return e.Published.IsZero() && e.Updated.IsZero() }

// newestFirst returns the entries of a document as they would be published:
// without repeats, newest first.
func newestFirst(src config.Source, doc *news.Document, now time.Time) []news.Entry {
	arrivals := story.Arrive(src.Source, doc)
	published := func(a story.Arrival) time.Time {
		if undated(a.Entry) && src.Kind == news.KindFeed {
			return news.UndatedTime(a.Position, now)
		}
		p, _ := news.PlausibleTimes(a.Entry.Published, a.Entry.Updated, now)
		return p
	}
	slices.SortStableFunc(arrivals, func(a, b story.Arrival) int {
		return cmp.Or(published(b).Compare(published(a)), cmp.Compare(a.Position, b.Position))
	})
	entries := make([]news.Entry, len(arrivals))
	for i, a := range arrivals {
		entries[i] = a.Entry
		if !undated(a.Entry) {
			entries[i].Published = published(a)
		}
	}
	return entries
}

func newPreviewEntry(e news.Entry) previewEntry {
	var authors []string
	for _, p := range e.Authors {
		authors = append(authors, oneLine(cmp.Or(p.Name, p.Email, p.URL)))
	}
	return previewEntry{
		Title: oneLine(e.Title), Link: oneLine(news.SafeURL(e.Link)), Published: stated(e.Published), Author: strings.Join(authors, ", "),
		Text: beginning(clean.Text(e.Body())),
	}
}

// beginning returns a text as one line, cut at a word after at most 120 characters.
func beginning(text string) string {
	const most = 120
	line := []rune(oneLine(text))
	if len(line) <= most {
		return string(line)
	}
	cut := string(line[:most])
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return cut + "…"
}

// previewList returns the preview of a list.
func previewList(ctx context.Context, client *fetch.Client, l config.List, site news.Site) *preview {
	got := daemon.TryList(ctx, client, l, site)
	p := newPreview(l.Name, "list")
	p.Outcome, p.Title, p.Format, p.Count = got.Last.Outcome, cmp.Or(l.Title, l.Name), "opml", len(got.Sources)
	if p.failed() {
		p.Error = oneLine(got.Last.Error)
		return p
	}
	if got.Last.Error != "" {
		p.Warnings = append(p.Warnings, oneLine(got.Last.Error))
	}
	for _, s := range got.Sources {
		p.Sources = append(p.Sources, oneLine(printedURL(news.Source{Kind: news.KindFeed, URL: s.URL, Public: l.Each.Public})))
	}
	return p
}

// print prints a preview as text. If full is set, it prints all that is known of each entry.
func (p *preview) print(w io.Writer, full bool) {
	switch {
	case p.failed():
		fmt.Fprintf(w, "%s: %s: %s\n", p.Name, p.Outcome, p.Error)
		return
	case p.Kind == "list":
		fmt.Fprintf(w, "%s: %s: a list of %s\n", p.Name, p.Outcome, count(p.Count, "source"))
		for i, url := range p.Sources {
			if i == previewed && !full {
				fmt.Fprintf(w, "  and %d more\n", len(p.Sources)-i)
				break
			}
			fmt.Fprintf(w, "  %s\n", url)
		}
	default:
		fmt.Fprintf(w, "%s: %s: %s (%s), %s\n", p.Name, p.Outcome, p.Title, p.Format, count(p.Count, "entry"))
	}
	for _, e := range p.Entries {
		e.print(w, full)
	}
	for _, text := range p.Warnings {
		fmt.Fprintf(w, "  warning: %s\n", text)
	}
	for _, text := range p.Notes {
		fmt.Fprintf(w, "  note: %s\n", text)
	}
}

func (e previewEntry) print(w io.Writer, full bool) {
	var published time.Time
	if e.Published != nil {
		published = *e.Published
	}
	fmt.Fprintf(w, "  %-16s  %s\n", minute(published), orUntitled(e.Title))
	if !full {
		return
	}
	for _, line := range []string{e.Link, e.Author, e.Text} {
		if line != "" {
			fmt.Fprintf(w, "  %-16s  %s\n", "", line)
		}
	}
}
