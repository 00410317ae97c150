package format

import (
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"

	"tributary/internal/clean"
)

// parsed is what gofeed read of a channel or item, by the canonical names of elements.
type parsed struct {
	fields     map[string]string // of its structs, and what only the tree has
	custom     map[string]string // native elements that it has no field for
	extensions ext.Extensions
}

// text returns the text of the first element of that name that has any.
func (p parsed) text(name string) string {
	if text, ok := p.fields[name]; ok {
		return text
	}
	prefix, local, ok := strings.Cut(name, ":")
	if !ok {
		return p.custom[name]
	}
	return value(p.extensions[prefix], local)
}

// first returns the first text that is not blank. Earlier names take precedence.
func (p parsed) first(names ...string) string { return first(each(names, p.text)...) }

// time returns the first date that can be read, see whenIn.
func (p parsed) time(language string, names ...string) time.Time {
	return whenIn(language, each(names, p.text)...)
}

// body returns the first text with content as clean HTML, with URLs absolute against the
// base of its element.
func (p parsed) body(item *node, names ...string) string {
	for _, name := range names {
		if out := clean.HTML(p.text(name), baseOf(item, name)); out != "" {
			return out
		}
	}
	return ""
}

// value returns the first text among the extension elements of a name.
func value(group map[string][]ext.Extension, name string) string {
	for _, e := range group[name] {
		if e.Value != "" {
			return e.Value
		}
	}
	return ""
}

// mediaText looks for a Media RSS text in the item, its group and its content. That of an
// author's picture is the name of the author.
func mediaText(media map[string][]ext.Extension, name string) string {
	if v := value(media, name); v != "" {
		return v
	}
	for _, box := range []string{"group", "content"} {
		for _, e := range media[box] {
			if v := mediaText(e.Children, name); v != "" && !isAvatar(e.Attrs["url"]) {
				return v
			}
		}
	}
	return ""
}
