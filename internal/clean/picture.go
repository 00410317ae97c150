package clean

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"tributary/internal/news"
)

// Figure returns a picture as HTML: what it shows as its alternative text, and below it
// who made it. One that not everybody wants to see is folded away. The result is empty for a
// picture that only counts readers.
func Figure(f news.Enclosure) string {
	alt := Line(cmp.Or(f.Alt, f.Title))
	img := `<img src="` + html.EscapeString(f.URL) + `" alt="` + html.EscapeString(alt) + `"`
	if f.Width > 0 && f.Height > 0 {
		img += ` width="` + strconv.Itoa(f.Width) + `" height="` + strconv.Itoa(f.Height) + `"`
	}
	if img = HTML(img+">", nil); img == "" {
		return ""
	}
	figure := "<p>" + img + "</p>"
	if credit := Line(f.Credit); credit != "" {
		figure = "<figure>" + img + "<figcaption>" + Escape(credit) + "</figcaption></figure>"
	}
	if f.Adult {
		return "<details><summary>" + Escape(strings.TrimSpace("⚠ "+alt)) + "</summary>" + figure + "</details>"
	}
	return figure
}

// Unshown returns those pictures of an entry that its text does not show. If the text shows
// some pictures and none of the entry's can be recognised among them, they may be the same
// under other addresses, so it returns none, and none if the text shows more than maxShown.
func Unshown(markup string, pictures []news.Enclosure) []news.Enclosure {
	if len(pictures) == 0 {
		return nil
	}
	shown := shownIn(markup)
	if len(shown) == 0 {
		return pictures
	}
	if len(shown) > maxShown {
		return nil
	}
	rest := slices.DeleteFunc(slices.Clone(pictures), func(f news.Enclosure) bool {
		return slices.ContainsFunc(shown, func(s news.Enclosure) bool { return SamePicture(s, f) })
	})
	if len(rest) == len(pictures) {
		return nil
	}
	return rest
}

// maxShown is the number of pictures in a text from which on they are not compared with those of
// its entry: each is compared with each, and such a text is a gallery itself.
const maxShown = 100

// iconSize is the largest width or height of what stands in a line of text, in pixels.
const iconSize = 48

// shownIn returns the pictures that a sanitised text shows, except icons. Such a text has
// "<" and ">" only around tags.
func shownIn(markup string) []news.Enclosure {
	var shown []news.Enclosure
	for {
		_, rest, found := strings.Cut(markup, "<img ")
		if !found {
			return shown
		}
		attrs, after, _ := strings.Cut(rest, ">")
		markup = after
		f := shownBy("<img " + attrs + ">")
		if icon := f.Width > 0 && f.Width <= iconSize || f.Height > 0 && f.Height <= iconSize; !icon {
			shown = append(shown, f)
		}
	}
}

// shownBy reads the address and size of one img.
func shownBy(tag string) (f news.Enclosure) {
	z := html.NewTokenizer(strings.NewReader(tag))
	z.Next()
	for _, a := range z.Token().Attr {
		switch a.Key {
		case "src":
			f.URL = a.Val
		case "srcset":
			if f.URL == "" {
				f.URL, _, _ = strings.Cut(a.Val, " ")
			}
		case "width":
			f.Width, _ = strconv.Atoi(a.Val)
		case "height":
			f.Height, _ = strconv.Atoi(a.Val)
		}
	}
	return f
}

// SamePicture reports whether two files are one picture, perhaps in two sizes: their
// addresses differ in nothing but what states a size.
func SamePicture(a, b news.Enclosure) bool {
	if a.URL == b.URL {
		return true
	}
	sizes := []int{a.Width, a.Height, b.Width, b.Height}
	return sizeless(a.URL, sizes) == sizeless(b.URL, sizes)
}

// dimensions is a size in an address, as in photo-150x150.jpg, with what separates it.
var dimensions = regexp.MustCompile(`[-_.]?\d{2,4}x\d{2,4}`)

// number is a run of digits.
var number = regexp.MustCompile(`\d+`)

// sizeless returns the address of a picture without its scheme and what states its size:
// dimensions, numbers that are one of the given sizes, and query keys of image servers.
func sizeless(address string, sizes []int) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	path := dimensions.ReplaceAllString(u.Path, "")
	path = number.ReplaceAllStringFunc(path, func(digits string) string {
		if n, err := strconv.Atoi(digits); err == nil && n >= iconSize && slices.Contains(sizes, n) {
			return "#"
		}
		return digits
	})
	return strings.ToLower(u.Host) + path + "?" + sizelessQuery(u.RawQuery)
}

// sizelessQuery leaves out the keys that choose a rendering and, if there are any, the
// signature that belongs to them.
func sizelessQuery(query string) string {
	var kept []string
	sized := false
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(strings.ToLower(pair), "=")
		if renderingKeys[key] && len(value) <= maxRendering {
			sized = true
		} else if pair != "" {
			kept = append(kept, pair)
		}
	}
	if sized {
		kept = slices.DeleteFunc(kept, func(pair string) bool {
			key, _, _ := strings.Cut(strings.ToLower(pair), "=")
			return signatureKeys[key]
		})
	}
	return strings.Join(kept, "&")
}

// maxRendering is the length of what such a key is set to. Longer values name pictures.
const maxRendering = 24

var (
	renderingKeys = names("w width h height size sz imwidth maxwidth maxheight mw mh quality q fit auto dpr format fm crop resize scale strip ssl")
	signatureKeys = names("s sig signature hash")
)
