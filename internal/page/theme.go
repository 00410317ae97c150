package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed html/*.html html/*.css html/*.yaml
var files embed.FS

// Files that are not pages.
const (
	frameFile = "frame.html" // surrounds every page
	partsFile = "parts.html" // shared by several pages
	styleFile = "style.css"  // the style sheet
	extraFile = "extra.css"  // appended to the style sheet; empty by default

	statusFile = "status.html" // the operator's page, which themes cannot replace
)

// Theme is the look of the pages: templates and a style sheet. The nil Theme is the built-in one. A
// Theme is immutable once made, and safe for concurrent use.
type Theme struct {
	// Failed is called when the theme's template for a page fails. The built-in page is sent
	// instead, so that a broken theme does not keep feeds from their readers. It must be set before
	// the theme is used.
	Failed func(error)

	languages languages
	style     string // the style sheet as inlined in pages
	policy    string // content security policy; see CSP
}

// Builtin returns the built-in theme.
func Builtin() *Theme { return builtin() }

// builtin is parsed on first use, so that commands that print no page do not pay for it. The tests
// ensure that it parses.
var builtin = sync.OnceValue(func() *Theme {
	var b builder
	t := b.build()
	if len(b.flaws) > 0 {
		panic(b.flaws[0].String())
	}
	return t
})

func (t *Theme) orBuiltin() *Theme {
	if t == nil {
		return builtin()
	}
	return t
}

// ThemeFiles returns the names of the files that a theme may replace.
func ThemeFiles() []string {
	entries, err := files.ReadDir("html")
	if err != nil {
		panic(err) // the embedded folder exists
	}
	var names []string
	for _, e := range entries {
		if e.Name() != statusFile {
			names = append(names, e.Name())
		}
	}
	return names
}

// CSP returns the Content-Security-Policy header of every page. It allows the one inlined style
// sheet, pictures and media from anywhere, and forms that submit to this site. The page itself
// states it too, except frame-ancestors, which only works in a header.
func (t *Theme) CSP() string { return t.orBuiltin().policy + "; frame-ancestors 'none'" }

func policyOf(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src https: http: data:; media-src https: http:; base-uri 'none'; form-action 'self'"
}

// in returns the first language of the tags that we write in, or else English.
func (t *Theme) in(tags ...string) *locale { return t.orBuiltin().languages.of(tags...) }

// render writes a page in a single Write, so that an error leaves no partial page.
func (t *Theme) render(w io.Writer, name string, f frame) error {
	t = t.orBuiltin()
	b, err := t.execute(name, f)
	if err != nil && t != builtin() {
		if t.Failed != nil {
			t.Failed(err)
		}
		b, err = builtin().execute(name, f)
	}
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

func (t *Theme) execute(name string, f frame) ([]byte, error) {
	f.theme, f.Language = t, f.locale.tag
	var b bytes.Buffer
	b.Grow(len(t.style) + 8<<10 + f.Size)
	if err := t.in(f.Language).pages[name].ExecuteTemplate(&b, frameFile, f); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// NewTheme returns a theme in which the given files, by name, replace the built-in ones. If
// anything is wrong with them it returns all flaws and no theme.
func NewTheme(own map[string]string) (*Theme, []Flaw) {
	b := builder{own: own}
	t := b.build()
	b.rehearse(t)
	if len(b.flaws) > 0 {
		return nil, b.report()
	}
	return t, nil
}

// build parses all files.
func (b *builder) build() *Theme {
	t := &Theme{languages: b.languages(), style: b.style()}
	t.policy = policyOf(t.style)
	shared := b.parse(template.New("").Funcs(t.languages.of("en").funcs()), frameFile, partsFile)
	for _, name := range pageNames() {
		page := b.page(shared, name)
		for _, l := range t.languages {
			l.pages[name] = l.translate(page)
		}
	}
	return t
}

// pageNames lists the pages: every template that is not shared.
func pageNames() []string {
	var names []string
	for _, name := range append(ThemeFiles(), statusFile) {
		if page, ok := strings.CutSuffix(name, ".html"); ok && name != frameFile && name != partsFile {
			names = append(names, page)
		}
	}
	return names
}

// builder parses files and collects their flaws.
type builder struct {
	own   map[string]string
	flaws []Flaw
}

// read returns a file of the theme, or the built-in one.
func (b *builder) read(name string) string {
	if text, ok := b.own[name]; ok {
		return text
	}
	return builtinFile(name)
}

func builtinFile(name string) string {
	text, err := files.ReadFile(path.Join("html", name))
	if err != nil {
		panic(err) // every name passed is embedded
	}
	return string(text)
}

// style returns the complete style sheet. The built-in one is minified, a theme's is left as it is.
func (b *builder) style() string {
	sheet := minify(b.read(styleFile))
	if own, ok := b.own[styleFile]; ok {
		sheet = b.sheet(styleFile, own)
	}
	return sheet + b.sheet(extraFile, b.read(extraFile))
}

// sheet checks a style sheet. It normalises line ends, as a browser does before it computes the
// hash.
func (b *builder) sheet(name, text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if at := strings.Index(strings.ToLower(text), "</style"); at >= 0 {
		b.flaws = append(b.flaws, Flaw{File: name, Line: lineAt(text, at), Text: `"</style" ends the style sheet in a page; write "<\/style"`})
	}
	if at := strings.IndexByte(text, 0); at >= 0 {
		b.flaws = append(b.flaws, Flaw{File: name, Line: lineAt(text, at), Text: "a NUL character; remove it"})
	}
	return text
}

// parse adds templates to a set. One that does not parse is recorded as a flaw.
func (b *builder) parse(t *template.Template, names ...string) *template.Template {
	for _, name := range names {
		text := b.read(name)
		b.inspect(name, text)
		if _, err := t.New(name).Parse(text); err != nil {
			b.note(name, err)
		}
	}
	return t
}

// page returns the template set of a page: the frame, the shared parts and the page's "main".
func (b *builder) page(shared *template.Template, name string) *template.Template {
	file := name + ".html"
	before := len(b.flaws)
	t := b.parse(template.Must(shared.Clone()), file) // cannot fail: the set was never executed
	if t.Lookup("main") == nil && len(b.flaws) == before {
		b.flaws = append(b.flaws, Flaw{File: file, Line: 1, Text: `defines no "main"; put the page between {{define "main"}} and {{end}}`})
	}
	return t
}

var cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// minify removes the comments, indentation and line ends of the built-in style sheet. It does not
// parse CSS: the sheet has no strings that contain any of these.
func minify(css string) string {
	var b strings.Builder
	for line := range strings.Lines(cssComment.ReplaceAllString(css, "")) {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

// report returns the flaws, sorted and without duplicates: a flaw in the frame occurs with every
// page.
func (b *builder) report() []Flaw {
	found := map[Flaw]bool{}
	for _, f := range b.flaws {
		found[f] = true
	}
	return slices.SortedFunc(maps.Keys(found), Flaw.compare)
}
