package main

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/html"
)

// englishWords are words that English labels can hardly do without, and that are none in German.
var englishWords = strings.Fields(`the of and to is are has here this that it its story stories source sources entry entries
	visit visits search words latest last next page post address ago days hours minutes now read shown your new no not by from
	with one at other others updated about changed results found copy reader known missing skip content times table`)

// fieldNames are the words of the query language, which are the same in every language.
const fieldNames = "title: text: author: tag: source: lang:"

// german requires that pages declare themselves German and say nothing in English, except in
// elements that declare another language.
func german(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: german FILE…")
	}
	for _, name := range args {
		root, err := html.Parse(strings.NewReader(ts.ReadFile(name)))
		ts.Check(err)
		texts := germanTexts(root, "")
		if len(texts) < 5 {
			ts.Fatalf("%s: only %d German texts", name, len(texts))
		}
		for _, text := range texts {
			for word := range strings.FieldsFuncSeq(strings.ReplaceAll(text, fieldNames, ""), func(r rune) bool { return !unicode.IsLetter(r) }) {
				if slices.Contains(englishWords, strings.ToLower(word)) {
					ts.Fatalf("%s: %q is English", name, text)
				}
			}
		}
	}
}

// germanTexts returns what is said in German below a node: its text, and the attributes that
// browsers show or read out.
func germanTexts(n *html.Node, language string) (all []string) {
	if n.Type == html.TextNode && language == "de" {
		return []string{n.Data}
	}
	if n.Data == "style" || n.Data == "kbd" || n.Data == "code" {
		return nil
	}
	for _, a := range n.Attr {
		if a.Key == "lang" {
			language = a.Val
		}
	}
	for _, a := range n.Attr {
		said := slices.Contains([]string{"aria-label", "alt", "title", "placeholder"}, a.Key)
		if said && language == "de" {
			all = append(all, a.Val)
		}
	}
	for c := range n.ChildNodes() {
		all = append(all, germanTexts(c, language)...)
	}
	return all
}
