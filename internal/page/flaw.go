package page

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Flaw is a mistake in a file of a theme.
type Flaw struct {
	File string
	Line int // from 1; 0 means the whole file
	Col  int // in characters, from 1; 0 if unknown
	Text string
}

func (f Flaw) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

func (f Flaw) compare(g Flaw) int {
	return cmp.Or(strings.Compare(f.File, g.File), f.Line-g.Line, f.Col-g.Col, strings.Compare(f.Text, g.Text))
}

// told matches an error of the template packages, such as "template: twin.html:12:7: executing …".
// The groups are the file, the optional line and column, and the message.
var told = regexp.MustCompile(`^(?:page \w+: )?(?:html/)?template: ?([\w.-]+)(?::(\d+))?(?::(\d+))?: (?:executing "[^"]*" at )?(.*)$`)

// note records a template error as a flaw, in the named file if the error does not say where it is.
func (b *builder) note(name string, err error) {
	flaw := Flaw{File: name, Text: err.Error()}
	if m := told.FindStringSubmatch(err.Error()); m != nil {
		flaw.File, flaw.Text = m[1], m[4]
		flaw.Line, _ = strconv.Atoi(m[2]) // 0 if there is none
		if col, err := strconv.Atoi(m[3]); err == nil {
			flaw.Col = col + 1
		}
	}
	if _, ok := b.own[flaw.File]; !ok { // a built-in file that does not fit what the theme redefines
		flaw = Flaw{File: b.culprit(name), Text: flaw.File + ": " + flaw.Text}
	}
	flaw.Line = max(flaw.Line, 1)
	b.flaws = append(b.flaws, flaw)
}

// culprit returns the theme's file that makes a page fail: the page itself, else a file shared by
// several pages.
func (b *builder) culprit(name string) string {
	for _, file := range []string{name, partsFile, frameFile} {
		if _, ok := b.own[file]; ok {
			return file
		}
	}
	return name
}

// useless lists what a template may contain but the content security policy makes ineffective, with
// advice on what to do instead.
var useless = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`(?i)<script\b`), "<script> does nothing: pages run no scripts; remove it"},
	{regexp.MustCompile(`(?i)<link[^>]*\brel="?stylesheet`), "another style sheet is not loaded; put the rules into extra.css"},
	{regexp.MustCompile(`(?i)<style[^>]*>\s*[^{\s]`), "a style sheet of its own does nothing; put the rules into extra.css"},
	{regexp.MustCompile(`(?i)<[a-z][^<>]*\sstyle=`), "style= does nothing; give the element a class, and put the rules into extra.css"},
	{regexp.MustCompile(`(?i)<[a-z][^<>]*\son[a-z]+=`), "on…= does nothing: pages run no scripts; remove it"},
	{regexp.MustCompile(`(?i)<(?:iframe|object|embed)\b`), "pages embed no other page; link it"},
}

// inspect looks for useless constructs in a template of the theme.
func (b *builder) inspect(name, text string) {
	if _, own := b.own[name]; !own {
		return
	}
	for _, u := range useless {
		if at := u.pattern.FindStringIndex(text); at != nil {
			b.flaws = append(b.flaws, Flaw{File: name, Line: lineAt(text, at[0]), Text: u.text})
		}
	}
}

// rehearse renders every page with sample data, so that errors appear now rather than when somebody
// visits a page. Pages with files already known to be wrong are skipped.
func (b *builder) rehearse(t *Theme) {
	bad := map[string]bool{}
	for _, f := range b.flaws {
		bad[f.File] = true
	}
	for _, sample := range samples() {
		if bad[sample.page+".html"] || bad[frameFile] || bad[partsFile] {
			continue
		}
		strict := &Theme{languages: t.languages, style: t.style, policy: t.policy, Failed: func(err error) { b.note(sample.page+".html", err) }}
		if err := sample.write(strict, io.Discard); err != nil {
			b.note(sample.page+".html", err)
		}
	}
}

func lineAt(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }
