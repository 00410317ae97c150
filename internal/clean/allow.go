package clean

import (
	"net/url"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// names turns a list separated by blanks into a set.
func names(list string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		set[name] = true
	}
	return set
}

// allowed maps every element that may be written to its own attributes. It covers what
// feed readers show: running text, headings, lists, tables, media, ruby, formulas. There
// is no id, class or style, because they belong to the page from which the text came.
var allowed = map[string]map[string]bool{
	"a": names("href hreflang type rel"), "abbr": nil, "acronym": nil, "address": nil, "article": nil, "aside": nil,
	"audio": names("src controls preload loop muted"), "b": nil, "bdi": nil, "bdo": nil, "big": nil,
	"blockquote": names("cite"), "br": names("clear"), "caption": names("align"), "center": nil, "cite": nil, "code": nil,
	"col": names("span align valign width"), "colgroup": names("span align valign width"), "data": names("value"), "dd": nil,
	"del": names("cite datetime"), "details": names("open"), "dfn": nil, "dir": names("compact"), "div": names("align"),
	"dl": names("compact"), "dt": nil, "em": nil, "figcaption": nil, "figure": nil, "footer": nil,
	"h1": names("align"), "h2": names("align"), "h3": names("align"), "h4": names("align"), "h5": names("align"), "h6": names("align"),
	"header": nil, "hgroup": nil, "hr": names("align noshade size width"), "i": nil,
	"iframe": names("src width height allow allowfullscreen sandbox referrerpolicy"),
	"img":    names("src srcset sizes alt width height align border hspace vspace longdesc"),
	"ins":    names("cite datetime"), "kbd": nil, "li": names("value type"), "main": nil, "mark": nil,
	"menu": names("compact"), "meter": names("value min max low high optimum"), "nav": nil,
	"ol": names("start reversed type compact"), "p": names("align"), "picture": nil, "pre": names("width"),
	"progress": names("value max"), "q": names("cite"), "rb": nil, "rp": nil, "rt": nil, "rtc": nil, "ruby": nil, "s": nil,
	"samp": nil, "search": nil, "section": nil, "small": nil,
	"source": names("src srcset sizes media type width height"), "span": nil, "strike": nil, "strong": nil, "sub": nil,
	"summary": nil, "sup": nil, "table": names("align border cellpadding cellspacing frame rules summary width"),
	"tbody": names("align valign"), "td": names("colspan rowspan align valign abbr axis char charoff scope nowrap width height"),
	"tfoot": names("align valign"), "th": names("colspan rowspan align valign abbr axis char charoff scope nowrap width height"),
	"thead": names("align valign"), "time": names("datetime"), "tr": names("align valign"),
	"track": names("src kind srclang label default"), "tt": nil, "u": nil, "ul": names("type compact"), "var": nil,
	"video": names("src poster width height controls preload loop muted playsinline"), "wbr": nil,

	// Presentation MathML (MathML Core section 3 and MathML 3 chapter 3). It lacks semantics,
	// annotation and annotation-xml, maction, mglyph and malignmark, which switch parsers back
	// to HTML or trigger actions.
	"math": names("display alttext"), "menclose": names("notation"), "merror": nil, "mfenced": names("open close separators"),
	"mfrac": names("linethickness"), "mi": names("mathvariant"), "mmultiscripts": nil, "mn": names("mathvariant"), "none": nil,
	"mo":    names("stretchy fence separator symmetric largeop movablelimits accent form lspace rspace minsize maxsize"),
	"mover": names("accent"), "mpadded": names("width height depth lspace voffset"), "mphantom": nil, "mprescripts": nil, "mroot": nil,
	"mrow": nil, "ms": nil, "mspace": names("width height depth"), "msqrt": nil, "mstyle": names("displaystyle scriptlevel mathvariant"),
	"msub": nil, "msubsup": nil, "msup": nil, "mtable": names("columnalign rowalign displaystyle"), "mtd": names("columnspan rowspan columnalign rowalign"),
	"mtext": nil, "mtr": names("columnalign rowalign"), "munder": names("accentunder"), "munderover": names("accent accentunder"),
}

var (
	// mathML are the elements of formulas. Apart from math, they stand nowhere else.
	mathML = names("math menclose merror mfenced mfrac mi mmultiscripts mn none mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover")

	// everywhere are the attributes that every element may have.
	everywhere = names("dir lang title")

	// prose attributes hold text for people, which may contain any character.
	prose = names("title alt label abbr summary alttext axis char open close separators")

	// void elements have no content and no end tag (HTML section 13.1.2).
	void = names("br col hr img source track wbr")

	// dropped elements are removed with their content. All others that are not allowed lose
	// their tags and keep their text.
	dropped = names("script style applet svg template title annotation annotation-xml")

	// fallback elements hold raw text for a browser that does not need their content. To a
	// reader without scripts and frames, that content is the text.
	fallback = names("noscript noembed noframes iframe")

	// needing elements are useless without one of these attributes.
	needing = map[string][]string{"a": {"href"}, "img": {"src", "srcset"}, "iframe": {"src"},
		"source": {"src", "srcset"}, "track": {"src"}}

	// addresses are attributes that hold a URL, which is resolved and checked.
	addresses = names("href src cite poster longdesc")

	// block elements separate words. An open paragraph ends before them.
	block = names("address article aside blockquote caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol optgroup option p plaintext pre search section select summary table tbody td tfoot th thead tr ul xmp")

	// alone lists elements whose end tag may be omitted: the open elements that a new one ends,
	// and the elements at which the search for those stops.
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
	paragraph      = names("p")
	paragraphScope = names("table td th caption")

	// lazy and lazySets are attributes of sourced elements that hold the address a script would
	// load.
	sourced  = names("img source iframe video audio")
	lazy     = strings.Fields("data-src data-lazy-src data-original data-actualsrc data-lazy data-lazyload data-echo data-ll-src")
	lazySets = strings.Fields("data-srcset data-lazy-srcset data-original-set data-original-srcset")

	// renamed maps elements with an obsolete or private name to those that replace them.
	renamed    = map[string]string{"amp-img": "img", "amp-video": "video", "amp-audio": "audio", "image": "img", "xmp": "pre", "listing": "pre", "plaintext": "pre", "embed": "iframe"}
	linkScheme = names("http https mailto tel magnet xmpp sms geo gopher gemini ftp ftps sftp irc ircs news nntp matrix")
)

// policy returns the bluemonday policy for the same lists. It is built once.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	for scheme := range linkScheme {
		p.AllowURLSchemes(scheme)
	}
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool { return inlineImage(u.String()) == u.String() })
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

// Element reports whether name, in lower case, is an element that HTML keeps, or one
// that it knows and removes. A tag with any other name is text.
func Element(name string) bool {
	if _, ok := allowed[name]; ok {
		return true
	}
	return dropped[name] || fallback[name] || removed[name]
}

// removed are other well-known elements, which lose their tags.
var removed = names("font object embed form input textarea select optgroup option datalist button label fieldset legend output xmp plaintext listing " +
	"marquee blink nobr basefont bgsound keygen param map area canvas dialog html head body meta link base frameset frame image")
