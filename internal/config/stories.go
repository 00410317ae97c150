package config

import (
	"slices"
	"strings"

	"tributary/internal/news"
)

// stories reads the section stories: over the defaults.
func (r *reader) stories(n node, m *news.Matching) {
	if isEmpty(n) {
		return
	}
	r.mapping(n, storiesSection, fields{
		"match":  into(&m.Level, r.level),
		"window": called(storiesWindow, into(&m.Window, r.duration(news.MinWindow, news.MaxWindow))),
	})
}

// level reads how similar the texts of one story must be.
func (r *reader) level(n node) (news.Level, bool) {
	text, ok := r.text(n)
	if !ok {
		return "", false
	}
	ways := []string{string(news.Strict), string(news.Normal), string(news.Loose)}
	if !slices.Contains(ways, text) {
		r.errorf(n.Node, "match: %s is none of %s%s", shown(n.Value), strings.Join(ways, ", "), r.suggest(text, ways))
		return "", false
	}
	return news.Level(text), true
}
