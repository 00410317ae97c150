package page

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// file is an enclosure: a link and, for audio and video, a player.
type file struct {
	Link   template.HTML // name, linked
	URL    string
	Name   string // its title, or else the file name
	Detail string // type, size and duration; may be empty
	Player string // audio, video, or "" for a plain link
}

// attached is a picture that an entry brings besides its text.
type attached struct {
	URL, Alt, Credit string
	Adult            bool // not to be shown unasked
}

// attach adds the files of an entry to the story, and those of its pictures that the text does not
// show.
func (v *story) attach(l *locale, entry *news.Entry) {
	for _, e := range clean.Unshown(entry.Summary+entry.Content, entry.Gallery()) {
		if address := link(e.URL); address != "" && len(v.Pictures) < maxPictures {
			v.Pictures = append(v.Pictures, attached{address, cmp.Or(e.Alt, e.Title), e.Credit, e.Adult})
		}
	}
	for _, e := range entry.Enclosures {
		if e.Magnet() && len(v.Media) < maxFiles {
			v.Media = append(v.Media, l.magnet(e))
			continue
		}
		address, medium := link(e.URL), e.Medium()
		if address == "" || medium == "image" || len(v.Media) == maxFiles {
			continue
		}
		name := cmp.Or(shorten(e.Title, 60), fileName(address))
		f := file{Link: anchor(address, name), URL: address, Name: name, Detail: l.detail(e)}
		if e.Playable() {
			f.Player = medium
		}
		v.Media = append(v.Media, f)
	}
}

// magnet returns a file that only BitTorrent programs can get, by the name that its link gives it.
func (l *locale) magnet(e news.Enclosure) file {
	f := file{URL: e.URL, Detail: l.detail(e)}
	query, _ := url.ParseQuery(strings.TrimPrefix(e.URL, "magnet:?")) // what cannot be read has no name
	f.Name = cmp.Or(shorten(e.Title, 60), shorten(clean.Line(query.Get("dn")), 60), l.text("Torrent"))
	f.Link = anchorTo(e.URL, f.Name) // Magnet has checked it
	return f
}

// leastLength is the smallest length taken seriously, in bytes. Publishers who do not know the
// length write 0 or 1.
const leastLength = 100

func (l *locale) detail(e news.Enclosure) string {
	var parts []string
	if e.Type != "" {
		parts = append(parts, shorten(e.Type, 40))
	}
	if s := l.size(e.Length); s != "" && e.Length >= leastLength {
		parts = append(parts, s)
	}
	if e.Duration > 0 {
		parts = append(parts, playing(e.Duration))
	}
	return strings.Join(parts, ", ")
}

// playing formats a duration as media players do: 4:05, 1:02:03.
func playing(seconds int64) string {
	hours, minutes, seconds := seconds/3600, seconds/60%60, seconds%60
	if hours == 0 {
		return fmt.Sprintf("%d:%02d", minutes, seconds)
	}
	return fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
}

// fileName returns the last part of an address's path, or else its host.
func fileName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if name := path.Base(u.Path); name != "/" && name != "." {
		return shorten(name, 60)
	}
	return u.Hostname()
}
