// Package format turns the bytes of a feed into a news.Document, and what we
// publish into bytes. It performs no input or output and asks no clock.
//
// Reading. Decode is the only door. Real documents are damaged, and some are
// hostile, so the library that knows the vocabularies, gofeed, never sees one:
//
//	charset.go       bytes -> UTF-8, whatever the labels say;
//	charset_guess.go what the bytes look like where no label can be right
//	sniff.go         which format; nofeed.go: what stands there instead
//	decode_lex.go    text -> tokens; everything is accepted, in linear time
//	decode_tree.go   tokens -> tree of nodes (decode_node.go): tags mended by
//	decode_ahead.go  looking ahead, limits of guard.go enforced
//	decode_text.go   leaves -> values: CDATA, types of texts; references are
//	decode_entity.go undone
//	decode_plain.go  tree -> the plainest XML that says the same
//	decode_rss.go    gofeed reads that; what its structs lose comes from the
//	decode_atom.go   tree, by the index of the item: addresses and links
//	decode_link.go   (Atom's in either vocabulary), people, what the head asks
//	decode_head.go   of those who fetch, and what entries bring besides text
//	decode_extra.go
//	decode_media.go  Media RSS
//	decode_json.go   JSON Feed, mended (decode_json_mend.go) and read by gofeed;
//	decode_json_ours.go  what we write into one beyond the format
//	date.go          times in every form that feeds have been seen to use
//
// No entry disappears silently: the items of the tree and those that gofeed
// returns are counted against each other. Everything in a Document is clean:
// lines are lines, HTML went through the allow-list, URLs are absolute.
//
// Writing. An Edition is rendered by WriteRSS, WriteAtom and WriteJSON from the
// same prepared items (encode.go, encode_extra.go, their values encode_wire.go), so
// that the formats cannot differ. encode_module.go holds what RSS and Atom say in
// the same other vocabularies, encode_podcast.go the tags of podcasts; opml.go reads
// and writes lists.
package format

import (
	"net/url"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// ReaderVersion is the version of Decode. It is stored with the last body of
// every source; a newer reader reads that body again.
const ReaderVersion = 7

// Input is what is known of a document besides its bytes.
type Input struct {
	URL         string // where it was found, after redirects; without its query the base of relative URLs
	ContentType string // HTTP Content-Type as sent; may be empty
}

// Decode reads one feed document of any format into its plainest form: times in
// UTC as stated, URLs absolute, texts sanitised. Every stage forgives what real
// publishers get wrong and says so in Document.Repairs:
//
//	bytes -> toUTF8 -> findRoot -> mend (tree) -> plainXML -> gofeed -> Document
//
// A document that was cut off gives its whole entries with the Outcome
// truncated. The bytes must not change afterwards: the Document may share their
// memory. The error is always a *news.Failure: not_a_feed for another kind
// of document, too_large over a limit, malformed for a feed beyond repair.
func Decode(body []byte, in Input) (*news.Document, error) {
	if len(body) > maxBytes {
		return nil, news.Failf(news.OutcomeTooLarge, "the document has %d bytes; at most %d are read", len(body), maxBytes)
	}
	fix := &repairs{}
	text := withoutPictures(toUTF8(body, in.ContentType, fix), fix)
	base := baseOfDocument(in.URL)
	d, err := decodeText(text, base, fix)
	if err != nil || base == nil {
		return d, err
	}
	for i := range d.Entries {
		leadNotes(&d.Entries[i], base)
	}
	return d, nil
}

func decodeText(text string, base *url.URL, fix *repairs) (*news.Document, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return decodeJSON(text, base, fix)
	}
	d, err := decodeXML(text, base, fix)
	if start := jsonStart(text); start >= 0 && news.OutcomeOf(err) == news.OutcomeNotAFeed {
		fix.note("text before the document was ignored")
		return decodeJSON(text[start:], base, fix)
	}
	return d, err
}

// leadNotes lets links to a place in the feed document, as "#fn1" is one, lead to that
// place on the page of the entry: there the footnote is.
func leadNotes(e *news.Entry, base *url.URL) {
	page, _, _ := strings.Cut(e.Link, "#")
	if page == "" {
		return
	}
	from, to := `href="`+clean.Escape(base.String())+`#`, `href="`+clean.Escape(page)+`#`
	e.Content = strings.ReplaceAll(e.Content, from, to)
	e.Summary = strings.ReplaceAll(e.Summary, from, to)
}

// baseOfDocument returns what relative URLs are resolved against; nil without an
// absolute address. A reference to the document itself, "#note" or an empty one, would
// take its query along (RFC 3986 section 5.2.2), which may be the key of who subscribes:
// what is published has none.
func baseOfDocument(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || !u.IsAbs() {
		return nil
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return u
}

// decodeXML reads RSS, RDF and Atom.
func decodeXML(text string, base *url.URL, fix *repairs) (*news.Document, error) {
	root, err := findRoot(text, fix)
	if err != nil {
		return nil, err
	}
	t, own, err := mend(text, root, base, fix)
	if err != nil {
		return nil, err
	}
	r := &reader{own: own, fix: fix, atom: strings.HasPrefix(t.format, "atom"), texts: thrift{left: maxMarkup, fix: fix}}
	if base == nil {
		r.guessBase(t)
	}
	read := r.readRSS
	if r.atom {
		read = r.readAtom
	}
	d := &news.Document{}
	for i, part := range t.parts() {
		some, err := read(part, r.plainXML(part))
		if err != nil {
			return nil, err
		}
		if i == 0 {
			d = some
		} else {
			d.Entries = append(d.Entries, some.Entries...)
		}
	}
	d.Format, d.Outcome, d.Repairs = t.format, news.OutcomeOK, fix.list
	if t.cut {
		d.Outcome = news.OutcomeTruncated
	}
	return d, nil
}

// maxPart is how much gofeed reads at a time, in bytes as they stand in the
// document: a large one is never in memory in all its forms at once.
const maxPart = 1 << 20

// parts divides a tree between items, each part with the head; there is at
// least one.
func (t *tree) parts() []*tree {
	var parts []*tree
	from, size := 0, 0
	for i, item := range t.items {
		size += item.size()
		if size >= maxPart || i == len(t.items)-1 {
			parts = append(parts, &tree{format: t.format, head: t.head, items: t.items[from : i+1]})
			from, size = i+1, 0
		}
	}
	if parts == nil {
		return []*tree{t}
	}
	return parts
}

// size is how many bytes the texts of an element have.
func (n *node) size() int {
	size := len(n.inner)
	for _, k := range n.kids {
		size += k.size()
	}
	return size
}

// guessBase takes the site's address for the document's when that is unknown,
// as for a feed read from a pipe.
func (r *reader) guessBase(t *tree) {
	var base *url.URL
	for _, k := range t.head.kids {
		if k.name != "link" && k.name != "atom:link" {
			continue
		}
		ref := k.attr("href")
		if ref == "" {
			ref = r.read(k).value
		}
		if u := baseOfDocument(strings.TrimSpace(ref)); u != nil && u.Host != "" {
			base = u
			break
		}
	}
	var set func(n *node)
	set = func(n *node) {
		if n.base == nil {
			n.base = base
		}
		for _, k := range n.kids {
			set(k)
		}
	}
	set(t.head)
	for _, item := range t.items {
		set(item)
	}
}

// field is a value that gofeed read, and the element that it came from.
type field struct{ name, value string }

// body returns the first field that says something, as clean HTML with URLs
// absolute against the base of its element.
func (r *reader) body(item *node, fields ...field) string {
	for _, f := range fields {
		if strings.TrimSpace(f.value) == "" {
			continue
		}
		if out := clean.HTML(f.value, baseOf(item, f.name)); out != "" {
			return out
		}
	}
	return ""
}

// baseOf returns the base of the child of that name, else of the item.
func baseOf(item *node, name string) *url.URL {
	if k := item.kid(name); k != nil {
		return k.base
	}
	return item.base
}

// first returns the first string that is not blank.
func first(values ...string) string {
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			return v
		}
	}
	return ""
}

// languageTag returns a tag in lower case, or "" for what is none (BCP 47).
func languageTag(tags ...string) string {
	for _, tag := range tags {
		tag = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(tag)), "_", "-")
		if tag == "" || len(tag) > 35 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			continue
		}
		return tag
	}
	return ""
}

// addCategory appends c unless its term is there already, in its scheme. One that says
// no scheme is the same in any.
func addCategory(list []news.Category, c news.Category) []news.Category {
	if len(list) == maxAlike {
		return list
	}
	c.Term = clean.Line(first(c.Term, c.Label))
	c.Label = clean.Line(c.Label)
	for i := range list {
		have := &list[i]
		if have.Term != c.Term || have.Scheme != "" && c.Scheme != "" && have.Scheme != c.Scheme {
			continue
		}
		if have.Scheme == "" && c.Scheme != "" {
			have.Scheme, have.Label = c.Scheme, first(c.Label, have.Label)
		}
		return list
	}
	if c.Term == "" {
		return list
	}
	return append(list, c)
}

// addPerson appends p unless it is known by name, or by an address without another
// name: the people of a desk may share one.
func addPerson(list []news.Person, p news.Person) []news.Person {
	if p == (news.Person{}) || len(list) == maxAlike {
		return list
	}
	for i, have := range list {
		sameMail := p.Email != "" && have.Email == p.Email && (p.Name == "" || have.Name == "")
		if sameMail || p.Name != "" && have.Name == p.Name {
			list[i] = news.Person{Name: first(have.Name, p.Name), Email: first(have.Email, p.Email), URL: first(have.URL, p.URL)}
			return list
		}
	}
	return append(list, p)
}

// addEnclosure appends e unless it has no address or is there already.
func addEnclosure(list []news.Enclosure, e news.Enclosure) []news.Enclosure {
	if e.URL == "" || len(list) == maxAlike {
		return list
	}
	for _, have := range list {
		if have.URL == e.URL {
			return list
		}
	}
	return append(list, e)
}
