package page

import _ "embed"

//go:embed icon.svg
var icon string

// IconPath is where the icon of the pages stands below the address of the site. It
// is a file, and not a data: URL in each page: feed readers ask for what a page
// names as its icon, and Liferea 1.14 waits for ever for a data: URL, until it
// updates no feed any more.
const IconPath = "/icon.svg"

// Icon is the icon of the pages, an SVG document.
func Icon() []byte { return []byte(icon) }

// Icon is the address of the icon.
func (f frame) Icon() string { return f.Site.URL + IconPath }
