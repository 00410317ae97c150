package news

import (
	"testing"
	"time"
)

func TestFlood(t *testing.T) {
	old := func(n int) []time.Time {
		var times []time.Time
		for i := range n {
			times = append(times, ago(time.Duration(30+i)*aDay))
		}
		return times
	}
	fresh := func(n int) []time.Time {
		var times []time.Time
		for i := range n {
			times = append(times, ago(time.Duration(i)*time.Minute))
		}
		return times
	}
	yesterday := ago(aDay)
	for _, test := range []struct {
		name      string
		published []time.Time
		newest    time.Time
		most      int
		want      int
	}{
		{"one late entry", old(1), yesterday, 1, 0},
		{"as many old ones as may be", old(20), yesterday, 1, 0},
		{"a restored archive", old(21), yesterday, 1, 21},
		{"of a source that brings much", old(150), yesterday, 50, 0},
		{"more than it ever brought", old(151), yesterday, 50, 151},
		{"with news among it", append(fresh(5), old(40)...), yesterday, 5, 40},
		{"up to the newest that was there", append(old(40), ago(2*aDay)), yesterday, 5, 41},
		{"a week of late entries", append(old(10), ago(2*aDay), ago(3*aDay), ago(4*aDay), ago(5*aDay), ago(6*aDay), ago(7*aDay)), yesterday, 0, 0},
		{"a busy night", fresh(300), yesterday, 5, 0},
		{"after months without us", fresh(300), ago(100 * aDay), 5, 0},
		{"without dates", make([]time.Time, 300), yesterday, 5, 0},
		{"none", nil, yesterday, 0, 0},
	} {
		got := 0
		for i, flooded := range Flood(test.published, test.newest, test.most) {
			if flooded {
				got++
				if !test.published[i].Before(yesterday) {
					t.Errorf("%s: entry %d of %v is not old", test.name, i, test.published[i])
				}
			}
		}
		if got != test.want {
			t.Errorf("%s: got %d flooded, want %d", test.name, got, test.want)
		}
	}
}
