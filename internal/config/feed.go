package config

import (
	"maps"
	"math"
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
	public  []node      // keys that only a public feed may have
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
	complete := r.mapping(n, feedSection, r.feedFields(d))
	if complete {
		r.checkShow(n, d)
	}
	if d.named == nil && complete {
		r.errorf(n.Node, "this feed has no name; write %s", examples["name"])
	}
	if d.Kind == news.FeedOfHealth {
		r.checkHealth(d)
	}
	if d.Digest != nil {
		r.checkDigest(d)
	}
	if d.Private {
		r.checkPrivate(d)
	}
	if _, kept := find(n.Node, "archive_keep"); kept != nil && !d.Archive {
		r.errorf(kept, "archive_keep: this feed keeps no archive; write archive: true beside it, or remove archive_keep:")
	}
	return d
}

func (r *reader) feedFields(d *feedDraft) fields {
	ofStories := func(read func(node)) func(node) { return gathering(&d.stories, read) }
	ofSingle := func(read func(node)) func(node) { return ofStories(gathering(&d.single, read)) }
	ofPublic := func(read func(node)) func(node) { return gathering(&d.public, read) }
	return fields{
		"name":               noting(&d.named, into(&d.Name, r.name)),
		"title":              into(&d.Title, r.text),
		"description":        into(&d.Description, r.text),
		"language":           into(&d.Language, r.language),
		"author":             into(&d.Author, r.text),
		"image":              into(&d.Image, r.pageURL),
		"access":             into(&d.Private, r.access),
		"moved_from":         ofPublic(into(&d.moved, list(r, r.oldName))),
		"sources":            called(feedSources, into(&d.sources, list(r, r.reference))),
		"tags":               into(&d.tags, list(r, r.reference)),
		"where":              ofStories(into(&d.Where, r.feedRule)),
		"duplicates":         ofStories(into(&d.Duplicates, oneOf(r, news.Collapse, news.Group, news.Keep))),
		"limit":              into(&d.Limit, r.whole(1, news.MaxShown)),
		"window":             gathering(&d.single, into(&d.Window, r.duration(0, longest))),
		"max_per_source":     ofStories(into(&d.MaxPerSource, r.whole(0, math.MaxInt))),
		"max_per_source_day": ofSingle(into(&d.MaxPerSourceDay, r.whole(0, math.MaxInt))),
		"settle":             ofStories(into(&d.Settle, r.duration(0, mostSettle))),
		"content":            ofStories(noting(&d.content, called(feedContent, into(&d.Content, oneOf(r, news.Full, news.SummaryOnly, news.LinkOnly))))),
		"also_reported":      ofSingle(into(&d.AlsoReported, r.boolean)),
		"item_title":         ofSingle(into(&d.ItemTitle, r.itemTitle)),
		"item_footer":        ofSingle(into(&d.ItemFooter, r.itemFooter)),
		"digest":             ofStories(into(&d.Digest, r.calendar)),
		"archive":            ofStories(noting(&d.archive, into(&d.Archive, r.boolean))),
		"archive_keep":       into(&d.ArchiveKeep, r.whole(0, math.MaxInt)),
		"kind":               noting(&d.kind, into(&d.Kind, r.feedKind)),
		"email":              into(&d.Show.Email, r.email),
		"explicit":           into(&d.Show.Explicit, r.boolean),
		"categories":         into(&d.Show.Categories, list(r, r.showCategory)),
	}
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

// checkPrivate refuses settings that only a public feed can have.
func (r *reader) checkPrivate(d *feedDraft) {
	for _, n := range d.public {
		r.errorf(n.Node, "%s is for public feeds, and this one is private; leave it out", n)
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

// oldName reads a former name of a feed.
func (r *reader) oldName(n node) (reference, bool) {
	ref, ok := r.reference(n)
	if ok && !isName(ref.name) {
		r.errorf(n.Node, "moved_from: %s is no name that a feed can have had; write %s", shown(n.Value), examples["moved_from"])
		return reference{}, false
	}
	return ref, ok
}

// language reads a language tag (BCP 47). It checks the form only, not whether
// the tag is registered. BCP 47 would allow longer first subtags, but none is in
// use, and refusing them catches "german" and "deutsch".
func (r *reader) language(n node) (string, bool) {
	text, ok := r.text(n)
	if !ok {
		return "", false
	}
	parts := strings.Split(strings.ToLower(text), "-")
	for i, part := range parts {
		if len(part) < 1 || len(part) > 8 || i == 0 && (len(part) < 2 || len(part) > 3) || !isName(part) || strings.Contains(part, "_") {
			r.errorf(n.Node, "language: %s is no language tag; write language: de, or en-gb", shown(n.Value))
			return "", false
		}
	}
	return strings.Join(parts, "-"), true
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
func (r *reader) linkMoved(f *sections, feeds map[string]int) {
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
