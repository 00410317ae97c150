package page

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// get returns the value of the first attribute with the name, as browsers do.
func get(attrs []html.Attribute, key string) string {
	for _, a := range attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// attributes writes those attributes that the element allows.
func (w *writer) attributes(e element, attrs []html.Attribute) {
	for i, a := range attrs {
		if !strings.Contains(e.attrs, " "+a.Key+" ") || get(attrs[:i], a.Key) != "" {
			continue
		}
		if a.Key == "href" {
			a.Val = target(a.Val)
		}
		if a.Val != "" {
			w.attribute(a.Key, a.Val)
		}
	}
}

func (w *writer) attribute(key, value string) {
	w.write(" ", key, `="`, html.EscapeString(value), `"`)
}

// picture writes an img that loads lazily and without a referrer. Without a usable address it
// writes the alternative text.
func (w *writer) picture(attrs []html.Attribute) {
	alt := strings.TrimSpace(get(attrs, "alt"))
	src := link(get(attrs, "src"))
	if src == "" {
		w.write(html.EscapeString(alt))
		return
	}
	if alt == "" && w.inside("a") {
		alt = w.locale.text("Picture") // a link needs a name
	}
	w.media = true
	w.write("<img")
	w.attribute("src", src)
	w.attribute("alt", alt)
	for _, key := range []string{"width", "height"} {
		if v := get(attrs, key); pixels(v) {
			w.attribute(key, v)
		}
	}
	w.write(` loading="lazy" decoding="async" referrerpolicy="no-referrer">`)
}

// controls writes the attributes of an audio or video element, which loads nothing until it is
// played.
func (w *writer) controls(attrs []html.Attribute) {
	w.media = true
	w.write(` controls preload="none"`)
	for _, key := range []string{"src", "poster"} {
		if v := link(get(attrs, key)); v != "" {
			w.attribute(key, v)
		}
	}
}

// stream writes a source element inside audio or video. One inside picture is dropped, since its
// img remains.
func (w *writer) stream(attrs []html.Attribute) {
	src := link(get(attrs, "src"))
	if src == "" || len(w.open) == 0 || w.open[len(w.open)-1].kind != media {
		return
	}
	w.write("<source")
	w.attribute("src", src)
	if t := get(attrs, "type"); t != "" {
		w.attribute("type", t)
	}
	w.write(">")
}

// frame writes a link in place of an iframe.
func (w *writer) frame(src string) {
	if src = link(src); src == "" || w.inside("a") {
		return
	}
	w.write(`<a class="player"`)
	w.attribute("href", src)
	w.write(`>▶ `, html.EscapeString(host(src)), `</a>`)
}

func (w *writer) inside(as string) bool {
	return slices.ContainsFunc(w.open, func(m mark) bool { return m.as == as })
}

// pixels reports whether v is a decimal number of one to four digits.
func pixels(v string) bool {
	if len(v) < 1 || len(v) > 4 {
		return false
	}
	return strings.Trim(v, "0123456789") == ""
}
