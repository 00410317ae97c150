package config

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"tributary/internal/news"
)

// longestName is the length of [a-z0-9][a-z0-9_-]{0,63}.
const longestName = 64

// name reads the name of a source or feed, which is a part of its URLs.
func (r *reader) name(n node) (string, bool) {
	text, ok := r.text(n)
	if !ok {
		return "", false
	}
	if !isName(text) {
		hint := nameHint(text)
		if hasVariable(n.Value) {
			hint = "what its variables hold cannot be a name"
		}
		r.errorf(n.Node, "name: %s is no name; %s", shown(n.Value), hint)
		return "", false
	}
	return text, true
}

// nameHint says what a text that is no name could be.
func nameHint(text string) string {
	if better := slug(text); better != "" {
		return fmt.Sprintf("did you mean %s?", shown(better))
	}
	return "write lower case letters, digits, - and _, at most 64"
}

// isName is the pattern of names, DESIGN section 4.3.
func isName(s string) bool {
	for i, c := range []byte(s) {
		alphanumeric := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !alphanumeric && (i == 0 || c != '-' && c != '_') {
			return false
		}
	}
	return s != "" && len(s) <= longestName
}

// folded spells the letters of German and its neighbours in a name.
var folded = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "à", "a", "â", "a",
	"ç", "c", "î", "i", "ï", "i", "ô", "o", "ñ", "n", "å", "a", "ø", "o", "æ", "ae")

// slug makes a name of any text, or nothing when no letter of it can stand in
// one.
func slug(text string) string {
	words := strings.FieldsFunc(folded.Replace(strings.ToLower(text)), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_'
	})
	name := strings.TrimLeft(strings.Join(words, "-"), "_-")
	if len(name) > longestName {
		name = name[:longestName]
	}
	return strings.TrimRight(name, "-")
}

// generic are the words of an address that tell no two feeds apart.
var generic = []string{"rss", "rss2", "atom", "feed", "feeds", "xml", "rdf", "json", "opml", "index", "php", "html", "default"}

// derived names a source by its own address alone, so that it keeps its name
// whatever becomes of the others: host and telling words of the path for a
// feed, the folder for seeds, the file for a list. Of an address with
// variables, whose path may be a secret, only the host is used.
func (d *draft) derived() string {
	switch {
	case d.Kind == news.KindSeeds && d.variable:
		return "seeds"
	case d.Kind == news.KindSeeds:
		folder := filepath.Dir(d.URL)
		for hasMeta(folder) {
			folder = filepath.Dir(folder)
		}
		return orSource(slug(filepath.Base(folder)))
	case d.Kind == kindList && d.list.OnDisk && d.variable:
		return "list"
	case d.Kind == kindList && d.list.OnDisk:
		return orSource(slug(telling(filepath.Base(d.URL))))
	}
	return derivedName(d.URL, !d.variable)
}

// derivedName names a feed or list by its address: the host, and what tells it
// apart in the path unless that may be a secret.
func derivedName(address string, path bool) string {
	u, err := url.Parse(address)
	if err != nil {
		return "source"
	}
	text := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if path {
		text += "-" + telling(u.Path)
	}
	return orSource(slug(text))
}

func orSource(name string) string {
	if name == "" {
		return "source"
	}
	return name
}

// telling drops the generic words of a path.
func telling(path string) string {
	words := strings.FieldsFunc(strings.ToLower(path), func(c rune) bool { return strings.ContainsRune("/.-_~ ", c) })
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return slices.Contains(generic, w) }), "-")
}

// unique returns the derived name, or one with a mark of the address where
// another source has that name already.
func (d *draft) unique(taken func(string) bool) string {
	return uniqueName(d.derived(), d.URL, taken)
}

func uniqueName(stem, address string, taken func(string) bool) string {
	name := stem
	for salt := 0; taken(name); salt++ {
		h := fnv.New32a()
		fmt.Fprintf(h, "%s\x00%d", address, salt)
		mark := fmt.Sprintf("-%04x", h.Sum32()&0xffff)
		name = strings.TrimRight(stem[:min(len(stem), longestName-len(mark))], "-") + mark
	}
	return name
}
