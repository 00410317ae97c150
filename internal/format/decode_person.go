package format

import (
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// people returns the authors that a channel or item names, in document order.
func (r *reader) people(n *node) []news.Person {
	var list []news.Person
	for _, k := range n.kids {
		switch k.name {
		case "author", "atom:author", "dc:creator", "dc:author", "creator":
			if len(k.kids) > 0 {
				list = addPerson(list, r.boxed(k))
				continue
			}
			for _, p := range eachPerson(r.plain(k)) {
				list = addPerson(list, p)
			}
		}
	}
	for _, name := range []string{"itunes:author", "googleplay:author"} {
		if k := n.kid(name); k != nil && len(list) == 0 {
			list = addPerson(list, person(r.plain(k)))
		}
	}
	return list
}

// publishers returns the authors of a channel or item, or else its managing editor or
// owner. Entries do not inherit the latter from the channel: those did not write them.
func (r *reader) publishers(n *node) []news.Person {
	list := r.people(n)
	for _, name := range []string{"managingeditor", "itunes:owner"} {
		if k := n.kid(name); k != nil && len(list) == 0 {
			list = addPerson(list, r.boxed(k))
		}
	}
	return list
}

// person splits the name and e-mail address that RSS puts into one text: "mail (Name)",
// "Name <mail>", "Name, mail", "(Name)", an address or a name alone.
func person(s string) news.Person {
	s = clean.Line(s)
	mail := ""
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(mailEnds, r) }) {
		if isMail(strings.TrimPrefix(word, "mailto:")) {
			if mail != "" {
				return news.Person{Name: s} // several addresses: unclear whose they are
			}
			mail = word
		}
	}
	if mail == "" {
		if name, ok := strings.CutPrefix(s, "("); ok && strings.IndexByte(name, ')') == len(name)-1 {
			s = strings.TrimSpace(name[:len(name)-1]) // the address before the name is empty
		}
		return news.Person{Name: s}
	}
	name := strings.Replace(s, mail, "", 1)
	for _, empty := range []string{"()", "<>", "[]"} {
		name = strings.Replace(name, empty, "", 1)
	}
	return news.Person{Name: bareName(name), Email: strings.TrimPrefix(mail, "mailto:")}
}

// bareName removes what separated a name from an e-mail address: punctuation, and
// brackets around the name, one of which may be missing.
func bareName(name string) string {
	name = strings.Trim(name, ` ,;:"-–/|`)
	for _, pair := range []string{"()", "[]", "<>"} {
		opens, closes := strings.HasPrefix(name, pair[:1]), strings.HasSuffix(name, pair[1:])
		if opens && (closes || !strings.Contains(name, pair[1:])) {
			name = name[1:]
		} else if closes && !strings.Contains(name, pair[:1]) {
			opens = true
		}
		if opens {
			name = strings.TrimSuffix(name, pair[1:])
		}
	}
	return strings.TrimSpace(name)
}

// eachPerson splits a text that names several people if each part between commas or
// semicolons has its own e-mail address. Otherwise the text names one person.
func eachPerson(s string) []news.Person {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' })
	list := make([]news.Person, 0, len(parts))
	for _, part := range parts {
		p := person(part)
		if p.Email == "" {
			return []news.Person{person(s)}
		}
		list = append(list, p)
	}
	return list
}

// mailEnds are the characters that end an e-mail address in a feed.
const mailEnds = ` ()<>[],;"`

// isMail reports whether s looks like a single e-mail address.
func isMail(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at == strings.LastIndexByte(s, '@') && at < len(s)-1 && !strings.ContainsAny(s, mailEnds)
}

// boxed reads a person made of elements: name, email and uri, as in Atom (RFC 4287
// section 3.2) and RSS feeds that borrow it. Without elements, the text names the person.
func (r *reader) boxed(n *node) news.Person {
	if len(n.kids) == 0 {
		return person(r.plain(n))
	}
	var p news.Person
	for _, k := range n.kids {
		switch k.name[strings.IndexByte(k.name, ':')+1:] {
		case "name":
			p.Name = r.plain(k)
		case "email":
			p.Email = strings.TrimPrefix(r.plain(k), "mailto:")
		case "uri", "url", "homepage":
			p.URL = clean.Resolve(k.base, r.read(k).value)
		}
	}
	if strings.Contains(p.Name, "@") && !isMail(p.Name) {
		split := person(p.Name)
		p.Name, p.Email = split.Name, first(p.Email, split.Email)
	}
	return p
}
