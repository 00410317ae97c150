package format

import (
	"cmp"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// Limits of one subscription list. Real ones stay far below them.
const (
	maxListBytes = 16 << 20
	maxFolders   = 32     // nested
	maxListed    = 50_000 // subscriptions, repeats included
	maxTags      = 64     // of one subscription; further ones are left out
)

// List is what an OPML document lists. Its sources have no names, and as tags their folders
// from the outside in, then their categories, each once.
type List struct {
	Title   string        // may be empty
	Sources []news.Listed // in document order, each feed once; URLs are absolute http(s)
	Repeats []string      // URLs that were listed again, once for each repetition
	Skipped []string      // one sentence for each outline whose feed we cannot take
}

// ReadOPML reads a subscription list: OPML 1.0, 1.1 and 2.0 (opml.org/spec2) and what
// programs write under that name, in any encoding, with or without quotes, namespaces
// and closing tags. Every level of nested folders becomes a tag; a feed that is listed
// in three folders is one source with three tags. Two URLs are the same feed if
// they differ only in scheme, default port, fragment or the case of the host.
//
// From a list that was cut off, ReadOPML returns the feeds that it still has together
// with the error. The error is a *news.Failure: not_a_feed for another kind of
// document, truncated, too_large, or interrupted if r fails.
func ReadOPML(r io.Reader) (*List, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxListBytes+1))
	if err != nil {
		return nil, news.Failf(news.OutcomeInterrupted, "the subscription list cannot be read: %w", err)
	}
	if len(raw) > maxListBytes {
		return nil, news.Failf(news.OutcomeTooLarge, "the subscription list is longer than %d MB", maxListBytes>>20)
	}
	o := opmlReader{lex: lexer{s: toUTF8(raw, "", &repairs{})}, index: make(map[string]int)}
	if err := o.read(); err != nil {
		return &o.list, err
	}
	return &o.list, nil
}

// opmlReader goes through the tokens of a list once.
type opmlReader struct {
	lex    lexer
	list   List
	index  map[string]int // by news.FeedKey, into list.Sources
	open   []string       // names of the open folders; "" for an outline that is a feed
	inside bool           // the root was seen

	outlines int
}

func (o *opmlReader) read() error {
	for closed := false; ; {
		switch t := o.lex.next(); t.kind {
		case eofToken:
			return o.atEnd(closed)
		case startToken:
			if err := o.start(t); err != nil {
				return err
			}
		case endToken:
			switch localName(t.name) {
			case "outline":
				o.open = o.open[:max(len(o.open)-1, 0)]
			case "opml":
				closed = true
			}
		}
	}
}

// start handles a start tag.
func (o *opmlReader) start(t token) error {
	switch name := localName(t.name); {
	case name == "opml":
		o.inside = true
	case !o.inside:
		return news.Failf(news.OutcomeNotAFeed, "this is no subscription list: it begins with <%s>, want <opml>", clip(clean.Line(t.name), 40))
	case name == "title" && o.list.Title == "":
		o.list.Title = o.text()
	case name == "outline":
		return o.outline(t)
	}
	return nil
}

// atEnd judges how the document ended. A list that breaks off may lack most of its content.
func (o *opmlReader) atEnd(closed bool) error {
	if !o.inside {
		return news.Failf(news.OutcomeNotAFeed, "this is no subscription list: want a document that begins with <opml>")
	}
	if !closed {
		return news.Failf(news.OutcomeTruncated, "the subscription list breaks off after %d feeds: want </opml> at its end", len(o.list.Sources))
	}
	return nil
}

// text reads the text up to the next tag as one line.
func (o *opmlReader) text() string {
	t := o.lex.next()
	switch t.kind {
	case textToken:
		return clip(clean.Line(unescape(t.text, nil)), maxTitle)
	case cdataToken:
		return clip(clean.Line(t.text), maxTitle)
	}
	o.lex.pos = t.pos
	return ""
}

// outline reads a folder or a subscription. An outline that is both is a subscription;
// what it contains belongs to the folder around it.
func (o *opmlReader) outline(t token) error {
	if o.outlines++; o.outlines > maxElements {
		return news.Failf(news.OutcomeTooLarge, "the subscription list has more than %d outlines", maxElements)
	}
	values := make(map[string]string, len(t.attrs))
	for _, a := range t.attrs {
		a.value = a.value[:min(len(a.value), maxRawLine)] // no address is that long
		values[localName(a.name)] = clean.Line(unescape(a.value, nil))
	}
	title := clip(first(values["text"], values["title"]), maxTitle)
	feed, kind := values["xmlurl"], strings.ToLower(values["type"])
	typed := kind == "rss" || kind == "atom"
	if feed == "" && typed {
		feed = values["url"]
	}
	included := feed == "" && kind == "include"
	if feed != "" || typed || included || values["htmlurl"] != "" {
		if len(o.list.Sources)+len(o.list.Repeats)+len(o.list.Skipped) == maxListed {
			return news.Failf(news.OutcomeTooLarge, "the subscription list has more than %d feeds", maxListed)
		}
		if included {
			o.list.Skipped = append(o.list.Skipped, "the list "+quotedName(title, values["url"])+" is not read: want a source of its own, - opml: "+clip(news.SafeURL(values["url"]), 200))
		} else {
			o.add(news.Listed{Title: title, URL: feed, Site: wireURL(values["htmlurl"]), Tags: o.tags(values["category"])})
		}
		title = ""
	}
	if t.empty {
		return nil
	}
	if len(o.open) == maxFolders {
		return news.Failf(news.OutcomeTooLarge, "the subscription list has folders nested deeper than %d", maxFolders)
	}
	o.open = append(o.open, title)
	return nil
}

// tags returns the names of the open folders and then the levels of a category
// attribute, which is a comma-separated list with levels divided by slashes (OPML 2.0).
func (o *opmlReader) tags(category string) []string {
	var tags []string
	levels := strings.FieldsFunc(category, func(r rune) bool { return r == ',' || r == '/' })
	for _, tag := range slices.Concat(o.open, levels) {
		tags = addTag(tags, strings.TrimSpace(tag))
	}
	return tags
}

func addTag(tags []string, tag string) []string {
	if tag == "" || len(tags) == maxTags || slices.Contains(tags, tag) {
		return tags
	}
	return append(tags, tag)
}

// add adds a subscription, or merges it with an earlier one of the same feed.
func (o *opmlReader) add(s news.Listed) {
	given := s.URL
	s.URL = subscriptionURL(given)
	switch {
	case given == "":
		o.list.Skipped = append(o.list.Skipped, "the feed "+quotedName(s.Title, s.Site)+" has no address"+onlyPage(s.Site)+": want xmlUrl=\"https://…\"")
		return
	case s.URL == "":
		o.list.Skipped = append(o.list.Skipped, "the feed "+quotedName(s.Title, given)+" has no usable address: want http:// or https:// without user name and password")
		return
	}
	key := news.FeedKey(s.URL)
	i, known := o.index[key]
	if !known {
		o.index[key] = len(o.list.Sources)
		o.list.Sources = append(o.list.Sources, s)
		return
	}
	o.list.Repeats = append(o.list.Repeats, s.URL)
	have := &o.list.Sources[i]
	have.Title = first(have.Title, s.Title)
	have.Site = first(have.Site, s.Site)
	for _, tag := range s.Tags {
		have.Tags = addTag(have.Tags, tag)
	}
}

// subscriptionURL returns the address of a feed, or "". An address with a user name is
// rejected: without it, fetching would give another feed or nothing.
func subscriptionURL(raw string) string {
	raw = clean.WithoutFeed(raw)
	_, rest, _ := strings.Cut(raw, "//")
	if host := rest[:strings.IndexAny(rest+"/", "/?#")]; strings.Contains(host, "@") {
		return ""
	}
	return wireURL(raw)
}

// quotedName names a subscription in a message without revealing the secrets of its URL.
func quotedName(title, rawURL string) string {
	if title != "" {
		return `"` + clip(title, 80) + `"`
	}
	return `"` + clip(news.SafeURL(rawURL), 80) + `"`
}

// onlyPage names the home page of a subscription in a message, if there is one.
func onlyPage(site string) string {
	if site == "" {
		return ""
	}
	return ", only a page, " + clip(news.SafeURL(site), 200)
}

// WriteOPML writes a subscription list as OPML 2.0, every feed once: in a folder named by
// its first tag, with its other tags as categories. Feeds without tags come first, then
// the folders in the order in which their tags appear. created is omitted if it is zero. A
// subscription without an http(s) URL is left out, because the format has no place for it.
//
// WriteOPML hides nothing. For a public list, the caller leaves out sources that are
// not public and URLs that hold a secret.
func WriteOPML(w io.Writer, title string, subs []news.Listed, created time.Time) error {
	doc := opmlDocument{
		Version: "2.0",
		Head:    opmlHead{Title: clean.Line(title), Created: rfc822(wireTime(created)), Docs: "http://opml.org/spec2.opml"},
	}
	var folders []string
	inside := make(map[string][]opmlOutline)
	for _, s := range subs {
		line, tags := opmlOutlineOf(s)
		switch {
		case line.URL == "":
		case len(tags) == 0:
			doc.Body.Outlines = append(doc.Body.Outlines, line)
		default:
			if _, known := inside[tags[0]]; !known {
				folders = append(folders, tags[0])
			}
			inside[tags[0]] = append(inside[tags[0]], line)
		}
	}
	for _, name := range folders {
		doc.Body.Outlines = append(doc.Body.Outlines, opmlOutline{Text: name, Outlines: inside[name]})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	return enc.Encode(&doc)
}

type opmlDocument struct {
	XMLName xml.Name `xml:"opml"`
	Version string   `xml:"version,attr"`
	Head    opmlHead `xml:"head"`
	Body    opmlBody `xml:"body"` // required, also when empty
}

type opmlHead struct {
	Title   string `xml:"title"`
	Created string `xml:"dateCreated,omitempty"`
	Docs    string `xml:"docs"`
}

type opmlBody struct {
	Outlines []opmlOutline `xml:"outline"`
}

type opmlOutline struct {
	Type     string        `xml:"type,attr,omitempty"`
	Text     string        `xml:"text,attr"`
	Title    string        `xml:"title,attr,omitempty"`
	URL      string        `xml:"xmlUrl,attr,omitempty"`
	Site     string        `xml:"htmlUrl,attr,omitempty"`
	Category string        `xml:"category,attr,omitempty"`
	Outlines []opmlOutline `xml:"outline"`
}

// opmlOutlineOf returns the outline of a feed, and its tags as they can be written: a
// comma or slash in a category would divide it.
func opmlOutlineOf(s news.Listed) (opmlOutline, []string) {
	var tags []string
	for i, tag := range s.Tags {
		if i > 0 {
			tag = strings.NewReplacer(",", " ", "/", " ").Replace(tag)
		}
		if tag = clean.Line(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	line := opmlOutline{Type: "rss", Text: clean.Line(s.Title), URL: subscriptionURL(s.URL), Site: wireURL(s.Site)}
	line.Text = cmp.Or(line.Text, line.URL)
	line.Title = line.Text
	if len(tags) > 1 {
		line.Category = "/" + strings.Join(tags[1:], ",/")
	}
	return line, tags
}
