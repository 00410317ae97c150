package config

import "testing"

// TestAsksLike: what changes the requests for a source, and what does not.
func TestAsksLike(t *testing.T) {
	source := func(settings string) Source {
		cfg, _, err := Parse("config.yaml", []byte("sources:\n  - {feed: \"https://a.example/feed\""+settings+"}\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		return cfg.Sources[0]
	}
	before := source("")
	for settings, same := range map[string]bool{
		"": true, ", tags: [a]": true, ", schedule: '@every 3h'": true, ", title: T": true,
		`, headers: {X-Key: "1"}`:                     false,
		", basic_auth: {username: anna, password: x}": false,
		", user_agent: Another":                       false,
		", allow_networks: [10.0.0.0/8]":              false,
		", allow_ports: [8443]":                       false,
	} {
		if got := before.AsksLike(source(settings)); got != same {
			t.Errorf("%q: asks alike: %v, want %v", settings, got, same)
		}
	}
	moved := before
	moved.URL = "https://b.example/feed"
	if before.AsksLike(moved) {
		t.Error("another address is asked alike")
	}
}
