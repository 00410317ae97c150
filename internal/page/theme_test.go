package page

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"tributary/internal/news"
)

func theme(t *testing.T, files map[string]string) *Theme {
	t.Helper()
	made, flaws := NewTheme(files)
	if len(flaws) > 0 {
		t.Fatalf("flaws: %v", flaws)
	}
	return made
}

// TestThemeReplacesFileByFile: the theme's files are used, the others are built in, and the policy
// matches the theme's style sheet.
func TestThemeReplacesFileByFile(t *testing.T) {
	made := theme(t, map[string]string{"front.html": `{{define "main"}}<h1>Mine: {{.Title}}</h1>{{end}}`, "extra.css": "h1 { color: tomato }\r\n"})
	var front, twin bytes.Buffer
	if err := errors.Join(made.Front(&front, sampleFront()), made.Twin(&twin, sampleEdition())); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(front.String(), "<h1>Mine: Flussblick</h1>") || strings.Contains(front.String(), "Latest stories") {
		t.Error("the front page is not that of the theme")
	}
	if !strings.Contains(twin.String(), builtin().style+"h1 { color: tomato }\n</style>") {
		t.Error("the theme's rules are not behind ours")
	}
	if made.CSP() == Builtin().CSP() || !strings.Contains(twin.String(), "Uferzeitung") {
		t.Error("the policy is not that of the style sheet, or the page is not ours")
	}
	own := theme(t, map[string]string{"style.css": "p {\n  color: red\n}\n"})
	if own.style != "p {\n  color: red\n}\n" {
		t.Errorf("a style sheet was changed to %q", own.style)
	}
}

// TestBuiltinIsATheme: the built-in files pass the checks for themes.
func TestBuiltinIsATheme(t *testing.T) {
	own := map[string]string{}
	for _, name := range ThemeFiles() {
		text, err := files.ReadFile("html/" + name)
		if err != nil {
			t.Fatal(err)
		}
		own[name] = string(text)
	}
	if len(own) < 10 || own[statusFile] != "" {
		t.Errorf("%d files, with the operator's page: %t", len(own), own[statusFile] != "")
	}
	theme(t, own)
}

func TestFlaws(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"syntax", "twin.html", "{{define \"main\"}}\n{{if}}{{end}}", `twin.html:2: missing value for if`},
		{"function", "twin.html", "{{define \"main\"}}{{shout .}}{{end}}", `twin.html:1: function "shout" not defined`},
		{"field", "twin.html", "{{define \"main\"}}\n\n{{.Headlines}}{{end}}", `twin.html:3: <.Headlines>: can't evaluate field Headlines in type page.river`},
		{"field of the frame", "frame.html", "<title>{{.Titel}}</title>{{template \"main\" .View}}", `frame.html:1: <.Titel>: can't evaluate field Titel in type page.frame`},
		{"part that is missing", "story.html", "{{define \"main\"}}{{template \"others\" .}}{{end}}", `story.html:1: no such template "others"`},
		{"part of ours that is gone", "parts.html", "{{define \"mark\"}}{{end}}{{define \"ask\"}}{{end}}", `parts.html:1: front.html: no such template "from"`},
		{"unclosed attribute", "message.html", "{{define \"main\"}}<p class=\"{{.Title}}>{{end}}", `message.html:1: `},
		{"never ends", "message.html", "{{define \"main\"}}{{template \"main\" .}}{{end}}", `message.html:1: `},
		{"handler", "why.html", "{{define \"main\"}}\n<p\n onclick=\"x\">{{end}}", `why.html:2: on…= does nothing: pages run no scripts; remove it`},
		{"other style sheet", "frame.html", "<link rel=\"stylesheet\" href=\"x.css\">{{template \"main\" .View}}", `frame.html:1: another style sheet is not loaded; put the rules into extra.css`},
		{"frame", "why.html", "{{define \"main\"}}<iframe src=\"https://a.example\"></iframe>{{end}}", `why.html:1: pages embed no other page; link it`},
		{"text that no page has", "de.yaml", "# mine\n\"Lates stories\": Neues\n", `de.yaml:2: no page has this text; `},
		{"text without its value", "de.yaml", "\"Shown in %s\": Hier\n", `de.yaml:1: this text needs the values of the English one`},
		{"sign of a value that is none", "de.yaml", "\"%d of them on %s\": 100 % von %d am %s\n", `de.yaml:1: a "%" in this text begins no value: write "%%"`},
		{"text without a form", "en.yaml", "\"%d story|%d stories\": \"%d pieces\"\n", `en.yaml:1: this text needs the forms of the English one`},
		{"text without its markup", "de.yaml", "\"Looked for <code>%s</code>\": Nach %s gesucht\n", `de.yaml:1: this text needs the markup of the English one`},
		{"text of nothing", "de.yaml", "\"Feeds\":\n", `de.yaml:1: this text is empty`},
		{"no YAML", "en.yaml", "\"Feeds\": x\n\"Search\n", `en.yaml:`},
		{"no texts", "en.yaml", "- Feeds\n", `en.yaml:1: write texts as "English": "other words"`},
		{"a text twice", "en.yaml", "\"Feeds\": x\n\"Feeds\": y\n", `en.yaml:2: this text stands twice`},
		{"closed style sheet", "extra.css", "a {}\n</STYLE >", `extra.css:2: "</style" ends the style sheet in a page; write "<\/style"`},
	} {
		_, flaws := NewTheme(map[string]string{tt.file: tt.text})
		alone := len(flaws) == 1 || tt.file == partsFile // every page shares parts.html
		if !alone || !strings.HasPrefix(flaws[0].String(), tt.want) {
			t.Errorf("%s: got %v, want %q alone", tt.name, flaws, tt.want)
		}
	}
}

// TestThemeThatFails: if a theme's page fails, the built-in page is shown and Failed is called.
func TestThemeThatFails(t *testing.T) {
	made := theme(t, map[string]string{"twin.html": `{{define "main"}}{{if eq .Title "boom"}}{{index .Days 99}}{{end}}<h1>Mine</h1>{{end}}`})
	var told error
	made.Failed = func(err error) { told = err }
	var b bytes.Buffer
	e := &news.Edition{Site: sampleSite, Feed: news.Feed{Name: "x", Title: "boom"}}
	if err := made.Twin(&b, e); err != nil || told == nil {
		t.Fatalf("error %v, told %v", err, told)
	}
	var ours bytes.Buffer
	if err := Builtin().Twin(&ours, e); err != nil || b.String() != ours.String() {
		t.Errorf("got %s (error %v), want the page of ours", b.String(), err)
	}
}

// TestThemeIsDocumented: docs/publishing.md lists every file and every field available to
// templates.
func TestThemeIsDocumented(t *testing.T) {
	data, err := os.ReadFile("../../docs/publishing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, there := strings.Cut(string(data), "\n## Theme\n")
	if !there {
		t.Fatal("docs/publishing.md has no section Theme")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	for _, name := range ThemeFiles() {
		if !strings.Contains(section, "`"+name+"`") {
			t.Errorf("docs/publishing.md does not name %s", name)
		}
	}
	for _, view := range []any{
		frame{}, river{}, day{}, story{}, passage{}, file{}, member{}, storyPage{}, front{}, feedCard{}, headline{}, sourcePage{}, titled{}, chart{}, bar{},
		verdict{}, fullFeed{}, whyPage{}, visit{}, message{}, ask{}, searchPage{}, choice{}, found{},
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(view)) {
			if field.IsExported() && !strings.Contains(section, field.Name) {
				t.Errorf("docs/publishing.md does not name the field %s of %T", field.Name, view)
			}
		}
	}
}
