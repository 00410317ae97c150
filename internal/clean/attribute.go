package clean

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// attribute is a name and an unescaped value.
type attribute struct{ name, value string }

// maxValue is the length to which a value is cut, in bytes. Data URLs and lists of
// images have limits of their own.
const maxValue = 4 << 10

// attributes returns at most 64 attributes of the current tag. Of a repeated one the
// first counts.
func attributes(z *html.Tokenizer) []attribute {
	var list []attribute
	for more := true; more && len(list) < 64; {
		var key, value []byte
		key, value, more = z.TagAttr()
		name := string(key)
		if name == "xml:lang" {
			name = "lang"
		}
		if name != "" && find(list, name) == nil {
			list = append(list, attribute{name, string(value)})
		}
	}
	return list
}

func find(attrs []attribute, name string) *attribute {
	for i := range attrs {
		if attrs[i].name == name {
			return &attrs[i]
		}
	}
	return nil
}

func value(attrs []attribute, name string) string {
	if a := find(attrs, name); a != nil {
		return a.value
	}
	return ""
}

func with(attrs []attribute, name, value string) []attribute {
	if a := find(attrs, name); a != nil {
		a.value = value
		return attrs
	}
	return append(attrs, attribute{name, value})
}

// attributes returns those attributes that the element may have, with absolute URLs.
func (s *shaper) attributes(element string, own map[string]bool, attrs []attribute) []attribute {
	kept := attrs[:0:0]
	for _, a := range attrs {
		if !own[a.name] && !everywhere[a.name] {
			continue
		}
		said := a.value != ""
		if a.value = s.value(element, a); a.value != "" || !said && !addresses[a.name] && a.name != "srcset" {
			kept = append(kept, a)
		}
	}
	switch element {
	case "audio", "video":
		kept = with(kept, "controls", "")
	case "iframe":
		for _, rule := range frameRules {
			kept = with(kept, rule.name, rule.value)
		}
	}
	return kept
}

// value returns what may stay of an attribute's value, or "" if nothing may.
func (s *shaper) value(element string, a attribute) string {
	switch {
	case a.name == "srcset":
		return s.srcset(a.value)
	case addresses[a.name]:
		return s.address(element, a)
	case a.name == "rel":
		return relations(a.value)
	case a.name == "allow":
		return features(a.value)
	}
	v := strings.TrimSpace(cut(strings.TrimSpace(legal(a.value)), maxValue))
	if !prose[a.name] && strings.ContainsFunc(v, outside) {
		return ""
	}
	return v
}

// outside reports whether r has no place in a value that is not prose: numbers,
// keywords, times, media types, media queries.
func outside(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(` .,:;%+-_/()*="'`, r)
}

// address returns the URL of an attribute as an absolute one, or "" if it is refused.
func (s *shaper) address(element string, a attribute) string {
	if a.name == "href" {
		return link(s.base, a.value)
	}
	if element == "img" && a.name == "src" {
		if inline := inlineImage(a.value); inline != "" {
			return inline
		}
	}
	abs := Resolve(s.base, a.value)
	if element == "iframe" {
		return player(abs)
	}
	return abs
}

// relations keeps the keywords that say how a link's target relates to the text (HTML
// section 4.6.7). All others instruct the browser.
func relations(list string) string {
	words := strings.Fields(strings.ToLower(list))
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return !linkTypes[word] }), " ")
}

var linkTypes = names("author bookmark external help license next nofollow noopener noreferrer prev search sponsored tag ugc")
