// Package page is all HTML that Tributary shows to people: the twin of a feed,
// the front page, the page of a story and of a source, the operator's status
// and the pages of errors.
//
// Every page is a function from a view to bytes, and a Theme is how it looks:
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
// policy stands in every page, and Theme.CSP gives it to the server as a header.
package page

import (
	"html/template"

	"tributary/internal/news"
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
	theme     *Theme
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
func (f frame) Style() template.CSS { return template.CSS(f.theme.style) }

// Policy is the content security policy as a page can state it about itself.
func (f frame) Policy() string { return f.theme.policy }

// Logo is the picture of the site; its address is our own or was configured.
func (f frame) Logo() template.URL { return template.URL(f.Site.Logo) }

// Links are those of the site, and ours for those who miss a post where somebody
// answers them.
func (f frame) Links() []template.HTML {
	var all []template.HTML
	for _, l := range f.Site.Links {
		all = append(all, ownAnchor(l.URL, l.Title))
	}
	if f.Site.Static {
		return all
	}
	return append(all, anchor(f.Site.URL+"/why", "Why is a post missing?"))
}

func siteName(s news.Site) string {
	if s.Title == "" {
		return "Tributary"
	}
	return s.Title
}
