package format

import (
	"bytes"
	"strings"

	"github.com/mmcdole/gofeed/json"

	"tributary/internal/news"
)

// jsonMender copies a JSON document without its white space and repairs what
// hand-written generators get wrong: missing, doubled and trailing commas, and line
// breaks and invalid escapes in strings. It enforces the limits of guard.go before any
// decoder sees the document.
type jsonMender struct {
	s   string
	i   int
	fix *repairs
	out bytes.Buffer

	open    []byte // brackets that are open, outermost first
	value   bool   // a value has just ended
	colon   bool   // what follows is the value of a member
	members int
	key     string          // of the current member at the top level
	keys    map[string]bool // of the top-level members that have a value

	inItems bool
	items   int

	// If the document is cut off, out is cut at safe and closed with shut.
	safe int
	shut string
}

// mendJSON mends the document at the start of text. One that was cut off ends after its
// last complete item.
func mendJSON(text string, fix *repairs) (mended []byte, cut bool, err error) {
	m := jsonMender{s: text, fix: fix, keys: map[string]bool{}}
	for m.i < len(text) {
		c := text[m.i]
		whole := true
		switch {
		case blank(c):
			m.i++
			continue
		case m.inItems && len(m.open) == 2 && m.items >= maxEntries && c != ']':
			whole = m.count(c)
		case c == ',' || c == ':':
			m.separator(c)
		case c == '}' || c == ']':
			m.closing(c)
		default:
			whole = m.begin(c)
		}
		if !whole {
			break
		}
		if err := m.guard(); err != nil {
			return nil, false, err
		}
		if len(m.open) == 0 {
			return m.out.Bytes(), false, nil
		}
	}
	m.cut()
	return m.out.Bytes(), true, nil
}

// guard refuses documents that only exist to exhaust a reader.
func (m *jsonMender) guard() error {
	switch {
	case len(m.open) > maxDepth:
		return news.Failf(news.OutcomeTooLarge, "the JSON document nests deeper than %d", maxDepth)
	case m.members > maxElements:
		return news.Failf(news.OutcomeTooLarge, "the JSON document has more than %d values", maxElements)
	}
	return nil
}

// separator writes a comma or colon. One without a value before it is dropped.
func (m *jsonMender) separator(c byte) {
	m.i++
	if !m.value {
		m.fix.note("commas without a value were dropped")
		return
	}
	m.out.WriteByte(c)
	m.value, m.colon = false, c == ':'
}

// begin reads a value, or the opening bracket of one. It reports false if the document
// ends first.
func (m *jsonMender) begin(c byte) bool {
	m.members++
	if m.value {
		m.fix.note("commas that were missing were put in")
		m.out.WriteByte(',')
		m.colon = false
	}
	start := m.i
	switch c {
	case '{', '[':
		m.inItems = len(m.open) == 1 && c == '[' && m.key == "items" || m.inItems && len(m.open) > 1
		m.open = append(m.open, c)
		m.out.WriteByte(c)
		m.i++
		m.value, m.colon = false, false
		return true
	case '"':
		if !m.str() {
			return false
		}
		if len(m.open) == 1 && !m.colon {
			m.key = m.s[start+1 : m.i-1]
		}
	default:
		if !m.literal() {
			return false
		}
	}
	m.ended()
	return true
}

// ended records that a value is complete.
func (m *jsonMender) ended() {
	m.value = true
	switch {
	case len(m.open) == 1 && m.colon:
		m.safe, m.shut = m.out.Len(), "}"
		m.keys[m.key] = true
	case len(m.open) == 2 && m.inItems:
		m.safe, m.shut = m.out.Len(), "]}"
	}
	m.colon = false
}

// literal copies a number or a word, and reports false if the document may end inside
// it. One that is absurdly long becomes null.
func (m *jsonMender) literal() bool {
	end := strings.IndexAny(m.s[m.i:], ",:{}[]\" \t\r\n")
	if end < 0 {
		return false // more of it may be missing
	}
	word := m.s[m.i : m.i+max(end, 1)]
	m.i += len(word)
	switch {
	case len(word) > 64:
		m.fix.note("a number over 64 digits was left out")
		word = "null"
	case word == "NaN" || word == "undefined" || word == "None" || strings.HasSuffix(word, "Infinity"):
		m.fix.note("words of other languages for no value were replaced")
		word = "null"
	}
	m.out.WriteString(word)
	return true
}

// closing writes a closing bracket. At the end of the items it notes how many were
// counted but not read.
func (m *jsonMender) closing(c byte) {
	if b := m.out.Bytes(); !m.value && b[len(b)-1] == ',' {
		m.out.Truncate(len(b) - 1)
		if m.items <= maxEntries {
			m.fix.note("commas before closing brackets were dropped")
		}
	}
	last := len(m.open) - 1
	if right := m.open[last] + 2; c != right { // in ASCII, both kinds are two apart
		m.fix.note("a closing bracket of the wrong kind was replaced")
		c = right
	}
	m.out.WriteByte(c)
	m.i++
	m.open = m.open[:last]
	if m.inItems && len(m.open) == 2 {
		m.items++
	}
	if m.inItems && len(m.open) == 1 {
		m.inItems = false
		if m.items > maxEntries {
			m.fix.note("the document has %d entries; the first %d were read", m.items, maxEntries)
		}
	}
	m.colon = len(m.open) == 1
	m.ended()
}

// count skips an item beyond the limit. It reports false if the item has no end.
func (m *jsonMender) count(c byte) bool {
	depth := 0
	for m.i < len(m.s) {
		switch m.s[m.i] {
		case '"':
			end := stringEnd(m.s, m.i)
			if end < 0 {
				return false
			}
			m.i = end - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		m.i++
		if depth == 0 {
			if c == '{' {
				m.items++
			}
			return true
		}
	}
	return false
}

// str copies a string and reports false if it has no end. It escapes line breaks and
// tabs, removes the backslash of invalid escapes, drops other control characters, and
// cuts a string over maxRawText.
func (m *jsonMender) str() bool {
	from := m.i
	for j := m.i + 1; j < len(m.s); {
		switch c := m.s[j]; {
		case c == '"':
			m.out.WriteString(m.s[from : j+1])
			m.i = j + 1
			return true
		case c == '\\':
			size := escapeSize(m.s[j:])
			if size == 0 {
				m.fix.note("a backslash before what needs none was dropped")
				m.out.WriteString(m.s[from:j])
				from, size = j+1, 1
			}
			j += size
		case c < ' ':
			m.fix.note("line breaks and tabs in strings were escaped")
			m.out.WriteString(m.s[from:j])
			m.out.WriteString(map[byte]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}[c])
			j++
			from = j
		default:
			j++
		}
		if j-m.i > maxRawText {
			m.fix.note("a string over %d bytes was cut", maxRawText)
			m.out.WriteString(m.s[from:min(j, len(m.s))])
			m.out.WriteByte('"')
			m.i = stringEnd(m.s, j-1)
			return m.i >= 0
		}
	}
	return false
}

// escapeSize returns the length of the escape at the start of s, or 0 if JSON has no
// such escape (RFC 8259 section 7).
func escapeSize(s string) int {
	switch {
	case len(s) < 2:
		return 1
	case strings.IndexByte(`"\/bfnrt`, s[1]) >= 0:
		return 2
	case s[1] != 'u' || len(s) < 6:
		return 0
	}
	for i := 2; i < 6; i++ {
		if !isHex(s[i]) {
			return 0
		}
	}
	return 6
}

// stringEnd returns the position after the string that begins at i, or -1.
func stringEnd(s string, i int) int {
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return -1
}

// cut ends a document that was cut off. The version may have stood after the items; it
// is added if other members show that this is a feed.
func (m *jsonMender) cut() {
	if m.safe == 0 {
		return
	}
	m.out.Truncate(m.safe)
	m.out.WriteString(m.shut)
	if !m.keys["version"] && (m.keys["items"] || m.inItems) && (m.keys["feed_url"] || m.keys["home_page_url"]) {
		m.out.Truncate(m.out.Len() - 1)
		m.out.WriteString(`,"version":"` + jsonVersion + `"}`)
	}
}

// item cuts the texts and lists of an item to their limits.
func (t *thrift) item(i *json.Item) {
	i.Title = t.cut(i.Title, maxTitle)
	i.Summary = t.afford(t.cut(i.Summary, maxText))
	i.ContentHTML = t.afford(t.cut(i.ContentHTML, maxText))
	i.ContentText = t.afford(t.cut(i.ContentText, maxText))
	for _, s := range []*string{&i.ID, &i.URL, &i.ExternalURL, &i.Image, &i.BannerImage, &i.DatePublished, &i.DateModified, &i.Language} {
		*s = t.cut(*s, maxRawLine)
	}
	i.Tags = i.Tags[:min(len(i.Tags), maxAlike)]
	i.Authors = i.Authors[:min(len(i.Authors), maxAlike)]
	if i.Attachments != nil && len(*i.Attachments) > maxAlike {
		list := (*i.Attachments)[:maxAlike]
		i.Attachments = &list
	}
}

// cut shortens a text to limit bytes.
func (t *thrift) cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	t.fix.note("a text over %d bytes was cut", limit)
	return strings.ToValidUTF8(text[:limit], "")
}
