package news

import (
	"testing"
	"time"
)

func TestAPinnedEntryLeads(t *testing.T) {
	day := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	better := Candidate{EntryID: 1, Rank: 0, Published: day, Length: 900}
	worse := Candidate{EntryID: 2, Rank: 7, Published: day.Add(time.Hour), Length: 1}
	pinned := worse
	pinned.Pinned = true
	for _, test := range []struct {
		name string
		cs   []Candidate
		want int
	}{
		{"none", nil, -1},
		{"no pin", []Candidate{worse, better}, 1},
		{"before rank, time and length", []Candidate{better, pinned}, 1},
		{"whatever the order", []Candidate{pinned, better}, 0},
		{"alone", []Candidate{pinned}, 0},
		{"it is gone", []Candidate{better}, 0},
	} {
		if got := Lead(test.cs); got != test.want {
			t.Errorf("%s: candidate %d leads, want %d", test.name, got, test.want)
		}
	}
}

func TestHandInWords(t *testing.T) {
	for hand, want := range map[Hand]string{
		{}:                                "",
		{Act: Merged}:                     "merged by hand",
		{Act: Split, At: time.Unix(1, 0)}: "split by hand",
		{Act: Pinned}:                     "pinned by hand",
	} {
		if got := hand.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
