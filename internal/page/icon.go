package page

import _ "embed"

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
