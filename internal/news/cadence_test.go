package news

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCadenceOf(t *testing.T) {
	const h = time.Hour
	for _, c := range []struct {
		pause, want time.Duration // 0: none
	}{
		{time.Minute, h / 2}, {33 * time.Minute, h / 2}, {34 * time.Minute, h}, {65 * time.Minute, h}, {3 * h, 4 * h},
		{25 * h, 24 * h}, {27 * h, 48 * h}, {105 * h, 96 * h}, {106 * h, 0}, {1000 * h, 0},
	} {
		if every, ok := CadenceOf(c.pause); every != c.want || ok != (c.want > 0) {
			t.Errorf("%v: got %v %v, want %v", c.pause, every, ok, c.want)
		}
	}
}

func TestUsual(t *testing.T) {
	const h = time.Hour
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	of := func(pairs ...time.Duration) (all []Cadence) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, Cadence{Every: pairs[i], Spent: pairs[i+1], Seen: now.Add(-h)})
		}
		return all
	}
	gone := of(h, 30*h)
	gone[0].Seen = now.Add(-Active)
	for name, c := range map[string]struct {
		all  []Cadence
		want time.Duration // 0: not known
	}{
		"nobody":                      {nil, 0},
		"one pause":                   {of(h, h), 0},
		"two":                         {of(h, 2*h), h},
		"every hour, and every day":   {of(24*h, 48*h, h, 24*h), 24 * h},
		"eight hours a day, by night": {of(h/2, 40*h, 12*h, 80*h), 12 * h},
		"one long pause":              {of(h/2, 200*h, 96*h, 96*h), h / 2},
		"nobody any more":             {gone, 0},
		"very many":                   {of(h, 200*365*24*h, 12*h, 250*365*24*h), 12 * h},
	} {
		if every, ok := UsualCadence(c.all, now); ok != (c.want > 0) || ok && every != c.want {
			t.Errorf("%s: got %v %v, want %v", name, every, ok, c.want)
		}
	}
}

// The time of very many readers is bounded and never becomes negative.
func TestCadenceAddOfMany(t *testing.T) {
	c := Cadence{Every: time.Hour, Spent: 1 << 62}
	if got := c.Add(c).Add(c).Spent; got != 1<<62 {
		t.Errorf("got %v", got)
	}
}

// What was long ago counts for less: half after a week.
func TestCadenceAdd(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	first := Cadence{Every: time.Hour, Spent: 8 * time.Hour, Seen: now}
	for after, want := range map[time.Duration]time.Duration{0: 9 * time.Hour, 7 * 24 * time.Hour: 5 * time.Hour, 14 * 24 * time.Hour: 3 * time.Hour, -time.Hour: 9 * time.Hour} {
		more := Cadence{Every: time.Hour, Spent: time.Hour, Seen: now.Add(after)}
		if got := first.Add(more); got.Spent != want || !got.Seen.Equal(more.Seen) {
			t.Errorf("after %v: got %v, want %v", after, got.Spent, want)
		}
	}
	if got := (Cadence{}).Add(first); got != first {
		t.Errorf("to nothing: got %+v, want %+v", got, first)
	}
}

// every makes n arrivals of a source, so far apart.
func every(n int, apart time.Duration, source int64) (all []Arrival) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range n {
		all = append(all, Arrival{At: start.Add(time.Duration(i) * apart), SourceID: source})
	}
	return all
}

func TestMissed(t *testing.T) {
	const h = time.Hour
	burst := every(90, time.Second, 1)
	for i := range burst[40:] {
		burst[40+i].SourceID = 2
	}
	for name, c := range map[string]struct {
		feed     Feed
		arrivals []Arrival
		within   time.Duration
		want     int
	}{
		"none":                             {Feed{Limit: 10}, nil, 24 * h, 0},
		"as many as fit":                   {Feed{Limit: 25}, every(100, h, 1), 24 * h, 0},
		"one too many":                     {Feed{Limit: 24}, every(100, h, 1), 24 * h, 25},
		"the window shows them":            {Feed{Limit: 10, Window: 24 * h}, every(100, h, 1), 24 * h, 0},
		"who stays longer than the window": {Feed{Limit: 10, Window: 24 * h}, every(100, h, 1), 48 * h, 49},
		"a burst":                          {Feed{Limit: 50}, burst, h, 90},
		"all at once, as the page has it":  {Feed{Limit: 50}, every(90, 0, 1), h, 0},
		"not all of them are shown anyway": {Feed{Limit: 50, MaxPerSource: 20}, burst, h, 0},
		"nor of one":                       {Feed{Limit: 50, MaxPerSource: 45}, burst, h, 85},
		"more than any page":               {Feed{Limit: MaxShown, Window: 48 * h}, every(1200, time.Minute, 1), 24 * h, 1200},
		"who comes often":                  {Feed{Limit: 1}, every(100, h, 1), h / 2, 0},
	} {
		if got, large := c.feed.Missed(c.arrivals, c.within); got != c.want || large {
			t.Errorf("%s: got %d, %t, want %d", name, got, large, c.want)
		}
	}
}

// A page that would be larger than a page may be is cut before its limit.
func TestMissedOfLargePages(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		feed  Feed
		bytes int
		want  int
		large bool
	}{
		"they fit":                      {Feed{Limit: 30}, MaxShownBytes / 25, 0, false},
		"they do not":                   {Feed{Limit: 30}, MaxShownBytes / 24, 25, true},
		"no limit would do":             {Feed{Limit: 10}, MaxShownBytes / 24, 25, true},
		"a limit would do":              {Feed{Limit: 10}, MaxShownBytes / 25, 25, false},
		"one is shown, however large":   {Feed{Limit: 30, MaxPerSource: 1}, 2 * MaxShownBytes, 0, false},
		"what is left out takes none":   {Feed{Limit: 30, MaxPerSource: 5}, MaxShownBytes / 5, 0, false},
		"what is left of them does not": {Feed{Limit: 30, MaxPerSource: 5}, MaxShownBytes / 4, 5, true},
	} {
		arrivals := every(100, time.Hour, 1)
		for i := range arrivals {
			arrivals[i].Bytes = c.bytes
		}
		if got, large := c.feed.Missed(arrivals, day); got != c.want || large != c.large {
			t.Errorf("%s: got %d, %t, want %d, %t", name, got, large, c.want, c.large)
		}
	}
}

func TestTurnoverOfLargePages(t *testing.T) {
	text := Turnover{Client: "Reeder", Every: 24 * time.Hour, Entered: 25, Large: true}.String()
	if want := "up to 25 new stories in the 24 h between two visits; they are more than the 3 MB that a page holds, so give it content: summary"; !strings.Contains(text, want) {
		t.Errorf("got %q, want %q", text, want)
	}
}

func TestTurnoverLimit(t *testing.T) {
	for entered, want := range map[int]string{101: "limit: 110 would", 110: "limit: 110 would", 999: "limit: 1000 would", 1000: "limit: 1000 would", 1001: "at most 1000, so make two"} {
		text := Turnover{Client: "Reeder", Every: 24 * time.Hour, Entered: entered}.String()
		if !strings.Contains(text, want) || !strings.Contains(text, fmt.Sprintf("Reeder comes: up to %d new stories in the 24 h", entered)) {
			t.Errorf("%d: got %q, want %q", entered, text, want)
		}
	}
}
