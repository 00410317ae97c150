package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"tributary/internal/news"
)

// section is a kind of mapping in the file, with the keys it may have in the order in which
// they are suggested.
type section struct {
	title  string
	fields []field
}

// field is a key of a section.
type field struct {
	key     string
	example string // a valid value, or a whole item of a list
	read    func(node)
}

// aFeed is the example of the most common source.
const aFeed = "feed: https://example.org/atom.xml"

// written returns the example as it is written in the file.
func (f field) written() string {
	if strings.HasPrefix(f.example, "- ") {
		return f.example
	}
	return f.key + ": " + f.example
}

// field returns the field with a key.
func (s section) field(key string) (field, bool) {
	for _, f := range s.fields {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

// keys returns the keys of a section.
func (s section) keys() []string {
	keys := make([]string, len(s.fields))
	for i, f := range s.fields {
		keys[i] = f.key
	}
	return keys
}

// allSections returns the sections in the order in which they are suggested. They read into
// nothing.
func (r *reader) allSections() []section {
	if r.sections == nil {
		r.sections = []section{
			r.topSection(&file{cfg: &Config{}}), r.siteSection(&news.Site{}, new(*yaml.Node)), r.linkSection(&news.SiteLink{}),
			r.defaultsSection(&Source{}), r.limitsSection(&Limits{}), r.storiesSection(&news.Matching{}), r.sourceSection(&draft{}),
			r.authSection(new(string), new(string)), r.feedSection(&feedDraft{}),
		}
	}
	return r.sections
}

// slips are what people write for a key, as other programs call it.
var slips = map[string][]string{
	"access":     {"private"},
	"basic_auth": {"auth", "user", "password"},
	"content":    {"full_text", "fulltext"},
	"data":       {"database", "db"},
	"duplicates": {"dedupe", "deduplicate"},
	"feed":       {"url", "link", "xmlurl", "rss", "atom"},
	"language":   {"lang"},
	"limit":      {"max", "max_items", "count"},
	"listen":     {"port", "host", "bind", "address"},
	"public":     {"private"},
	"publish":    {"output"},
	"schedule":   {"interval", "every", "cron", "refresh_interval"},
	"seeds":      {"file", "folder", "path", "dir"},
	"tags":       {"category", "categories", "groups", "labels"},
	"title":      {"name"},
	"total":      {"timeout"},
	"username":   {"user"},
	"url":        {"base_url", "baseurl"},
	"where":      {"filter", "rule"},
}

// slip returns the key of s that is usually meant by a wrong one, or "" for none.
func (s section) slip(wrong string) string {
	if _, known := s.field(wrong); known {
		return ""
	}
	for _, f := range s.fields {
		if slices.Contains(slips[f.key], strings.ToLower(wrong)) {
			return f.key
		}
	}
	return ""
}

// place says where in the file the keys of a section stand.
func (s section) place() string {
	if s.title == "the file" {
		return "at the top of the file"
	}
	return "in " + s.title
}

// unknownKey reports a key that a section does not have, and says where it
// belongs or what was meant.
func (r *reader) unknownKey(key *yaml.Node, s section) {
	var homes, meant []string
	for _, other := range r.allSections() {
		if _, known := other.field(key.Value); known {
			homes = append(homes, other.place())
		}
		if right := other.slip(key.Value); right != "" {
			meant = append(meant, right+": "+other.place())
		}
	}
	said, hint := "unknown key "+shown(key.Value)+" in "+s.title, ""
	if homes != nil {
		said = fmt.Sprintf("%q cannot stand in %s", key.Value, s.title)
		hint = "; it belongs " + strings.Join(homes, " or ")
	}
	switch right := s.slip(key.Value); {
	case right != "":
		hint = didYouMean(shown(right))
	case meant != nil:
		hint += didYouMean(strings.Join(meant, " or "))
	case homes == nil:
		if hint = r.suggest(key.Value, s.keys()); hint != "" {
			said = plainLetters(said) // else a look-alike would seem to be right
		}
	}
	if hint == "" && len(s.fields) <= fewKeys {
		hint = "; it knows " + strings.Join(s.keys(), ", ")
	}
	r.errorf(key, "%s%s", said, hint)
}

// fewKeys is how many keys a message lists at most.
const fewKeys = 14
