package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestPolitenessTable(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	p := politeness{
		Total: politeFigures{Requests: 110, NotModified: 90, Limited: 2, Bytes: 1_234_567, Saved: 98_765_432, NewEntries: 55},
		Sources: []politeSource{
			{"daily", "example.org", 12 * 3600, politeFigures{Requests: 100, NotModified: 90, Bytes: 1_234_000, Saved: 98_765_432, NewEntries: 50}},
			{"cron", "example.net", 0, politeFigures{Requests: 10, Limited: 2, Bytes: 567, NewEntries: 5}},
		},
		Hosts: []politeHost{
			{"example.net", 2, now.Add(-time.Hour), now.Add(30 * time.Minute), 4000},
			{"evil\x1b[2Jexample.com", 1, now.Add(-72 * time.Hour), now.Add(-71 * time.Hour), 0},
		},
	}
	var out bytes.Buffer
	if err := p.print(&out, now); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"NAME   EVERY  REQUESTS  304   RECEIVED  SAVED  PER ENTRY  FAILED  LIMITED",
		"daily  12h    100       90 %  1.2 MB    99 MB  2.0        0       0",
		"cron   -      10        0 %   567 B     0 B    2.0        0       2",
		"total         110       82 %  1.2 MB    99 MB  2.0        0       2",
		"",
		"HOST              LIMITED US  LAST     MAY BE ASKED  SPACING",
		"example.net       2           60m ago  in 30m        4s",
		"evil[2Jexample.com  1           3d ago   now           usual",
	}
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for i := range max(len(got), len(want)) {
		g, w := "", ""
		if i < len(got) {
			g = strings.Join(strings.Fields(got[i]), " ")
		}
		if i < len(want) {
			w = strings.Join(strings.Fields(want[i]), " ")
		}
		if g != w {
			t.Errorf("line %d:\n got %q\nwant %q", i+1, g, w)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 9_949: "9.9 kB", 9_950: "10 kB", 12_345: "12 kB", 999_499: "999 kB", 999_500: "1.0 MB",
		5_000_000_000: "5.0 GB", 1 << 62: "4.6 EB",
	} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
}
