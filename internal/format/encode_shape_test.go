package format

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// shapes are editions of every sort.
func shapes() map[string]*news.Edition {
	all := map[string]*news.Edition{"rich": richEdition(), "show": showEdition(), "empty": emptyEdition(), "also": alsoEdition("de"),
		"hostile": hostileEdition(`</x>&"'<b>`), "blank": hostileEdition("")}
	for _, name := range []string{"hostile", "blank"} { // generated ones are not hostile
		for i := range all[name].Shown {
			all[name].Shown[i].GUID = fmt.Sprint("urn:hostile:", i)
		}
	}
	for seed := range uint64(10) {
		m := maker{Rand: rand.New(rand.NewPCG(seed, 7))}
		all[fmt.Sprint("random ", seed)] = m.edition(10, seed%2 == 1)
	}
	return all
}

// element is an element of a strictly parsed document. Its names are "prefix:local"
// with the prefixes of prefixes; names of the document's own vocabulary have none.
type element struct {
	name  string
	attrs map[string]string
	kids  []element
	text  string
}

// prefixes are the namespaces that our documents may use.
var prefixes = map[string]string{
	"http://www.w3.org/2005/Atom": "atom", "http://purl.org/rss/1.0/modules/content/": "content", "http://purl.org/dc/elements/1.1/": "dc",
	"http://search.yahoo.com/mrss/": "media", "http://www.georss.org/georss": "georss", "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "https://podcastindex.org/namespace/1.0": "podcast",
	"http://purl.org/syndication/thread/1.0": "thr", "http://purl.org/rss/1.0/modules/slash/": "slash", "http://wellformedweb.org/CommentAPI/": "wfw",
	"http://rssnamespace.org/feedburner/ext/1.0": "feedburner", "http://www.w3.org/XML/1998/namespace": "xml", "": "",
}

// parseShape parses a document and checks that it declares the namespaces that it uses
// and, apart from those that are always declared, no others.
func parseShape(t *testing.T, doc []byte, own string, always ...string) element {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	var stack []element
	used, declared := map[string]bool{}, map[string]bool{}
	name := func(n xml.Name) string {
		prefix, known := prefixes[n.Space]
		if !known {
			t.Errorf("%s is in the unknown namespace %q", n.Local, n.Space)
		}
		used[prefix] = true
		if prefix == "" || prefix == own {
			return n.Local
		}
		return prefix + ":" + n.Local
	}
	for {
		token, err := d.Token()
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: name(token.Name), attrs: map[string]string{}}
			for _, a := range token.Attr {
				switch {
				case a.Name.Space == "xmlns":
					declared[prefixes[a.Value]] = true
				case a.Name.Local == "xmlns":
				default:
					e.attrs[name(a.Name)] = a.Value
				}
			}
			stack = append(stack, e)
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(token)
			}
		case xml.EndElement:
			done := stack[len(stack)-1]
			if stack = stack[:len(stack)-1]; len(stack) > 0 {
				stack[len(stack)-1].kids = append(stack[len(stack)-1].kids, done)
				continue
			}
			for prefix := range declared {
				if !used[prefix] && !slices.Contains(always, prefix) {
					t.Errorf("the namespace %s is declared and not used", prefix)
				}
			}
			if _, err := d.Token(); err != io.EOF {
				t.Errorf("after the end: %v", err)
			}
			return done
		}
	}
}

// Rules of a vocabulary: what may stand in an element ("?" at most once, "*" any number
// of times, otherwise exactly once), and its attributes ("?" for optional ones).
type rule struct{ kids, attrs string }

// check checks an element by the rules. Foreign elements may stand where "**" does.
func check(t *testing.T, e element, rules map[string]rule, values map[string]func(string) bool) {
	t.Helper()
	r, known := rules[e.name]
	if !known {
		t.Errorf("<%s> is not known", e.name)
		return
	}
	counts := map[string]int{}
	for _, k := range e.kids {
		counts[k.name]++
		check(t, k, rules, values)
	}
	for _, word := range strings.Fields(r.kids) {
		name := strings.TrimRight(word, "?*")
		n, many := counts[name], word[len(name):]
		if many == "" && n != 1 || many == "?" && n > 1 {
			t.Errorf("<%s> has %d <%s>, want %q", e.name, n, name, word)
		}
		delete(counts, name)
	}
	for name := range counts {
		t.Errorf("<%s> may not stand in <%s>", name, e.name)
	}
	for _, word := range strings.Fields(r.attrs) {
		name := strings.TrimSuffix(word, "?")
		value, there := e.attrs[name]
		if !there && name == word {
			t.Errorf("<%s> has no %s", e.name, name)
		}
		valid := values[e.name+"@"+name]
		if valid == nil {
			valid = values["@"+name]
		}
		if there && valid != nil && !valid(value) {
			t.Errorf("<%s %s=%q> has no valid value", e.name, name, value)
		}
	}
	for name := range e.attrs {
		if !slices.Contains(strings.FieldsFunc(r.attrs, func(c rune) bool { return c == ' ' || c == '?' }), name) {
			t.Errorf("<%s> may not have %s", e.name, name)
		}
	}
	if valid := values[e.name]; valid != nil && !valid(e.text) {
		t.Errorf("<%s> has the text %q, which is not valid", e.name, e.text)
	}
}

// Values.
var (
	isTag   = regexp.MustCompile(`^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$`).MatchString
	isMedia = regexp.MustCompile(`^[^/\s]+/[^/\s]+$`).MatchString
	isCount = regexp.MustCompile(`^[1-9][0-9]*$`).MatchString
	isSize  = regexp.MustCompile(`^[0-9]+$`).MatchString
)

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(s, " <>\"{}|\\^`")
}

func isTime(s string) bool { _, err := time.Parse(time.RFC3339, s); return err == nil }

func isRFC822(s string) bool {
	_, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", s)
	return err == nil
}

func isSaid(s string) bool { return strings.TrimSpace(s) != "" }

func oneOf(words string) func(string) bool {
	return func(s string) bool { return slices.Contains(strings.Fields(words), s) }
}
