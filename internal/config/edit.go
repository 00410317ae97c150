package config

import (
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"tributary/internal/news"
)

// NewSource is a source to be added to the file. Only Feed is required.
type NewSource struct {
	Feed  string // its address
	Name  string
	Title string
	Tags  []string
}

// NewFeed is a feed to be added to the file. Only Name is required.
type NewFeed struct {
	Name    string
	Title   string
	Tags    []string
	Sources []string
}

// AppendSources returns the file with sources added at the end of sources:, in
// the style of the items there. Every other byte stays the same, including
// comments, blank lines, quotes and line endings. It is an error if a source is
// in the file already, if the file is not YAML, or if nothing can be added
// without changes elsewhere. The file must then be edited by hand.
func AppendSources(data []byte, list ...NewSource) ([]byte, error) {
	items := make([]item, len(list))
	for i, s := range list {
		if _, err := webAddress(s.Feed); err != nil {
			return nil, fmt.Errorf("feed: %s %w", shown(s.Feed), err)
		}
		if s.Name != "" && !isName(s.Name) {
			return nil, fmt.Errorf("name: %s is no name; %s", shown(s.Name), nameHint(s.Name))
		}
		items[i] = item{{"feed", s.Feed, nil}, {"name", s.Name, nil}, {"title", oneLine(s.Title), nil}, {"tags", "", lines(s.Tags)}}
	}
	return extend(data, "sources", items)
}

// AppendFeeds is like AppendSources, for feeds:. A file without feeds publishes
// the feed "all". In such a file it also adds "all" explicitly, so that its
// subscribers do not lose it.
func AppendFeeds(data []byte, list ...NewFeed) ([]byte, error) {
	root, problem := document(data)
	if problem != nil {
		return nil, errors.New(problem.Text)
	}
	isAll := func(f NewFeed) bool { return f.Name == defaultFeed }
	if _, feeds := find(root, "feeds"); (feeds == nil || len(feeds.Content) == 0) && !slices.ContainsFunc(list, isAll) {
		list = append([]NewFeed{{Name: defaultFeed}}, list...)
	}
	items := make([]item, len(list))
	for i, f := range list {
		if !isName(f.Name) {
			return nil, fmt.Errorf("name: %s is no name; %s", shown(f.Name), nameHint(f.Name))
		}
		items[i] = item{{"name", f.Name, nil}, {"title", oneLine(f.Title), nil}, {"sources", "", lines(f.Sources)}, {"tags", "", lines(f.Tags)}}
	}
	return extend(data, "feeds", items)
}

// extend adds items to the end of the list under a key. It tries the possible
// places, best first, and takes the first one with which the file still means the
// same, plus the items.
func extend(data []byte, key string, items []item) ([]byte, error) {
	root, problem := document(data)
	if problem != nil {
		problem.Path = "the file"
		return nil, errors.New(problem.String())
	}
	if err := repeated(root, key, items); err != nil || len(items) == 0 {
		return data, err
	}
	t := newText(data)
	for _, e := range t.places(root, key) {
		out := t.apply(e, key, items)
		if after, problem := document(out); problem == nil && isExtended(root, after, key, items) {
			return out, nil
		}
	}
	return nil, fmt.Errorf("%s: is written in a way that cannot be added to; add by hand: - %s", key, flow(items[0]))
}

// repeated returns an error if an item is in the list already or is given twice.
func repeated(root *yaml.Node, key string, items []item) error {
	lines := map[string]int{}
	_, list := find(root, key)
	if list != nil && list.Kind == yaml.SequenceNode {
		for _, n := range list.Content {
			for _, id := range []string{"feed", "name"} {
				if _, v := find(n, id); v != nil {
					lines[identity(id, v.Value)] = v.Line
				}
			}
		}
	}
	for _, it := range items {
		for _, p := range it {
			if p.value == "" || p.key != "feed" && p.key != "name" {
				continue
			}
			line, found := lines[identity(p.key, p.value)]
			switch {
			case found && line > 0:
				return fmt.Errorf("%s: %s stands in the file already, in line %d", p.key, shown(p.value), line)
			case found:
				return fmt.Errorf("%s: %s comes twice", p.key, shown(p.value))
			}
			lines[identity(p.key, p.value)] = 0
		}
	}
	return nil
}

// identity returns a key that no two items of a list may share.
func identity(key, value string) string {
	if key == "feed" {
		value = news.FeedKey(value)
	}
	return key + "\x00" + value
}

// isExtended reports whether after is before with items added to the list under
// key, and nothing else changed.
func isExtended(before, after *yaml.Node, key string, items []item) bool {
	if after == nil || after.Kind != yaml.MappingNode {
		return false
	}
	_, was := find(before, key)
	_, is := find(after, key)
	if is == nil || is.Kind != yaml.SequenceNode {
		return false
	}
	var old []*yaml.Node
	if was != nil && was.Kind == yaml.SequenceNode {
		old = was.Content
	}
	if len(is.Content) != len(old)+len(items) || !slices.EqualFunc(old, is.Content[:len(old)], isSame) {
		return false
	}
	if !slices.EqualFunc(is.Content[len(old):], items, isItem) {
		return false
	}
	return slices.EqualFunc(others(before, key), others(after, key), isSame)
}

// others returns the keys and values of the file except those of one key.
func others(root *yaml.Node, key string) []*yaml.Node {
	var rest []*yaml.Node
	for k, v := range pairs(root) {
		if k.Value != key {
			rest = append(rest, k, v)
		}
	}
	return rest
}

// isSame reports whether two nodes mean the same.
func isSame(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Value == b.Value && a.Anchor == b.Anchor &&
		slices.EqualFunc(a.Content, b.Content, isSame)
}

// isItem reports whether a node is the given item.
func isItem(n *yaml.Node, it item) bool {
	want, err := yamlOf(it)
	return err == nil && isSame(n, want)
}
