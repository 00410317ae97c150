package clean

import (
	"strings"

	"golang.org/x/net/html"

	"tributary/internal/news"
)

// paragraphs are the elements after whose end a text may be broken off. br and hr,
// which have no end, count as well.
var paragraphs = names("article aside blockquote br dd details div dl dt figure hr li main ol p pre section table tr ul")

// Shorten cuts the texts of an entry to what a document may hold of each, see
// news.MaxTextBytes, and reports whether it cut any. It does not consider the rest of
// the document, so the same text is always cut in the same place.
func Shorten(e *news.Entry) bool {
	summary, cutSummary := shorten(e.Summary, news.MaxTextBytes)
	content, cutContent := shorten(e.Content, news.MaxTextBytes)
	e.Summary, e.Content = summary, content
	return cutSummary || cutContent
}

// ReadOn appends to the text of a shortened entry a link to the whole.
func ReadOn(e *news.Entry) {
	link := HTML(`<p><a href="`+html.EscapeString(e.Link)+`">`+news.WordsIn(e.Language).ReadOn+"</a></p>", nil)
	if e.Content != "" {
		e.Content += "\n" + link
	} else {
		e.Summary += "\n" + link
	}
}

// shorten returns about the first most bytes of a result of HTML. It cuts after the
// last paragraph that fits or, if that would leave less than half, after the last word.
// It closes what is open there.
func shorten(markup string, most int) (string, bool) {
	if len(markup) <= most {
		return markup, false
	}
	c := cutter{markup: markup}
	z := html.NewTokenizer(strings.NewReader(markup))
	for c.at < most {
		kind := z.Next()
		size := len(z.Raw())
		if kind == html.ErrorToken || c.at+size > most {
			break
		}
		c.at += size
		name, _ := z.TagName()
		c.pass(kind, string(name))
	}
	if c.end < most/2 {
		rest := markup[c.at:]
		if !strings.HasPrefix(rest, "<") {
			return markup[:c.at] + lastWord(cut(rest, most-c.at)) + "…" + closed(c.open), true
		}
		return markup[:c.at] + closed(c.open), true
	}
	return markup[:c.end] + c.closing, true
}

// cutter goes through markup token by token.
type cutter struct {
	markup  string
	at      int      // offset after the last token
	open    []string // elements that are open there
	end     int      // offset after the last paragraph
	closing string   // end tags of what is open there
}

func (c *cutter) pass(kind html.TokenType, name string) {
	switch {
	case kind == html.StartTagToken && !void[name]:
		c.open = append(c.open, name)
		return
	case kind == html.EndTagToken && len(c.open) > 0:
		c.open = c.open[:len(c.open)-1]
	}
	if kind != html.TextToken && paragraphs[name] {
		c.end, c.closing = c.at, closed(c.open)
	}
}

// closed returns the end tags of open elements.
func closed(open []string) string {
	var b strings.Builder
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteString("</" + open[i] + ">")
	}
	return b.String()
}

// lastWord cuts text after its last whole word. In scripts without blanks it cuts
// anywhere but inside a character reference.
func lastWord(text string) string {
	if at := strings.LastIndexByte(text, ' '); at > len(text)/2 {
		return text[:at]
	}
	if at := strings.LastIndexByte(text, '&'); at >= 0 && !strings.Contains(text[at:], ";") {
		return text[:at]
	}
	return text
}
