package config

import (
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

// unknownKey reports a key that a section does not have, and says where it
// belongs or what was meant.
func (r *reader) unknownKey(key *yaml.Node, s section) {
	var homes []string
	for _, other := range r.allSections() {
		if _, known := other.field(key.Value); known {
			homes = append(homes, other.title)
		}
	}
	if homes != nil {
		r.errorf(key, "%q cannot stand in %s; it belongs in %s", key.Value, s.title, strings.Join(homes, " or "))
		return
	}
	hint := r.suggest(key.Value, s.keys())
	if hint == "" && len(s.fields) <= fewKeys {
		hint = "; it knows " + strings.Join(s.keys(), ", ")
	}
	r.errorf(key, "unknown key %s in %s%s", shown(key.Value), s.title, hint)
}

// fewKeys is how many keys a message lists at most.
const fewKeys = 14
