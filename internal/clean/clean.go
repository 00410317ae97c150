// Package clean makes what strangers wrote safe and comparable: HTML through an
// allow-list, text without markup, URLs in one spelling. It is pure: no input,
// no output, no clock.
//
// HTML goes through two layers. The shaper (shape.go) walks the tokens once: it
// makes URLs absolute, gives lazy images their real source, drops tracking
// pixels, turns frames of strangers into links, and writes balanced elements
// from the allow-list (allow.go) with attributes in one spelling. Then
// bluemonday, with the policy built from the same lists, decides a second time.
// The shaper writes only what bluemonday lets through unchanged, so the result
// is a fixed point: HTML(HTML(x)) is HTML(x), which FuzzHTML holds. Comments,
// raw text elements and foreign content (SVG, and MathML that can hold HTML) are
// never written, and a formula holds nothing but MathML, so no parser can see
// another tree in the result than the one that was judged.
//
// What is decided: text is content, markup is a proposal. The text of form
// controls, of what stands for frames and scripts, and of unknown elements
// stays; that of scripts, styles, titles and templates goes. No id, class,
// style or event handler is written; a link to a place in the text becomes one
// to the original page. Links go to the schemes of linkScheme, media to http
// and https, images also to data: when they are raster images of 200 bytes to
// 64 KiB. Frames stay for the players of frame.go, over https, in a sandbox.
//
// CanonicalURL is the key of "the same page": equal keys are evidence that two
// links lead to one article. It is a key, not an address to fetch.
package clean

// Version of the sanitiser. It is stored with every entry; HTML that an older
// version wrote is cleaned again before it is next rendered.
const Version = 2
