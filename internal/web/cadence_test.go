package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// come is a visit by a reader, with or without a conditional request.
func (t *Readers) come(feed int64, remote, agent string, conditional bool) {
	r := readerAsks("/feeds/all.atom", remote, agent, "")
	if conditional {
		r.Header.Set("If-None-Match", `"x"`)
	}
	t.Note(feed, "atom", r)
}

// taken describes the cadences noted since the last call.
func (t *Readers) taken() string {
	var all []string
	for _, c := range t.Cadences() {
		all = append(all, fmt.Sprintf("%d %s %v: %v", c.FeedID, c.Client, c.Every, c.Spent))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func TestCadences(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	readers := NewReaders(func() time.Time { return now })
	const a, b = "203.0.113.1:1", "203.0.113.2:1"
	const feedly = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)"
	for _, s := range []struct {
		what          string
		later         time.Duration
		feed          int64
		remote, agent string
		conditional   bool
		want          string
	}{
		{"first", 0, 1, a, "Reeder/5", true, ""},
		{"in a second request", 10 * time.Second, 1, a, "Reeder/5", true, ""},
		{"back, from another port", time.Hour, 1, "203.0.113.1:9", "Reeder/5", true, "1 Reeder 1h0m0s: 1h0m10s"},
		{"back", 59 * time.Minute, 1, a, "Reeder/5", true, "1 Reeder 1h0m0s: 59m0s"},
		{"in a new version, which is another", time.Hour, 1, a, "Reeder/6", true, ""},
		{"another feed", 0, 2, a, "Reeder/6", true, ""},
		{"another address", 0, 1, b, "Reeder/6", true, ""},
		{"who holds nothing", time.Hour, 1, a, "Reeder/6", false, ""},
		{"and then does", time.Hour, 1, a, "Reeder/6", true, "1 Reeder 1h0m0s: 1h0m0s"},
		{"the other address, after three hours", time.Hour, 1, b, "Reeder/6", true, "1 Reeder 4h0m0s: 3h0m0s"},
		{"an aggregator", 0, 1, a, feedly, false, ""},
		{"from elsewhere", 20 * time.Minute, 1, b, feedly, false, "1 Feedly 30m0s: 20m0s"},
		{"a mail program", 0, 1, a, "Mozilla/5.0 (X11; rv:115.0) Gecko/20100101 Thunderbird/115.3", true, ""},
		{"again", 8 * time.Hour, 1, a, "Mozilla/5.0 (X11; rv:115.0) Gecko/20100101 Thunderbird/115.3", true, "1 Thunderbird 8h0m0s: 8h0m0s"},
		{"a browser", 0, 1, a, "Mozilla/5.0 (X11) Gecko/20100101 Firefox/115.0", true, ""},
		{"looks again", 8 * time.Hour, 1, a, "Mozilla/5.0 (X11) Gecko/20100101 Firefox/115.0", true, ""},
		{"after a holiday", 120 * time.Hour, 1, b, "Reeder/6", true, ""},
		{"a search", 0, 0, b, "Reeder/6", true, ""},
		{"again", time.Hour, 0, b, "Reeder/6", true, ""},
	} {
		now = now.Add(s.later)
		readers.come(s.feed, s.remote, s.agent, s.conditional)
		if got := readers.taken(); got != s.want {
			t.Errorf("%s: got %q, want %q", s.what, got, s.want)
		}
	}
}

// Changing names does not fill the memory.
func TestCadencesAreBounded(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	readers := NewReaders(func() time.Time { return now })
	for range 3 {
		for i := range 2 * maxReaders {
			readers.come(1, "203.0.113.1:1", fmt.Sprint("A", i, "/1"), true)
		}
		now = now.Add(time.Hour)
	}
	if n := len(readers.cadences.came); n != maxReaders {
		t.Errorf("%d readers are told apart, want %d", n, maxReaders)
	}
	if n := len(readers.Cadences()); n != maxServices {
		t.Errorf("%d programs, want %d", n, maxServices)
	}
	now = now.Add(readersFor)
	if readers.Count(); len(readers.cadences.came) != 0 {
		t.Errorf("%d are remembered after a week", len(readers.cadences.came))
	}
}

func TestProgram(t *testing.T) {
	for agent, want := range map[string]string{
		"NetNewsWire (RSS Reader; https://netnewswire.com/)":                         "NetNewsWire",
		"Mozilla/5.0 (compatible; Miniflux/2.2; +https://miniflux.app)":              "Miniflux",
		"Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36": "",
		"Mozilla/5.0 (X11; rv:128.0) Gecko/20100101 Thunderbird/128.4.0":             "Thunderbird",
		"Mozilla/5.0": "",
		"":            "unknown",
		"\x1b[31m":    "unknown",
	} {
		if got := program(agent); got != want {
			t.Errorf("%q: got %q, want %q", agent, got, want)
		}
	}
}
