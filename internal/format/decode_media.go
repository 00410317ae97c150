package format

import (
	"tributary/internal/clean"
	"tributary/internal/news"
)

// mediaEnclosures adds what Media RSS says of files. An entry without enclosure
// takes sound and film from there. One that has some is told more about them; when
// an item lists its enclosure there, it lists all of its files, and the others are
// added: whoever keeps to one enclosure an item, as podcast programs ask for, has
// no other place for them.
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
			case !stated && (kind == "audio" || kind == "video"):
				e.Enclosures = addEnclosure(e.Enclosures, f)
			case stated && m == k && kind != "image" && f.Type != "":
				others = append(others, f)
			}
		}
	}
	if listed {
		for _, f := range others {
			e.Enclosures = addEnclosure(e.Enclosures, f)
		}
	}
}

func (r *reader) mediaFile(m *node) news.Enclosure {
	return news.Enclosure{
		URL: clean.Resolve(m.base, m.attr("url")), Type: mediaType(m.attr("type")), Length: length(m.attr("filesize")), Title: r.line(m, "media:title"),
		Duration: seconds(m.attr("duration")), Width: whole(m.attr("width")), Height: whole(m.attr("height")),
	}
}

// complete adds what f says to the file with the same address, if there is one.
func complete(files []news.Enclosure, f news.Enclosure) bool {
	for i := range files {
		have := &files[i]
		if have.URL != f.URL {
			continue
		}
		have.Type, have.Title = first(have.Type, f.Type), first(have.Title, f.Title)
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
