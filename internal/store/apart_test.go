package store

import (
	"fmt"
	"testing"
	"time"

	"tributary/internal/news"
)

// Publications that are updated in the same second get different updated times,
// both when they enter and when their words change. The times never go backwards.
func TestUpdatedTimesAreApart(t *testing.T) {
	b := newBench(t)
	note := func(n int, text string) news.Entry {
		return news.Entry{GUID: fmt.Sprintf("urn:note:%d", n), Title: fmt.Sprintf("Note %d", n), Content: "<p>" + text + "</p>", Published: start.Add(-time.Hour)}
	}
	words := []string{"one about rivers", "another about bridges", "a third about mills"}
	var notes []news.Entry
	for i, text := range words {
		notes = append(notes, note(i, text))
	}
	b.fetch("a", notes...)
	b.publish("all")
	first := updatedTimes(t, b)
	for i := range notes {
		notes[i].Content = "<p>" + words[(i+1)%3] + ", corrected</p>"
	}
	b.now = b.now.Add(time.Hour + 345*time.Millisecond)
	b.fetch("a", notes...)
	b.publish("all")
	for guid, at := range updatedTimes(t, b) {
		if since := at.Sub(first[guid]); since < time.Hour || since > 2*time.Hour+time.Second {
			t.Errorf("%s: updated moved from %v to %v", guid, first[guid], at)
		}
	}
	if e := b.edition("all"); !e.Updated.Equal(start.Add(time.Hour + 2*time.Millisecond)) {
		t.Errorf("the feed was updated %v, want when the last of them was", e.Updated)
	}
}

// updatedTimes returns the updated times of what the feed shows, by guid. It
// checks that they differ, and are within three milliseconds of a whole second.
func updatedTimes(t *testing.T, b *bench) map[string]time.Time {
	t.Helper()
	times, seen := map[string]time.Time{}, map[time.Time]bool{}
	for _, s := range b.edition("all").Shown {
		if seen[s.Updated] || s.Updated.Sub(s.Updated.Truncate(time.Second)) > 2*time.Millisecond {
			t.Errorf("%s was updated %v, as another was, or at no second", s.GUID, s.Updated)
		}
		seen[s.Updated], times[s.GUID] = true, s.Updated
	}
	return times
}
