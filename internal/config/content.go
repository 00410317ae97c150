package config

import (
	"slices"

	"github.com/andybalholm/cascadia"

	"tributary/internal/news"
)

// content reads where the text of entries comes from.
func (r *reader) content(n node) (Content, bool) {
	text, ok := r.text(n)
	if !ok {
		return "", false
	}
	ways := []string{string(ContentFeed), string(ContentPage)}
	if !slices.Contains(ways, text) {
		r.errorf(n.Node, "content: %s is neither feed nor page%s", shown(n.Value), r.suggest(text, ways))
		return "", false
	}
	return Content(text), true
}

// longestSelector is the maximum length of a selector in bytes.
const longestSelector = 1000

// selector reads a CSS selector.
func (r *reader) selector(n node) (string, bool) {
	text, ok := r.text(n)
	if !ok {
		return "", false
	}
	if len(text) > longestSelector {
		r.errorf(n.Node, "selector: is longer than %d bytes; write %s", longestSelector, examples["selector"])
		return "", false
	}
	if _, err := cascadia.ParseGroup(text); err != nil {
		r.errorf(n.Node, "selector: %s is no CSS selector; write %s, or selector: \"#text > p\"", shown(n.Value), examples["selector"])
		return "", false
	}
	return text, true
}

// checkContent refuses a selector for a feed whose pages are not read.
func (r *reader) checkContent(n node, d *draft) {
	_, selector := find(n.Node, "selector")
	if selector != nil && d.Kind == news.KindFeed && d.Content != ContentPage {
		r.errorf(selector, "selector: chooses in the article's page, which is not read; write content: page beside it")
	}
}
