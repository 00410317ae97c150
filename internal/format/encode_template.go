package format

import (
	"errors"
	"html/template"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"tributary/internal/clean"
)

// A template is a text with names in braces, each of which stands for a value of the
// item. Every name has a value at every item, so a template needs no conditions and
// cannot fail. A literal brace is doubled.

// TemplateNames returns the names that a template may have in braces.
func TemplateNames() []string {
	return []string{"title", "source", "outlet", "author", "date", "link", "home", "story"}
}

// maxTemplate is the maximum length of a template in characters. It is limited because
// its text is repeated in every item.
const maxTemplate = 2000

// TemplateError says what is wrong with a template, and where.
type TemplateError struct {
	At      int    // index of the character, from 0
	Text    string // what is wrong, for people
	Unknown string // the unknown name, if that is the error
}

func (e *TemplateError) Error() string { return e.Text }

// templatePart is a part of a template: literal text, or a name.
type templatePart struct{ text, name string }

// templateParts splits a template at its names. The error is a *TemplateError.
func templateParts(text string) ([]templatePart, error) {
	var all []templatePart
	var plain strings.Builder
	chars := []rune(text)
	if len(chars) > maxTemplate {
		return nil, &TemplateError{At: maxTemplate, Text: "is too long: its text stands in every item"}
	}
	for i := 0; i < len(chars); i++ {
		c := chars[i]
		switch {
		case c != '{' && c != '}':
			plain.WriteRune(c)
			continue
		case i+1 < len(chars) && chars[i+1] == c:
			plain.WriteRune(c)
			i++
			continue
		case c == '}':
			return nil, &TemplateError{At: i, Text: "a } that is meant stands twice: }}"}
		}
		name, _, closed := strings.Cut(string(chars[i+1:]), "}")
		if !closed || strings.Contains(name, "{") {
			return nil, &TemplateError{At: i, Text: "a name in braces ends with }, and a { that is meant stands twice: {{"}
		}
		if !slices.Contains(TemplateNames(), name) {
			return nil, &TemplateError{At: i, Text: "unknown name {" + clean.Line(name) + "}; it knows {" + strings.Join(TemplateNames(), "} {") + "}", Unknown: name}
		}
		all = append(all, templatePart{text: plain.String()}, templatePart{name: name})
		plain.Reset()
		i += utf8.RuneCountInString(name) + 1
	}
	return append(all, templatePart{text: plain.String()}), nil
}

// CheckTitle reports what is wrong with a template of titles, as a *TemplateError, or nil.
func CheckTitle(text string) error {
	_, err := templateParts(text)
	return err
}

// CheckFooter reports what is wrong with a template of HTML, as a *TemplateError, or
// nil. Tags and attributes that sanitising would remove are errors as well.
func CheckFooter(text string) error {
	t, err := footerTemplate(text)
	if err != nil {
		return err
	}
	tried := filled(t, map[string]string{
		"title": `Ja & "Nein": <b>50 %</b>`, "source": "Kurier <Süd>", "outlet": "kurier.example", "author": "Anna Beispiel, Söhne & Co", "date": "2026-11-27",
		"link": "https://kurier.example/1?a=1&b=2", "home": "https://kurier.example/", "story": "https://me.example/stories/1",
	})
	tag, attr := lost(tried, clean.HTML(tried, nil))
	if tag == "" {
		return nil
	}
	e := &TemplateError{Text: "<" + tag + "> cannot stand in a feed; leave it out"}
	switch {
	case attr != "":
		e.Text = attr + "= of <" + tag + "> cannot stand in a feed, or not so; leave it out"
	case tag == "a" || tag == "img": // useless without its address
		e.Text = "<" + tag + `> needs a whole address, as in "{link}" or "https://me.example/"`
	}
	if before, _, ok := strings.Cut(strings.ToLower(text), "<"+tag); ok {
		e.At = utf8.RuneCountInString(before)
	}
	return e
}

// footerTemplate converts a template to one of html/template, which escapes each value
// for the place where it stands: text, attribute or address.
func footerTemplate(text string) (*template.Template, error) {
	parts, err := templateParts(text)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return nil, &TemplateError{Text: "has a control character"}
	}
	var source strings.Builder
	for _, p := range parts {
		if p.name != "" {
			source.WriteString("{{." + p.name + "}}")
		}
		source.WriteString(strings.ReplaceAll(p.text, "{", `{{"{"}}`))
	}
	t, err := template.New("").Parse(source.String())
	if err == nil {
		err = t.Execute(new(strings.Builder), map[string]string{})
	}
	var bad *template.Error
	switch {
	case err == nil:
		return t, nil
	case errors.As(err, &bad) && bad.ErrorCode == template.ErrEndContext:
		return nil, &TemplateError{Text: "a tag or one of its attributes is not closed"}
	case errors.As(err, &bad):
		return nil, &TemplateError{Text: "is no HTML that names can stand in like this: " + clean.Line(bad.Description)}
	}
	return nil, &TemplateError{Text: clean.Line(err.Error())}
}

// filled executes a template of HTML. The values are strings and the template has no
// conditions, so that it cannot fail.
func filled(t *template.Template, values map[string]string) string {
	var b strings.Builder
	_ = t.Execute(&b, values)
	return b.String()
}

// lost returns the first tag, or attribute of a tag, that kept has fewer of than given.
// It returns "" if nothing was lost.
func lost(given, kept string) (tag, attr string) {
	have := map[[2]string]int{}
	for _, t := range tagsOf(kept) {
		have[t]++
	}
	for _, t := range tagsOf(given) {
		if have[t]--; have[t] < 0 {
			return t[0], t[1]
		}
	}
	return "", ""
}

// tagsOf returns the start tags of a fragment, each alone and then with each of its attributes.
func tagsOf(fragment string) (all [][2]string) {
	for z := html.NewTokenizer(strings.NewReader(fragment)); z.Next() != html.ErrorToken; {
		if t := z.Token(); t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken {
			all = append(all, [2]string{t.Data})
			for _, a := range t.Attr {
				all = append(all, [2]string{t.Data, a.Key})
			}
		}
	}
	return all
}
