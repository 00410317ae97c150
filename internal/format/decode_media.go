package format

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// enclosures adds the enclosures of RSS 2.0, which some entries of Atom borrow.
func enclosures(n *node, e *news.Entry) {
	for k := range n.named("enclosure") {
		e.Enclosures = addEnclosure(e.Enclosures, news.Enclosure{URL: clean.File(k.base, mendedAddress(first(k.attr("url"), k.attr("href")))),
			Type: mediaType(k.attr("type")), Length: length(k.attr("length"))})
	}
}

// mediaEnclosures adds the files of Media RSS, except pictures. An entry without enclosures, or
// with nothing but torrents, takes audio and video from there. An entry with enclosures gets
// their missing details from there. If Media RSS lists one of them, it lists all files of the
// entry, so the others are added: podcast programs ask for one enclosure an item, which leaves
// publishers no other place.
func (r *reader) mediaEnclosures(n *node, e *news.Entry) {
	isNoTorrent := func(f news.Enclosure) bool { return f.Type != news.Torrent }
	stated, listed := slices.ContainsFunc(e.Enclosures, isNoTorrent), false
	for i := range e.Enclosures {
		e.Enclosures[i].Adult = r.isAdult(n)
	}
	var others []news.Enclosure
	for _, k := range n.kids {
		group := []*node{k}
		if k.name == "media:group" {
			group = k.kids
		}
		for _, m := range group {
			if m.name != "media:content" {
				continue
			}
			f, kind := r.mediaFile(m), medium(m)
			switch {
			case complete(e.Enclosures, f):
				listed = listed || m == k
			case f.Magnet():
				others = append(others, f)
			case !stated && (kind == "audio" || kind == "video"):
				e.Enclosures = addEnclosure(e.Enclosures, f)
			case stated && m == k && kind != "image" && f.Type != "":
				others = append(others, f)
			}
		}
	}
	for _, f := range others {
		if listed || f.Magnet() {
			e.Enclosures = addEnclosure(e.Enclosures, f)
		}
	}
}

func (r *reader) mediaFile(m *node) news.Enclosure {
	return news.Enclosure{
		URL: clean.File(m.base, mendedAddress(m.attr("url"))), Type: mediaType(m.attr("type")), Length: length(m.attr("filesize")), Title: r.line(m, "media:title"),
		Alt: clean.Excerpt(r.line(m, "media:description"), maxAlt), Credit: r.line(m, "media:credit"),
		Duration: seconds(m.attr("duration")), Width: whole(m.attr("width")), Height: whole(m.attr("height")),
		Adult: r.isAdult(m),
	}
}

// rate gives what is inside an element of Media RSS the rating of that element, or else the one
// around it, unless it has its own (Media RSS 1.5.1, optional elements).
func rate(n, around *node) {
	rating := n.kid("media:rating")
	if rating == nil && around != nil {
		rating = around
		n.kids = append(n.kids, around)
	}
	for k := range n.named("media:group", "media:content") {
		rate(k, rating)
	}
}

// isAdult reports whether a file, or what holds it, is rated as one that not everybody wants to
// see. Social networks rate what their authors call sensitive.
func (r *reader) isAdult(m *node) bool {
	k := m.kid("media:rating")
	return k != nil && strings.EqualFold(r.plain(k), "adult")
}

// complete fills in what f says about the file with its URL, and reports whether the
// list has that file.
func complete(files []news.Enclosure, f news.Enclosure) bool {
	i := slices.IndexFunc(files, func(have news.Enclosure) bool { return have.URL == f.URL })
	if i < 0 {
		return false
	}
	have := &files[i]
	have.Type, have.Title = first(have.Type, f.Type), first(have.Title, f.Title)
	have.Alt, have.Credit = first(have.Alt, f.Alt), first(have.Credit, f.Credit)
	have.Length, have.Duration = cmp.Or(have.Length, f.Length), cmp.Or(have.Duration, f.Duration)
	have.Adult = have.Adult || f.Adult
	if have.Width == 0 && have.Height == 0 {
		have.Width, have.Height = f.Width, f.Height
	}
	return true
}

// maxAlt bounds the alternative text of a picture, in characters.
const maxAlt = 2000

// pictures returns the pictures of Media RSS that are not among the files, each in its
// largest size. A group with sound or film has none: an image in it is a still (Media RSS
// 1.5.1, media:group).
func (r *reader) pictures(n *node, files []news.Enclosure) []news.Enclosure {
	var list []news.Enclosure
	for _, k := range n.kids {
		switch {
		case k.name == "media:content":
			list = r.addPicture(list, len(list), k, files)
		case k.name == "media:group" && !slices.ContainsFunc(k.kids, plays):
			from := len(list)
			for _, m := range k.kids {
				list = r.addPicture(list, from, m, files)
			}
		}
	}
	return list
}

// addPicture adds an image to a list, in which those from an index on are of its group. It
// leaves out what counts readers, and merges sizes of one picture.
func (r *reader) addPicture(list []news.Enclosure, from int, m *node, files []news.Enclosure) []news.Enclosure {
	if m.name != "media:content" || medium(m) != "image" {
		return list
	}
	f := r.mediaFile(m)
	same := func(have news.Enclosure) bool { return clean.SamePicture(have, f) }
	if f.URL == "" || f.Magnet() || f.Width == 1 || f.Height == 1 || isAvatar(f.URL) || slices.ContainsFunc(files, same) {
		return list
	}
	for i, have := range list {
		if same(have) || i >= from && rendition(have, f) {
			list[i] = larger(have, f)
			return list
		}
	}
	if len(list) == maxAlike {
		return list
	}
	return append(list, f)
}

// plays reports whether an element of Media RSS is sound or film.
func plays(m *node) bool {
	if m.name != "media:content" {
		return false
	}
	kind := medium(m)
	return kind == "audio" || kind == "video"
}

// rendition reports whether two images of one group are one picture. The specification
// says so of all of them, but some publishers put galleries into groups: two images of one
// size or of none, or with two texts, are two pictures.
func rendition(a, b news.Enclosure) bool {
	return (a.Width != b.Width || a.Height != b.Height) && (a.Alt == b.Alt || a.Alt == "" || b.Alt == "")
}

// larger returns the larger of two sizes of one picture, with what either says about it.
func larger(a, b news.Enclosure) news.Enclosure {
	if b.Width > a.Width || b.Width == a.Width && b.Height > a.Height {
		a, b = b, a
	}
	a.Adult = a.Adult || b.Adult
	a.Title, a.Alt, a.Credit = first(a.Title, b.Title), first(a.Alt, b.Alt), first(a.Credit, b.Credit)
	return a
}

// isAvatar reports whether an image shows an author. Blogs of WordPress.com list it among
// the pictures of every entry.
func isAvatar(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.HasPrefix(u.Path, "/avatar/") && (u.Host == "gravatar.com" || strings.HasSuffix(u.Host, ".gravatar.com"))
}

// medium returns what a media:content is: image, audio, video, or "" for anything else.
// It goes by the type, else the medium attribute, else the file's name.
func medium(m *node) string {
	kind := mediaType(m.attr("type"))
	if stated := news.MediumOf(kind, ""); stated != "" {
		return stated
	}
	switch stated := strings.ToLower(m.attr("medium")); stated {
	case "image", "audio", "video":
		return stated
	}
	return news.MediumOf("", m.attr("url"))
}

// mediaType returns a media type in lower case, or "" if s is not one.
func mediaType(s string) string {
	s = strings.ToLower(clean.Line(s))
	if major, minor, ok := strings.Cut(s, "/"); !ok || major == "" || minor == "" || strings.ContainsAny(s, "<>\"'") {
		return ""
	}
	return s
}
