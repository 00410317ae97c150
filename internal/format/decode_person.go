package format

import (
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// person splits what RSS puts into one text: "mail (Name)", "Name <mail>",
// "Name (mail)", a mail address or a name alone.
func person(s string) news.Person {
	s = strings.TrimPrefix(clean.Line(s), "mailto:")
	for _, pair := range []string{"()", "<>"} {
		open := strings.IndexByte(s, pair[0])
		if open < 0 || s[len(s)-1] != pair[1] {
			continue
		}
		outside, inside := strings.TrimSpace(s[:open]), strings.TrimSpace(s[open+1:len(s)-1])
		inside = strings.TrimPrefix(inside, "mailto:")
		switch {
		case isMail(outside):
			return news.Person{Name: inside, Email: outside}
		case isMail(inside):
			return news.Person{Name: strings.Trim(outside, `"`), Email: inside}
		}
	}
	if isMail(s) {
		return news.Person{Email: s}
	}
	return news.Person{Name: s}
}

// isMail reports whether s looks like one mail address.
func isMail(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at == strings.LastIndexByte(s, '@') && at < len(s)-1 && !strings.ContainsAny(s, " ()<>,;")
}

// boxed reads a person of elements: name, email, uri (Atom, RFC 4287 section
// 3.2, and RSS feeds that borrow it). Text alone is a name.
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
	if p.Email == "" && isMail(p.Name) || strings.ContainsAny(p.Name, "<(") && strings.Contains(p.Name, "@") {
		split := person(p.Name)
		p.Name, p.Email = split.Name, first(p.Email, split.Email)
	}
	return p
}
