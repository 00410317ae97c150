package news

import (
	"testing"
	"time"
)

func TestWhyOmitted(t *testing.T) {
	morning := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	stands := func(sequence, source int64, entered time.Time) Shown {
		return Shown{Publication: Publication{Sequence: sequence, Entered: entered}, Entry: Entry{SourceID: source}}
	}
	shown := []Shown{
		stands(9, 2, morning.Add(26*time.Hour)), stands(8, 1, morning.Add(25*time.Hour)),
		stands(4, 1, morning.Add(2*time.Hour)), stands(3, 1, morning.Add(time.Hour)), stands(2, 2, morning),
	}
	for _, tt := range []struct {
		name     string
		feed     Feed
		sequence int64
		source   int64
		entered  time.Time
		want     Omission
	}{
		{"no rule", Feed{}, 1, 1, morning, OmittedForNewer},
		{"enough before it that day", Feed{MaxPerSourceDay: 2}, 5, 1, morning.Add(3 * time.Hour), OmittedForDay},
		{"not enough of that day", Feed{MaxPerSourceDay: 3}, 5, 1, morning.Add(3 * time.Hour), OmittedForNewer},
		{"others had enough", Feed{MaxPerSourceDay: 2}, 5, 2, morning.Add(3 * time.Hour), OmittedForNewer},
		{"the first of that day, beyond the page", Feed{MaxPerSourceDay: 2}, 1, 1, morning, OmittedForNewer},
		{"newer ones of its source", Feed{MaxPerSource: 3}, 1, 1, morning, OmittedForSource},
		{"newer ones of others", Feed{MaxPerSource: 3}, 1, 2, morning, OmittedForNewer},
	} {
		e := Edition{Feed: tt.feed, Shown: shown}
		if got := e.WhyOmitted(Publication{Sequence: tt.sequence, Entered: tt.entered}, tt.source); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
