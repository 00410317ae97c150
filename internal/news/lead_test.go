package news

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestLead: which of several entries of a story a feed shows, one rule a line.
// The wanted one stands first.
func TestLead(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	late := noon.Add(time.Hour)
	for rule, cs := range map[string][]Candidate{
		"the order of sources goes before all": {
			{EntryID: 1, Rank: 0, Published: late, Length: 1},
			{EntryID: 2, Rank: 1, Published: noon, Length: 900, Cited: 5},
		},
		"then what is linked, though it is later and shorter": {
			{EntryID: 1, Published: late, Length: 1, Cited: 1},
			{EntryID: 2, Published: noon, Length: 900},
		},
		"of several that are linked the one that most link": {
			{EntryID: 1, Published: late, Cited: 3},
			{EntryID: 2, Published: noon, Cited: 2},
		},
		"then the earliest, though it is shorter": {
			{EntryID: 1, Published: noon, Length: 1},
			{EntryID: 2, Published: late, Length: 900},
		},
		"then the fullest": {
			{EntryID: 2, Published: noon, Length: 900, Origin: "b"},
			{EntryID: 1, Published: noon, Length: 1, Origin: "a"},
		},
		"then by the source": {
			{EntryID: 2, Published: noon, Origin: "a", GUID: "2"},
			{EntryID: 1, Published: noon, Origin: "b", GUID: "1"},
		},
		"then by the guid": {
			{EntryID: 2, Published: noon, Origin: "a", GUID: "1"},
			{EntryID: 1, Published: noon, Origin: "a", GUID: "2"},
		},
		"then by the number, so that it is always one": {{EntryID: 1}, {EntryID: 2}},
		"one alone": {{EntryID: 1}},
	} {
		want := cs[0]
		for range 5 {
			if got := Lead(cs); cs[got] != want {
				t.Errorf("%s: got %+v of %+v", rule, cs[got], cs)
			}
			rand.Shuffle(len(cs), func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
		}
		slices.Reverse(cs)
		if got := Lead(cs); cs[got] != want {
			t.Errorf("%s, the other way round: got %+v", rule, cs[got])
		}
	}
	if got := Lead(nil); got != -1 {
		t.Errorf("of none: %d, want -1", got)
	}
}
