// Package page renders every HTML page that people see: the page of a feed (its twin), the front
// page, the pages of stories and sources, search, the answers of /why, the operator's status and
// the error pages.
//
// Each page is a method of a [Theme], which holds the templates and the style sheet, and takes a
// view:
//
//	theme.Twin(w, edition)     /feeds/NAME/, also written to the feeds folder
//	theme.Front(w, view)       /
//	theme.Story(w, view)       /stories/ID
//	theme.Source(w, view)      /sources/NAME
//	theme.Why(w, view)         /why
//	theme.Search(w, view)      /search
//	theme.Message(w, view)     404, 405, 410, 429, 500, 503
//	theme.Status(w, view)      /status, on the admin listener only
//
// Rendering is deterministic: the same view gives the same bytes. No function reads the clock, the
// network or the disk. Where a page prints "5 minutes ago", the view carries the time to count
// from. A page is written in a single Write or not at all.
//
// Our own words are in the language of the site, or of the feed whose page it is; html/de.yaml has
// the German ones. See locale. What a feed says keeps its own language, and lang attributes say which
// is which.
//
// A page also works from a folder behind any web server. The style sheet and the drawings are
// inlined, and it needs no script. It loads only its icon, the site's logo and, without a referrer,
// the pictures and media that entries link to. Links to the site itself are absolute and start with
// the configured base URL.
//
// The content of feeds is hostile, even after package clean has sanitised it. Text therefore goes
// through html/template. An address becomes a link only if it is an absolute http or https URL (see
// link). The HTML of an entry passes a second, stricter allow list that also balances the tags, so
// that no entry can close, restyle or extend the page around it (see prose). Every page carries a
// content security policy, and [Theme.CSP] returns it for the response header.
package page

import (
	"cmp"
	_ "embed"
	"html/template"

	"tributary/internal/news"
)

// frame is what all pages have in common.
type frame struct {
	Site      news.Site
	Language  string // of our own words
	Title     string // of the document
	About     string // a plain sentence for search engines and link previews
	Canonical string // canonical address of the content; may be on another site
	Feeds     []feed // feeds announced by the page, for autodiscovery
	Hidden    bool   // excluded from search engines
	Front     bool   // the front page, which opens with the site's name
	Ask       *ask   // search form; nil for none
	Size      int    // estimated size of the page in bytes, without the frame
	View      any
	theme     *Theme
	locale    *locale
}

// feed is a feed that a page announces to feed readers.
type feed struct{ Title, Atom string }

// Home returns the address of the front page.
func (f frame) Home() string { return f.Site.URL + "/" }

// OPML returns the address of the list of all public sources.
func (f frame) OPML() string { return f.Site.URL + "/sources.opml" }

// Name returns the name of the site, which is never empty.
func (f frame) Name() string { return siteName(f.Site) }

// Style returns the style sheet: exactly the bytes whose hash is in the policy.
func (f frame) Style() template.CSS { return template.CSS(f.theme.style) }

// Policy returns the content security policy as a meta element can state it.
func (f frame) Policy() string { return f.theme.policy }

// Logo returns the address of the site's logo. It comes from us or the configuration, so it is
// trusted.
func (f frame) Logo() template.URL { return template.URL(f.Site.Logo) }

// Links returns the links of the site, followed by a link to /why unless the site is static.
func (f frame) Links() []template.HTML {
	var all []template.HTML
	for _, l := range f.Site.Links {
		all = append(all, ownAnchor(l.URL, l.Title))
	}
	if f.Site.Static {
		return all
	}
	return append(all, anchor(f.Site.URL+"/why", f.locale.text("Why is a post missing?")))
}

func siteName(s news.Site) string { return cmp.Or(s.Title, "Tributary") }

//go:embed icon.svg
var icon string

// IconPath is the path of the icon below the address of the site. The icon is a file rather than a
// data: URL in each page: feed readers fetch the icon of a page, and Liferea 1.14 hangs on a data:
// URL until it no longer updates any feed.
const IconPath = "/icon.svg"

// Icon returns the icon of the pages, an SVG document.
func Icon() []byte { return []byte(icon) }

// Icon returns the address of the icon.
func (f frame) Icon() string { return f.Site.URL + IconPath }
