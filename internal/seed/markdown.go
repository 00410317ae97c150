package seed

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"go.yaml.in/yaml/v4"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// errDraft means that the author has not released a document. A published document that becomes a
// draft is withdrawn.
var errDraft = errors.New("its front matter says that it is a draft; remove that line to publish it")

// readMarkdown reads CommonMark with the GitHub extensions, definition lists and footnotes.
// Embedded HTML is sanitised with the rest.
func readMarkdown(data []byte) (*piece, error) {
	text, repairs, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	m, body, err := frontMatter(text)
	if err != nil {
		return nil, err
	}
	p := &piece{meta: m, repairs: repairs}
	if tangled(body) {
		p.repairs = append(p.repairs, "its Markdown has more marks than can be read in reasonable time; it was read as plain text")
		p.layOut(body)
		return p, nil
	}
	md := goldmark.New(
		goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.TaskList, extension.DefinitionList, extension.Footnote,
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
		goldmark.WithRendererOptions(html.WithUnsafe()), // sanitised when the piece is finished
	)
	var out bytes.Buffer
	if err := md.Convert([]byte(body), &out); err != nil {
		return nil, news.Failf(news.OutcomeMalformed, "its Markdown cannot be read: %w", err)
	}
	return p, p.fill(boxes.Replace(out.String()))
}

// boxes replaces the form controls of a task list, which the sanitiser would remove.
var boxes = strings.NewReplacer(`<input checked="" disabled="" type="checkbox">`, "☑", `<input disabled="" type="checkbox">`, "☐")

// Bounds of what is read as Markdown. The parser is quadratic in the marks of a block and in the
// block quotes opened on a line: without a bound, a quarter of a megabyte of "*a_" takes minutes.
// At the bound it takes about two seconds; a long table of links stays a hundred times below it.
const (
	maxMarkWork = 400_000_000 // sum of the squared number of marks over all blocks
	maxNesting  = 50
)

// tangled reports whether a text exceeds these bounds.
func tangled(text string) bool {
	work, marks := 0, 0
	for line := range strings.Lines(text) {
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t>0123456789.)"))]
		if strings.Count(indent, ">")+strings.Count(indent, ". ")+strings.Count(indent, ") ") > maxNesting {
			return true
		}
		if strings.Trim(line, " \t\n") == "" {
			work, marks = work+marks*marks, 0
		}
		for i := range len(line) {
			switch line[i] {
			case '*', '_', '~', '[', '!', '<':
				marks++
			}
		}
	}
	notes := strings.Count(text, "[^")
	return work+marks*marks+notes*notes > maxMarkWork
}

// frontKey matches a line of front matter.
var frontKey = regexp.MustCompile(`^[\p{L}_-]+:(?:\s|$)`)

// frontMatter cuts the YAML block off the start of a document: a line of three dashes, keys, and
// another such line.
func frontMatter(text string) (m meta, body string, err error) {
	open, rest, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	if strings.TrimRight(open, " \t") == "+++" {
		return m, "", news.Failf(news.OutcomeMalformed, "front matter between +++ lines (TOML) is not read; write YAML between --- lines")
	}
	if strings.TrimRight(open, " \t") != "---" {
		return m, text, nil
	}
	block, body, closed := cutFence(rest)
	if !closed {
		if line, _, _ := strings.Cut(rest, "\n"); !frontKey.MatchString(line) {
			return m, text, nil // the text opens with a thematic break
		}
		return m, "", news.Failf(news.OutcomeMalformed, "its front matter has no end; close it with a line of three dashes (---)")
	}
	var values map[string]any
	if err := yaml.Load([]byte(block), &values); err != nil && strings.TrimSpace(block) != "" {
		return m, "", news.Failf(news.OutcomeMalformed, "its front matter is no YAML (%s); write one \"key: value\" a line, values with a colon in quotes", clean.Line(err.Error()))
	}
	for _, key := range slices.Sorted(maps.Keys(values)) { // sorted, so that of two names of a field the same one wins
		m.setFront(strings.ToLower(key), values[key])
	}
	return m, body, nil
}

// cutFence splits at the line that ends the front matter.
func cutFence(s string) (block, rest string, found bool) {
	at := 0
	for line := range strings.Lines(s) {
		if mark := strings.TrimRight(line, " \t\n"); mark == "---" || mark == "..." {
			return s[:at], s[at+len(line):], true
		}
		at += len(line)
	}
	return s, "", false
}

// setFront stores one key of front matter. Unknown keys are meant for other programs and ignored.
func (m *meta) setFront(key string, value any) {
	yes, isBool := value.(bool)
	switch {
	case key == "draft" && isBool:
		m.draft = m.draft || yes
	case key == "published" && isBool: // Jekyll's way to mark a draft
		m.draft = m.draft || !yes
	default:
		if f, ok := keys[key]; ok {
			m.setValue(f, value)
		}
	}
}

// setValue stores a scalar, or each element of a list.
func (m *meta) setValue(f field, value any) {
	switch v := value.(type) {
	case nil:
	case []any:
		for _, member := range v {
			m.setValue(f, member)
		}
	case map[string]any:
		if f == author {
			m.person(v)
		}
	case time.Time:
		m.set(f, v.Format(time.RFC3339Nano))
	default:
		m.set(f, fmt.Sprint(v))
	}
}

// person stores an author written as a mapping.
func (m *meta) person(v map[string]any) {
	text := func(key string) string {
		s, _ := v[key].(string)
		return clean.Line(s)
	}
	if name := text("name"); name != "" {
		m.authors = append(m.authors, news.Person{Name: name, Email: text("email"), URL: webAddress(text("url"))})
	}
}
