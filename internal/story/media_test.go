package story

import (
	"math"
	"testing"
	"time"

	"tributary/internal/news"
)

// TestLengthOfRecording checks that an impossible length is unknown and does not
// overflow to another one.
func TestLengthOfRecording(t *testing.T) {
	for seconds, want := range map[int64]time.Duration{
		0: 0, 1800: 30 * time.Minute, -5: 0, math.MaxInt64: 0, math.MaxInt64/int64(time.Second) + 1: 0,
	} {
		e := news.Entry{Title: "Folge 12", Published: time.Unix(1e9, 0),
			Enclosures: []news.Enclosure{{URL: "https://a.example/12.mp3", Duration: seconds}}}
		r := recordingsOf(e)
		if r.length != want || (r.show != 0) != (want > 0) {
			t.Errorf("%d seconds: length %v, show %d, want %v", seconds, r.length, r.show, want)
		}
	}
}
