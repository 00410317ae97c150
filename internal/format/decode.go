// Package format decodes feeds of every kind into a [news.Document] and writes a
// [news.Edition] as RSS, Atom and JSON Feed. It also reads and writes OPML lists. It is
// pure: it opens no files or connections and reads no clock.
//
// # Reading
//
// [Decode] is the only way in. Real documents are damaged, and some are hostile, so
// gofeed, the library that knows the vocabularies, never sees an original. A document
// is first converted to UTF-8, split into tokens, mended into a tree and written anew
// in the plainest XML that says the same. gofeed reads that. What its structs lose is
// taken from the tree, by the index of the item.
//
//	charset.go       bytes -> UTF-8: what the bytes say,
//	charset_label.go what the labels say, and
//	charset_guess.go statistics, for when no label can be right
//	sniff.go         the format and its version; nofeed.go: what else a document is
//	decode_lex.go    text -> tokens; accepts everything, in linear time
//	decode_tree.go   tokens -> tree of nodes (decode_node.go): mends missing tags by
//	decode_ahead.go  looking ahead, and enforces the limits of guard.go
//	decode_text.go   leaves -> values: CDATA, types of texts;
//	decode_markup.go markup that is not escaped;
//	decode_entity.go character and entity references
//	decode_plain.go  tree -> plain XML for gofeed
//	decode_gofeed.go what gofeed read, by the names of elements
//	decode_rss.go    gofeed's RSS -> Document
//	decode_atom.go   gofeed's Atom -> Document
//	decode_link.go   addresses, and Atom links in either vocabulary
//	decode_person.go people
//	decode_head.go   what the head says of the feed and asks of its clients
//	decode_extra.go  what entries carry besides their text
//	decode_media.go  enclosures, and files and pictures of Media RSS
//	decode_json.go   JSON Feed, mended (decode_json_mend.go) and read by gofeed;
//	decode_json_ours.go  the extension that we write
//	date.go          times in every form that feeds have been seen to use
//
// No entry disappears silently: the items of the tree are counted against those that
// gofeed returns. Everything in a Document is clean: titles are plain lines, HTML has
// passed the allow-list of package clean, URLs are absolute.
//
// # Writing
//
// [Prepare] turns an Edition into the items that all formats share (encode.go,
// encode_extra.go; single values in encode_wire.go), so that the formats cannot differ.
// [Prepared.RSS], [Prepared.Atom] and [Prepared.JSON] render them. encode_module.go holds
// the elements of other vocabularies that RSS and Atom have in common, encode_podcast.go
// those of podcasts, podcast_tags.go those that an episode passes on uninterpreted.
// opml.go reads and writes subscription lists. past.go reads back what Prepared.JSON
// wrote, to rebuild a lost database.
//
// The formats are those of RSS 2.0, RFC 4287 (Atom), JSON Feed 1.1 and OPML 2.0, with
// RFC 4685 (threading) and RFC 5005 (paging and archives).
package format

import (
	"net/url"
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// ReaderVersion is the version of Decode. It is stored with the last body of every
// source; a body stored with an older version is decoded again.
const ReaderVersion = 11

// Input is what is known of a document besides its bytes.
type Input struct {
	URL         string // where it was found, after redirects; the base of relative URLs, without its query
	ContentType string // HTTP Content-Type as sent; may be empty
}

// Decode decodes one feed document of any format: times in UTC as stated, URLs
// absolute, texts sanitised. Every stage tolerates what real publishers get wrong and
// records it in Document.Repairs:
//
//	bytes -> toUTF8 -> findRoot -> mend (tree) -> plainXML -> gofeed -> Document
//
// A document that was cut off yields its complete entries with the Outcome truncated.
// The Document may share the memory of body, which must not be changed afterwards. The
// error is always a *news.Failure: not_a_feed for another kind of document, too_large
// for one over a limit, malformed for a feed beyond repair.
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

// leadNotes redirects links to a fragment of the feed document, such as "#fn1", to the
// same fragment of the entry's page, where the footnote is.
func leadNotes(e *news.Entry, base *url.URL) {
	page, _, _ := strings.Cut(e.Link, "#")
	if page == "" {
		return
	}
	from, to := `href="`+clean.Escape(base.String())+`#`, `href="`+clean.Escape(page)+`#`
	e.Content = strings.ReplaceAll(e.Content, from, to)
	e.Summary = strings.ReplaceAll(e.Summary, from, to)
}

// baseOfDocument returns the URL against which relative URLs are resolved, or nil if
// address is not absolute. It has no query: a reference to the document itself, such as
// "#note" or an empty one, would inherit it (RFC 3986 section 5.2.2), and it may hold a
// subscriber's key, which must not be published.
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
	if t.format == "rss10" && len(t.items)+len(t.head.kids) == 0 && !t.cut {
		return nil, news.Failf(news.OutcomeNotAFeed, "an RDF document that is no feed: it has neither a channel nor items")
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
	for _, item := range t.items {
		rate(item, t.head.kid("media:rating"))
	}
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

// maxPart is how much gofeed reads at a time, in bytes of the document, so that a large
// one is never in memory in all its forms at once.
const maxPart = 1 << 20

// parts divides a tree between its items into parts of about maxPart bytes, each with
// the head. There is at least one part.
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

// size returns how many bytes the texts of an element have.
func (n *node) size() int {
	size := len(n.inner)
	for _, k := range n.kids {
		size += k.size()
	}
	return size
}

// guessBase uses the address of the site as base when that of the document is unknown,
// as for a feed that is read from a pipe.
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

// baseOf returns the base of the child of that name, or of the item if it has none.
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

// languageTag returns the first of tags that can be one of BCP 47, in lower case, or "". Of a
// list of languages, or a locale such as de_DE.UTF-8, it takes the first part.
func languageTag(tags ...string) string {
	for _, tag := range tags {
		tag = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(tag)), "_", "-")
		if end := strings.IndexAny(tag, ",;. "); end >= 0 {
			tag = tag[:end]
		}
		primary, _, _ := strings.Cut(tag, "-")
		if len(primary) < 2 || len(primary) > 3 || len(tag) > 35 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			continue
		}
		return tag
	}
	return ""
}

// addCategory appends c unless its term is already in the list with the same scheme. A
// category without a scheme equals one with any.
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

// addPerson appends p, or merges it with the person of the same name. An equal e-mail
// address suffices only if one of the two has no name, because colleagues may share one.
func addPerson(list []news.Person, p news.Person) []news.Person {
	if p == (news.Person{}) || len(list) == maxAlike {
		return list
	}
	for i, have := range list {
		sameMail := p.Email != "" && have.Email == p.Email && (p.Name == "" || have.Name == "")
		if sameMail || p.Name != "" && have.Name == p.Name {
			list[i] = news.Person{Name: first(have.Name, p.Name), Email: first(have.Email, p.Email), URL: first(have.URL, p.URL),
				Avatar: first(have.Avatar, p.Avatar)}
			return list
		}
	}
	return append(list, p)
}

// addEnclosure appends e unless it has no URL or its URL is already in the list. A magnet
// link has only one type, whatever it leads to.
func addEnclosure(list []news.Enclosure, e news.Enclosure) []news.Enclosure {
	if e.URL == "" || len(list) == maxAlike || slices.ContainsFunc(list, func(have news.Enclosure) bool { return have.URL == e.URL }) {
		return list
	}
	if e.Magnet() {
		e.Type = news.Torrent
	}
	return append(list, e)
}
