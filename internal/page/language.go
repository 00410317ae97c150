package page

import (
	"html/template"
	"strings"
)

// language returns the lang and dir attributes of a text. The tag must come from languageTag, or be
// "".
func language(tag string) template.HTMLAttr {
	dir := template.HTMLAttr(`dir="` + direction(tag) + `"`)
	if tag == "" {
		return dir
	}
	return template.HTMLAttr(`lang="`+tag+`" `) + dir
}

// languageTag returns tag if it has the form of a BCP 47 tag (RFC 5646 section 2.1), else "". A
// wrong lang attribute misleads screen readers more than a missing one.
func languageTag(tag string) string {
	for i, part := range strings.Split(tag, "-") {
		if n := len(part); n > 8 || n < 1 || i == 0 && (n < 2 || n > 3) {
			return ""
		}
		for _, c := range []byte(part) {
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return ""
			}
		}
	}
	return tag
}

// direction returns the dir attribute of text in a language: "rtl", "ltr", or "auto" if the
// language is unknown.
func direction(tag string) string {
	if tag == "" {
		return "auto"
	}
	parts := strings.Split(strings.ToLower(tag), "-")
	for _, part := range parts[1:] {
		if len(part) == 4 { // a script subtag outweighs the language's usual script
			return scriptDirection(part)
		}
	}
	switch parts[0] {
	case "ar", "arc", "ckb", "dv", "fa", "he", "iw", "khw", "ks", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi", "ji":
		return "rtl"
	}
	return "ltr"
}

func scriptDirection(script string) string {
	switch script {
	case "arab", "aran", "hebr", "thaa", "syrc", "nkoo", "adlm", "rohg", "mand", "samr":
		return "rtl"
	}
	return "ltr"
}
