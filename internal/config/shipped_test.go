package config

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// checkShippedText checks that the shipped file has fewer than 60 active lines,
// and that it contains every key, active or commented out.
func checkShippedText(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	active := 0
	for line := range strings.Lines(string(data)) {
		if trimmed := strings.TrimSpace(line); trimmed != "" && trimmed[0] != '#' {
			active++
		}
	}
	if active >= 60 {
		t.Errorf("%d active lines, want under 60", active)
	}
	for _, s := range allSections() {
		for _, key := range s.keys {
			if !regexp.MustCompile(`(?m)^[#\s-]*(?:basic_auth: \{.*)?` + key + `:`).Match(data) {
				t.Errorf("%s: of %s does not appear", key, s.title)
			}
		}
	}
}

// optional returns the blocks of commented-out options in the shipped file,
// without comment signs: those of the whole file, of a source, of a list and of a
// feed.
func optional(t *testing.T) (top, source, list, feed string) {
	t.Helper()
	data, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), "a dollar.\n")
	parts := regexp.MustCompile(`(?m)^# [A-Z].*\n`).Split(rest, -1)
	if !found || len(parts) != 4 {
		t.Fatalf("%d blocks of options, want 4", len(parts))
	}
	for i := range parts {
		parts[i] = regexp.MustCompile(`(?m)^# ?`).ReplaceAllString(parts[i], "")
	}
	return parts[0], parts[1], parts[2], parts[3]
}

// TestShippedDefaults checks that the values which the shipped file calls
// defaults are the defaults. Setting them explicitly must change nothing.
func TestShippedDefaults(t *testing.T) {
	data, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	top, _, _, _ := optional(t)
	plain, _, err := Parse("../../config.yaml", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	forced, _, err := Parse("../../config.yaml", []byte(string(data)+top), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain, forced, options, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-left out +written\n%s", diff)
	}
}

// TestShippedOptions checks that all other options in the shipped file are valid
// as they are shown.
func TestShippedOptions(t *testing.T) {
	_, source, list, feed := optional(t)
	feed = regexp.MustCompile(`(?m)^.*(description|language|author|image|email): "".*\n`).ReplaceAllString(feed, "") // "" is invalid in these
	text := "sources:\n  - feed: https://example.org/feed\n" + source + list + "feeds:\n  - name: all\n" + feed
	cfg, warnings, err := Parse("x.yaml", []byte(text), nil)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%v, warnings %v, in\n%s", err, warnings, text)
	}
	if s := cfg.Sources[0]; s.Contact == "" || s.Headers["Authorization"] == "" || len(cfg.Lists) != 1 {
		t.Errorf("got %+v and %d lists", s, len(cfg.Lists))
	}
	bare, _, err := Parse("x.yaml", []byte("sources: []\nfeeds: [{name: all}]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bare.Feeds, cfg.Feeds, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("feeds -left out +written\n%s", diff)
	}
	if l, want := cfg.Lists[0], spec(t, defaultRefresh); l.Limit != MaxListed || !l.Refresh.Equal(want) {
		t.Errorf("a list of at most %d, refreshed %s, want %d and %s", l.Limit, l.Refresh, MaxListed, want)
	}
}

// TestKeysHaveReaders checks that each section reads exactly its keys, and that
// every key has an example.
func TestKeysHaveReaders(t *testing.T) {
	r := &reader{}
	top := r.topFields(&sections{cfg: &Config{}})
	if got, want := names(top), slices.Sorted(slices.Values(topSection.keys)); !slices.Equal(got, want) {
		t.Errorf("the file reads %v, names %v", got, want)
	}
	for _, s := range allSections() {
		for _, key := range s.keys {
			if examples[key] == "" {
				t.Errorf("%s: of %s has no example", key, s.title)
			}
			// A key without a reader would be reported as unknown.
			_, _, err := Parse("testdata/x.yaml", []byte(inSection(s, key)), nil)
			if err != nil && strings.Contains(err.Error(), `"`+key+`"`) {
				t.Errorf("%s", err)
			}
		}
	}
}

func inSection(s section, key string) string {
	switch s.title {
	case authSection.title:
		return "sources: [{basic_auth: {" + key + ": 1}}]\n"
	case siteSection.title, defaultsSection.title, limitsSection.title, storiesSection.title:
		return s.title + ": {" + key + ": 1}\n"
	case linkSection.title:
		return "site: {links: [{" + key + ": 1}]}\n"
	case sourceSection.title:
		return "sources: [{" + key + ": 1}]\n"
	case feedSection.title:
		return "feeds: [{" + key + ": 1}]\n"
	}
	return key + ": 1\n"
}
