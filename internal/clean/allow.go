package clean

import (
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// names turns a list separated by blanks into a set.
func names(list string) map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(list) {
		set[name] = true
	}
	return set
}

// allowed maps every element that is written to its own attributes. What
// readers show: running text, headings, lists, tables, media, ruby. No id, no
// class, no style: they belong to the page that the text came from.
var allowed = map[string]map[string]bool{
	"a": names("href hreflang type"), "abbr": nil, "acronym": nil, "address": nil,
	"article": nil, "aside": nil, "audio": names("src controls preload"), "b": nil, "bdi": nil,
	"bdo": nil, "big": nil, "blockquote": names("cite"), "br": nil, "caption": nil, "center": nil,
	"cite": nil, "code": nil, "col": names("span"), "colgroup": names("span"), "dd": nil,
	"del": names("cite datetime"), "details": names("open"), "dfn": nil, "div": nil, "dl": nil,
	"dt": nil, "em": nil, "figcaption": nil, "figure": nil, "footer": nil, "h1": nil, "h2": nil,
	"h3": nil, "h4": nil, "h5": nil, "h6": nil, "header": nil, "hgroup": nil, "hr": nil, "i": nil,
	"iframe": names("src width height allowfullscreen"),
	"img":    names("src srcset sizes alt width height"),
	"ins":    names("cite datetime"), "kbd": nil, "li": names("value"), "main": nil, "mark": nil,
	"nav": nil, "ol": names("start reversed type"), "p": nil, "picture": nil, "pre": nil,
	"q": names("cite"), "rp": nil, "rt": nil, "ruby": nil, "s": nil, "samp": nil, "section": nil,
	"small": nil, "source": names("src srcset sizes media type width height"), "span": nil,
	"strike": nil, "strong": nil, "sub": nil, "summary": nil, "sup": nil, "table": nil,
	"tbody": nil, "td": names("colspan rowspan align"), "tfoot": nil,
	"th": names("colspan rowspan scope align"), "thead": nil, "time": names("datetime"),
	"tr": nil, "track": names("src kind srclang label default"), "tt": nil, "u": nil, "ul": nil,
	"var": nil, "video": names("src poster width height controls preload"), "wbr": nil,

	// Presentation MathML (MathML Core section 3). Not semantics, annotation
	// and annotation-xml, mglyph, malignmark: they switch parsers back to HTML.
	"math": names("display"), "merror": nil, "mfrac": names("linethickness"), "mi": nil,
	"mmultiscripts": nil, "mn": nil, "mo": names("stretchy fence separator"), "mover": names("accent"),
	"mpadded": nil, "mphantom": nil, "mprescripts": nil, "mroot": nil, "mrow": nil, "ms": nil,
	"mspace": names("width"), "msqrt": nil, "mstyle": nil, "msub": nil, "msubsup": nil, "msup": nil,
	"mtable": nil, "mtd": names("columnspan rowspan"), "mtext": nil, "mtr": nil, "munder": nil,
	"munderover": nil,
}

var (
	// everywhere are the attributes that every element may have.
	everywhere = names("dir lang title")

	// void elements have no content and no end tag (HTML section 13.1.2).
	void = names("br col hr img source track wbr")

	// dropped elements go with everything in them. All others that are not
	// allowed lose their tags and keep their text.
	dropped = names("script style applet svg template noembed noframes iframe title textarea select datalist annotation annotation-xml")

	// needing elements say nothing without one of these attributes.
	needing = map[string][]string{"a": {"href"}, "img": {"src", "srcset"}, "iframe": {"src"},
		"source": {"src", "srcset"}, "track": {"src"}}

	// URL-valued attributes, resolved and checked.
	addresses = names("href src cite poster")

	// block elements separate words; an open paragraph ends before them.
	block = names("address article aside blockquote caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul")

	// alone lists, for elements whose end tag may be left out, which open
	// elements a new one ends, and where the search stops.
	alone = map[string]struct{ ends, within map[string]bool }{
		"a":     {names("a"), names("table td th")},
		"li":    {names("li"), names("ul ol menu dir")},
		"dt":    {names("dt dd"), names("dl")},
		"dd":    {names("dt dd"), names("dl")},
		"tr":    {names("tr"), names("table")},
		"td":    {names("td th"), names("tr table")},
		"th":    {names("td th"), names("tr table")},
		"thead": {names("thead tbody tfoot"), names("table")},
		"tbody": {names("thead tbody tfoot"), names("table")},
		"tfoot": {names("thead tbody tfoot"), names("table")},
	}
	paragraphScope = names("table td th caption")

	// lazy attributes hold the address of an image that a script would load.
	lazy       = []string{"data-src", "data-lazy-src", "data-original", "data-actualsrc", "data-lazy"}
	lazySets   = []string{"data-srcset", "data-lazy-srcset"}
	renamed    = map[string]string{"amp-img": "img", "amp-video": "video", "amp-audio": "audio"}
	players    = []string{"https://www.youtube.com/embed/", "https://www.youtube-nocookie.com/embed/", "https://player.vimeo.com/video/", "https://w.soundcloud.com/player/", "https://bandcamp.com/EmbeddedPlayer/", "https://open.spotify.com/embed/", "https://www.dailymotion.com/embed/", "https://archive.org/embed/", "https://media.ccc.de/v/", "https://www.ardmediathek.de/embed/", "https://embed.podcasts.apple.com/"}
	linkScheme = names("http https mailto tel magnet xmpp sms geo gopher gemini ftp ftps sftp irc ircs news nntp matrix feed")
)

// policy is bluemonday's view of the same lists, built once.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	for scheme := range linkScheme {
		p.AllowURLSchemes(scheme)
	}
	for attr := range everywhere {
		p.AllowAttrs(attr).Globally()
	}
	for element, attrs := range allowed {
		if needing[element] == nil {
			p.AllowNoAttrs().OnElements(element)
		}
		for attr := range attrs {
			p.AllowAttrs(attr).OnElements(element)
		}
	}
	return p
})

// Element reports whether name, in lower case, is an element that HTML may
// return or that it removes for what it does. Text with other tags is text.
func Element(name string) bool {
	if _, ok := allowed[name]; ok {
		return true
	}
	return dropped[name] || name == "font" || name == "object" || name == "embed" || name == "form" || name == "input" || name == "noscript"
}
