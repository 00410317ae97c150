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

//go:embed html/*.html html/*.css
var files embed.FS

// Names of files that are no page.
const (
	frameFile = "frame.html" // around every page
	partsFile = "parts.html" // what several pages share
	styleFile = "style.css"  // the style sheet
	extraFile = "extra.css"  // comes behind it; ours is empty

	statusFile = "status.html" // the operator's, which no theme changes
)

// Theme is how pages look: templates and a style sheet. The nil Theme is the
// built-in one. A Theme is not changed once it is made, and is safe for
// concurrent use.
type Theme struct {
	// Failed is told when a page of a theme could not be made of what it had to
	// show. The built-in page is shown instead: how a page looks must not keep
	// feeds from anybody. Set it before the theme is used.
	Failed func(error)

	pages  map[string]*template.Template // by name, "twin"
	style  string                        // the style sheet as it stands in pages
	policy string                        // content security policy, see CSP
}

// Builtin returns the theme that is ours.
func Builtin() *Theme { return builtin() }

// builtin is parsed on first use: a command that prints no page does not pay for
// it. That it parses is known by its tests.
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

// ThemeFiles names the files that a theme may replace.
func ThemeFiles() []string {
	entries, err := files.ReadDir("html")
	if err != nil {
		panic(err) // that the folder exists is known when it is compiled
	}
	var names []string
	for _, e := range entries {
		if e.Name() != statusFile {
			names = append(names, e.Name())
		}
	}
	return names
}

// CSP returns the Content-Security-Policy header of every page: nothing but the
// one inlined style sheet, pictures and media from anywhere, and forms that lead
// back to us. The page states it too, except for frame-ancestors, which only a
// header can.
func (t *Theme) CSP() string { return t.orBuiltin().policy + "; frame-ancestors 'none'" }

func policyOf(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src https: http: data:; media-src https: http:; base-uri 'none'; form-action 'self'"
}

// render writes one page in one Write, so that an error leaves no half of it.
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
	f.theme = t
	var b bytes.Buffer
	b.Grow(len(t.style) + 8<<10 + f.Size)
	if err := t.pages[name].ExecuteTemplate(&b, frameFile, f); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// NewTheme makes a theme of files by name, each in place of the built-in one. It
// returns everything that is wrong with them; then there is no theme.
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
	t := &Theme{pages: map[string]*template.Template{}, style: b.style()}
	t.policy = policyOf(t.style)
	shared := b.parse(template.New(""), frameFile, partsFile)
	for _, name := range pageNames() {
		t.pages[name] = b.page(shared, name)
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

// builder parses files and collects what is wrong with them.
type builder struct {
	own   map[string]string
	flaws []Flaw
}

// read returns a file: the theme's, or ours.
func (b *builder) read(name string) string {
	if text, ok := b.own[name]; ok {
		return text
	}
	text, err := files.ReadFile(path.Join("html", name))
	if err != nil {
		panic(err) // names are those of ThemeFiles
	}
	return string(text)
}

// style puts the style sheet together. Ours is written small; another's is left
// as it is.
func (b *builder) style() string {
	sheet := minify(b.read(styleFile))
	if own, ok := b.own[styleFile]; ok {
		sheet = b.sheet(styleFile, own)
	}
	return sheet + b.sheet(extraFile, b.read(extraFile))
}

// sheet checks a style sheet. Line ends become those that a browser hashes.
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

// parse adds templates to a set. One that does not parse is noted and left out.
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

// page makes the set of one page: the frame, the shared parts and its "main".
func (b *builder) page(shared *template.Template, name string) *template.Template {
	file := name + ".html"
	before := len(b.flaws)
	t := b.parse(template.Must(shared.Clone()), file) // a set that was never executed can be cloned
	if t.Lookup("main") == nil && len(b.flaws) == before {
		b.flaws = append(b.flaws, Flaw{File: file, Line: 1, Text: `defines no "main"; put the page between {{define "main"}} and {{end}}`})
	}
	return t
}

var cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// minify drops the comments, indentation and line ends of our style sheet. It
// knows no CSS: the sheet has no strings that hold such things.
func minify(css string) string {
	var b strings.Builder
	for line := range strings.Lines(cssComment.ReplaceAllString(css, "")) {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

// report sorts what was found by file and line, each once: a fault of the frame
// is met with every page.
func (b *builder) report() []Flaw {
	found := map[Flaw]bool{}
	for _, f := range b.flaws {
		found[f] = true
	}
	return slices.SortedFunc(maps.Keys(found), Flaw.compare)
}
