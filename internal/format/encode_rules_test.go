package format

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tributary/internal/news"
)

// moduleRules are the rules for moduleTags, in either format.
func moduleRules(rules map[string]rule, values map[string]func(string) bool) (map[string]rule, map[string]func(string) bool) {
	maps.Copy(rules, map[string]rule{
		"thr:in-reply-to": {attrs: "ref href?"}, "thr:total": {}, "feedburner:origLink": {}, "georss:point": {}, "georss:featureName": {},
		"media:thumbnail": {attrs: "url"}, "media:content": {kids: "media:title? media:description? media:credit? media:rating?", attrs: "url type medium? fileSize? duration? width? height?"}, "media:title": {}, "media:description": {}, "media:credit": {}, "media:rating": {attrs: "scheme"},
		"podcast:season": {attrs: "name?"}, "podcast:episode": {attrs: "display?"}, "podcast:chapters": {attrs: "url type"}, "podcast:transcript": {attrs: "url type language? rel?"},
		"podcast:person": {attrs: "role? group? img? href?"},
	})
	maps.Copy(values, map[string]func(string) bool{
		"@href": isWeb, "@url": isWeb, "link@href": isFile, "media:content@url": isFile, "@img": isWeb, "@ref": news.IsIRI, "@type": isMedia, "@medium": oneOf("image audio video document"), "@fileSize": isCount,
		"@duration": isCount, "@width": isCount, "@height": isCount, "@hreflang": isTag, "@language": isTag, "@xml:lang": isTag, "@title": isSaid,
		"thr:total": isCount, "podcast:transcript@rel": oneOf("captions"), "feedburner:origLink": isWeb, "media:title": isSaid, "media:description": isSaid, "media:credit": isSaid, "media:rating": oneOf("adult"), "media:rating@scheme": oneOf("urn:simple"), "podcast:season": isCount, "podcast:person": isSaid,
		"podcast:episode": isNumber,
	})
	return rules, values
}

func isFile(s string) bool { return isWeb(s) || strings.HasPrefix(s, "magnet:?xt=") }

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

const inEither = " thr:in-reply-to* thr:total? feedburner:origLink? georss:point? georss:featureName? media:thumbnail? media:content* podcast:season? podcast:episode? podcast:chapters? podcast:transcript* podcast:person* media:credit*"

// RFC 4287 as its appendix B has it in RELAX NG, and the rules that it cannot express: what
// must not be empty, which links there are, and that times do not contradict each other.
func TestAtomShape(t *testing.T) {
	rules, values := moduleRules(map[string]rule{
		"feed":      {"id title updated author* subtitle? generator? icon? logo? link* entry*", "xml:lang?"},
		"entry":     {"id title updated published? author* contributor* category* link* rights? source? summary? content?" + inEither, "xml:lang?"},
		"source":    {"id title updated icon? logo? rights? link*", ""},
		"author":    {"name uri? email?", ""},
		"category":  {"", "term scheme? label?"},
		"link":      {"", "href rel type? hreflang? title? length? thr:count?"},
		"generator": {"", "uri?"},
		"title":     {"", "type"}, "subtitle": {"", "type"}, "rights": {"", "type"}, "summary": {"", "type"}, "content": {"", "type"},
		"id": {}, "updated": {}, "published": {}, "icon": {}, "logo": {}, "name": {}, "uri": {}, "email": {},
	}, map[string]func(string) bool{
		"id": news.IsIRI, "updated": isTime, "published": isTime, "icon": isWeb, "logo": isWeb, "uri": isWeb, "name": isSaid, "title": isSaid,
		"email": func(s string) bool { return wireEmail(s) != "" }, "@scheme": news.IsIRI, "@term": isSaid, "@label": isSaid, "@length": isCount, "@thr:count": isCount,
		"@rel": oneOf("self alternate enclosure license related via replies"),
	})
	rules["contributor"] = rules["author"]
	typed := rules["title"]
	for name, e := range shapes() {
		t.Run(name, func(t *testing.T) {
			root := parseShape(t, render(t, Prepared.Atom, e), "atom")
			for i := range root.kids {
				untype(t, &root.kids[i])
			}
			rules["title"] = rule{"", strings.TrimSuffix(typed.attrs, "type")}
			for _, text := range []string{"subtitle", "rights", "summary", "content"} {
				rules[text] = rules["title"]
			}
			check(t, root, rules, values)
			checkAtomLinks(t, root)
		})
	}
}

// untype checks and removes the types of text constructs, which are not media types
// (section 3.1.1).
func untype(t *testing.T, e *element) {
	t.Helper()
	switch e.name {
	case "title", "subtitle", "rights", "summary", "content":
		if kind := e.attrs["type"]; kind != "text" && kind != "html" {
			t.Errorf("<%s> has the type %q", e.name, kind)
		}
		delete(e.attrs, "type")
	}
	for i := range e.kids {
		untype(t, &e.kids[i])
	}
}

// checkAtomLinks checks the rules of sections 4.1.1 and 4.1.2 about links, and of
// 4.2.15 about updated.
func checkAtomLinks(t *testing.T, feed element) {
	t.Helper()
	ids, times := map[string]bool{}, map[string]string{}
	for _, e := range append(slices.Clone(feed.kids), feed) {
		if e.name != "feed" && e.name != "entry" {
			continue
		}
		rels := map[string]int{}
		for _, k := range e.kids {
			switch k.name {
			case "link":
				rels[k.attrs["rel"]]++
			case "id":
				if ids[k.text] {
					t.Errorf("the id %q is there twice", k.text)
				}
				ids[k.text] = true
			case "updated":
				times[e.name] = max(times[e.name], k.text)
			}
		}
		if rels["alternate"] != 1 || e.name == "feed" && rels["self"] != 1 {
			t.Errorf("<%s> has the links %v, want one alternate and for a feed one self", e.name, rels)
		}
	}
	if len(feed.kids) > 0 && times["entry"] > times["feed"] {
		t.Errorf("an entry was updated %s, the feed %s", times["entry"], times["feed"])
	}
}

// The RSS 2.0 specification of the RSS Advisory Board, with the modules that we use.
func TestRSSShape(t *testing.T) {
	rules, values := moduleRules(map[string]rule{
		"rss": {"channel", "version"},
		"channel": {"title link description language? lastBuildDate generator ttl? image? dc:creator? atom:link item* itunes:author? itunes:image? itunes:explicit?" +
			" itunes:category* itunes:owner? itunes:block? podcast:guid? podcast:medium? podcast:block?", ""},
		"image": {"url title link", ""},
		"item": {"title link description? guid pubDate? comments? enclosure? source? category* content:encoded? atom:updated? atom:link* dc:creator* dc:contributor*" +
			" dc:rights? dc:language? slash:comments? wfw:commentRss? itunes:author? itunes:image? itunes:duration? itunes:explicit? itunes:season? itunes:episode?" +
			" itunes:episodeType? itunes:block? podcast:value* podcast:funding* podcast:license* podcast:location* podcast:soundbite* podcast:alternateEnclosure*" +
			" podcast:image* podcast:socialInteract* podcast:chat* podcast:contentLink* podcast:txt*" + inEither, ""},
		"podcast:value":          {"podcast:valueRecipient* podcast:valueTimeSplit*", "type method suggested?"},
		"podcast:valueRecipient": {"", "name? type address split customKey? customValue? fee?"},
		"podcast:valueTimeSplit": {"podcast:remoteItem* podcast:valueRecipient*", "startTime duration remoteStartTime? remotePercentage?"},
		"podcast:remoteItem":     {"", "feedGuid feedUrl? itemGuid? medium? title?"},
		"podcast:funding":        {"", "url"}, "podcast:license": {"", "url?"}, "podcast:location": {"", "rel? geo? osm? country?"},
		"podcast:soundbite":          {"", "startTime duration"},
		"podcast:alternateEnclosure": {"podcast:source* podcast:integrity*", "type length? bitrate? height? lang? title? rel? codecs? default?"},
		"podcast:source":             {"", "uri contentType?"}, "podcast:integrity": {"", "type value"},
		"podcast:image":          {"", "href alt? aspect-ratio? width? height? type? purpose?"},
		"podcast:socialInteract": {"", "protocol uri? accountId? accountUrl? priority?"}, "podcast:chat": {"", "server protocol accountId? space?"},
		"podcast:contentLink": {"", "href"}, "podcast:txt": {"", "purpose?"},
		"enclosure": {"", "url length type"}, "guid": {"", "isPermaLink"}, "source": {"", "url"}, "category": {"", "domain?"},
		"atom:link": {"", "href rel type? hreflang? title?"}, "itunes:image": {"", "href"}, "itunes:category": {"itunes:category?", "text"},
		"itunes:owner": {"itunes:name itunes:email", ""},
		"title":        {}, "link": {}, "url": {}, "description": {}, "language": {}, "lastBuildDate": {}, "generator": {}, "ttl": {}, "pubDate": {}, "comments": {},
		"content:encoded": {}, "atom:updated": {}, "dc:creator": {}, "dc:contributor": {}, "dc:rights": {}, "dc:language": {}, "slash:comments": {}, "wfw:commentRss": {},
		"itunes:author": {}, "itunes:explicit": {}, "itunes:block": {}, "itunes:duration": {}, "itunes:season": {}, "itunes:episode": {}, "itunes:episodeType": {},
		"itunes:name": {}, "itunes:email": {}, "podcast:guid": {}, "podcast:medium": {}, "podcast:block": {},
	}, map[string]func(string) bool{
		"title": isSaid, "link": isWeb, "url": isWeb, "language": isTag, "lastBuildDate": isRFC822, "pubDate": isRFC822, "ttl": isCount, "comments": isWeb,
		"guid": isSaid, "@isPermaLink": oneOf("false"), "@length": isSize, "@domain": news.IsIRI, "@rel": oneOf("self license related via"), "@text": isSaid,
		"atom:updated": isTime, "dc:creator": isSaid, "dc:contributor": isSaid, "dc:rights": isSaid, "dc:language": isTag, "slash:comments": isCount, "wfw:commentRss": isWeb,
		"itunes:explicit": oneOf("true false"), "itunes:block": oneOf("Yes"), "itunes:duration": isCount, "itunes:season": isCount, "itunes:episode": isCount,
		"itunes:episodeType": oneOf("full trailer bonus"), "podcast:medium": oneOf("podcast"), "podcast:block": oneOf("yes"), "@version": oneOf("2.0"),
		"podcast:value@type": isSaid, "podcast:value@suggested": isNumber, "podcast:valueRecipient@type": isSaid, "podcast:valueRecipient@split": isNumber,
		"podcast:valueTimeSplit@duration": isNumber, "podcast:soundbite@duration": isNumber, "podcast:soundbite@startTime": isNumber,
		"podcast:alternateEnclosure@type": isSaid, "podcast:alternateEnclosure@length": isNumber, "podcast:alternateEnclosure@height": isNumber,
		"podcast:alternateEnclosure@rel": isSaid, "podcast:integrity@type": isSaid, "podcast:image@type": isSaid, "podcast:image@width": isNumber,
		"podcast:image@height": isNumber, "podcast:location@rel": isSaid, "podcast:remoteItem@medium": isSaid,
		"podcast:guid": regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString,
	})
	for name, e := range shapes() {
		t.Run(name, func(t *testing.T) {
			always := []string{"atom", "content", "dc"}
			if e.Feed.Kind == news.Podcast {
				always = append(always, "itunes", "podcast")
			}
			root := parseShape(t, render(t, Prepared.RSS, e), "", always...)
			check(t, root, rules, values)
			checkRSSOrder(t, root)
		})
	}
}

// checkRSSOrder checks that the summary comes before the full text, because readers
// that keep only one of them keep the last one they see.
func checkRSSOrder(t *testing.T, root element) {
	t.Helper()
	for _, item := range root.kids[0].kids {
		names := make([]string, len(item.kids))
		for i, k := range item.kids {
			names[i] = k.name
		}
		full := slices.Index(names, "content:encoded")
		if full >= 0 && slices.Index(names, "description") != full-1 {
			t.Errorf("elements stand as %q, want the description right before the full text", names)
		}
	}
}

// The members of jsonfeed.org/version/1.1 with their types; "!" marks the required ones.
func TestJSONShape(t *testing.T) {
	members := map[string]string{
		"feed": "version!:text title!:text home_page_url:web feed_url:web description:text icon:web language:tag authors:list.author items!:list.item " +
			"next_url:web hubs:list.hub _tributary:extension",
		"item": "id!:text url:web external_url:web title:text content_html:text content_text:text summary:text image:web date_published:time " +
			"date_modified:time authors:list.author tags:texts language:tag attachments:list.attachment _tributary:extension",
		"author":     "name:text url:address avatar:web",
		"hub":        "type!:text url!:web",
		"attachment": "url!:file mime_type!:media title:text size_in_bytes:count duration_in_seconds:count",
	}
	for name, e := range shapes() {
		t.Run(name, func(t *testing.T) {
			var feed map[string]any
			if err := json.Unmarshal(render(t, Prepared.JSON, e), &feed); err != nil {
				t.Fatal(err)
			}
			checkMembers(t, "feed", feed, members)
		})
	}
}

func checkMembers(t *testing.T, kind string, object map[string]any, members map[string]string) {
	t.Helper()
	left := maps.Clone(object)
	for _, word := range strings.Fields(members[kind]) {
		key, of, _ := strings.Cut(word, ":")
		name := strings.TrimSuffix(key, "!")
		value, there := object[name]
		delete(left, name)
		switch {
		case !there && name != key:
			t.Errorf("a %s has no %s", kind, name)
		case there && !isOf(t, of, value, members):
			t.Errorf("%s of a %s is %v, which is no %s", name, kind, value, of)
		}
	}
	for name := range left {
		t.Errorf("a %s may not have %s", kind, name)
	}
}

func isOf(t *testing.T, kind string, value any, members map[string]string) bool {
	t.Helper()
	text, isText := value.(string)
	switch kind {
	case "text":
		return isText && text != ""
	case "web":
		return isText && isWeb(text)
	case "file":
		return isText && isFile(text)
	case "address":
		return isText && (isWeb(text) || strings.HasPrefix(text, "mailto:"))
	case "time":
		return isText && isTime(text)
	case "tag":
		return isText && isTag(text)
	case "media":
		return isText && isMedia(text)
	case "count":
		n, ok := value.(float64)
		return ok && n > 0 && n == float64(int64(n))
	case "extension":
		_, ok := value.(map[string]any)
		return ok
	}
	list, ok := value.([]any)
	for _, v := range list {
		if of, isList := strings.CutPrefix(kind, "list."); isList {
			o, isObject := v.(map[string]any)
			if ok = ok && isObject; ok {
				checkMembers(t, of, o, members)
			}
			continue
		}
		_, isText := v.(string)
		ok = ok && isText
	}
	return ok
}
