package clean

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// beacons are hosts, or hosts and the beginning of a path, of images that only count
// readers. A host includes its subdomains.
var beacons = beaconSet(`
feeds.feedburner.com/~r/ feeds.feedburner.com/~ff/ feedproxy.google.com/~r/ feeds.feedblitz.com/~/i/ feedsportal.com pheedo.com
pixel.wp.com stats.wordpress.com b.wordpress.com medium.com/_/stat blogger.googleusercontent.com/tracker/
vgwort.de ioam.de ivwbox.de etracker.com xiti.com chartbeat.net chartbeat.com statcounter.com histats.com sitemeter.com
doubleclick.net google-analytics.com googlesyndication.com googleadservices.com amazon-adsystem.com adnxs.com criteo.com
pixel.quantserve.com scorecardresearch.com pixel.mathtag.com bat.bing.com px.ads.linkedin.com alb.reddit.com
facebook.com/tr t.co/i/adsct analytics.twitter.com mc.yandex.ru counter.yadro.ru counter.rambler.ru top-fwz1.mail.ru
track.hubspot.com pixel.newscred.com pixel.parsely.com p1.parsely.com list-manage.com/track/ hits.blogsoft.org`)

// counters are suffixes of paths that only count, on any host.
var counters = []string{"/matomo.php", "/piwik.php", "/__utm.gif", "/count.gif", "/pixel.gif", "/webbug.gif"}

func beaconSet(list string) map[string][]string {
	set := map[string][]string{}
	for b := range strings.FieldsSeq(list) {
		host, path, _ := strings.Cut(b, "/")
		set[host] = append(set[host], "/"+path)
	}
	return set
}

// unlazy gives an element the source that a script would have loaded.
func (s *shaper) unlazy(attrs []attribute) []attribute {
	for _, name := range lazy {
		if real := strings.TrimSpace(value(attrs, name)); real != "" && !strings.HasPrefix(real, "{") && Resolve(s.base, real) != "" {
			attrs = with(attrs, "src", real)
			break
		}
	}
	for _, name := range lazySets {
		if real := value(attrs, name); real != "" && s.srcset(real) != "" {
			return with(attrs, "srcset", real)
		}
	}
	return attrs
}

// pixel reports whether an image or frame is there to be counted and not to be seen: it
// is of one pixel or none, hidden, or from a known counter.
func pixel(attrs []attribute, src string) bool {
	if unseen(value(attrs, "width"), value(attrs, "height")) || find(attrs, "hidden") != nil {
		return true
	}
	width, height := "", ""
	for declaration := range strings.SplitSeq(strings.ToLower(value(attrs, "style")), ";") {
		name, v, _ := strings.Cut(declaration, ":")
		v, _, _ = strings.Cut(v, "!")
		switch name, v = strings.TrimSpace(name), strings.TrimSpace(v); {
		case name == "width":
			width = v
		case name == "height":
			height = v
		case name == "display" && v == "none", name == "visibility" && v == "hidden", name == "opacity" && strings.Trim(v, "0.%") == "" && v != "":
			return true
		}
	}
	return unseen(width, height) || beacon(src)
}

// unseen reports whether a stated size is at most one pixel.
func unseen(width, height string) bool {
	w, h := pixels(width), pixels(height)
	return w == "0" || h == "0" || w == "1" && (h == "1" || h == "") || h == "1" && w == ""
}

func pixels(size string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(size)), "px"))
}

// beacon reports whether an address only counts readers.
func beacon(src string) bool {
	u, err := url.Parse(src)
	if err != nil || u.Host == "" {
		return false
	}
	if slices.ContainsFunc(counters, func(end string) bool { return strings.HasSuffix(u.Path, end) }) {
		return true
	}
	for host := strings.ToLower(u.Hostname()); host != ""; _, host, _ = strings.Cut(host, ".") {
		if slices.ContainsFunc(beacons[host], func(path string) bool { return path == "/" || strings.HasPrefix(u.Path, path) }) {
			return true
		}
	}
	return false
}

// The length of data URLs of images, in bytes. Smaller ones are placeholders, and
// larger ones are a burden to every reader.
const (
	minInline = 200
	MaxInline = 64 << 10
)

// inlineImage returns ref in one spelling if it is a data URL of a raster image in
// base64 (RFC 2397), else "".
func inlineImage(ref string) string {
	ref = strings.TrimSpace(ref)
	if len(ref) < minInline || len(ref) > MaxInline || !strings.EqualFold(ref[:5], "data:") {
		return ""
	}
	head, data, _ := strings.Cut(ref, ",")
	switch head = strings.ToLower(head); head {
	case "data:image/png;base64", "data:image/jpeg;base64", "data:image/gif;base64", "data:image/webp;base64", "data:image/avif;base64":
	default:
		return ""
	}
	data = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(data)
	if _, err := base64.StdEncoding.Strict().DecodeString(data); err != nil {
		return ""
	}
	return head + "," + data
}

// maxCandidates is how many sizes of one image are kept.
const maxCandidates = 24

// srcset makes every candidate absolute, and drops beacons and those that cannot be.
// The grammar is that of HTML section 4.8.4.2.1.
func (s *shaper) srcset(list string) string {
	var out []string
	for len(out) < maxCandidates {
		list = strings.TrimLeft(list, " \t\n\f\r,")
		if list == "" {
			break
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
		// A comma at the end would separate candidates.
		if abs := strings.TrimRight(Resolve(s.base, ref), ","); abs != "" && !beacon(abs) {
			out = append(out, strings.TrimSpace(abs+" "+plainDescriptor(descriptor)))
		}
	}
	return strings.Join(out, ", ")
}

// plainDescriptor returns d if it is a width or density such as 640w or 2x, else "".
func plainDescriptor(d string) string {
	d = strings.TrimSpace(d)
	if d == "" || len(d) > 12 || strings.Trim(d, "0123456789.") != "w" && strings.Trim(d, "0123456789.") != "x" {
		return ""
	}
	return d
}
