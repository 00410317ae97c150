package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tributary/internal/news"
)

// view is a subject as the environment of an expression: the tags are the names of the
// variables. What is expensive is filled in only for rules that use it.
type view struct {
	ID         string        `expr:"id"`
	Link       string        `expr:"link"`
	Title      string        `expr:"title"`
	Summary    string        `expr:"summary"` // HTML; searched as plain text
	Content    string        `expr:"content"` // likewise
	Text       string        `expr:"text"`    // plain text of the body
	Language   string        `expr:"language"`
	Source     string        `expr:"source"` // name
	Published  time.Time     `expr:"published"`
	Updated    time.Time     `expr:"updated"`
	Age        time.Duration `expr:"age"`        // when first seen
	Length     int           `expr:"length"`     // of the text, in words
	Size       int           `expr:"size"`       // of the story, in entries
	Paid       bool          `expr:"paid"`       // for subscribers only, as it says itself
	Authors    []string      `expr:"authors"`    // names
	Categories []string      `expr:"categories"` // terms, and what people read
	Enclosures []string      `expr:"enclosures"` // addresses
	Tags       []string      `expr:"tags"`       // of the source
	Outlets    []string      `expr:"outlets"`    // of the story

	This *view `expr:"(this)"` // an argument that the rewriter adds to helpers

	plain func(html string) string
	types []string            // of the enclosures
	texts map[string][]folded // by variable
}

// Variables are the names that a rule may use. Those of storyVariables are known
// at a feed only.
var (
	textVariables  = []string{"title", "summary", "content", "text", "link", "id", "language", "source"}
	listVariables  = []string{"categories", "authors", "tags", "outlets", "enclosures"}
	otherVariables = []string{"published", "updated", "age", "length", "size", "paid"}
	storyVariables = []string{"outlets", "size"}
	variables      = slices.Concat(textVariables, listVariables, otherVariables)
)

// fill takes in a subject for a rule that uses some of the variables.
func (v *view) fill(s news.Subject, plain func(string) string, uses map[string]bool) {
	e := s.Entry
	*v = view{
		ID: e.GUID, Link: e.Link, Title: e.Title, Summary: e.Summary, Content: e.Content, Language: e.Language,
		Source: s.Source.Name, Published: e.Published, Updated: e.Updated, Age: max(e.FirstSeen.Sub(e.Published), 0),
		Size: s.Size, Tags: s.Source.Tags, Outlets: s.Outlets,
		plain: plain, texts: map[string][]folded{},
	}
	v.This = v
	if uses["text"] || uses["length"] || uses["paid"] {
		v.Text = plain(e.Body())
	}
	if uses["authors"] {
		for _, a := range e.Authors {
			v.Authors = append(v.Authors, a.Name)
		}
	}
	if uses["categories"] || uses["paid"] {
		v.Categories = categories(e.Categories)
	}
	if uses["enclosures"] {
		for _, m := range e.Enclosures {
			v.Enclosures = append(v.Enclosures, m.URL)
			v.types = append(v.types, strings.ToLower(m.Type))
		}
	}
	if uses["length"] {
		v.Length = len(v.folded("text")[0].words())
	}
	if uses["paid"] {
		v.Paid = v.paidBy() != ""
	}
}

// categories are the terms and, where they differ, what people read.
func categories(all []news.Category) []string {
	var list []string
	for _, c := range all {
		for _, name := range []string{c.Term, c.Label} {
			if name != "" && !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// folded returns the texts of a variable, folded for a search.
func (v *view) folded(name string) []folded {
	texts, ok := v.texts[name]
	if !ok {
		for _, text := range v.values(name) {
			texts = append(texts, folded{text: Fold(text)})
		}
		v.texts[name] = texts
	}
	return texts
}

// values returns the texts of a variable: one, or those of a list. HTML is turned into plain
// text.
func (v *view) values(name string) []string {
	switch name {
	case "title":
		return []string{v.Title}
	case "summary":
		return []string{v.plain(v.Summary)}
	case "content":
		return []string{v.plain(v.Content)}
	case "text":
		return []string{v.Text}
	case "link":
		return []string{v.Link}
	case "id":
		return []string{v.ID}
	case "language":
		return []string{v.Language}
	case "source":
		return []string{v.Source}
	case "categories":
		return v.Categories
	case "authors":
		return v.Authors
	case "tags":
		return v.Tags
	case "outlets":
		return v.Outlets
	case "enclosures":
		return v.Enclosures
	}
	return nil
}

// describe returns the value of a variable for people; "" for one that is long.
func (v *view) describe(name string) string {
	switch name {
	case "summary", "content", "text":
		return ""
	case "published":
		return v.Published.UTC().Format("Monday 2006-01-02 15:04 MST")
	case "updated":
		return v.Updated.UTC().Format("Monday 2006-01-02 15:04 MST")
	case "age":
		return v.Age.Round(time.Second).String()
	case "length":
		return strconv.Itoa(v.Length) + " words"
	case "size":
		return strconv.Itoa(v.Size)
	case "paid":
		if by := v.paidBy(); by != "" {
			return "true by " + by
		}
		return "false"
	}
	const most = 8
	values := v.values(name)
	if slices.Contains(textVariables, name) {
		return quoted(values[0])
	}
	var b strings.Builder
	for i, value := range values {
		if i == most {
			fmt.Fprintf(&b, ", … (%d)", len(values))
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quoted(value))
	}
	return "[" + b.String() + "]"
}

// quoted shows a text of a feed in one line.
func quoted(s string) string { return strconv.Quote(shortened(s)) }
