package page

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"

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

// attach adds the enclosures to the story. An enclosed picture is shown only if the text has none,
// since it is often the same one.
func (v *story) attach(l *locale, enclosures []news.Enclosure) {
	for _, e := range enclosures {
		address := link(e.URL)
		if address == "" || len(v.Media) == maxFiles {
			continue
		}
		group, _, _ := strings.Cut(e.Type, "/")
		if group == "image" {
			if !v.Passage.Media && v.Picture == "" {
				v.Picture = address
			}
			continue
		}
		name := cmp.Or(shorten(e.Title, 60), fileName(address))
		f := file{Link: anchor(address, name), URL: address, Name: name, Detail: l.detail(e)}
		if group == "audio" || group == "video" {
			f.Player = group
		}
		v.Media = append(v.Media, f)
	}
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
