package config

import (
	"net/mail"
	"slices"
	"strings"

	"tributary/internal/news"
)

// feedKind reads what kind of feed a feed is.
func (r *reader) feedKind(n node) (news.FeedKind, bool) {
	const ofNews = "news"
	kind, ok := oneOf(r, ofNews, news.Podcast, news.FeedOfHealth)(n)
	if kind == ofNews {
		kind = news.FeedOfNews
	}
	return kind, ok
}

// email reads an e-mail address that is published.
func (r *reader) email(n node) (string, bool) {
	text, ok := r.text(n)
	if !ok {
		return "", false
	}
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
		r.errorf(n.Node, "%s %s is no e-mail address; write %s", n, shown(n.Value), n.example)
		return "", false
	}
	return text, true
}

// divided separates a category from its subcategory.
const divided = " > "

// showCategory reads a category of podcast directories.
func (r *reader) showCategory(n node) (news.ShowCategory, bool) {
	text, ok := r.text(n)
	if !ok {
		return news.ShowCategory{}, false
	}
	known := news.ShowCategories()
	name, sub, parted := strings.Cut(text, divided)
	parts, ok := known[name]
	switch {
	case ok && (!parted || slices.Contains(parts, sub)):
		return news.ShowCategory{Name: name, Sub: sub}, true
	case ok:
		r.errorf(n.Node, "%s: %s has no part %s%s", n, shown(name), shown(sub), r.suggest(sub, parts))
		return news.ShowCategory{}, false
	}
	for _, whole := range names(known) { // a subcategory alone
		if slices.Contains(known[whole], text) {
			r.errorf(n.Node, "%s: %s stands below another; did you mean %s?", n, shown(text), shown(whole+divided+text))
			return news.ShowCategory{}, false
		}
	}
	r.errorf(n.Node, "%s: %s is no category of podcasts%s", n, shown(n.Value), r.suggest(name, names(known)))
	return news.ShowCategory{}, false
}

// checkShow refuses podcast settings on other feeds. It warns of a public podcast
// that lacks what directories require.
func (r *reader) checkShow(n node, d *feedDraft) {
	if d.Kind != news.Podcast {
		if key := podcastKey(d.Show); key != "" {
			r.errorf(valueOf(n, key), "email:, explicit: and categories: are for podcasts; write kind: podcast, or leave them out")
		}
		return
	}
	var missing []string
	for _, key := range []string{"language", "image", "email", "categories"} {
		if k, _ := find(n.Node, key); k == nil {
			missing = append(missing, key+":")
		}
	}
	if len(missing) > 0 && !d.Private {
		r.warnf(n.Node, "directories take no podcast without %s", strings.Join(missing, ", "))
	}
}

// podcastKey returns the first key with a value that only podcasts may have, or
// "" if there is none.
func podcastKey(s news.Show) string {
	switch {
	case s.Email != "":
		return "email"
	case s.Explicit:
		return "explicit"
	case len(s.Categories) > 0:
		return "categories"
	}
	return ""
}
