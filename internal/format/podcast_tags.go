package format

import (
	"encoding/xml"
	"iter"
	"slices"
	"strconv"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// tagRule says what an element of the podcast namespace may hold.
type tagRule struct {
	name   string
	attrs  string // in the order in which they are written; "!" marks what the element needs
	text   bool
	kids   []tagRule
	needed bool // of its kids, at least one
}

// podcastTags are the elements of the podcast namespace (podcastindex.org/namespace/1.0) that
// an episode passes on to a podcast as they are. Those that the other formats or pages make use
// of are fields of news.Episode.
var podcastTags = []tagRule{
	{name: "value", attrs: "type! method! suggested", needed: true, kids: []tagRule{
		valueRecipient,
		{name: "valueTimeSplit", attrs: "startTime! duration! remoteStartTime remotePercentage", needed: true, kids: []tagRule{
			valueRecipient, {name: "remoteItem", attrs: "feedGuid! feedUrl itemGuid medium title"},
		}},
	}},
	{name: "funding", attrs: "url!", text: true},
	{name: "license", attrs: "url", text: true},
	{name: "location", attrs: "rel geo osm country", text: true},
	{name: "soundbite", attrs: "startTime! duration!", text: true},
	{name: "alternateEnclosure", attrs: "type! length bitrate height lang title rel codecs default", needed: true, kids: []tagRule{
		{name: "source", attrs: "uri! contentType"}, {name: "integrity", attrs: "type! value!"},
	}},
	{name: "image", attrs: "href! alt aspect-ratio width height type purpose"},
	{name: "socialInteract", attrs: "protocol! uri accountId accountUrl priority"},
	{name: "chat", attrs: "server! protocol! accountId space"},
	{name: "contentLink", attrs: "href!", text: true},
	{name: "txt", attrs: "purpose", text: true},
}

var valueRecipient = tagRule{name: "valueRecipient", attrs: "name type! address! split! customKey customValue fee"}

// inherited are the elements of a channel that hold for an episode which has none of its
// own. In a merged feed nobody could tell from where the episode is: who is paid for it, and
// on which terms it may be used.
var inherited = []string{"value", "funding", "license"}

// maxTagText is the length of a text or attribute that is passed on, in bytes.
const maxTagText = 4000

// tags reads the elements that an episode or a channel has.
func (r *reader) tags(n *node) []news.Tag { return wireTags(r.rawTags(n, podcastTags)) }

// rawTags reads elements unchecked, in document order.
func (r *reader) rawTags(n *node, rules []tagRule) []news.Tag {
	var tags []news.Tag
	for _, k := range n.kids {
		local, ok := strings.CutPrefix(k.name, "podcast:")
		if !ok {
			continue
		}
		i := slices.IndexFunc(rules, func(rule tagRule) bool { return strings.EqualFold(rule.name, local) })
		if i < 0 {
			continue
		}
		t := news.Tag{Name: rules[i].name, Attrs: map[string]string{}, Tags: r.rawTags(k, rules[i].kids)}
		for name := range attributesOf(rules[i]) {
			t.Attrs[name] = k.attr(strings.ToLower(name))
			if addressAttrs[name] {
				t.Attrs[name] = clean.Resolve(k.base, t.Attrs[name])
			}
		}
		if rules[i].text {
			t.Text = r.plain(k)
		}
		tags = append(tags, t)
	}
	return tags
}

// withInherited adds the elements of its show to an episode that has none of that name.
func withInherited(own, show []news.Tag) []news.Tag {
	have := map[string]bool{}
	for _, t := range own {
		have[t.Name] = true
	}
	for _, t := range show {
		if slices.Contains(inherited, t.Name) && !have[t.Name] {
			own = append(own, t)
		}
	}
	return own
}

// wireTags keeps the elements that may be published, see podcastTags.
func wireTags(given []news.Tag) []news.Tag { return checkedTags(given, podcastTags) }

func checkedTags(given []news.Tag, rules []tagRule) []news.Tag {
	var kept []news.Tag
	for _, t := range given {
		i := slices.IndexFunc(rules, func(rule tagRule) bool { return rule.name == t.Name })
		if i < 0 || len(kept) == maxAlike {
			continue
		}
		if t, ok := checkedTag(t, rules[i]); ok {
			kept = append(kept, t)
		}
	}
	return kept
}

// checkedTag reduces an element to what its rule allows. It is not ok if it lacks something, or
// if it proves that somebody owns the feed that it comes from.
func checkedTag(given news.Tag, rule tagRule) (news.Tag, bool) {
	t := news.Tag{Name: rule.name, Tags: checkedTags(given.Tags, rule.kids)}
	if rule.needed && t.Tags == nil {
		return t, false
	}
	for name, required := range attributesOf(rule) {
		value := checkedAttr(name, given.Attrs[name])
		if value == "" && required || len(value) > maxTagText {
			return t, false
		}
		if value == "" {
			continue
		}
		if t.Attrs == nil {
			t.Attrs = map[string]string{}
		}
		t.Attrs[name] = value
	}
	if rule.text {
		t.Text = clean.Line(given.Text)
	}
	empty := t.Attrs == nil && t.Text == "" && t.Tags == nil
	return t, !empty && len(t.Text) <= maxTagText && !strings.HasSuffix(t.Attrs["purpose"], "verify")
}

// checkedAttr returns the value of an attribute as it may be published.
func checkedAttr(name, value string) string {
	switch {
	case addressAttrs[name]:
		return wireURL(value)
	case name == "uri":
		return wireURI(value)
	case numberAttrs[name]:
		return unsigned(value)
	}
	return clean.Line(value)
}

// attributesOf iterates over the names of attributes, and whether the element needs them.
func attributesOf(rule tagRule) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		for _, name := range strings.Fields(rule.attrs) {
			name, required := strings.CutSuffix(name, "!")
			if !yield(name, required) {
				return
			}
		}
	}
}

var (
	// addressAttrs are the attributes that lead to a page or file on the web.
	addressAttrs = map[string]bool{"url": true, "href": true, "accountUrl": true, "feedUrl": true}

	// numberAttrs are numbers, possibly with decimals.
	numberAttrs = map[string]bool{"startTime": true, "duration": true, "remoteStartTime": true, "remotePercentage": true, "split": true,
		"suggested": true, "length": true, "bitrate": true, "width": true, "height": true, "priority": true}
)

// unsigned returns s if it is a number without sign, else "".
func unsigned(s string) string {
	s = strings.TrimSpace(s)
	if _, err := strconv.ParseFloat(s, 64); err != nil || strings.Trim(s, "0123456789.") != "" {
		return ""
	}
	return s
}

// wireURI is wireURL for an address that may also be of a network that podcasts use.
func wireURI(raw string) string {
	scheme, rest, _ := strings.Cut(clean.Line(raw), ":")
	switch scheme {
	case "http", "https":
		return wireURL(raw)
	case "ipfs", "ipns", "magnet", "nostr", "at":
		return scheme + ":" + escapeURI(rest)
	}
	return ""
}

// podcastTag writes a news.Tag.
type podcastTag struct {
	tag  news.Tag
	rule tagRule
}

func podcastTagsOf(tags []news.Tag, rules []tagRule) []podcastTag {
	var out []podcastTag
	for _, t := range tags {
		if i := slices.IndexFunc(rules, func(rule tagRule) bool { return rule.name == t.Name }); i >= 0 {
			out = append(out, podcastTag{t, rules[i]})
		}
	}
	return out
}

// MarshalXML writes the element under its own name.
func (t podcastTag) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	start.Name.Local = "podcast:" + t.tag.Name
	for name := range attributesOf(t.rule) {
		if value := t.tag.Attrs[name]; value != "" {
			start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: name}, Value: value})
		}
	}
	content := struct {
		Text string `xml:",chardata"`
		Tags []podcastTag
	}{t.tag.Text, podcastTagsOf(t.tag.Tags, t.rule.kids)}
	return e.EncodeElement(content, start)
}
