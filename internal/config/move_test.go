package config

import (
	"strings"
	"testing"
)

func TestMoveSource(t *testing.T) {
	const old, to = "http://old.example/feed", "https://new.example/feed"
	for _, tt := range []struct{ name, file, want string }{
		{
			"plain", "# ours\nsources:\n  - feed: http://old.example/feed   # eins\n    name: a\n    tags: [x,  y]\n",
			"# ours\nsources:\n  - feed: https://new.example/feed   # eins\n    name: a\n    tags: [x,  y]\n",
		},
		{"quoted", "sources:\n- name: a\n  feed: \"http://old.example/feed\"\n", "sources:\n- name: a\n  feed: https://new.example/feed\n"},
		{"single quotes", "sources:\n- name: a\n  feed: 'http://old.example/feed'\n", "sources:\n- name: a\n  feed: https://new.example/feed\n"},
		{"flow", "sources: [{feed: http://old.example/feed, name: a}]\n", "sources: [{feed: https://new.example/feed, name: a}]\n"},
		{"a derived name", "sources:\n  - feed: http://old.example/feed # x\n    tags: [y]\n", "sources:\n  - feed: https://new.example/feed # x\n    name: a\n    tags: [y]\n"},
		{"a derived name, no line end", "sources:\n  - feed: http://old.example/feed", "sources:\n  - feed: https://new.example/feed\n    name: a"},
		{"a derived name in a flow", "sources: [{feed: http://old.example/feed}]\n", "sources: [{feed: https://new.example/feed, name: a}]\n"},
		{"windows", "sources:\r\n  - feed: http://old.example/feed\r\n", "sources:\r\n  - feed: https://new.example/feed\r\n    name: a\r\n"},
		{
			"the right one", "sources:\n  - feed: http://old.example/feed2\n    name: b\n  - feed: http://old.example/feed\n    name: a\n",
			"sources:\n  - feed: http://old.example/feed2\n    name: b\n  - feed: https://new.example/feed\n    name: a\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := MoveSource([]byte(tt.file), old, to, "a")
			if err != nil || string(got) != tt.want {
				t.Errorf("got %v\n%q, want\n%q", err, got, tt.want)
			}
		})
	}
}

func TestMoveSourceRefuses(t *testing.T) {
	for name, file := range map[string]string{
		"variables":  "sources:\n  - feed: http://old.example/${X:-feed}\n",
		"elsewhere":  "sources:\n  - feed: http://other.example/feed\n",
		"no list":    "sources: {}\n",
		"an alias":   "x: &f http://old.example/feed\nsources:\n  - feed: *f\n",
		"escaped":    "sources:\n  - feed: \"http://old.example/\\x66eed\"\n",
		"over lines": "sources:\n  - feed: >-\n      http://old.example/feed\n",
		"no yaml":    "sources: [",
		"empty":      "",
	} {
		if got, err := MoveSource([]byte(file), "http://old.example/feed", "https://new.example/feed", "a"); err == nil {
			t.Errorf("%s: got %q, want an error", name, got)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q, want one line", name, err)
		}
	}
	if _, err := MoveSource([]byte("sources:\n  - feed: http://old.example/feed\n"), "http://old.example/feed", "https://u:p@new.example/", "a"); err == nil {
		t.Error("an address with a password: got no error")
	}
}
