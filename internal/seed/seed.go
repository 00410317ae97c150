// Package seed reads seed documents: files that a person drops into a folder and that become
// entries, much as an editor would have prepared them.
//
// [Parse] turns a file into a Document. The extension decides how it is read:
//
//	.txt .text             plain text (text.go): optional metadata, a lead,
//	                       paragraphs, sub-headings, photo captions
//	.md .markdown          Markdown with YAML front matter (markdown.go)
//	.html .htm .xhtml      a web page (page.go; body.go edits the text)
//	.xml .rss .atom .rdf .json   a feed document (feeddoc.go)
//
// A feed document keeps its entries. Every other reader fills a piece, from which a single entry is
// made. Its title is stated or taken from the first clause of the lead. Its summary is stated or
// the lead, its content is the body as sanitised HTML, and its language is declared or detected. A
// date without a time is midnight UTC of that day, so that the stored day is the day that was
// written. Document.Repairs lists what was left out or repaired; all other words of a text stay as
// they are and in order. The entry has a link only if the file states one; otherwise its page is
// its story page.
//
// [Read] scans a folder and determines the identity of documents (scan.go, match.go): which files
// are new, changed, renamed, withdrawn or back.
//
// The package reads no clock and keeps no state. What must be remembered between two scans is a
// list of news.SeedFile that the caller stores.
package seed

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// MaxBytes is the maximum size of a seed file. A text of 10 MiB is about twenty novels; anything
// larger is not a text for a feed.
const MaxBytes = 10 << 20

// Parse reads one file. The extension of path determines its kind, and its name may provide a date
// (2025-12-03-title.md). The GUID of the entry is left empty, because it depends on earlier scans
// (see Read). GUIDs from a feed document are prefixed as Read does without any known files. An
// error is a *news.Failure that names the file and the problem.
func Parse(path string, data []byte) (*news.Document, error) {
	p, err := parse(path, data)
	if err != nil {
		return nil, news.Failf(news.OutcomeOf(err), "%s: %w", clean.Line(path), err)
	}
	if p.feed {
		p.prefix(p.feedPrefix(path))
	}
	return p.document, nil
}

// parsed is a file that was read but has no identity yet.
type parsed struct {
	document *news.Document
	feed     bool   // a feed document, whose entries have their own GUIDs
	text     string // plain text of stated title and body, from which identity is derived
}

// reader reads one kind of file.
type reader func(data []byte) (*piece, error)

// readers maps extensions to readers; nil stands for feed documents.
var readers = map[string]reader{
	".txt": readText, ".text": readText,
	".md": readMarkdown, ".markdown": readMarkdown,
	".html": readPage, ".htm": readPage, ".xhtml": readPage,
	".xml": nil, ".rss": nil, ".atom": nil, ".rdf": nil, ".json": nil,
}

// Endings lists the usual extensions, for messages.
const Endings = ".txt .md .html .xml .rss .atom or .json"

// parse is Parse without the path in its errors and without guids.
func parse(name string, data []byte) (*parsed, error) {
	read, err := readerFor(name)
	if err != nil {
		return nil, err
	}
	if len(data) > MaxBytes {
		return nil, tooLarge(int64(len(data)))
	}
	if len(strings.TrimSpace(string(data))) == 0 {
		return nil, news.Failf(news.OutcomeNotAFeed, "the file is empty; a seed needs some text")
	}
	if read == nil {
		return readFeed(data)
	}
	p, err := read(data)
	if err != nil {
		return nil, err
	}
	if p.published.IsZero() {
		p.published = dateOfName(name)
	}
	return p.finish()
}

// readerFor returns the reader for the extension of a file name.
func readerFor(name string) (reader, error) {
	ext := strings.ToLower(path.Ext(name))
	read, ok := readers[ext]
	if !ok {
		return nil, news.Failf(news.OutcomeNotAFeed, "files ending in %q are not read; a seed ends in "+Endings, ext)
	}
	return read, nil
}

func tooLarge(size int64) *news.Failure {
	return news.Failf(news.OutcomeTooLarge, "%d MiB; a seed has at most %d MiB", size>>20, int64(MaxBytes)>>20)
}

// meta is what a file states about itself besides its text.
type meta struct {
	title, summary, link, lang, source string // plain text
	authors                            []news.Person
	tags                               []string
	published, updated                 time.Time
	draft                              bool
	notes                              []string // values that could not be parsed
}

// piece is a text as a reader found it.
type piece struct {
	meta
	base    string   // address that relative ones in the body are relative to, if not the link
	lead    string   // plain text of the first paragraph
	body    string   // HTML, not yet sanitised
	repairs []string // what was repaired or left out
}

// Maximum lengths in characters.
const (
	maxSummary = 1000
	maxStated  = 300 // a title stated by the file
	maxTerm    = 100
)

// finish makes the entry. It is common to all kinds of text.
func (p *piece) finish() (*parsed, error) {
	if p.draft {
		return nil, &news.Failure{Outcome: news.OutcomeNotAFeed, Err: errDraft}
	}
	base, _ := url.Parse(cmp.Or(p.base, p.link))
	body := clean.HTML(p.body, base)
	text := clean.Text(body)
	if !hasWord(text) {
		return nil, news.Failf(news.OutcomeNotAFeed, "no text in it besides markup, metadata and notices; a seed needs a sentence")
	}
	stated := shorten(clean.Line(p.title), maxStated)
	lead := cmp.Or(clean.Line(p.lead), text)
	e := news.Entry{
		Link: p.link, Title: stated, Content: body, Published: p.published, Updated: p.updated,
		Authors: p.authors, Categories: categories(p.tags), Language: languageOf(p.lang, stated+"\n"+text),
		Summary: clean.Escape(shorten(clean.Line(p.summary), maxSummary)),
	}
	if e.Title == "" {
		e.Title = headline(lead)
	}
	if e.Summary == "" {
		e.Summary = clean.Escape(shorten(lead, maxSummary))
	}
	if p.source != "" {
		e.Origin = &news.Origin{Title: clean.Line(p.source)}
	}
	return &parsed{text: stated + "\n" + text, document: &news.Document{
		Format: "seed", Outcome: news.OutcomeOK, Language: e.Language, Updated: e.Updated,
		Entries: []news.Entry{e}, Repairs: append(p.repairs, p.notes...),
	}}, nil
}

// categories returns the tags as categories, without duplicates.
func categories(tags []string) []news.Category {
	var out []news.Category
	seen := map[string]bool{}
	for _, tag := range tags {
		term := clean.Line(tag)
		if key := strings.ToLower(term); term != "" && len(term) <= maxTerm && !seen[key] {
			seen[key] = true
			out = append(out, news.Category{Term: term})
		}
	}
	return out
}

// datedName matches file names of posts as used by static site generators.
var datedName = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})[-_. ]`)

// dateOfName returns the date at the start of a file name, or the zero time.
func dateOfName(name string) time.Time {
	m := datedName.FindStringSubmatch(path.Base(name))
	if m == nil {
		return time.Time{}
	}
	t, _ := parseTime(m[1])
	return t
}
