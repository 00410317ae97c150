package discover

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tributary/internal/clean"
	"tributary/internal/news"
)

const (
	maxLinks = 50      // taken from one page
	maxHead  = 1 << 20 // bytes of a page that are read; feeds are announced near the top
)

// feedTypes are the media types under which pages announce feeds.
var feedTypes = []string{
	"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
	"application/x-rss+xml", "application/xml", "text/xml", "application/json",
}

// Links returns the feeds that an HTML page announces, in document order but those of comments
// last. A feed is announced by a link element: with rel=alternate and either the media type of a
// feed (RSS Autodiscovery) or, without a type, the address of a feed; or with rel=feed
// (microformats). Only if there are none, a elements whose address looks like that of a feed are
// returned. URLs are resolved against the page's base element, or else against base.
func Links(body []byte, base string) []Candidate {
	p := page{seen: map[string]bool{}}
	p.base, _ = url.Parse(base)
	z := html.NewTokenizer(bytes.NewReader(body[:min(len(body), maxHead)]))
	for len(p.announced) < maxLinks {
		switch z.Next() {
		case html.ErrorToken:
			return p.candidates()
		case html.TextToken:
			p.text(z.Text())
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.A {
				p.anchor = nil
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			p.element(z)
		}
	}
	return p.candidates()
}

// page collects candidates from the tokens of a page.
type page struct {
	base      *url.URL
	based     bool // base was set by the page itself
	announced []Candidate
	anchors   []Candidate
	anchor    *Candidate // the open a element, if it looks like a link to a feed
	seen      map[string]bool
}

func (p *page) candidates() []Candidate {
	found := p.announced
	if len(found) == 0 {
		found = p.anchors
	}
	slices.SortStableFunc(found, commentsLast)
	return found
}

func (p *page) element(z *html.Tokenizer) {
	name, more := z.TagName()
	kind := atom.Lookup(name)
	if kind != atom.Link && kind != atom.A && kind != atom.Base {
		return
	}
	attr := map[string]string{}
	for more && len(attr) < 32 {
		var key, value []byte
		key, value, more = z.TagAttr()
		if _, twice := attr[string(key)]; !twice {
			attr[string(key)] = strings.ToValidUTF8(string(value), "�")
		}
	}
	href := clean.Resolve(p.base, clean.WithoutFeed(strings.TrimSpace(attr["href"])))
	if href == "" {
		return
	}
	switch kind {
	case atom.Base:
		if !p.based { // the first one counts (HTML section 4.2.3)
			p.base, _ = url.Parse(href)
			p.based = true
		}
	case atom.Link:
		p.link(href, attr)
	case atom.A:
		p.a(href, attr)
	}
}

func (p *page) link(href string, attr map[string]string) {
	rel := strings.Fields(strings.ToLower(attr["rel"]))
	media, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(attr["type"])), ";")
	feed := slices.Contains(rel, "feed")
	alternate := slices.Contains(rel, "alternate") && !slices.Contains(rel, "stylesheet") && (slices.Contains(feedTypes, media) || media == "" && looksLikeFeed(href))
	// WordPress announces its API as an alternate of this type.
	if media == "application/json" && !strings.Contains(strings.ToLower(href), "feed") {
		alternate = false
	}
	if !feed && !alternate || p.seen[href] {
		return
	}
	p.seen[href] = true
	p.announced = append(p.announced, Candidate{URL: href, Title: title(attr["title"]), Type: media, Why: "announced by the page"})
}

// feedPath matches the end of typical paths of feeds, feedQuery what WordPress and Joomla ask for.
var (
	feedPath  = regexp.MustCompile(`(?i)(^|[/._-])(feeds?|rss2?|atom|rdf)([/.]?(xml|json|rdf|php|atom|rss))?/?$|\.(rss|atom|rdf)$`)
	feedQuery = regexp.MustCompile(`(?i)(^|&)(feed|format|type)=(feed|rss2?|atom|rdf)(&|$)`)
)

func looksLikeFeed(href string) bool {
	u, err := url.Parse(href)
	return err == nil && (feedPath.MatchString(u.Path) || feedQuery.MatchString(u.RawQuery))
}

func (p *page) a(href string, attr map[string]string) {
	p.anchor = nil
	media, _, _ := strings.Cut(strings.ToLower(attr["type"]), ";")
	if p.seen[href] || len(p.anchors) == maxLinks || !looksLikeFeed(href) && !slices.Contains(feedTypes[:5], media) {
		return
	}
	p.seen[href] = true
	p.anchors = append(p.anchors, Candidate{URL: href, Title: title(attr["title"]), Type: media, Why: "linked by the page"})
	p.anchor = &p.anchors[len(p.anchors)-1]
}

// text gives an anchor without a title its first text.
func (p *page) text(words []byte) {
	if p.anchor != nil && p.anchor.Title == "" {
		p.anchor.Title = title(html.UnescapeString(strings.ToValidUTF8(string(words), "�")))
	}
}

func title(s string) string { return shorten(clean.Line(s)) }

// SuggestFeed adds to the failure to read a feed the address of a feed that the document links to. It
// does so if the document is a page with such a link: the feed moved, or somebody mistook the page
// for the feed. Other errors, and nil, are returned unchanged.
func SuggestFeed(err error, body []byte, base string) error {
	if news.OutcomeOf(err) != news.OutcomeNotAFeed {
		return err
	}
	for _, c := range Links(body, base) {
		if c.URL != base {
			return news.Failf(news.OutcomeNotAFeed, "%w; it links the feed %s", err, news.SafeURL(c.URL))
		}
	}
	return err
}

// WithoutComments returns the only candidate that is not a feed of comments, or all candidates if
// there is no single one. WordPress announces its comments on every page. Feeds of
// comments must come last in found.
func WithoutComments(found []Candidate) []Candidate {
	if len(found) > 1 && rank(found[0]) == 0 && rank(found[1]) > 0 {
		return found[:1]
	}
	return found
}

// commentsLast orders feeds of comments after all others. It recognises them by an
// English or German word in their address or title.
func commentsLast(a, b Candidate) int {
	return rank(a) - rank(b)
}

func rank(c Candidate) int {
	for _, word := range []string{"comment", "kommentar"} {
		if strings.Contains(strings.ToLower(c.URL), word) || strings.Contains(strings.ToLower(c.Title), word) {
			return 1
		}
	}
	return 0
}
