package config

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checkShippedText holds the promises of the shipped file: under 60 active
// lines, and every key that there is, active or commented out.
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
	for _, s := range []section{topSection, siteSection, defaultsSection, sourceSection, feedSection} {
		for _, key := range s.keys {
			if !regexp.MustCompile(`(?m)^[#\s-]*` + key + `:`).Match(data) {
				t.Errorf("%s: of %s does not appear", key, s.title)
			}
		}
	}
}

// TestShippedDefaults: what the shipped file calls a default is one. The top
// level options are put in force and must change nothing.
func TestShippedDefaults(t *testing.T) {
	data, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	option := regexp.MustCompile(`(?m)^# ((listen|admin|data|publish|defaults|  schedule|  allow_networks|  allow_ports):.*)$`)
	if got := len(option.FindAll(data, -1)); got != 8 {
		t.Fatalf("%d options, want 8", got)
	}
	plain, _, err := Parse("../../config.yaml", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	forced, _, err := Parse("../../config.yaml", option.ReplaceAll(data, []byte("$1")), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := diffConfigs(plain, forced); diff != "" {
		t.Errorf("-left out +written\n%s", diff)
	}
}

// TestKeysHaveReaders: each section reads the keys that it names and every key
// has an example.
func TestKeysHaveReaders(t *testing.T) {
	r := &reader{}
	top := r.topFields(&sections{cfg: &Config{}})
	if got, want := names(top), slices.Sorted(slices.Values(topSection.keys)); !slices.Equal(got, want) {
		t.Errorf("the file reads %v, names %v", got, want)
	}
	for _, s := range []section{topSection, siteSection, defaultsSection, sourceSection, feedSection} {
		for _, key := range s.keys {
			if examples[key] == "" {
				t.Errorf("%s: of %s has no example", key, s.title)
			}
			// A key without a reader would be called unknown or not supported.
			_, _, err := Parse("testdata/x.yaml", []byte(inSection(s, key)), nil)
			if err != nil && strings.Contains(err.Error(), `"`+key+`"`) {
				t.Errorf("%s", err)
			}
		}
	}
}

func inSection(s section, key string) string {
	switch s.title {
	case siteSection.title, defaultsSection.title:
		return s.title + ": {" + key + ": 1}\n"
	case sourceSection.title:
		return "sources: [{" + key + ": 1}]\n"
	case feedSection.title:
		return "feeds: [{" + key + ": 1}]\n"
	}
	return key + ": 1\n"
}
