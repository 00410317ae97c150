package feedtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// jsonMembers lists the members of each object of a JSON Feed (jsonfeed.org/version/1.1) and the
// kinds of their values. "!" marks a required member.
var jsonMembers = map[string]string{
	"feed": "version!:url title!:text home_page_url:url feed_url:url description:text user_comment:text next_url:url icon:url favicon:url " +
		"author:author authors:authors language:language expired:truth hubs:hubs items!:items",
	"item": "id!:text url:url external_url:url title:text content_html:text content_text:text summary:text image:url banner_image:url " +
		"date_published:time date_modified:time author:author authors:authors tags:texts language:language attachments:attachments",
	"author":     "name:text url:url avatar:url",
	"hub":        "type!:text url!:url",
	"attachment": "url!:url mime_type!:type title:text size_in_bytes:number duration_in_seconds:number",
}

// JSONFeed checks a document against the specification of JSON Feed 1.1. It returns a line for each
// problem, with its place, or nil.
func JSONFeed(document []byte) []string {
	var feed map[string]any
	if err := json.Unmarshal(document, &feed); err != nil {
		return []string{"it is no JSON object: " + err.Error()}
	}
	var c jsonChecker
	c.object("feed", "feed", feed)
	if feed["version"] != "https://jsonfeed.org/version/1.1" {
		c.say("feed.version", "is %v", feed["version"])
	}
	if next, ok := feed["next_url"]; ok && next == feed["feed_url"] {
		c.say("feed.next_url", "is the feed itself")
	}
	ids := map[any]bool{}
	items, _ := feed["items"].([]any)
	for i, it := range items {
		place := fmt.Sprintf("feed.items[%d]", i)
		item, ok := it.(map[string]any)
		if !ok {
			continue // already reported
		}
		if ids[item["id"]] {
			c.say(place+".id", "%v is that of another item", item["id"])
		}
		ids[item["id"]] = true
		if item["content_html"] == nil && item["content_text"] == nil {
			c.say(place, "has neither content_html nor content_text")
		}
	}
	return c.problems
}

type jsonChecker struct{ problems []string }

func (c *jsonChecker) say(place, format string, args ...any) {
	c.problems = append(c.problems, place+" "+fmt.Sprintf(format, args...))
}

// object checks the members of an object.
func (c *jsonChecker) object(place, kind string, o map[string]any) {
	known := map[string]bool{}
	for _, member := range strings.Fields(jsonMembers[kind]) {
		key, of, _ := strings.Cut(member, ":")
		name, required := strings.CutSuffix(key, "!")
		known[name] = true
		switch value, there := o[name]; {
		case there:
			c.value(place+"."+name, of, value)
		case required:
			c.say(place, "has no %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !known[name] && !isExtension(name, o[name]) {
			c.say(place+"."+name, "is neither a member of a %s nor an extension, an object whose name is an underscore and a letter", kind)
		}
	}
	if kind == "author" && len(o) == 0 {
		c.say(place, "has neither name, url nor avatar")
	}
}

// isExtension reports whether a member is an extension: "Names must start with an _ character
// followed by a letter", and the value is an object.
func isExtension(name string, value any) bool {
	_, object := value.(map[string]any)
	return object && len(name) > 1 && name[0] == '_' && (name[1]|0x20) >= 'a' && (name[1]|0x20) <= 'z' && !strings.Contains(name, ".")
}

// value checks one value; a kind in the plural is a list.
func (c *jsonChecker) value(place, kind string, value any) {
	if one, plural := strings.CutSuffix(kind, "s"); plural {
		list, ok := value.([]any)
		if !ok {
			c.say(place, "is no list")
		}
		for i, v := range list {
			c.value(fmt.Sprintf("%s[%d]", place, i), one, v)
		}
		return
	}
	if jsonMembers[kind] != "" {
		o, ok := value.(map[string]any)
		if !ok {
			c.say(place, "is no object")
			return
		}
		c.object(place, kind, o)
		return
	}
	if problem := scalar(kind, value); problem != "" {
		c.say(place, "is %v, which is no %s", value, problem)
	}
}

// scalar returns what a value should have been, or "" if it is valid.
func scalar(kind string, value any) string {
	switch kind {
	case "number":
		if n, ok := value.(float64); !ok || n < 0 {
			return "number from 0 on"
		}
		return ""
	case "truth":
		if _, ok := value.(bool); !ok {
			return "true or false"
		}
		return ""
	}
	text, ok := value.(string)
	if !ok {
		return "string"
	}
	switch kind {
	case "url":
		if u, err := url.Parse(text); err != nil || !u.IsAbs() || u.Host == "" && u.Opaque == "" && u.RawQuery == "" {
			return "URL with a scheme"
		}
	case "time":
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			return "time of RFC 3339"
		}
	case "language":
		if _, err := language.Parse(text); err != nil {
			return "language of RFC 5646"
		}
	case "type":
		if kind, sub, ok := strings.Cut(text, "/"); !ok || kind == "" || sub == "" {
			return "media type"
		}
	}
	return ""
}
