package config

import (
	"testing"
	"time"

	"tributary/internal/news"
)

// TestParseDuration checks durations with days before the notation of Go.
func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"7d": 7 * day, "0d": 0, "1d12h": 36 * time.Hour, "2d0.5h": 48*time.Hour + 30*time.Minute, "90m": 90 * time.Minute, "-1h": -time.Hour,
		"d": -1, "1.5d": -1, "-1d": -1, "1d-1h": -1, "1d+1h": -1, "1d1d": -1, "12h1d": -1, "1 d": -1, "99999999999d": -1, "1dx": -1, "": -1,
	} {
		got, err := ParseDuration(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

// TestApart checks that merge: of a source overrides that of defaults:, and that
// merge: of a list applies to all its sources.
func TestApart(t *testing.T) {
	cfg := parse(t, `
defaults: {merge: false}
sources:
  - {feed: https://a.example/, name: a}
  - {feed: https://b.example/, name: b, merge: true}
  - {opml: https://c.example/c.opml, name: c}
  - {opml: https://d.example/d.opml, name: d, merge: true}
`).With(map[string][]news.Listed{"c": {{URL: "https://e.example/", Name: "e"}}, "d": {{URL: "https://f.example/", Name: "f"}}})
	want := map[string]bool{"a": true, "b": false, "e": true, "f": false}
	for _, s := range cfg.Sources {
		if s.Apart != want[s.Name] {
			t.Errorf("%s: apart %v, want %v", s.Name, s.Apart, want[s.Name])
		}
	}
	if len(cfg.Sources) != len(want) {
		t.Errorf("%d sources, want %d", len(cfg.Sources), len(want))
	}
}
