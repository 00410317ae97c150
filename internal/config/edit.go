package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	for _, n := range itemsOf(root, key) {
		for k, v := range pairs(n) {
			lines[identity(k.Value, v.Value)] = v.Line
		}
	}
	for _, p := range slices.Concat(items...) {
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
	return nil
}

// itemsOf returns the items of the list under a key, or none if there is no such list.
func itemsOf(root *yaml.Node, key string) []*yaml.Node {
	if _, list := find(root, key); list != nil && list.Kind == yaml.SequenceNode {
		return list.Content
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
	was, is := itemsOf(before, key), itemsOf(after, key)
	return len(is) == len(was)+len(items) && slices.EqualFunc(was, is[:len(was)], isSame) &&
		slices.EqualFunc(is[len(was):], items, isItem) && slices.EqualFunc(others(before, key), others(after, key), isSame)
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

// MoveSource returns the file with a new address for the source whose address is
// old. If the name of the source was derived from the old address, it is written
// to the file, so that the source keeps it. Every other byte stays the same. It
// is an error if no feed: has old as its literal value, for example because it
// contains variables, or is in a list or an included file. The address must then
// be changed by hand.
func MoveSource(data []byte, old, address, name string) ([]byte, error) {
	if _, err := webAddress(address); err != nil {
		return nil, fmt.Errorf("feed: %s %w", shown(address), err)
	}
	root, problem := document(data)
	if problem != nil {
		return nil, errors.New(problem.Text)
	}
	byHand := fmt.Errorf("source %s stands in no feed: of this file as it is; change its address by hand", name)
	item, at := feedItem(root, old)
	if item == nil {
		return nil, byHand
	}
	key, value := item.Content[at], item.Content[at+1]
	t := newText(data)
	from := t.offset(value.Line, value.Column)
	raw, written := old, quote(address)
	if value.Style&yaml.DoubleQuotedStyle != 0 {
		raw = `"` + old + `"`
	} else if value.Style&yaml.SingleQuotedStyle != 0 {
		raw = "'" + old + "'"
	}
	if !bytes.HasPrefix(data[from:], []byte(raw)) {
		return nil, byHand
	}
	if item.Style&yaml.FlowStyle != 0 && strings.ContainsAny(written, ",[]{}") && written[0] != '"' {
		written = `"` + written + `"`
	}
	line, after := "", from+len(raw)
	if _, named := find(item, "name"); named == nil {
		line, after = t.nameLine(item, key, name, after)
		item.Content = slices.Insert(item.Content, at+2, scalarNode("name"), scalarNode(name))
	}
	out := slices.Concat(data[:from], []byte(written), data[from+len(raw):after], []byte(line), data[after:])
	value.Value = address
	if moved, problem := document(out); problem != nil || !isSame(root, moved) {
		return nil, byHand
	}
	return out, nil
}

// feedItem returns the source whose feed: is exactly this text, and the index of
// that key in its content.
func feedItem(root *yaml.Node, feed string) (item *yaml.Node, at int) {
	for _, n := range itemsOf(root, "sources") {
		if k, v := find(n, "feed"); v != nil && v.Kind == yaml.ScalarNode && v.Value == feed {
			return n, slices.Index(n.Content, k)
		}
	}
	return nil, 0
}

// nameLine returns the text that names an item, and the offset to insert it at:
// after the address in flow style, on a line of its own below it in block style.
func (t *text) nameLine(item, key *yaml.Node, name string, behind int) (string, int) {
	if item.Style&yaml.FlowStyle != 0 {
		return ", name: " + name, behind
	}
	line := strings.Repeat(" ", key.Column-1) + "name: " + name
	at := t.after(key.Line)
	if t.data[at-1] != '\n' {
		return t.newline + line, at
	}
	return line + t.newline, at
}

func scalarNode(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}
