package format

import (
	"strconv"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// categories returns those of all vocabularies in document order. One without a term is
// named by its text.
func (r *reader) categories(n *node) []news.Category {
	var list []news.Category
	for _, k := range n.kids {
		switch k.name {
		case "category", "atom:category", "media:category", "dc:subject":
			list = addCategory(list, news.Category{Term: first(k.attr("term"), r.plain(k)), Scheme: clean.Line(first(k.attr("domain"), k.attr("scheme"))), Label: k.attr("label")})
		case "itunes:category", "googleplay:category", "media:group", "media:content":
			list = addCategory(list, news.Category{Term: k.attr("text")})
			for _, c := range r.categories(k) { // nested ones of iTunes are more precise
				list = addCategory(list, c)
			}
		case "itunes:keywords", "media:keywords", "keywords":
			for word := range strings.SplitSeq(r.plain(k), ",") {
				list = addCategory(list, news.Category{Term: word})
			}
		}
	}
	return list
}

// origin reads which feed an entry was copied from: <source url="…">Title</source> of RSS or
// atom:source (RFC 4287 section 4.2.11).
func (r *reader) origin(n *node) *news.Origin {
	k := n.kid("source")
	if k == nil {
		return nil
	}
	o := news.Origin{ID: r.id(k), Title: r.line(k, "title"), Link: r.atomLink(k, ""), URL: first(related(k, "self"), clean.Resolve(k.base, k.attr("url")), r.address(k, "url")),
		Rights: r.rights(k), Icon: r.address(k, "icon"), Image: r.address(k, "logo"), Updated: whenIn("", r.line(k, "updated"))}
	if len(k.kids) == 0 {
		o.Title = r.plain(k)
	}
	if o == (news.Origin{}) {
		return nil
	}
	return &o
}

// maxExtras bounds the links, people and transcripts that an entry keeps.
const maxExtras = 20

// extra reads what an entry carries besides its text, in the vocabularies that RSS and
// Atom share.
func (r *reader) extra(n *node, e *news.Entry) news.Extra {
	x := news.Extra{
		Rights:   r.rights(n),
		License:  first(related(n, "license"), r.address(n, "creativecommons:license", "cc:license", "media:license")),
		Image:    first(r.picture(n), r.thumbnail(n), firstPicture(e.Enclosures)),
		Comments: r.comments(n),
		Episode:  r.episode(n),
		Location: r.location(n),
		Pictures: r.pictures(n, e.Enclosures),
	}
	if original := r.original(n); original != "" && original != e.Link {
		x.Links = append(x.Links, news.Link{Rel: news.Canonical, URL: original})
	}
	for l := range relations(n) {
		if (l.rel == "related" || l.rel == "via") && len(x.Links) < maxExtras {
			x.Links = append(x.Links, l.link())
		}
	}
	for _, k := range n.kids {
		switch k.name {
		case "thr:in-reply-to":
			reply := news.Reply{ID: clean.Line(k.attr("ref")), Link: clean.Resolve(k.base, k.attr("href"))}
			if reply != (news.Reply{}) && len(x.ReplyTo) < maxExtras {
				x.ReplyTo = append(x.ReplyTo, reply)
			}
		case "contributor", "atom:contributor", "dc:contributor":
			if len(x.Contributors) < maxExtras {
				x.Contributors = addPerson(x.Contributors, r.boxed(k))
			}
		}
	}
	return x
}

// original returns the page that the entry's link leads to through a counting redirect:
// the canonical link (RFC 6596), or the element in which a feed delivery service keeps
// the link that it replaced.
func (r *reader) original(n *node) string {
	return first(related(n, news.Canonical), r.address(n, "feedburner:origlink", "pheedo:origlink"))
}

func (l relation) link() news.Link {
	return news.Link{Rel: l.rel, URL: l.url, Type: mediaType(l.attr("type")), Title: clean.Line(l.attr("title")), Language: languageTag(l.attr("hreflang"))}
}

// comments finds the discussion of an entry: RSS comments, the comment API, the
// slash module and Atom threading.
func (r *reader) comments(n *node) news.Comments {
	c := news.Comments{Page: r.address(n, "comments"), Feed: r.address(n, "wfw:commentrss"), Count: whole(r.line(n, "thr:total", "slash:comments"))}
	for l := range relations(n) {
		if l.rel != "replies" {
			continue
		}
		if strings.Contains(l.attr("type"), "html") {
			c.Page = first(c.Page, l.url)
		} else {
			c.Feed = first(c.Feed, l.url)
		}
		c.Count = max(c.Count, whole(l.attr("count")))
	}
	return c
}

// thumbnail returns a still image of Media RSS: one that is named as such, else content
// that is an image.
func (r *reader) thumbnail(n *node) string {
	if url := r.address(n, "media:thumbnail"); url != "" && !r.isAdult(n) {
		return url
	}
	for _, k := range n.kids {
		if k.name == "media:group" || k.name == "media:content" {
			if url := r.thumbnail(k); url != "" {
				return url
			}
		}
	}
	for k := range n.named("media:content") {
		if url := clean.Resolve(k.base, k.attr("url")); url != "" && medium(k) == "image" && !r.isAdult(k) && !isAvatar(url) {
			return url
		}
	}
	return ""
}

// showWide is what the head of a podcast says for all episodes that do not say
// otherwise.
type showWide struct {
	explicit bool
	blocked  bool
	people   []news.Credit
	tags     []news.Tag
}

// showOf reads these tags from the channel. A podcast:block with an id concerns only
// one directory, so it is ignored.
func (r *reader) showOf(head *node) showWide {
	s := showWide{
		explicit: yesOrNo(r.line(head, "itunes:explicit", "googleplay:explicit"), false),
		blocked:  yesOrNo(r.line(head, "itunes:block", "googleplay:block"), false),
	}
	s.tags = r.tags(head)
	for _, k := range head.kids {
		switch {
		case k.name == "podcast:block" && k.attr("id") == "":
			s.blocked = yesOrNo(r.plain(k), s.blocked)
		case k.name == "podcast:person":
			s.people = r.addCredit(s.people, k)
		}
	}
	return s
}

// episode reads the tags of iTunes, Google Play and the podcast namespace.
func (r *reader) episode(n *node) news.Episode {
	e := news.Episode{
		Number:   decimal(r.line(n, "podcast:episode", "itunes:episode")),
		Season:   whole(r.line(n, "podcast:season", "itunes:season")),
		Duration: seconds(r.line(n, "itunes:duration")),
		Explicit: yesOrNo(r.line(n, "itunes:explicit", "googleplay:explicit"), r.show.explicit),
		Blocked:  yesOrNo(r.line(n, "itunes:block", "googleplay:block"), r.show.blocked),
	}
	switch kind := strings.ToLower(r.line(n, "itunes:episodetype")); kind {
	case "full", "trailer", "bonus":
		e.Kind = kind
	}
	for _, k := range n.kids {
		link := news.Link{Rel: clean.Line(k.attr("rel")), URL: clean.Resolve(k.base, k.attr("url")), Type: mediaType(k.attr("type")), Language: languageTag(k.attr("language"))}
		switch {
		case k.name == "podcast:transcript" && link.URL != "" && len(e.Transcripts) < maxExtras:
			e.Transcripts = append(e.Transcripts, link)
		case k.name == "podcast:chapters" && link.URL != "" && e.Chapters == nil:
			e.Chapters = &link
		}
	}
	if r.credits(n, &e); n.kid("podcast:person") == nil {
		e.People = few(append(e.People, r.show.people...))
	}
	e.Tags = withInherited(r.tags(n), r.show.tags)
	if k := n.kid("podcast:season"); k != nil && e.Season > 0 {
		e.SeasonName = clean.Line(k.attr("name"))
	}
	if k := n.kid("podcast:episode"); k != nil && e.Number != "" {
		e.Display = clean.Line(k.attr("display"))
	}
	return e
}

// credits adds the people of podcast:person and media:credit.
func (r *reader) credits(n *node, e *news.Episode) {
	for _, k := range n.kids {
		if k.name == "media:group" || k.name == "media:content" && medium(k) != "image" {
			r.credits(k, e)
		}
		if k.name == "podcast:person" || k.name == "media:credit" {
			e.People = r.addCredit(e.People, k)
		}
	}
}

// addCredit adds a person who has a name. Without a role, one of podcast:person is a host.
func (r *reader) addCredit(people []news.Credit, k *node) []news.Credit {
	c := news.Credit{Name: r.plain(k), Role: strings.ToLower(clean.Line(k.attr("role"))), Group: strings.ToLower(clean.Line(k.attr("group"))),
		URL: clean.Resolve(k.base, k.attr("href")), Image: clean.Resolve(k.base, k.attr("img"))}
	if c.Role == "" && k.name == "podcast:person" {
		c.Role = "host"
	}
	if c.Name == "" || len(people) == maxExtras {
		return people
	}
	return append(people, c)
}

// seconds reads a duration such as "3600", "61:30" or "1:01:30". Anything else is 0.
func seconds(s string) int64 {
	var total int64
	parts := strings.Split(s, ":")
	if len(parts) > 3 {
		return 0
	}
	for _, part := range parts {
		part, _, _ = strings.Cut(part, ".") // fractions of a second
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 32)
		if err != nil || n < 0 {
			return 0
		}
		total = total*60 + n
	}
	return total
}

// whole reads a number that is not negative. Anything else is 0.
func whole(s string) int { return int(natural(s, 32)) }

// length reads a number of bytes. Anything else is 0, unknown.
func length(s string) int64 { return natural(s, 64) }

// natural reads a number that fits into an integer of that many bits. Anything else is 0.
func natural(s string, bits int) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, bits)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// decimal returns s if it is a plain number like "12" or "12.5", else "".
func decimal(s string) string {
	if _, err := strconv.ParseFloat(s, 64); err != nil || strings.Trim(s, "0123456789.") != "" || len(s) > 12 {
		return ""
	}
	return s
}

// yesOrNo reads yes or no, and returns unsaid for anything else.
func yesOrNo(s string, unsaid bool) bool {
	switch strings.ToLower(s) {
	case "yes", "true", "explicit":
		return true
	case "no", "false", "clean":
		return false
	}
	return unsaid
}
