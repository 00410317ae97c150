package format

import "strings"

// namespaces maps namespaces to the prefix that is used for them here, which is "" for
// the native vocabularies. The keys are in the spelling of canonical: lower case, http,
// without a final slash or "#".
var namespaces = map[string]string{
	"http://purl.org/rss/1.0":                             "",
	"http://purl.org/net/rss1.1":                          "",
	"http://channel.netscape.com/rdf/simple/0.9":          "",
	"http://my.netscape.com/rdf/simple/0.9":               "",
	"http://purl.org/rss/1.0/modules/rss091":              "",
	"http://backend.userland.com/rss":                     "",
	"http://backend.userland.com/rss2":                    "",
	"http://backend.userland.com/rss091":                  "",
	"http://backend.userland.com/rss092":                  "",
	"http://backend.userland.com/rss093":                  "",
	"http://blogs.law.harvard.edu/tech/rss":               "",
	"http://cyber.law.harvard.edu/rss/rss.html":           "",
	"http://www.rssboard.org/rss-specification":           "",
	"http://my.netscape.com/publish/formats/rss-0.91.dtd": "",
	"http://www.w3.org/2005/atom":                         "atom",
	"http://purl.org/atom/ns":                             "atom",
	"http://example.com/newformat":                        "atom",
	"http://example.com/necho":                            "atom",
	"http://necho.sourceforge.net/schema/echo":            "atom",
	"http://purl.org/echo":                                "atom",
	"uri/of/echo/namespace":                               "atom",
	"http://purl.org/pie":                                 "atom",
	"http://purl.org/dc/elements/1.0":                     "dc",
	"http://purl.org/dc/elements/1.1":                     "dc",
	"http://purl.org/dc":                                  "dc",
	"http://purl.org/metadata/dublin_core":                "dc",
	"http://dublincore.org/documents/dcmi-namespace":      "dc",
	"http://purl.org/dc/terms":                            "dcterms",
	"http://purl.org/rss/1.0/modules/content":             "content",
	"http://search.yahoo.com/mrss":                        "media",
	"http://tools.search.yahoo.com/mrss":                  "media",
	"http://video.search.yahoo.com/mrss":                  "media",
	"http://search.yahoo.com/searchmonkey/media":          "media",
	"http://www.rssboard.org/media-rss":                   "media",
	"http://www.itunes.com/dtds/podcast-1.0.dtd":          "itunes",
	"http://example.com/dtds/podcast-1.0.dtd":             "itunes",
	"http://www.google.com/schemas/play-podcasts/1.0":     "googleplay",
	"http://www.w3.org/1999/xhtml":                        "xhtml",
	"http://www.w3.org/1999/02/22-rdf-syntax-ns":          "rdf",
	"http://purl.org/rss/1.0/modules/syndication":         "sy",
	"http://www.w3.org/xml/1998/namespace":                "xml",
	"http://www.w3.org/2000/svg":                          "svg",
	"http://www.w3.org/1998/math/mathml":                  "math",
	"http://rssnamespace.org/feedburner/ext/1.0":          "feedburner",
	"http://www.pheedo.com/namespace/pheedo":              "pheedo",
	"http://freshmeat.net/rss/fm":                         "fm",
	"http://purl.org/rss/1.0/modules/slash":               "slash",
	"http://wellformedweb.org/commentapi":                 "wfw",
	"http://purl.org/syndication/thread/1.0":              "thr",
	"http://podcastindex.org/namespace/1.0":               "podcast",
	"http://xmlns.ezrss.it/0.1":                           "torrent",
	"http://www.georss.org/georss":                        "georss",
	"http://www.opengis.net/gml":                          "gml",
	"http://www.w3.org/2003/01/geo/wgs84_pos":             "geo",
	"http://creativecommons.org/ns":                       "cc",
	"http://web.resource.org/cc":                          "cc",

	"http://backend.userland.com/creativecommonsrssmodule":                       "creativecommons",
	"http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html":             "creativecommons",
	"http://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
}

// canonical returns the prefix that is used here for a namespace, and whether the
// namespace is known.
func canonical(uri string) (string, bool) {
	uri = strings.TrimRight(strings.ToLower(strings.TrimSpace(uri)), "/#")
	if rest, ok := strings.CutPrefix(uri, "https://"); ok {
		uri = "http://" + rest
	}
	prefix, ok := namespaces[uri]
	return prefix, ok
}

// declared lists the prefixes that gofeed knows, with their namespaces.
var declared = [...]struct{ prefix, uri string }{
	{"atom", "http://www.w3.org/2005/Atom"},
	{"content", "http://purl.org/rss/1.0/modules/content/"},
	{"dc", "http://purl.org/dc/elements/1.1/"},
	{"dcterms", "http://purl.org/dc/terms/"},
	{"itunes", "http://www.itunes.com/DTDs/PodCast-1.0.dtd"},
	{"media", "http://search.yahoo.com/mrss/"},
	{"sy", "http://purl.org/rss/1.0/modules/syndication/"},
	{"xhtml", "http://www.w3.org/1999/xhtml"},
}

// foreign reports whether a name has a prefix that is not in declared. Such elements
// are read from the tree only.
func foreign(name string) bool {
	prefix, _, ok := strings.Cut(name, ":")
	for _, d := range declared {
		if d.prefix == prefix {
			return false
		}
	}
	return ok
}

// use tells what an element holds, and so how its end is found.
type use uint8

const (
	unknown use = iota // not read: skipped with all that is in it
	leaf               // text or markup, read up to its end tag as one piece
	box                // other elements
	either             // a box when its first child is an element, else a leaf
)

// vocabulary holds the elements that are read, by prefix and lower-case name.
type vocabulary map[string]use

func (v vocabulary) add(u use, prefix, list string) vocabulary {
	for _, name := range strings.Fields(list) {
		v[prefix+name] = u
	}
	return v
}

// extensions adds the elements of other vocabularies that RSS and Atom share.
func (v vocabulary) extensions() vocabulary {
	return v.
		add(leaf, "dc:", "title creator author contributor date subject description language publisher identifier rights").
		add(leaf, "dcterms:", "created issued modified date abstract rights").
		add(leaf, "content:", "encoded").
		add(box, "content:", "items item").
		add(box, "rdf:", "bag li").
		add(leaf, "rdf:", "value").
		add(leaf, "media:", "title description category keywords copyright credit thumbnail rating license").
		add(box, "media:", "group content").
		add(leaf, "itunes:", "author summary subtitle title keywords name email image duration episode season episodetype explicit block new-feed-url").
		add(box, "itunes:", "owner category").
		add(leaf, "googleplay:", "author description image category explicit block").
		add(leaf, "podcast:", "transcript chapters person season episode block").
		add(leaf, "podcast:", "valuerecipient remoteitem funding license location soundbite source integrity image socialinteract chat contentlink txt").
		add(box, "podcast:", "value valuetimesplit alternateenclosure").
		add(leaf, "sy:", "updateperiod updatefrequency").
		add(leaf, "slash:", "comments").
		add(leaf, "thr:", "in-reply-to total").
		add(leaf, "wfw:", "commentrss").
		add(leaf, "feedburner:", "origlink").
		add(leaf, "torrent:", "magneturi").
		add(leaf, "georss:", "point featurename").
		add(leaf, "gml:", "pos").
		add(leaf, "geo:", "lat long").
		add(box, "georss:", "where").
		add(box, "gml:", "point").
		add(box, "geo:", "point").
		add(leaf, "pheedo:", "origlink").
		add(leaf, "cc:", "license").
		add(leaf, "creativecommons:", "license").
		add(leaf, "xhtml:", "body div")
}

// The two native vocabularies, each with the names of all its versions. That of RSS
// also has the names that documents borrow from Atom without declaring it.
var (
	rssWords = vocabulary{}.
			add(leaf, "", "title link description guid pubdate lastbuilddate language managingeditor webmaster category ttl generator comments body fullitem copyright rating docs url width height name email uri homepage encoded date creator content summary").
			add(leaf, "", "hour day newlocation id published updated issued modified created subtitle tagline rights abstract keywords").
			add(box, "", "channel items item textinput enclosure rss rdf skiphours skipdays").
			add(either, "", "author source image").
			add(leaf, "atom:", "id title summary content updated published modified issued created link name email uri url rights logo icon subtitle category").
			add(either, "atom:", "author contributor").
			extensions()
	atomWords = vocabulary{}.
			add(leaf, "", "title subtitle tagline summary content rights copyright id updated modified published issued created name email uri url homepage generator icon logo link category info description pubdate").
			add(box, "", "feed entry enclosure").
			add(either, "", "author contributor source").
			extensions()
)

// voidElements of HTML have no end tag.
var voidElements = map[string]bool{"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true,
	"input": true, "link": true, "meta": true, "param": true, "source": true, "track": true, "wbr": true}
