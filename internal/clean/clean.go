// Package clean makes the content of strangers safe and comparable: it passes HTML
// through an allow-list, extracts plain text, and brings URLs into one spelling. It is
// pure: it performs no I/O and reads no clock.
//
// # HTML
//
// [HTML] has two layers. First, the shaper (shape.go) goes through the tokens once. It
// makes URLs absolute, gives lazy images their real source, drops tracking pixels,
// replaces frames of unknown sites with links, and writes balanced elements of the
// allow-list (allow.go) with attributes in one spelling. Then bluemonday sanitises the
// result once more, with a policy that is built from the same lists.
//
// The shaper writes only what bluemonday leaves unchanged, so the result is a fixed
// point: HTML(HTML(x)) is HTML(x), which FuzzHTML checks. It never writes comments, raw
// text elements or foreign content (SVG, and MathML that can hold HTML), and a formula
// holds nothing but MathML. No parser can therefore build another tree from the result
// than the one that was checked.
//
// Text is content, and markup is a suggestion. The text of form controls, of unknown
// elements, and of what stands in for frames and scripts is kept. That of scripts,
// styles, titles and templates is not. No id, class, style or event handler is written,
// so a link to a place in the text becomes a link to the original page. Links may have
// the schemes of linkScheme. Media must be http or https; an image may also be a data
// URL of a raster format, of 200 bytes to 64 KiB. Frames are kept for the players of
// frame.go only, over https and in a sandbox.
//
// # Comparison
//
// [CanonicalURL] returns a key for "the same page": equal keys are evidence that two
// links lead to one article. It is a key, not an address to fetch. [Signature] reduces
// text to the words that count as content.
package clean

// Version is the version of the sanitiser. It is stored with every entry. HTML that an
// older version wrote is cleaned again before it is next rendered.
const Version = 2
