package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// section is a kind of mapping in the file, with the keys it may have.
type section struct {
	title string
	keys  []string
}

// sharedKeys are the keys of defaults:, each of which a source may have too.
var sharedKeys = []string{"schedule", "min_interval", "max_interval", "content", "selector", "backlog", "user_agent",
	"websub", "merge", "where", "allow_networks", "allow_ports"}

// The sections of the file.
var (
	topSection = section{
		title: "the file",
		keys:  []string{"site", "listen", "admin", "data", "publish", "export", "defaults", "limits", "proxy", "stories", "hub", "theme", "include", "sources", "feeds"},
	}
	siteSection = section{
		title: "site",
		keys:  []string{"title", "url", "contact", "language", "logo", "intro", "links"},
	}
	linkSection = section{
		title: "a link",
		keys:  []string{"title", "url"},
	}
	defaultsSection = section{
		title: "defaults",
		keys:  sharedKeys,
	}
	limitsSection = section{
		title: "limits",
		keys: []string{"dial", "tls", "header", "total", "stall", "wire", "decoded", "ratio", "redirects",
			"in_flight", "per_host", "per_second", "spacing"},
	}
	storiesSection = section{
		title: "stories",
		keys:  []string{"match", "window"},
	}
	sourceSection = section{
		title: "a source",
		keys: append([]string{"seeds", "feed", "opml", "name", "title", "tags", "public", "outlet", "site", "icon", "author",
			"contact", "headers", "basic_auth", "refresh", "limit"}, sharedKeys...),
	}
	authSection = section{
		title: "basic_auth",
		keys:  []string{"username", "password"},
	}
	feedSection = section{
		title: "a feed",
		keys: []string{"name", "title", "description", "language", "sources", "tags", "duplicates", "limit",
			"window", "where", "content", "max_per_source", "max_per_source_day", "settle", "also_reported", "item_title", "item_footer", "archive", "archive_keep", "moved_from",
			"digest", "access", "kind", "author", "image", "email", "explicit", "categories"},
	}
)

// allSections returns the sections in the order in which they are suggested.
func allSections() []section {
	return []section{topSection, siteSection, linkSection, defaultsSection, limitsSection, storiesSection, sourceSection, authSection, feedSection}
}

// Names of keys that mean different things in different sections, such as site: of a source.
const (
	feedSources   = "sources of a feed"
	sourceSite    = "site of a source"
	storiesWindow = "window of stories"
	feedContent   = "content of a feed"
	linkTitle     = "title of a link"
	linkURL       = "url of a link"

	includedFile = "an included file"
)

// examples holds a valid example for every key.
var examples = map[string]string{
	"the file":           "sources: and below it - feed: https://example.org/atom.xml",
	"site":               "site: {title: My river}",
	"title":              "title: My river",
	"url":                "url: https://me.example/river/",
	"contact":            "contact: me@example.org",
	"listen":             "listen: 127.0.0.1:8080",
	"admin":              "admin: 127.0.0.1:8081",
	"data":               "data: data/",
	"publish":            "publish: feeds/",
	"export":             "export: public/",
	"defaults":           `defaults: {schedule: "@every 1h"}`,
	"schedule":           `schedule: "@every 1h"`,
	"allow_networks":     "allow_networks: [192.168.0.0/16]",
	"allow_ports":        "allow_ports: [80, 443]",
	feedSources:          "sources: [seeds, example]",
	"sources":            "- feed: https://example.org/atom.xml",
	"seeds":              "seeds: seeds/*",
	"feed":               "feed: https://example.org/atom.xml",
	"name":               "name: example",
	"tags":               "tags: [news, de]",
	"headers":            `headers: {Authorization: "Bearer ${TOKEN}"}`,
	"public":             "public: false",
	"outlet":             "outlet: example.org",
	"feeds":              "- name: all",
	"description":        "description: What happens along the river",
	"language":           "language: de",
	"duplicates":         "duplicates: collapse",
	"limit":              "limit: 100",
	"window":             "window: 48h",
	"max_per_source":     "max_per_source: 5",
	"settle":             "settle: 15m",
	"also_reported":      "also_reported: true",
	"item_title":         `item_title: "{source}: {title}"`,
	"item_footer":        `item_footer: '<p>From <a href="{home}">{source}</a></p>'`,
	"digest":             `digest: "0 7 * * *"`,
	"archive":            "archive: true",
	"archive_keep":       "archive_keep: 0",
	"hub":                "hub: off",
	"kind":               "kind: podcast",
	"image":              "image: https://me.example/cover.jpg",
	"email":              "email: show@me.example",
	"explicit":           "explicit: false",
	"categories":         "categories: [News > Politics]",
	"stories":            "stories: {match: normal, window: 7d}",
	"match":              "match: normal",
	storiesWindow:        "window: 7d",
	"merge":              "merge: false",
	"opml":               "opml: blogroll.opml",
	"refresh":            `refresh: "@every 24h"`,
	"include":            "include: members/*.yaml",
	includedFile:         "feed: https://example.org/atom.xml",
	"limits":             "limits: {total: 30s}",
	"proxy":              "proxy: http://proxy.example:3128",
	"min_interval":       "min_interval: 1h",
	"max_interval":       "max_interval: 24h",
	"content":            "content: page",
	"websub":             "websub: off",
	"selector":           "selector: article",
	"backlog":            "backlog: 20",
	"user_agent":         "user_agent: Mozilla/5.0 (compatible; MyRiver)",
	sourceSite:           "site: https://example.org/",
	"icon":               "icon: https://example.org/icon.png",
	"author":             "author: Anna Beispiel",
	"basic_auth":         `basic_auth: {username: me, password: "${PASSWORD}"}`,
	"username":           "username: me",
	"password":           `password: "${PASSWORD}"`,
	"dial":               "dial: 10s",
	"tls":                "tls: 10s",
	"header":             "header: 15s",
	"total":              "total: 30s",
	"stall":              "stall: 2s",
	"wire":               "wire: 10 MiB",
	"decoded":            "decoded: 20 MiB",
	"ratio":              "ratio: 200",
	"redirects":          "redirects: 5",
	"in_flight":          "in_flight: 32",
	"per_host":           "per_host: 2",
	"per_second":         "per_second: 20",
	"spacing":            "spacing: 1s",
	"max_per_source_day": "max_per_source_day: 10",
	"where":              `where: 'language == "de"'`,
	feedContent:          "content: summary",
	"logo":               "logo: logo.svg",
	"intro":              "intro: What happens along the river.",
	"links":              "links: [{title: Imprint, url: https://me.example/imprint}]",
	linkTitle:            "title: Imprint",
	linkURL:              "url: https://me.example/imprint",
	"theme":              "theme: theme/",
	"moved_from":         "moved_from: [oldname]",
	"access":             "access: private",
}

// unknownKey reports a key that a section does not have, and says where it
// belongs or what was meant.
func (r *reader) unknownKey(key *yaml.Node, s section) {
	var homes []string
	for _, other := range allSections() {
		if slices.Contains(other.keys, key.Value) {
			homes = append(homes, other.title)
		}
	}
	if homes != nil {
		r.errorf(key, "%q cannot stand in %s; it belongs in %s", key.Value, s.title, strings.Join(homes, " or "))
		return
	}
	hint := r.suggest(key.Value, s.keys)
	if hint == "" && len(s.keys) <= fewKeys {
		hint = "; it knows " + strings.Join(s.keys, ", ")
	}
	r.errorf(key, "unknown key %s in %s%s", shown(key.Value), s.title, hint)
}

// fewKeys is how many keys a message lists at most.
const fewKeys = 14
