package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// section is a mapping of the file: the keys that it has, and those that a
// later version will know.
type section struct {
	title string
	keys  []string
	later []string
}

// The sections of the file. The later keys are those that the blueprint and
// its issues name; they are refused with a word of their own so that nobody
// takes a key for a typing error, or for one that works.
var (
	topSection = section{
		title: "the file",
		keys:  []string{"site", "listen", "admin", "data", "publish", "defaults", "sources", "feeds"},
		later: []string{"include", "theme"},
	}
	siteSection = section{
		title: "site",
		keys:  []string{"title", "url", "contact"},
		later: []string{"logo", "intro", "links"},
	}
	defaultsSection = section{
		title: "defaults",
		keys:  []string{"schedule", "allow_networks", "allow_ports"},
	}
	sourceSection = section{
		title: "a source",
		keys: []string{"seeds", "feed", "name", "title", "tags", "schedule", "headers", "public", "outlet",
			"allow_networks", "allow_ports"},
		later: []string{"opml", "include", "where", "content", "site", "icon", "author", "contact", "basic_auth",
			"user_agent"},
	}
	feedSection = section{
		title: "a feed",
		keys: []string{"name", "title", "description", "language", "sources", "tags", "duplicates", "limit",
			"window", "max_per_source"},
		later: []string{"where", "settle", "access", "kind", "content", "archive"},
	}
)

// feedSources names the key sources: of a feed, which is another than that of
// the file.
const feedSources = "sources of a feed"

// examples shows a right value for every key.
var examples = map[string]string{
	"the file":       "sources: and below it - feed: https://example.org/atom.xml",
	"site":           "site: {title: My river}",
	"title":          "title: My river",
	"url":            "url: https://me.example/river/",
	"contact":        "contact: me@example.org",
	"listen":         "listen: 127.0.0.1:8080",
	"admin":          "admin: 127.0.0.1:8081",
	"data":           "data: data/",
	"publish":        "publish: feeds/",
	"defaults":       `defaults: {schedule: "@every 1h"}`,
	"schedule":       `schedule: "@every 1h"`,
	"allow_networks": "allow_networks: [192.168.0.0/16]",
	"allow_ports":    "allow_ports: [80, 443]",
	feedSources:      "sources: [seeds, example]",
	"sources":        "- feed: https://example.org/atom.xml",
	"seeds":          "seeds: seeds/*",
	"feed":           "feed: https://example.org/atom.xml",
	"name":           "name: example",
	"tags":           "tags: [news, de]",
	"headers":        `headers: {Authorization: "Bearer ${TOKEN}"}`,
	"public":         "public: false",
	"outlet":         "outlet: example.org",
	"feeds":          "- name: all",
	"description":    "description: What happens along the river",
	"language":       "language: de",
	"duplicates":     "duplicates: collapse",
	"limit":          "limit: 100",
	"window":         "window: 48h",
	"max_per_source": "max_per_source: 5",
}

// unknownKey says why a key cannot stand in a section, and which can.
func (r *reader) unknownKey(key *yaml.Node, s section) {
	if slices.Contains(s.later, key.Value) {
		r.errorf(key, "%q is not supported yet in %s; a later version will know it", key.Value, s.title)
		return
	}
	var homes []string
	for _, other := range []section{topSection, siteSection, defaultsSection, sourceSection, feedSection} {
		if slices.Contains(other.keys, key.Value) {
			homes = append(homes, other.title)
		}
	}
	if homes != nil {
		r.errorf(key, "%q cannot stand in %s; it belongs in %s", key.Value, s.title, strings.Join(homes, " or "))
		return
	}
	r.errorf(key, "unknown key %s in %s%s", shown(key.Value), s.title, r.suggest(key.Value, s.keys))
}
