package news

import (
	"slices"
	"testing"
)

func TestMoveIsBelievedAfterThreeSightingsInARow(t *testing.T) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	var m Move
	for i, step := range []struct {
		target string
		by     Notice
		seen   int
	}{
		{a, NoticeRedirect, 1}, {a, NoticeRedirect, 2}, {b, NoticeRedirect, 1}, {b, NoticeRedirect, 2},
		{"", "", 0}, {b, NoticeRedirect, 1}, {b, NoticeNewFeed, 1}, {b, NoticeNewFeed, 2}, {b, NoticeNewFeed, 3},
	} {
		if m = m.Sighted(step.target, step.by, healthNow); m.Seen != step.seen || m.Believed() != (step.seen >= 3) {
			t.Errorf("step %d: seen %d, believed %v; want %d", i, m.Seen, m.Believed(), step.seen)
		}
	}
	adopted := m.Adopted(healthNow)
	if adopted.Address != b || adopted.Target != "" || !adopted.Home.Equal(healthNow) {
		t.Errorf("adopted: got %+v", adopted)
	}
	if again := adopted.Sighted(b, NoticeRedirect, healthNow); again != adopted {
		t.Errorf("the configured address still leads there: got %+v, want %+v", again, adopted)
	}
	if on := adopted.Sighted(a, NoticeRedirect, healthNow); on.Address != b || on.Target != a || on.Seen != 1 {
		t.Errorf("moved on: got %+v, want a first sighting while the adopted address stays", on)
	}
}

func TestMoveIsTriedEverMoreRarely(t *testing.T) {
	var tried []int
	m := Move{}
	for i := 1; i <= 100; i++ {
		if m = m.Sighted("https://new.example/", NoticeSelf, healthNow); m.Try() {
			tried = append(tried, i)
		}
	}
	if want := []int{3, 6, 12, 24, 48, 96}; !slices.Equal(tried, want) {
		t.Errorf("tried at sightings %v, want %v", tried, want)
	}
}

func TestElsewhere(t *testing.T) {
	for _, test := range []struct {
		self, fetched string
		want          bool
	}{
		{"https://new.example/feed", "https://old.example/feed", true},
		{"https://old.example/feed", "http://old.example/feed", true},
		{"https://old.example/other", "http://old.example/feed", false},
		{"https://old.example/other", "https://old.example/feed", false},
		{"http://old.example/feed", "https://old.example/feed", false},
		{"http://new.example/feed", "https://old.example/feed", false},
		{"https://new.example/feed?token=x", "https://old.example/feed", false},
		{"https://u:p@new.example/", "https://old.example/", false},
		{"feed.xml", "https://old.example/", false},
		{"", "https://old.example/", false},
		{"ftp://new.example/feed", "https://old.example/feed", false},
		{"https://OLD.example/feed", "https://old.example/feed", false},
	} {
		if got := Elsewhere(test.self, test.fetched); got != test.want {
			t.Errorf("Elsewhere(%q, %q): got %v, want %v", test.self, test.fetched, got, test.want)
		}
	}
}
