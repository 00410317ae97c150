package page

import (
	"errors"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"tributary/internal/news"
)

// languages reads the texts of every language that we write in.
func (b *builder) languages() languages {
	all := languages{}
	for _, tag := range news.Languages() {
		all[tag] = &locale{calendar: calendarOf(tag), texts: b.texts(tag), pages: map[string]*template.Template{}, all: all}
	}
	return all
}

// texts returns the texts of a language, each in place of an English one. A theme may replace
// single texts, in English too: the built-in file of English is empty.
func (b *builder) texts(tag string) map[string]string {
	texts := shared(tag)
	maps.Copy(texts, b.catalogue(tag+".yaml", builtinFile(tag+".yaml"), nil))
	if own, ok := b.own[tag+".yaml"]; ok {
		known := shared("en")
		maps.Copy(known, b.catalogue("de.yaml", builtinFile("de.yaml"), nil))
		maps.Copy(texts, b.catalogue(tag+".yaml", own, known))
	}
	return texts
}

// shared returns the texts that stand in feeds as well as on pages.
func shared(tag string) map[string]string {
	english, words := news.WordsIn("en"), news.WordsIn(tag)
	return map[string]string{
		english.ReadOn:                        words.ReadOn,
		strings.TrimSuffix(english.Also, ":"): strings.TrimSuffix(words.Also, ":"),
	}
}

// catalogue reads a file of texts, a YAML mapping with English texts as keys. Those of a theme must
// be among the known ones.
func (b *builder) catalogue(name, text string, known map[string]string) map[string]string {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		flaw := Flaw{File: name, Line: 1, Text: err.Error()}
		if at := (*yaml.LoadError)(nil); errors.As(err, &at) {
			flaw.Line = max(at.Mark.Line, 1)
		}
		b.flaws = append(b.flaws, flaw)
		return nil
	}
	texts := map[string]string{}
	if len(doc.Content) == 0 { // nothing but comments
		return texts
	}
	if top := doc.Content[0]; top.Kind != yaml.MappingNode {
		b.flaws = append(b.flaws, Flaw{File: name, Line: top.Line, Text: `write texts as "English": "other words"`})
		return texts
	}
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		english, other := pairs[i].Value, pairs[i+1].Value
		problem := unlike(english, other)
		if _, ok := known[english]; known != nil && !ok {
			problem = "no page has this text; html/de.yaml in the source code lists them all"
		}
		if _, ok := texts[english]; ok {
			problem = "this text stands twice"
		}
		if problem != "" {
			b.flaws = append(b.flaws, Flaw{File: name, Line: pairs[i].Line, Col: pairs[i].Column, Text: problem})
		}
		texts[english] = other
	}
	return texts
}

var (
	verbs = regexp.MustCompile(`%(?:\[(\d)\])?[dqs]`)
	marks = regexp.MustCompile(`<[^>]*>`)
)

// unlike returns what is wrong with a translation: it must have the forms, the values and the
// markup of the English text.
func unlike(english, other string) string {
	switch {
	case other == "":
		return "this text is empty"
	case strings.Count(english, "|") != strings.Count(other, "|"):
		return `this text needs the forms of the English one, for one and for many, with "|" between them`
	case len(places(english)) > 0 && strings.Contains(strings.ReplaceAll(verbs.ReplaceAllString(other, ""), "%%", ""), "%"):
		return `a "%" in this text begins no value: write "%%"`
	case !slices.Equal(places(english), places(other)):
		return "this text needs the values of the English one, each as %s, %d or, in another order, %[2]s"
	case !slices.Equal(marks.FindAllString(english, -1), marks.FindAllString(other, -1)):
		return "this text needs the markup of the English one"
	}
	return ""
}

// places returns the positions of the values that a text fills in.
func places(text string) []int {
	var all []int
	for form := range strings.SplitSeq(text, "|") {
		next := 1
		for _, m := range verbs.FindAllStringSubmatch(form, -1) {
			if n, err := strconv.Atoi(m[1]); err == nil {
				next = n
			}
			all = append(all, next)
			next++
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
