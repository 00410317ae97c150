package page

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tributary/internal/news"
)

// TestCatalogue: every text has a German one, and no other is in the catalogue. That the two have
// the same values and forms is checked wherever a catalogue is read.
func TestCatalogue(t *testing.T) {
	var b builder
	catalogue := b.catalogue("de.yaml", builtinFile("de.yaml"), nil)
	for _, f := range b.flaws {
		t.Error(f)
	}
	used := shared("en")
	for _, text := range append(textsOfTemplates(t), textsOfCode(t)...) {
		used[text] = text
		_, both := shared("de")[text]
		if _, ok := catalogue[text]; ok == both {
			t.Errorf("%q: in de.yaml: %t, in news.Words: %t; want it in one of them", text, ok, both)
		}
	}
	for text := range catalogue {
		if used[text] == "" {
			t.Errorf("de.yaml: nothing says %q", text)
		}
	}
}

var (
	action   = regexp.MustCompile(`\{\{[^}]*\}\}`)
	textCall = regexp.MustCompile("\\bt (?:\"([^\"]*)\"|`([^`]*)`|(.))")
)

// templates returns the templates of the public pages, which must speak every language.
func templates(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range ThemeFiles() {
		if strings.HasSuffix(name, ".html") {
			all[name] = builtinFile(name)
		}
	}
	if len(all) < 9 {
		t.Fatalf("%d templates", len(all))
	}
	return all
}

func textsOfTemplates(t *testing.T) (all []string) {
	for name, text := range templates(t) {
		for _, act := range action.FindAllString(text, -1) {
			for _, call := range textCall.FindAllStringSubmatch(act, -1) {
				if call[3] != "" {
					t.Errorf("%s: %s: a text must be a constant", name, act)
				}
				all = append(all, call[1]+call[2])
			}
		}
	}
	return all
}

// TestTemplatesSayNothingElse: what a template says to people goes through the catalogue.
func TestTemplatesSayNothingElse(t *testing.T) {
	letters := regexp.MustCompile(`\pL`)
	for name, text := range templates(t) {
		z := html.NewTokenizer(strings.NewReader(action.ReplaceAllString(text, "")))
		query := false // inside <kbd>: a query is typed the same in every language
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			tag := z.Token()
			switch {
			case tag.Data == "kbd":
				query = kind == html.StartTagToken
			case kind == html.TextToken && !query && letters.MatchString(tag.Data) && tag.Data != "Tributary":
				t.Errorf("%s: %q is said in English only", name, tag.Data)
			}
			for _, a := range tag.Attr {
				if slices.Contains([]string{"aria-label", "alt", "title", "placeholder"}, a.Key) && letters.MatchString(a.Val) && a.Val != "https://" {
					t.Errorf("%s: %s=%q is said in English only", name, a.Key, a.Val)
				}
			}
		}
	}
}

// speakers are the functions whose first argument is a text.
var speakers = []string{"l.text", "l.html", "f.locale.text", "w.locale.text", "news.Say", "wrong"}

// sources parses the code whose texts appear on public pages.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	all := map[string]*ast.File{}
	for _, pattern := range []string{"*.go", "../web/*.go", "../search/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || name == "status.go" { // the operator's page speaks English
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = file
		}
	}
	return all
}

// speaks reports whether a call says a text.
func speaks(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return slices.Contains(speakers, f.Name)
	case *ast.SelectorExpr:
		return slices.Contains(speakers, dotted(f.X)+"."+f.Sel.Name)
	}
	return false
}

func dotted(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return dotted(x.X) + "." + x.Sel.Name
	}
	return ""
}

func textsOfCode(t *testing.T) (all []string) {
	for name, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !speaks(call) {
				return true
			}
			if constant, ok := call.Args[0].(*ast.BasicLit); ok {
				all = append(all, unquoted(constant))
			} else if passed := dotted(call.Args[0]); !slices.Contains([]string{"english", "text.Text", "t.English", "format"}, passed) {
				t.Errorf("%s: a text must be a constant, not %s", name, passed)
			}
			return true
		})
	}
	return all
}

func unquoted(constant *ast.BasicLit) string {
	text, err := strconv.Unquote(constant.Value)
	if err != nil {
		return constant.Value
	}
	return text
}

// TestCodeSaysNothingElse: what the code of the pages says to people goes through the catalogue.
func TestCodeSaysNothingElse(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z][a-z]+$|[a-z]{2,} [a-z]{2,}`)
	exempt := []string{"Tributary", "Atom", "the same recording"} // names; the beginning of a detail as stored
	for name, file := range sources(t) {
		if filepath.Dir(name) != "." || slices.Contains([]string{"flaw.go", "theme.go", "catalogue.go", "sample.go", "element.go"}, name) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.CallExpr:
				return !speaks(n) && dotted(n.Fun) != "fmt.Errorf"
			case *ast.BasicLit:
				text := strings.Trim(unquoted(n), " ")
				if n.Kind == token.STRING && sentence.MatchString(text) && !strings.ContainsAny(text, "<=") && !slices.Contains(exempt, text) {
					t.Errorf("%s: %q is said in English only", name, text)
				}
			}
			return true
		})
	}
}

func TestText(t *testing.T) {
	later := sampleNow.AddDate(0, 0, 5)
	for want, say := range map[string]func(*locale) string{
		"1 story – 1 Meldung":             func(l *locale) string { return l.stories(1) },
		"1,234 stories – 1.234 Meldungen": func(l *locale) string { return l.stories(1234) },
		"24.3 MB – 24,3 MB":               func(l *locale) string { return l.size(24_310_000) },
		"22 November – 22. November":      func(l *locale) string { return l.day(sampleNow) },
		"5 days ago – vor 5 Tagen":        func(l *locale) string { return wordsOf(l.since(sampleNow, later)) },
		"in 5 days – in 5 Tagen":          func(l *locale) string { return wordsOf(l.since(later, sampleNow)) },
		"22 Nov – 22.11.":                 func(l *locale) string { return wordsOf(l.shortDay(sampleNow)) },

		"22 November 2026, 17:30 UTC – 22. November 2026, 17:30 UTC": func(l *locale) string { return l.date(sampleNow) },
		"Shown in &lt;b&gt;. – Steht in &lt;b&gt;.":                  func(l *locale) string { return string(l.html("Shown in %s.", "<b>")) },
		"Shown in A, <b>. – Steht in A, <b>.":                        func(l *locale) string { return string(l.html("Shown in %s.", []template.HTML{"A", "<b>"})) },
		"In the next digest of A at 22 November 2026, 17:30 UTC, unless that has no room for it. – " +
			"Kommt in den nächsten Überblick von A am 22. November 2026, 17:30 UTC, sofern dort Platz ist.": func(l *locale) string {
			return l.say(news.Say("In the next digest of %s, unless that has no room for it.", []news.Text{news.Say("%s at %s", "A", sampleNow)}))
		},
	} {
		if got := say(english()) + " – " + say(german()); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// wordsOf returns the text of an element.
func wordsOf(element template.HTML) string { return marks.ReplaceAllString(string(element), "") }

// TestThemeTexts: a theme's templates use the texts of ours, and its files replace single ones.
func TestThemeTexts(t *testing.T) {
	made := theme(t, map[string]string{
		"front.html": `{{define "main"}}<h1 lang="{{lang}}">{{t "Latest stories"}}</h1><p>{{t "Shown in %s" .Title}}</p>Plain English{{end}}`,
		"de.yaml":    `"Latest stories": Frisch vom Ufer` + "\n",
		"en.yaml":    `"Latest stories": Fresh from the river` + "\n",
	})
	for language, want := range map[string]string{
		"":   `<h1 lang="en">Fresh from the river</h1><p>Shown in Flussblick</p>Plain English`,
		"de": `<h1 lang="de">Frisch vom Ufer</h1><p>Steht in Flussblick</p>Plain English`,
	} {
		v := sampleFront()
		v.Site.Language = language
		var b bytes.Buffer
		if err := made.Front(&b, v); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%q: the page has no %s (error %v)", language, want, err)
		}
	}
}

// TestTemplatesCostNothing: a text without values is part of the template.
func TestTemplatesCostNothing(t *testing.T) {
	for _, name := range []string{"twin", "front"} {
		if tree := german().pages[name].Lookup("main").Tree.Root.String(); strings.Contains(tree, "lang}}") || strings.Contains(tree, `t "Also reported by"`) {
			t.Errorf("%s looks texts up at every rendering", name)
		}
	}
}
