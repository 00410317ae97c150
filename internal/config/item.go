package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// item is an item to be added to a list of the file: its keys in order.
type item []pair

// pair is a key with a value or a list of values. A pair with neither is left out.
type pair struct {
	key   string
	value string
	list  []string
}

// written returns the pairs as YAML, without those left out.
func (it item) written() []string {
	var out []string
	for _, p := range it {
		switch {
		case p.value != "":
			out = append(out, p.key+": "+quote(p.value))
		case len(p.list) > 0:
			values := make([]string, len(p.list))
			for i, v := range p.list {
				values[i] = quote(v)
			}
			out = append(out, p.key+": ["+strings.Join(values, ", ")+"]")
		}
	}
	return out
}

// flow returns an item in flow style, on one line.
func flow(it item) string { return "{" + strings.Join(it.written(), ", ") + "}" }

// block returns an item in block style, with an indented dash.
func block(it item, indent, newline string) string {
	return indent + "- " + strings.Join(it.written(), newline+indent+"  ") + newline
}

// quote returns a text as a YAML scalar that is valid in block and in flow style.
// It reads back as the same text, also after the expansion of variables.
func quote(s string) string {
	if strings.Contains(s, "$$") || strings.Contains(s, "${") {
		s = strings.ReplaceAll(s, "$", "$$")
	}
	if isPlain(s) {
		return s
	}
	// The escapes of strconv.Quote are a subset of those in YAML 1.2.2, section 5.7.
	return strconv.Quote(strings.ToValidUTF8(s, "\ufffd"))
}

// plain matches texts of common characters that begin with a letter and have no space or
// colon where YAML gives it a meaning.
var plain = regexp.MustCompile(`^[A-Za-zÀ-ÖØ-öø-ɏ](?: ?:*[A-Za-zÀ-ÖØ-öø-ɏ0-9_./~+=%;@$?&-])*$`)

// isPlain reports whether a text needs no quotes: it has only common characters,
// and YAML reads it as text.
func isPlain(s string) bool {
	if !plain.MatchString(s) {
		return false
	}
	var doc yaml.Node
	err := yaml.Load([]byte(s), &doc)
	return err == nil && doc.Content[0].Tag == "!!str" && doc.Content[0].Value == s
}

// yamlOf parses the flow form of an item.
func yamlOf(it item) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Load([]byte(flow(it)), &doc); err != nil {
		return nil, err
	}
	return doc.Content[0], nil
}

// oneLine returns text from elsewhere as one line, without characters that YAML forbids.
func oneLine(s string) string {
	clean := strings.Map(func(c rune) rune {
		if !allowed(c) || c == 0xfffd {
			return ' '
		}
		return c
	}, s)
	return strings.Join(strings.Fields(clean), " ")
}

// lines applies oneLine to a list, and drops empty and repeated texts.
func lines(list []string) []string {
	var out []string
	for _, s := range list {
		if s = oneLine(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
