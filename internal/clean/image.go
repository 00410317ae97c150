package clean

import (
	"strings"
)

// beacons are addresses of images that only count readers.
var beacons = []string{"feedburner.com/~r/", "feedburner.com/~ff/", "feedsportal.com/", "pixel.wp.com/", "stats.wordpress.com/", "vgwort.de/", "doubleclick.net/", "google-analytics.com/", "pixel.quantserve.com/", "scorecardresearch.com/", "rss.feedsportal.com/", "medium.com/_/stat", "blogger.googleusercontent.com/tracker/", "facebook.com/tr"}

// unlazy gives an image the source that a script would have loaded.
func unlazy(attrs []attribute) []attribute {
	for _, name := range lazy {
		if real := strings.TrimSpace(value(attrs, name)); real != "" && !strings.HasPrefix(real, "data:") {
			attrs = with(attrs, "src", real)
			break
		}
	}
	for _, name := range lazySets {
		if real := value(attrs, name); real != "" {
			return with(attrs, "srcset", real)
		}
	}
	return attrs
}

func with(attrs []attribute, name, value string) []attribute {
	if a := find(attrs, name); a != nil {
		a.value = value
		return attrs
	}
	return append(attrs, attribute{name, value})
}

// pixel reports whether an image is there to be counted, not to be seen.
func pixel(attrs []attribute, src string) bool {
	if tiny(value(attrs, "width")) && tiny(value(attrs, "height")) {
		return true
	}
	style := strings.ReplaceAll(strings.ToLower(value(attrs, "style")), " ", "")
	if strings.Contains(style, "display:none") || strings.Contains(style, "width:1px") && strings.Contains(style, "height:1px") {
		return true
	}
	for _, b := range beacons {
		if strings.Contains(src, b) {
			return true
		}
	}
	return false
}

// tiny reports whether a stated width or height is at most one pixel.
func tiny(size string) bool {
	size = strings.TrimSuffix(strings.TrimSpace(size), "px")
	return size == "0" || size == "1"
}

// srcset makes every candidate absolute and drops those that cannot be. The
// grammar is that of HTML section 4.8.4.2.1.
func (s *shaper) srcset(list string) string {
	var out []string
	for {
		list = strings.TrimLeft(list, " \t\n\f\r,")
		if list == "" {
			return strings.Join(out, ", ")
		}
		end := strings.IndexAny(list, " \t\n\f\r")
		if end < 0 {
			end = len(list)
		}
		ref, descriptor := list[:end], ""
		list = list[end:]
		if bare := strings.TrimRight(ref, ","); bare != ref {
			ref = bare
		} else {
			descriptor, list, _ = strings.Cut(list, ",")
		}
		if abs := Resolve(s.base, ref); abs != "" {
			out = append(out, strings.TrimSpace(abs+" "+plainDescriptor(descriptor)))
		}
	}
}

// plainDescriptor keeps a width or density such as 640w or 2x.
func plainDescriptor(d string) string {
	d = strings.TrimSpace(d)
	if d == "" || strings.Trim(d, "0123456789.") != "w" && strings.Trim(d, "0123456789.") != "x" {
		return ""
	}
	return d
}
