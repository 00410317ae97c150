// Package page is all HTML that Tributary shows to people: the twin of a feed,
// the front page, the page of a story and of a source, the operator's status
// and the pages of errors.
//
// Every page is a function from a view to bytes:
//
//	page.Twin(w, edition)      /feeds/NAME/, also written to the feeds folder
//	page.Front(w, view)        /
//	page.Story(w, view)        /stories/ID
//	page.Source(w, view)       /sources/NAME
//	page.Search(w, view)       /search
//	page.Status(w, view)       /status, on the admin listener only
//	page.Message(w, view)      404, 405, 410, 500, 503
//
// The same view gives the same bytes: no function here asks the clock, the
// network or the disk. Where words such as "5 minutes ago" are printed, the view
// carries the instant that they are counted from. A page is written in one piece
// or not at all.
//
// A page works from a folder behind any web server. Its style sheet and its
// drawings are part of it, it needs no script and loads nothing of its own; the
// only things it may fetch are pictures and media that an entry links, and these
// without a referrer. Links to ourselves are absolute and come from the
// configured base URL.
//
// What a feed says is hostile, also after internal/clean has worked on it. So
// text goes through html/template; an address becomes a link only when it is
// absolute http or https (see link); and the HTML of an entry passes a second,
// narrow list of elements and attributes that also balances it, so that no entry
// can close, restyle or extend the page around it (see prose). A content security
// policy stands in every page, and CSP gives it to the server as a header.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"tributary/internal/news"
)

//go:embed html/*.html html/style.css
var files embed.FS

// Templates and style are parsed on first use: a command that prints no page
// does not pay for them.
var (
	pages = sync.OnceValue(parse)
	style = sync.OnceValue(func() string { return minify(read("html/style.css")) })
)

// frame is what every page has in common.
type frame struct {
	Site      news.Site
	Title     string // of the document
	About     string // one plain sentence for search engines and previews
	Canonical string // the one address of this content; may be elsewhere
	Feeds     []feed // for readers that look for feeds behind a page
	Hidden    bool   // not for search engines
	Front     bool   // the front page, which opens with the name itself
	Ask       *ask   // a small form for searching; nil for none
	Size      int    // about how many bytes the page will have beside its frame
	View      any
}

// feed is one feed that a page announces to feed readers.
type feed struct{ Title, Atom string }

// Home is the address of the front page.
func (f frame) Home() string { return f.Site.URL + "/" }

// OPML is the address of the list of all public sources.
func (f frame) OPML() string { return f.Site.URL + "/sources.opml" }

// Name is what the site is called, never empty.
func (f frame) Name() string { return siteName(f.Site) }

// Style is the style sheet, exactly the bytes that the policy's hash is of.
func (f frame) Style() template.CSS { return template.CSS(style()) }

// Policy is the content security policy as a page can state it about itself.
func (f frame) Policy() string { return policy(f.Site) }

func siteName(s news.Site) string {
	if s.Title == "" {
		return "Tributary"
	}
	return s.Title
}

// CSP returns the Content-Security-Policy header of every page: nothing but the
// one inlined style sheet, pictures and media from anywhere, and forms that lead to
// ourselves. The page states it too, except for frame-ancestors, which only a
// header can.
func CSP(site news.Site) string { return policy(site) + "; frame-ancestors 'none'" }

func policy(site news.Site) string {
	sum := sha256.Sum256([]byte(style()))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src https: http: data:; media-src https: http:; base-uri 'none'; form-action " + origin(site.URL)
}

// origin is the part of our address that a policy names. Pages also lie on other
// servers, which 'self' would mean there.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, " ;,'") {
		return "'none'"
	}
	return u.Scheme + "://" + u.Host
}

// render writes one page in one Write, so that an error leaves no half of it.
func render(w io.Writer, name string, f frame) error {
	var b bytes.Buffer
	b.Grow(len(style()) + 8<<10 + f.Size)
	if err := pages()[name].ExecuteTemplate(&b, "frame.html", f); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// parse builds one template set a page: the frame, the shared parts and the
// page's own "main".
func parse() map[string]*template.Template {
	shared := template.Must(template.New("").ParseFS(files, "html/frame.html", "html/parts.html"))
	set := map[string]*template.Template{}
	for _, name := range []string{"twin", "front", "story", "source", "status", "message", "search"} {
		t := template.Must(shared.Clone())
		set[name] = template.Must(t.ParseFS(files, "html/"+name+".html"))
	}
	return set
}

// read returns an embedded file; that it exists is known when it is compiled.
func read(name string) string {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		panic(err)
	}
	return string(b)
}

var cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// minify drops the comments, indentation and line ends of a style sheet. It knows
// no CSS: the sheet has no strings that hold such things.
func minify(css string) string {
	var b strings.Builder
	for line := range strings.Lines(cssComment.ReplaceAllString(css, "")) {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}
