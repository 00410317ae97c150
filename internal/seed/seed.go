// Package seed reads seed documents: files that a person drops into a folder
// and that become entries, as an editor would have made them.
//
// Parse turns one file into a Document. By the ending of its name it is read as
//
//	.txt .text             plain text (text.go): an optional metadata run, a lead,
//	                       paragraphs, sub-headings, photo lines
//	.md .markdown          Markdown with YAML front matter (markdown.go)
//	.html .htm .xhtml      a web page (page.go)
//	.xml .rss .atom .rdf .json   a feed document (feeddoc.go)
//
// and every reader fills the same piece, from which the one entry is finished:
// a title (stated, or the first clause of the lead), the lead as the summary,
// the body as sanitised HTML, the language declared or recognised. A date
// without a time is midnight UTC of that day, so that the stored day is the
// day that was written. What was left out or mended is told in
// Document.Repairs; apart from that the words of a text stay as they are, in
// order. An entry of a seed has no link unless the file states one: its page is
// its story page.
//
// Read scans a folder and gives documents their identity (scan.go, match.go):
// which file is new, changed, renamed, withdrawn or back.
//
// The package asks no clock and keeps no state; what is remembered between two
// scans is a list of news.SeedFile that the caller stores.
package seed

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// MaxBytes is the size up to which a seed file is read. A text of 10 MiB is
// about twenty novels; what is larger is no text for a feed.
const MaxBytes = 10 << 20

// Parse reads one file; path tells its kind by its ending and may lend a date
// (2025-12-03-title.md). The entry's GUID is left empty, because it depends on
// what was known before (see Read); those of a feed document are prefixed as
// Read does for an empty database. An error is a *news.Failure that names the
// file and what is wrong with it.
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

// parsed is one file as read, before it has an identity.
type parsed struct {
	document *news.Document
	feed     bool   // a feed document: its entries bring their guids
	text     string // what identity is made of: stated title and body, plain
}

// reader reads the bytes of one kind of file.
type reader func(data []byte) (*piece, error)

// readers maps an ending to its reader; nil marks feed documents.
var readers = map[string]reader{
	".txt": readText, ".text": readText,
	".md": readMarkdown, ".markdown": readMarkdown,
	".html": readPage, ".htm": readPage, ".xhtml": readPage,
	".xml": nil, ".rss": nil, ".atom": nil, ".rdf": nil, ".json": nil,
}

// Endings names the usual ones, for messages.
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

// readerFor finds the reader by the ending of a file's name.
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

// meta is what a file says of itself beside its text.
type meta struct {
	title, summary, link, lang, source string // plain text
	authors                            []news.Person
	tags                               []string
	published, updated                 time.Time
	draft                              bool
	notes                              []string // values that could not be read
}

// piece is one text as its reader found it.
type piece struct {
	meta
	lead    string   // plain text of the first paragraph
	body    string   // HTML, not yet sanitised
	repairs []string // what was mended or left out
}

// Bounds of what is shown, in characters.
const (
	maxSummary = 1000
	maxStated  = 300 // a title that the file states
	maxTerm    = 100
)

// finish makes the entry: what every kind of text has in common.
func (p *piece) finish() (*parsed, error) {
	if p.draft {
		return nil, &news.Failure{Outcome: news.OutcomeNotAFeed, Err: errDraft}
	}
	base, _ := url.Parse(p.link)
	body := clean.HTML(p.body, base)
	text := clean.Text(body)
	if !hasWord(text) {
		return nil, news.Failf(news.OutcomeNotAFeed, "no text in it besides markup, metadata and notices; a seed needs a sentence")
	}
	stated := shorten(clean.Line(p.title), maxStated)
	lead := clean.Line(p.lead)
	if lead == "" {
		lead = text
	}
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

// categories makes subjects of tags, each once.
func categories(tags []string) []news.Category {
	var out []news.Category
	seen := map[string]bool{}
	for _, tag := range tags {
		term := clean.Line(tag)
		if key := strings.ToLower(term); term == "" || len(term) > maxTerm || seen[key] {
			continue
		} else {
			seen[key] = true
		}
		out = append(out, news.Category{Term: term})
	}
	return out
}

// datedName is the name of a post as static site generators write it.
var datedName = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})[-_. ]`)

// dateOfName returns the day at the start of a file's name, zero without one.
func dateOfName(name string) time.Time {
	m := datedName.FindStringSubmatch(path.Base(name))
	if m == nil {
		return time.Time{}
	}
	t, _ := parseTime(m[1])
	return t
}
