package page

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestGermanSaysNothingEnglish: no text of ours is English on the pages of a German site, nor on
// the page of a German feed.
func TestGermanSaysNothingEnglish(t *testing.T) {
	var b builder
	english := map[string]*regexp.Regexp{}
	for text, german := range b.catalogue("de.yaml", builtinFile("de.yaml"), nil) {
		for form := range strings.SplitSeq(text, "|") {
			if form != german {
				english[form] = shape(form)
			}
		}
	}
	found := 0
	for name, page := range allPages(t) {
		if !strings.HasPrefix(name, "de_") && name != "twin" && name != "older" || name == "de_status" {
			continue
		}
		if lang := value(all(tree(t, page), "html")[0], "lang"); lang != "de" {
			t.Errorf("%s is in %q", name, lang)
		}
		for _, text := range ours(tree(t, page)) {
			found++
			for form, shape := range english {
				if shape.MatchString(text) {
					t.Errorf("%s: %q is English: %q", name, text, form)
				}
			}
		}
	}
	if found < 500 {
		t.Errorf("only %d texts were looked at", found)
	}
}

// shape returns what matches an English text with any values. A single word must be all there is:
// it may well stand in the title of a story.
func shape(english string) *regexp.Regexp {
	pattern := verbs.ReplaceAllString(regexp.QuoteMeta(marks.ReplaceAllString(english, "")), `.+`)
	pattern = strings.ReplaceAll(pattern, `%\[1\]s`, `.+`)
	if len(strings.Fields(verbs.ReplaceAllString(english, ""))) < 2 {
		pattern = "^" + pattern + "$"
	}
	return regexp.MustCompile(pattern)
}

// ours returns the texts of a page that are not in another language, and the attributes that are
// read out.
func ours(n *html.Node) (texts []string) {
	for c := range n.ChildNodes() {
		switch {
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) != "":
			texts = append(texts, c.Data)
		case c.Type != html.ElementNode, c.Data == "style", strings.HasPrefix(value(c, "lang"), "en"):
			continue
		}
		for _, key := range []string{"aria-label", "alt", "title", "placeholder", "content"} {
			if v := value(c, key); v != "" {
				texts = append(texts, v)
			}
		}
		texts = append(texts, ours(c)...)
	}
	return texts
}

// TestPageOfAFeedSpeaksItsLanguage, or else that of the site.
func TestPageOfAFeedSpeaksItsLanguage(t *testing.T) {
	for _, tt := range [][3]string{
		{"", "", "en"}, {"", "de", "de"}, {"de", "de", "de"}, {"de-AT", "en", "de"}, {"de", "", "de"}, {"en-gb", "de", "en"}, {"fr", "de", "de"}, {"fr", "", "en"}, {"DE", "en", "de"},
	} {
		if got := builtin().in(tt[0], tt[1]).tag; got != tt[2] {
			t.Errorf("a feed in %q on a site in %q speaks %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}
