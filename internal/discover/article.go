package discover

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"tributary/internal/clean"
)

// Bounds of a page from which an article is extracted. Real newspaper pages are a tenth of this
// size.
const (
	maxPage     = 4 << 20 // bytes
	maxArticle  = 1 << 20 // bytes of its markup
	maxElements = 20_000
)

// errPaid means that a page shows its article only to those who pay or consent to tracking.
var errPaid = errors.New("the page asks for payment or consent")

// Page is a web page as it was fetched.
type Page struct {
	URL         string // final address; relative references are resolved against it
	ContentType string // as sent; names the character set
	Body        []byte
}

// Article returns the article of a page as clean HTML without the headline. With a CSS selector it
// is everything that the selector matches, in document order; without one a port of Mozilla's
// Readability finds it. The error is a clause that says why there is no article.
func Article(p Page, selector string) (string, error) {
	base, err := url.Parse(p.URL)
	if err != nil {
		return "", errors.New("its address cannot be read")
	}
	doc, err := p.parse()
	if err != nil {
		return "", err
	}
	if locked(doc) {
		return "", errPaid
	}
	markup, err := extract(doc, base, selector)
	if err != nil {
		return "", err
	}
	if len(markup) > maxArticle {
		return "", fmt.Errorf("the article has more than %d MiB", maxArticle>>20)
	}
	article := clean.HTML(markup, base)
	switch text := clean.Text(article); {
	case text == "":
		return "", errors.New("no article was found on the page")
	case len(text) < shortText && notice.MatchString(text):
		return "", errPaid
	}
	return article, nil
}

// parse parses the page, decoding its character set.
func (p Page) parse() (*html.Node, error) {
	if len(p.Body) > maxPage {
		return nil, fmt.Errorf("the page has more than %d MiB", maxPage>>20)
	}
	if kind, _, err := mime.ParseMediaType(p.ContentType); err == nil && !slices.Contains(pageTypes, kind) {
		return nil, fmt.Errorf("it is no page but %s", clean.Line(kind))
	}
	if bytes.Count(p.Body, []byte("<")) > 4*maxElements { // not only elements, but cheap and generous
		return nil, errors.New("the page has too many elements")
	}
	text, err := charset.NewReader(bytes.NewReader(p.Body), p.ContentType)
	if err != nil {
		return nil, errors.New("the page is empty")
	}
	doc, err := html.Parse(text)
	if err != nil {
		return nil, errors.New("the page is nested too deep")
	}
	return doc, nil
}

// pageTypes are the media types of pages with articles.
var pageTypes = []string{"text/html", "application/xhtml+xml", "application/xml", "text/xml"}

func extract(doc *html.Node, base *url.URL, selector string) (string, error) {
	if selector != "" {
		return selected(doc, base, selector)
	}
	parser := readability.NewParser()
	parser.MaxElemsToParse = maxElements
	article, err := parser.ParseAndMutate(doc, base)
	if err != nil || article.Node == nil {
		return "", errors.New("no article was found on the page")
	}
	var b strings.Builder
	if err := article.RenderHTML(&b); err != nil {
		return "", errors.New("no article was found on the page")
	}
	return b.String(), nil
}

// selected renders the elements that a selector matches. Matches inside another match are not
// repeated.
func selected(doc *html.Node, base *url.URL, selector string) (string, error) {
	group, err := cascadia.ParseGroup(selector)
	if err != nil {
		return "", fmt.Errorf("the selector %q cannot be read", selector)
	}
	if b := cascadia.Query(doc, baseElement); b != nil {
		if ref, err := base.Parse(attribute(b, "href")); err == nil {
			*base = *ref
		}
	}
	var out strings.Builder
	var walk func(*html.Node) error
	walk = func(n *html.Node) error {
		if n.Type == html.ElementNode && group.Match(n) {
			return html.Render(&out, n)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if err := walk(c); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(doc); err != nil {
		return "", errors.New("what the selector matches cannot be written down")
	}
	if out.Len() == 0 {
		return "", fmt.Errorf("the selector %q matches nothing on the page", selector)
	}
	return out.String(), nil
}

var (
	baseElement = cascadia.MustCompile("base[href]")
	metadata    = cascadia.MustCompile(`script[type="application/ld+json"], meta[property="article:content_tier"], meta[name="article:content_tier"]`)
	unfree      = regexp.MustCompile(`(?i)"isAccessibleForFree"\s*:\s*"?(?:https?://schema\.org/)?false`)
)

// locked reports whether a page declares in its metadata that the article is not free: by
// schema.org's isAccessibleForFree or Facebook's article:content_tier.
func locked(doc *html.Node) bool {
	for _, n := range cascadia.QueryAll(doc, metadata) {
		if n.DataAtom == atom.Meta {
			if strings.EqualFold(strings.TrimSpace(attribute(n, "content")), "locked") {
				return true
			}
			continue
		}
		if n.FirstChild != nil && unfree.MatchString(n.FirstChild.Data) {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// shortText is the length in bytes below which a text that asks for payment is a notice, and not an
// article about such notices.
const shortText = 3000

// notice matches what stands in place of an article until the reader pays or consents to tracking,
// in German and English.
var notice = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\b(?:jetzt|sofort|hier) (?:weiterlesen|freischalten|abonnieren)\b`,
	`\bweiterlesen mit\b`,
	`\b(?:exklusiv|nur) für abonnent`,
	`\bdieser artikel (?:ist|liegt) (?:hinter|kostenpflichtig|teil (?:des|unseres) abo)`,
	`\b(?:mit|plus)[ -]abo (?:lesen|weiterlesen)\b`,
	`\bmit werbung weiterlesen\b`,
	`\bzustimmen und weiter\b`,
	`\bsubscribe (?:now )?to (?:continue|keep|read|unlock)\b`,
	`\b(?:this|the) (?:article|story|content|post) is (?:only |exclusively )?(?:for|available to) (?:paying |paid )?(?:subscribers|members)\b`,
	`\balready a (?:subscriber|member)\b`,
	`\b(?:log|sign) in to (?:continue|read|keep reading)\b`,
	`\bto continue reading,? (?:subscribe|register|log in|sign in)\b`,
	`\bstart your free trial\b`,
	`\baccept (?:all )?cookies to (?:continue|read)\b`,
}, "|"))
