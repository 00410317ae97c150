package page

// element says what prose does with one HTML element of an entry.
type element struct {
	as     string // the element that it becomes
	kind   kind
	attrs  string // allowed attributes, each with a space before and after
	parent string // allowed parents; elsewhere it becomes div
	ends   string // innermost elements, besides p, that its start tag closes
}

// kind distinguishes the elements that need more than renaming.
type kind uint8

const (
	inline  kind = iota
	block        // ends a line; the lead may end after it
	wrapper      // a block that only groups blocks; the lead may end inside it
	heading      // moved below the heading of the story
	void         // has no end tag
	rule         // hr: void, and a block
	picture      // img
	media        // audio, video
	stream       // source of a media element
	player       // an iframe, which becomes a link
	formula      // a MathML element: allowed only inside math, where nothing else is
	silent       // dropped with its content
)

// endsParagraph reports whether an element of kind k ends an open p element (HTML Living Standard,
// "optional tags").
func (k kind) endsParagraph() bool { return k >= block && k <= heading || k == rule }

// Lists shared by several elements.
const (
	inList  = " ul ol "
	inRows  = " table thead tbody tfoot "
	cells   = " td th "
	rows    = cells + "tr "
	rowSets = rows + "thead tbody tfoot "
	spans   = " colspan rowspan "
)

// part returns a MathML element.
func part(name string) element {
	return element{as: name, kind: formula, attrs: " mathvariant linethickness stretchy accent accentunder displaystyle columnspan rowspan width "}
}

// elements lists every element of an entry that is allowed on our pages. Sectioning elements
// (article, section, main, …) become div, so that an entry adds neither landmarks nor stories to
// the page.
var elements = map[string]element{
	"p": {as: "p", kind: block}, "summary": {as: "p", kind: block},
	"div": {as: "div", kind: wrapper}, "article": {as: "div", kind: wrapper}, "section": {as: "div", kind: wrapper},
	"main": {as: "div", kind: wrapper}, "header": {as: "div", kind: wrapper}, "footer": {as: "div", kind: wrapper},
	"aside": {as: "div", kind: wrapper}, "nav": {as: "div", kind: wrapper}, "hgroup": {as: "div", kind: wrapper},
	"address": {as: "div", kind: wrapper}, "center": {as: "div", kind: wrapper}, "details": {as: "div", kind: wrapper},

	"h1": {kind: heading}, "h2": {kind: heading}, "h3": {kind: heading},
	"h4": {kind: heading}, "h5": {kind: heading}, "h6": {kind: heading},

	"ul": {as: "ul", kind: block}, "ol": {as: "ol", kind: block, attrs: " start reversed "},
	"li": {as: "li", kind: block, parent: inList, ends: " li "},
	"dl": {as: "dl", kind: block},
	"dt": {as: "dt", kind: block, parent: " dl ", ends: " dt dd "},
	"dd": {as: "dd", kind: block, parent: " dl ", ends: " dt dd "},

	"blockquote": {as: "blockquote", kind: block}, "pre": {as: "pre", kind: block},
	"figure": {as: "figure", kind: block}, "figcaption": {as: "figcaption", kind: block, parent: " figure "},

	"table": {as: "table", kind: block}, "caption": {as: "caption", kind: block, parent: " table "},
	"thead": {as: "thead", kind: block, parent: " table ", ends: rowSets},
	"tbody": {as: "tbody", kind: block, parent: " table ", ends: rowSets},
	"tfoot": {as: "tfoot", kind: block, parent: " table ", ends: rowSets},
	"tr":    {as: "tr", kind: block, parent: inRows, ends: rows},
	"td":    {as: "td", kind: block, parent: " tr ", ends: cells, attrs: spans},
	"th":    {as: "th", kind: block, parent: " tr ", ends: cells, attrs: spans},

	"a": {as: "a", attrs: " href ", ends: " a "}, "abbr": {as: "abbr", attrs: " title "},
	"b": {as: "b"}, "bdi": {as: "bdi"}, "bdo": {as: "bdo"}, "big": {as: "span"}, "cite": {as: "cite"},
	"code": {as: "code"}, "del": {as: "del"}, "dfn": {as: "dfn"}, "em": {as: "em"}, "font": {as: "span"},
	"i": {as: "i"}, "ins": {as: "ins"}, "kbd": {as: "kbd"}, "mark": {as: "mark"}, "q": {as: "q"},
	"rp": {as: "rp"}, "rt": {as: "rt"}, "ruby": {as: "ruby"}, "s": {as: "s"}, "samp": {as: "samp"},
	"small": {as: "small"}, "span": {as: "span"}, "strike": {as: "s"}, "strong": {as: "strong"},
	"sub": {as: "sub"}, "sup": {as: "sup"}, "time": {as: "time", attrs: " datetime "},
	"tt": {as: "code"}, "u": {as: "u"}, "var": {as: "var"},

	"br": {as: "br", kind: void}, "wbr": {as: "wbr", kind: void}, "hr": {as: "hr", kind: rule},

	"math": {as: "math", attrs: " display "}, "mfrac": part("mfrac"), "mi": part("mi"), "mmultiscripts": part("mmultiscripts"),
	"mn": part("mn"), "mo": part("mo"), "mover": part("mover"), "mpadded": part("mpadded"), "mphantom": part("mphantom"),
	"mprescripts": part("mprescripts"), "mroot": part("mroot"), "mrow": part("mrow"), "ms": part("ms"), "mspace": part("mspace"),
	"msqrt": part("msqrt"), "mstyle": part("mstyle"), "msub": part("msub"), "msubsup": part("msubsup"), "msup": part("msup"),
	"mtable": part("mtable"), "mtd": part("mtd"), "mtext": part("mtext"), "mtr": part("mtr"), "munder": part("munder"),
	"munderover": part("munderover"), "none": part("none"),

	"img": {kind: picture}, "source": {kind: stream}, "iframe": {kind: player},
	"audio": {as: "audio", kind: media}, "video": {as: "video", kind: media},

	"script": {kind: silent}, "style": {kind: silent}, "title": {kind: silent}, "textarea": {kind: silent},
	"noscript": {kind: silent}, "noembed": {kind: silent}, "noframes": {kind: silent}, "xmp": {kind: silent},
	"plaintext": {kind: silent}, "template": {kind: silent}, "svg": {kind: silent},
	"object": {kind: silent}, "select": {kind: silent}, "button": {kind: silent},
}
