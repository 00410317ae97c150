package config

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"tributary/internal/news"
)

// longestName is the maximum length of a name, which matches [a-z0-9][a-z0-9_-]{0,63}.
const longestName = 64

// sourceName parses the name of a source, list or feed, which becomes part of URLs.
func sourceName(n node, text string) (string, error) {
	switch {
	case isName(text):
		return text, nil
	case hasVariable(n.Value):
		return "", fmt.Errorf("name: %s is no name; what its variables hold cannot be a name", shown(n.Value))
	}
	return "", fmt.Errorf("name: %s is no name; %s", shown(n.Value), nameHint(text))
}

// nameSources refuses names and addresses that two sources share, and derives
// names that are not given. Given names are assigned first, so that no derived
// name takes one of them. Lists share the names of sources.
func (r *reader) nameSources(f *file) (byName map[string]*draft, tags map[string]bool) {
	byName, tags = map[string]*draft{}, map[string]bool{}
	addresses := map[string]*draft{}
	for _, d := range f.sources {
		for _, tag := range d.Tags {
			tags[tag] = true
		}
		leave := r.enter(d.File)
		r.checkAddress(d, addresses)
		if d.Kind == kindList && !d.list.OnDisk && isOwn(f.cfg.Site, d.URL) {
			r.errorf(d.address, "opml: %s is our own list, so that no source would ever leave it; name the sources themselves", shown(d.address.Value))
		}
		r.checkName(d, byName)
		leave()
	}
	for _, d := range f.sources {
		if d.named == nil && d.URL != "" {
			d.Name = uniqueName(d.derived(), d.URL, func(name string) bool { return byName[name] != nil })
			byName[d.Name] = d
		}
	}
	return byName, tags
}

// checkName refuses a second source with the same name.
func (r *reader) checkName(d *draft, byName map[string]*draft) {
	if d.Name == "" {
		return
	}
	if other := byName[d.Name]; other != nil {
		r.errorf(d.named, "name: %s is also that of the source in %s; names are unique", shown(d.named.Value), r.place(other))
		return
	}
	byName[d.Name] = d
}

// place describes the position of a draft, as seen from the current file.
func (r *reader) place(d *draft) string {
	if d.File == r.path {
		return fmt.Sprintf("line %d", d.Line)
	}
	return fmt.Sprintf("%s, line %d", clip(d.File), d.Line)
}

// checkAddress refuses a second source with the same address, since sources are
// identified by it. It warns of a public address that may be a secret.
func (r *reader) checkAddress(d *draft, addresses map[string]*draft) {
	if d.URL == "" {
		return
	}
	address := d.URL
	if d.Kind == news.KindFeed {
		address = news.FeedKey(d.URL)
		if d.variable && d.Public && !d.stated && !news.HasSecret(d.URL) {
			r.warnf(d.address, "feed: is made of a variable and will stand on public pages; write public: false if it is a secret, else public: true")
		}
	}
	address = string(d.Kind) + " " + address
	if other := addresses[address]; other != nil {
		r.errorf(d.address, "%s: the same as that of the source in %s; one source can have many tags", d.Kind, r.place(other))
		return
	}
	addresses[address] = d
}

// nameHint suggests a valid name in place of an invalid one.
func nameHint(text string) string {
	if better := Slug(text); better != "" {
		return fmt.Sprintf("did you mean %s?", shown(better))
	}
	return "write lower case letters, digits, - and _, at most 64"
}

// isName reports whether s is a valid name.
func isName(s string) bool {
	for i, c := range []byte(s) {
		alphanumeric := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !alphanumeric && (i == 0 || c != '-' && c != '_') {
			return false
		}
	}
	return s != "" && len(s) <= longestName
}

// folded transliterates the letters of German and neighbouring languages for names.
var folded = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "à", "a", "â", "a",
	"ç", "c", "î", "i", "ï", "i", "ô", "o", "ñ", "n", "å", "a", "ø", "o", "æ", "ae")

// Slug turns a text into a name. It returns "" if no character of the text may stand in a name.
func Slug(text string) string {
	words := strings.FieldsFunc(folded.Replace(strings.ToLower(text)), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_'
	})
	name := strings.TrimLeft(strings.Join(words, "-"), "_-")
	if len(name) > longestName {
		name = name[:longestName]
	}
	return strings.TrimRight(name, "-")
}

// generic are words in addresses that do not tell two feeds apart.
var generic = []string{"rss", "rss2", "atom", "feed", "feeds", "xml", "rdf", "json", "opml", "index", "php", "html", "default"}

// unnamed is the default name of a source whose address has no word for one.
const unnamed = "source"

// derived returns the default name of a source. It depends on the address alone,
// so that a source keeps its name whatever happens to other sources. For a feed
// it is the host with the distinctive words of the path, for seeds the folder,
// for a list the file. If the address contains variables, only the host is used,
// because the path may be a secret.
func (d *draft) derived() string {
	switch {
	case d.Kind == news.KindSeeds && d.variable:
		return "seeds"
	case d.Kind == news.KindSeeds:
		folder := filepath.Dir(d.URL)
		for hasMeta(folder) {
			folder = filepath.Dir(folder)
		}
		return cmp.Or(Slug(filepath.Base(folder)), unnamed)
	case d.Kind == kindList && d.list.OnDisk && d.variable:
		return "list"
	case d.Kind == kindList && d.list.OnDisk:
		return cmp.Or(Slug(telling(filepath.Base(d.URL))), unnamed)
	}
	return derivedName(d.URL, !d.variable)
}

// derivedName returns the name of a feed or list at an address: the host and, if
// path is set, the distinctive words of the path.
func derivedName(address string, path bool) string {
	u, err := url.Parse(address)
	if err != nil {
		return unnamed
	}
	text := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if path {
		text += "-" + telling(u.Path)
	}
	return cmp.Or(Slug(text), unnamed)
}

// telling removes the generic words from a path.
func telling(path string) string {
	words := strings.FieldsFunc(strings.ToLower(path), func(c rune) bool { return strings.ContainsRune("/.-_~ ", c) })
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return slices.Contains(generic, w) }), "-")
}

// uniqueName returns stem, with a hash of the address appended if that name is taken.
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
