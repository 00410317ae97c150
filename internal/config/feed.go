package config

import (
	"fmt"
	"maps"
	"math"
	"net/mail"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"tributary/internal/news"
)

// reference is a name that refers to something elsewhere in the file.
type reference struct {
	name string
	node *yaml.Node
}

// feedDraft is a feed as read, before its references are resolved.
type feedDraft struct {
	news.Feed
	named   *yaml.Node
	sources []reference
	tags    []reference
	kind    *yaml.Node  // value of kind:; nil if it is missing
	stories []node      // keys that only a feed of stories may have
	moved   []reference // former names of the feed
	single  []node      // keys that only a feed which shows stories one by one may have
	content *yaml.Node  // value of content:; nil if it is missing
	archive *yaml.Node  // value of archive:; nil if it is missing
}

// mostSettle is the longest time for which a feed may hold a new story back.
const mostSettle = 24 * time.Hour

// newFeed returns a feed with the default settings.
func newFeed() news.Feed {
	return news.Feed{Duplicates: news.Collapse, Limit: defaultLimit, Window: defaultWindow, Content: news.Full}
}

// feed reads an item of feeds:.
func (r *reader) feed(n node) *feedDraft {
	d := &feedDraft{Feed: newFeed()}
	complete := r.mapping(n, r.feedSection(d))
	if complete {
		r.checkShow(n, d)
	}
	if d.named == nil && complete {
		r.errorf(n.Node, "this feed has no name; write name: example")
	}
	if d.Kind == news.FeedOfHealth {
		r.checkHealth(d)
	}
	if d.Digest != nil {
		r.checkDigest(d)
	}
	if len(d.moved) > 0 && d.Private {
		r.errorf(valueOf(n, "moved_from"), "moved_from: is for public feeds, and this one is private; leave it out")
	}
	if d.ArchiveKeep > 0 && !d.Archive {
		r.errorf(valueOf(n, "archive_keep"), "archive_keep: this feed keeps no archive; write archive: true beside it, or remove archive_keep:")
	}
	return d
}

func (r *reader) feedSection(d *feedDraft) section {
	ofStories := func(read func(node)) func(node) { return gathering(&d.stories, read) }
	ofSingle := func(read func(node)) func(node) { return ofStories(gathering(&d.single, read)) }
	return section{"a feed", []field{
		{"name", "example", noting(&d.named, into(&d.Name, parsed(r, sourceName)))},
		{"title", "My river", into(&d.Title, r.text)},
		{"description", "What happens along the river", into(&d.Description, orNone(r.text))},
		{"language", "de", into(&d.Language, orNone(parsed(r, language)))},
		{"sources", "[seeds, example]", into(&d.sources, list(r, r.reference))},
		{"tags", "[news, de]", into(&d.tags, list(r, r.reference))},
		{"duplicates", "collapse", ofStories(into(&d.Duplicates, oneOf(r, news.Collapse, news.Group, news.Keep)))},
		{"limit", "100", into(&d.Limit, r.whole(1, news.MaxShown))},
		{"window", "48h", gathering(&d.single, into(&d.Window, r.duration(0, longest)))},
		{"where", `'language == "de"'`, ofStories(into(&d.Where, orNone(r.feedRule)))},
		{"content", "summary", ofStories(noting(&d.content, into(&d.Content, oneOf(r, news.Full, news.SummaryOnly, news.LinkOnly))))},
		{"max_per_source", "5", ofStories(into(&d.MaxPerSource, r.whole(0, math.MaxInt)))},
		{"max_per_source_day", "10", ofSingle(into(&d.MaxPerSourceDay, r.whole(0, math.MaxInt)))},
		{"settle", "15m", ofStories(into(&d.Settle, r.duration(0, mostSettle)))},
		{"also_reported", "true", ofSingle(into(&d.AlsoReported, r.boolean))},
		{"item_title", `"{source}: {title}"`, ofSingle(into(&d.ItemTitle, orNone(r.itemTitle)))},
		{"item_footer", `'<p>From <a href="{home}">{source}</a></p>'`, ofSingle(into(&d.ItemFooter, orNone(r.itemFooter)))},
		{"archive", "true", ofStories(noting(&d.archive, into(&d.Archive, r.boolean)))},
		{"archive_keep", "0", into(&d.ArchiveKeep, r.whole(0, math.MaxInt))},
		{"moved_from", "[oldname]", into(&d.moved, list(r, parsed(r, oldName)))},
		{"digest", `"0 7 * * *"`, ofStories(into(&d.Digest, orNone(parsed(r, digestCalendar))))},
		{"access", "private", into(&d.Private, r.access)},
		{"kind", "podcast", noting(&d.kind, into(&d.Kind, r.feedKind))},
		{"author", "Anna Beispiel", into(&d.Author, orNone(r.text))},
		{"image", "https://me.example/cover.jpg", into(&d.Image, orNone(parsed(r, pageURL)))},
		{"email", "show@me.example", into(&d.Show.Email, orNone(parsed(r, email)))},
		{"explicit", "false", into(&d.Show.Explicit, r.boolean)},
		{"categories", "[News > Politics]", into(&d.Show.Categories, list(r, parsed(r, r.showCategory)))},
	}}
}

// checkHealth refuses settings that a feed of kind: health cannot have.
func (r *reader) checkHealth(d *feedDraft) {
	if !d.Private {
		r.errorf(d.kind, "kind: health tells of private sources and of what goes wrong, so it is not for everybody; write access: private beside it")
	}
	for _, n := range d.stories {
		r.errorf(n.Node, "%s is about stories, and a feed of kind: health has none; leave it out", n)
	}
}

// access reads who may read a feed.
func (r *reader) access(n node) (private, ok bool) {
	text, ok := oneOf(r, "public", "private")(n)
	return text == "private", ok
}

func (r *reader) reference(n node) (reference, bool) {
	text, ok := r.text(n)
	return reference{text, n.Node}, ok
}

// oldName parses a former name of a feed.
func oldName(n node, text string) (reference, error) {
	if !isName(text) {
		return reference{}, fmt.Errorf("moved_from: %s is no name that a feed can have had; write %s", shown(n.Value), n.example)
	}
	return reference{text, n.Node}, nil
}

// language parses a language tag (BCP 47). It checks the form only, not whether
// the tag is registered. BCP 47 would allow longer first subtags, but none is in
// use, and refusing them catches "german" and "deutsch".
func language(n node, text string) (string, error) {
	parts := strings.Split(strings.ToLower(text), "-")
	for i, part := range parts {
		if len(part) < 1 || len(part) > 8 || i == 0 && (len(part) < 2 || len(part) > 3) || !isName(part) || strings.Contains(part, "_") {
			return "", fmt.Errorf("language: %s is no language tag; write language: de, or en-gb", shown(n.Value))
		}
	}
	return strings.Join(parts, "-"), nil
}

// link resolves the sources and tags that a feed selects. If there are lists,
// their sources may have tags that are not known yet.
func (r *reader) link(d *feedDraft, sources map[string]*draft, tags map[string]bool, lists bool) {
	for _, ref := range d.sources {
		s := sources[ref.name]
		switch {
		case s == nil && tags[ref.name]:
			r.errorf(ref.node, "sources: %s is a tag, not a source; write tags: [%[2]s]", shown(ref.node.Value), clip(ref.node.Value))
		case s == nil:
			r.errorf(ref.node, "sources: no source is named %s%s", shown(ref.node.Value), r.suggest(ref.name, names(sources)))
		case !s.Public && !d.Private:
			r.warnf(ref.node, "sources: %s is not public, so this feed, which is, shows nothing of it; with access: private it would", shown(ref.node.Value))
		}
		d.Sources = append(d.Sources, ref.name)
	}
	for _, ref := range d.tags {
		switch {
		case tags[ref.name], lists:
		case sources[ref.name] != nil:
			r.warnf(ref.node, "tags: no source has the tag %s; did you mean sources: [%s]?", shown(ref.node.Value), clip(ref.node.Value))
		default:
			r.warnf(ref.node, "tags: no source has the tag %s%s", shown(ref.node.Value), r.suggest(ref.name, names(tags)))
		}
		d.Tags = append(d.Tags, ref.name)
	}
}

// linkMoved sets the former names of each feed. It refuses one that a feed has
// now, or that two feeds had.
func (r *reader) linkMoved(f *file, feeds map[string]int) {
	lines := map[string]int{}
	for _, d := range f.feeds {
		for _, ref := range d.moved {
			if line, taken := feeds[ref.name]; taken {
				r.errorf(ref.node, "moved_from: %s is the name of the feed in line %d; only a name that no feed has can lead elsewhere", shown(ref.node.Value), line)
			} else if line, repeated := lines[ref.name]; repeated {
				r.errorf(ref.node, "moved_from: %s leads somewhere already, in line %d", shown(ref.node.Value), line)
			} else {
				lines[ref.name] = ref.node.Line
				d.MovedFrom = append(d.MovedFrom, ref.name)
			}
		}
	}
}

// names returns the keys of m in order, so that the same one of equally good
// suggestions is always made.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// feedKind reads what kind of feed a feed is.
func (r *reader) feedKind(n node) (news.FeedKind, bool) {
	const ofNews = "news"
	kind, ok := oneOf(r, ofNews, news.Podcast, news.FeedOfHealth)(n)
	if kind == ofNews {
		kind = news.FeedOfNews
	}
	return kind, ok
}

// email parses an e-mail address that is published.
func email(n node, text string) (string, error) {
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
		return "", fmt.Errorf("%s %s is no e-mail address; write %s", n, shown(n.Value), n.example)
	}
	return text, nil
}

// divided separates a category from its subcategory.
const divided = " > "

// showCategory parses a category of podcast directories.
func (r *reader) showCategory(n node, text string) (c news.ShowCategory, err error) {
	known := news.ShowCategories()
	name, sub, parted := strings.Cut(text, divided)
	parts, ok := known[name]
	switch {
	case ok && (!parted || slices.Contains(parts, sub)):
		return news.ShowCategory{Name: name, Sub: sub}, nil
	case ok:
		return c, fmt.Errorf("%s: %s has no part %s%s", n, shown(name), shown(sub), r.suggest(sub, parts))
	}
	for _, whole := range names(known) { // a subcategory alone
		if slices.Contains(known[whole], text) {
			return c, fmt.Errorf("%s: %s stands below another; did you mean %s?", n, shown(text), shown(whole+divided+text))
		}
	}
	return c, fmt.Errorf("%s: %s is no category of podcasts%s", n, shown(n.Value), r.suggest(name, names(known)))
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
		if _, v := find(n.Node, key); v == nil || v.Value == "" && len(v.Content) == 0 {
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
