package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// MoveSource returns the file with another address for the source that is
// configured as old, and with its name written down where it was derived from
// that address, so that it keeps it. Every other byte stays. It is an error when
// no feed: says old as it is, as where it is made of variables or stands in a
// list or an included file; then the address is to be changed by hand.
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

// feedItem returns the source whose feed: is this very text, and where in its
// content that key stands.
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

// nameLine returns the text that gives an item a name, and where it goes: behind
// the address in a flow, on a line of its own below it in a block.
func (t *text) nameLine(item, key *yaml.Node, name string, behind int) (string, int) {
	if item.Style&yaml.FlowStyle != 0 {
		return ", name: " + name, behind
	}
	line := strings.Repeat(" ", key.Column-1) + "name: " + name + t.newline
	at := t.after(key.Line)
	if t.data[at-1] != '\n' {
		return t.newline + strings.TrimSuffix(line, t.newline), at
	}
	return line, at
}

func scalarNode(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}
