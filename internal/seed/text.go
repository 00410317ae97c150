package seed

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// kind is the kind of a block.
type kind int

const (
	paragraph kind = iota
	heading
	caption // a photo caption
	list    // every line is an item
	verse   // line breaks are meaningful
	rule    // a line of asterisks or dashes
)

// block is a part of a text between blank lines, or a line of a text without hard line breaks.
type block struct {
	kind  kind
	lines []string // white space collapsed; a single line except in list and verse
}

// text returns the block as one line.
func (b block) text() string { return strings.Join(b.lines, " ") }

// Thresholds that show how a text was typed, in characters unless stated otherwise.
const (
	unwrapped  = 120 // a longer line was not wrapped by its editor
	shortLine  = 80  // a sub-heading or a line of verse is not longer
	shortWords = 12  // nor does it have more words
	ragged     = 0.7 // a line shorter than this fraction of the width was broken on purpose
	headLines  = 3   // byline and date are among the first blocks
)

// readText reads plain text. The text was usually copied from a page, so its structure is that of
// the page, flattened: a short line on its own is a sub-heading, a line that credits a photographer
// is a caption, and what addresses the visitor of the page is left out.
func readText(data []byte) (*piece, error) {
	text, repairs, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	m, rest := metadataRun(text)
	p := &piece{meta: m, repairs: repairs}
	p.layOut(rest)
	return p, nil
}

// layOut derives lead and body from a text without markup.
func (p *piece) layOut(text string) {
	blocks := p.withoutNotices(split(text))
	blocks = p.header(blocks)
	classify(blocks)
	blocks = p.withoutDangling(blocks)
	for _, b := range blocks {
		if b.kind == paragraph || b.kind == verse || b.kind == list {
			p.lead = b.text()
			break
		}
	}
	p.body = render(blocks)
}

// split cuts a text into blocks.
func split(text string) []block {
	var blocks []block
	width := 0
	for line := range strings.Lines(text) {
		width = max(width, utf8.RuneCountInString(strings.TrimSpace(line)))
	}
	var lines []string
	flush := func() {
		blocks = append(blocks, arrange(lines, width)...)
		lines = nil
	}
	for line := range strings.Lines(text) {
		if line = fold(line); line != "" {
			lines = append(lines, line)
			continue
		}
		flush()
	}
	flush()
	return blocks
}

// fold trims a line and collapses its blanks, except no-break spaces.
func fold(line string) string {
	line = strings.TrimFunc(line, unicode.IsSpace)
	if !strings.Contains(line, "  ") && !strings.Contains(line, "\t") {
		return line
	}
	return strings.Join(strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
}

// arrange decides what the line breaks between two blank lines mean.
func arrange(lines []string, width int) []block {
	switch {
	case len(lines) == 0:
		return nil
	case len(lines) == 1:
		return []block{{kind: ruled(lines[0]), lines: lines}}
	case len(lines) == 2 && underline(lines[1]):
		return []block{{kind: heading, lines: lines[:1]}}
	case bulleted(lines):
		return []block{{kind: list, lines: lines}}
	}
	longest := 0
	apart := true // every line is a sentence of its own
	for i, line := range lines {
		if apart = apart && endsSentence(line); i < len(lines)-1 {
			longest = max(longest, utf8.RuneCountInString(line))
		}
	}
	last := utf8.RuneCountInString(lines[len(lines)-1])
	switch {
	case max(longest, last) > shortLine && (apart || width > unwrapped):
		var out []block
		for _, line := range lines {
			out = append(out, block{kind: ruled(line), lines: []string{line}})
		}
		return out
	case width > unwrapped, float64(longest) < ragged*float64(width):
		return []block{{kind: verse, lines: lines}}
	}
	return []block{{lines: []string{strings.Join(lines, " ")}}}
}

// endsSentence reports whether a line ends with the punctuation of a sentence or clause, inside or
// outside a quotation.
func endsSentence(line string) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(line, closing))
	return strings.ContainsRune(".!?…:;,。！？：；、", last)
}

// ruled returns rule for a line that is only a divider.
func ruled(line string) kind {
	if !hasWord(line) && len(line) >= 3 && strings.Trim(line, "*-_=~#+. •·—–") == "" {
		return rule
	}
	return paragraph
}

// underline reports whether a line underlines the one above.
func underline(line string) bool {
	return len(line) >= 3 && (strings.Trim(line, "=") == "" || strings.Trim(line, "-") == "" || strings.Trim(line, "~") == "")
}

// bulleted reports whether every line is a list item.
func bulleted(lines []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool { return point(line) == line })
}

// point returns the text of a list item, or the line itself.
func point(line string) string {
	for _, mark := range []string{"- ", "* ", "• ", "· ", "– ", "▪ ", "‣ "} {
		if text, ok := strings.CutPrefix(line, mark); ok && hasWord(text) {
			return text
		}
	}
	return line
}

// withoutNotices removes notices to the visitor of a page, and records that.
func (p *piece) withoutNotices(blocks []block) []block {
	kept := blocks[:0]
	after := false // a notice was removed: its buttons may follow
	for _, b := range blocks {
		if b.kind == rule || b.kind == list || b.kind == verse {
			kept = append(kept, b)
			continue
		}
		text, reason := withoutNotice(b.text())
		if reason == "" && after && button.MatchString(text) {
			text, reason = "", "a button"
		}
		after = reason != ""
		if reason != "" {
			p.leftOut(reason, b.text())
		}
		if text != "" {
			b.lines = []string{text}
			kept = append(kept, b)
		}
	}
	return kept
}

func (p *piece) leftOut(reason, text string) {
	p.repairs = append(p.repairs, "left out "+reason+": "+shorten(text, 80))
}

// header takes title, byline and date from the first blocks, where each is a block of its own.
func (p *piece) header(blocks []block) []block {
	if len(blocks) > 1 && p.title == "" && titled(blocks) {
		p.title = blocks[0].text()
		blocks = blocks[1:]
	}
	for i := 0; i < min(headLines, len(blocks)-1); {
		if blocks[i].kind == list || blocks[i].kind == rule || !p.headLine(blocks[i].text()) {
			i++
			continue
		}
		blocks = append(blocks[:i:i], blocks[i+1:]...)
	}
	return blocks
}

// titled reports whether the first block is a headline: short, without a full stop, of at least two
// words, and followed by other text.
func titled(blocks []block) bool {
	b := blocks[0]
	words := len(strings.Fields(b.text()))
	if b.kind != heading && (b.kind != paragraph || !short(b.text()) || isCaption(b.text())) || words < 2 {
		return false
	}
	return slices.ContainsFunc(blocks[1:], func(next block) bool { return next.kind != rule })
}

// headLine reads a byline or a date line. One that contradicts known metadata stays in the text.
func (p *piece) headLine(line string) bool {
	if m := byline.FindStringSubmatch(line); m != nil {
		named := people(m[1])
		if len(p.authors) == 0 {
			p.authors = named
		}
		return slices.EqualFunc(p.authors, named, func(a, b news.Person) bool { return a.Name == b.Name })
	}
	m := dateLine.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	t, ok := parseTime(m[1])
	if ok {
		p.setTime(published, t)
	}
	return ok && p.published.Format(time.DateOnly) == t.Format(time.DateOnly)
}

// classify distinguishes headings and captions from paragraphs. A sub-heading stands alone: three
// or more short lines in a row are a list typed with blank lines, and a text of only short lines
// has no headings.
func classify(blocks []block) {
	for i, b := range blocks {
		if b.kind == paragraph && isCaption(b.text()) {
			blocks[i].kind = caption
		}
	}
	for from := 0; from < len(blocks); {
		to := from
		for to < len(blocks) && (blocks[to].kind == heading || blocks[to].kind == paragraph && short(blocks[to].text())) {
			to++
		}
		if n := to - from; n > 0 && n < 3 && n < len(blocks) {
			for i := from; i < to; i++ {
				blocks[i].kind = heading
			}
		}
		from = max(to, from+1)
	}
}

// short reports whether a line looks like a heading: a few words that start like a sentence and do
// not end like one. A single short question counts as well.
func short(line string) bool {
	n := utf8.RuneCountInString(line)
	if n > shortLine || len(strings.Fields(line)) > shortWords || !hasWord(line) || len(sentences(line)) > 1 ||
		strings.Contains(line, "://") || strings.Contains(line, "@") || point(line) != line {
		return false
	}
	r, _ := utf8.DecodeRuneInString(line)
	if unicode.IsLower(r) || r == '(' || r == '[' {
		return false
	}
	if strings.HasSuffix(strings.TrimRight(line, closing), "?") {
		return n <= shortLine*3/4 && unicode.IsUpper(r)
	}
	return !endsSentence(line)
}

// withoutDangling removes headings without text below them: the last ones of a text that was cut
// off, or of a list of links that was removed.
func (p *piece) withoutDangling(blocks []block) []block {
	hasParagraph := slices.ContainsFunc(blocks, func(b block) bool { return b.kind != heading && b.kind != caption && b.kind != rule })
	below := false
	kept := make([]block, 0, len(blocks))
	for i := len(blocks) - 1; i >= 0; i-- {
		b := blocks[i]
		if b.kind == heading && !below && hasParagraph {
			p.leftOut("a heading without text below it", b.text())
			continue
		}
		below = below || b.kind == paragraph || b.kind == list || b.kind == verse
		kept = append(kept, b)
	}
	slices.Reverse(kept)
	return kept
}

// render returns the blocks as HTML.
func render(blocks []block) string {
	var out strings.Builder
	for _, b := range blocks {
		switch b.kind {
		case heading:
			out.WriteString("<h3>" + clean.Escape(b.text()) + "</h3>\n")
		case caption:
			out.WriteString("<figure><figcaption>" + clean.Escape(b.text()) + "</figcaption></figure>\n")
		case list:
			out.WriteString("<ul>\n")
			for _, line := range b.lines {
				out.WriteString("<li>" + clean.Escape(point(line)) + "</li>\n")
			}
			out.WriteString("</ul>\n")
		case rule:
			out.WriteString("<hr>\n")
		default:
			out.WriteString("<p>" + strings.ReplaceAll(clean.Escape(strings.Join(b.lines, "\n")), "\n", "<br>\n") + "</p>\n")
		}
	}
	return out.String()
}
