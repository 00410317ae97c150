package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

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
	_, list := find(root, "sources")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, 0
	}
	for _, n := range list.Content {
		if _, v := find(n, "feed"); v == nil || v.Kind != yaml.ScalarNode || v.Value != feed {
			continue
		}
		at := slices.IndexFunc(n.Content, func(c *yaml.Node) bool { return c.Value == "feed" })
		return n, at
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
