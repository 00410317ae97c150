package format

import (
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// mediaEnclosures adds the files of Media RSS, except pictures. An entry without enclosures
// takes audio and video from there. An entry with enclosures gets their missing details from
// there. If Media RSS lists one of them, it lists all files of the entry, so the others are
// added: podcast programs ask for one enclosure an item, which leaves publishers no other
// place.
func (r *reader) mediaEnclosures(n *node, e *news.Entry) {
	stated, listed := len(e.Enclosures) > 0, false
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

// isAdult reports whether a file is rated as one that not everybody wants to see. Social
// networks rate what their authors call sensitive.
func (r *reader) isAdult(m *node) bool {
	k := m.kid("media:rating")
	return k != nil && strings.EqualFold(r.plain(k), "adult")
}

// complete fills in what f says about the file with its URL, and reports whether the
// list has that file.
func complete(files []news.Enclosure, f news.Enclosure) bool {
	for i := range files {
		have := &files[i]
		if have.URL != f.URL {
			continue
		}
		have.Type, have.Title = first(have.Type, f.Type), first(have.Title, f.Title)
		have.Alt, have.Credit = first(have.Alt, f.Alt), first(have.Credit, f.Credit)
		have.Adult = have.Adult || f.Adult
		if have.Length == 0 {
			have.Length = f.Length
		}
		if have.Duration == 0 {
			have.Duration = f.Duration
		}
		if have.Width == 0 && have.Height == 0 {
			have.Width, have.Height = f.Width, f.Height
		}
		return true
	}
	return false
}
