package format

import (
	"net/url"
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

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
