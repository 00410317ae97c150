package news

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"
)

const aDay = 24 * time.Hour

var healthNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return healthNow.Add(-d) }

func TestHealth(t *testing.T) {
	read := ago(400 * aDay)
	for _, test := range []struct {
		name  string
		state SourceState
		want  Health
	}{
		{"new", SourceState{}, HealthOK},
		{"well", SourceState{FirstOK: read}, HealthOK},
		{"one hiccup", failing(read, 1, time.Hour), HealthOK},
		{"two within a day", failing(read, 2, aDay-time.Second), HealthOK},
		{"three at once", failing(read, 3, time.Minute), HealthFailing},
		{"two a day apart", failing(read, 2, aDay), HealthFailing},
		{"never read", failing(time.Time{}, 1, 0), HealthFailing},
		{"gone", SourceState{FirstOK: read, Failures: 1, Vitals: Vitals{Standing: OutcomeGone, FailingSince: healthNow}}, HealthGone},
		{"slow", SourceState{FirstOK: read, Vitals: Vitals{Latency: 11 * time.Second}}, HealthSlow},
		{"slow and silent", SourceState{Source: Source{Kind: KindFeed}, Vitals: Vitals{Latency: time.Minute, Latest: ago(91 * aDay)}}, HealthSilent},
		{"quiet, rhythm unknown", SourceState{Source: Source{Kind: KindFeed}, Vitals: Vitals{Latest: ago(90 * aDay)}}, HealthOK},
		{"silent, rhythm unknown", SourceState{Source: Source{Kind: KindFeed}, Vitals: Vitals{Latest: ago(91 * aDay)}}, HealthSilent},
		{"an hourly source on holiday", SourceState{Source: Source{Kind: KindFeed}, Vitals: Vitals{Pause: time.Hour, Latest: ago(14 * aDay)}}, HealthOK},
		{"an hourly source, silent", SourceState{Source: Source{Kind: KindFeed}, Vitals: Vitals{Pause: time.Hour, Latest: ago(15 * aDay)}}, HealthSilent},
		{"a monthly source after four months", SourceState{Source: Source{Kind: KindFeed}, Vitals: Vitals{Pause: 30 * aDay, Latest: ago(120 * aDay)}}, HealthOK},
		{"a monthly source, silent", SourceState{Source: Source{Kind: KindFeed}, Vitals: Vitals{Pause: 30 * aDay, Latest: ago(151 * aDay)}}, HealthSilent},
		{"a folder has no rhythm", SourceState{Source: Source{Kind: KindSeeds}, Vitals: Vitals{Pause: time.Hour, Latest: ago(400 * aDay)}}, HealthOK},
		{"adopted", SourceState{Move: Move{Address: "https://new.example/"}}, HealthMoved},
		{"said twice", SourceState{Move: Move{Target: "https://new.example/", By: NoticeRedirect, Seen: 2}}, HealthOK},
		{"said three times", SourceState{Move: Move{Target: "https://new.example/", By: NoticeRedirect, Seen: 3}}, HealthMoved},
		{"a wrong self link", SourceState{Move: Move{Target: "https://new.example/", By: NoticeSelf, Seen: 300}}, HealthOK},
		{"adopted and failing", withMove(failing(read, 3, time.Hour)), HealthFailing},
	} {
		if got := test.state.Health(healthNow); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func failing(read time.Time, failures int, since time.Duration) SourceState {
	return SourceState{
		FirstOK: read, Failures: failures, Last: Fetch{Outcome: OutcomeTimeout, Error: "no answer"},
		Vitals: Vitals{Standing: OutcomeTimeout, FailingSince: ago(since)},
	}
}

func withMove(s SourceState) SourceState {
	s.Move = Move{Address: "https://new.example/"}
	return s
}

func lostFolder() SourceState {
	s := failing(ago(aDay), 3, 0)
	s.Kind, s.Standing = KindSeeds, OutcomeRefused
	return s
}

// What is not well has a cause in words and something to do.
func TestHealthExplainsItself(t *testing.T) {
	for _, s := range []SourceState{
		failing(ago(aDay), 3, time.Hour),
		withMove(SourceState{}),
		{Move: Move{Target: "https://new.example/", By: NoticeNewFeed, Seen: 4}},
		{Source: Source{Kind: KindFeed}, Vitals: Vitals{Latest: ago(91 * aDay)}},
		{Vitals: Vitals{Latency: 11 * time.Second}},
		{Vitals: Vitals{Standing: OutcomeGone}},
		lostFolder(),
	} {
		if h := s.Health(healthNow); h == HealthOK || s.Cause(healthNow) == "" || s.Advice(healthNow) == "" {
			t.Errorf("%s: cause %q, advice %q; want both", h, s.Cause(healthNow), s.Advice(healthNow))
		}
	}
	if got := lostFolder().Advice(healthNow); !strings.Contains(got, "folder") {
		t.Errorf("a lost seed folder: got %q, want the folder in it", got)
	}
	if got := failing(ago(aDay), 1, 0).Cause(healthNow); got != "the latest attempt failed: no answer" {
		t.Errorf("a hiccup: got %q, want the last error", got)
	}
	secret := SourceState{Move: Move{Address: "https://new.example/feed?token=canary"}}
	secret.Public = true
	private := SourceState{Move: Move{Address: "https://new.example/canary"}}
	for _, s := range []SourceState{secret, private} {
		if got := s.Cause(healthNow); strings.Contains(got, "canary") || !strings.Contains(got, "new.example") {
			t.Errorf("got %q, want the host and not the secret", got)
		}
	}
}

// An error of HTTP is answered by what its status means.
func TestAdviceKnowsTheStatus(t *testing.T) {
	for status, want := range map[int]string{401: "basic_auth:", 403: "user_agent:", 404: "tributary add", 500: "wait", 503: "wait"} {
		s := failing(ago(aDay), 3, 0)
		s.Standing, s.Last = OutcomeHTTPError, Fetch{Outcome: OutcomeHTTPError, Status: status}
		if got := s.Advice(healthNow); !strings.Contains(got, want) {
			t.Errorf("%d: got %q, want %s in it", status, got, want)
		}
	}
}

// outcomes are the words that fetch.go declares, so that a new one cannot be
// forgotten.
func outcomes(t *testing.T) []Outcome {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "fetch.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []Outcome
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Outcome") {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
			if word, err := strconv.Unquote(lit.Value); err == nil {
				all = append(all, Outcome(word))
			}
		}
		return true
	})
	return all
}

func TestEveryOutcomeHasAdvice(t *testing.T) {
	all := outcomes(t)
	if len(all) < 18 {
		t.Fatalf("got %d outcomes from the source, want all", len(all))
	}
	for _, o := range all {
		if o.Advice() == "" {
			t.Errorf("%s: no advice", o)
		}
	}
	if len(advice) != len(all) {
		t.Errorf("advice for %d outcomes, want %d: one has gone", len(advice), len(all))
	}
}

func TestPause(t *testing.T) {
	every := func(d time.Duration, n int) []time.Time {
		var times []time.Time
		for i := range n {
			times = append(times, ago(time.Duration(i)*d))
		}
		return times
	}
	weekdays := func() []time.Time {
		var times []time.Time
		for d := range 60 {
			if day := ago(time.Duration(d) * aDay); day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
				times = append(times, day)
			}
		}
		return times
	}
	for _, test := range []struct {
		name  string
		times []time.Time
		want  time.Duration
	}{
		{"none", nil, 0},
		{"five entries tell four pauses", every(time.Hour, 5), 0},
		{"hourly", every(time.Hour, 50), time.Hour},
		{"one summer", append(every(time.Hour, 50), ago(100*aDay)), time.Hour},
		{"on weekdays", weekdays(), 3 * aDay},
		{"a backlog without dates is one time", make([]time.Time, 50), 0},
		{"six entries and one long pause", append(every(aDay, 6), ago(50*aDay)), 45 * aDay},
	} {
		if got := Pause(test.times); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestNextPace(t *testing.T) {
	latency := NextLatency(0, time.Second)
	if latency != time.Second {
		t.Errorf("first: got %v, want 1s", latency)
	}
	if latency = NextLatency(latency, 29*time.Second); latency > slowAnswer {
		t.Errorf("one late answer: got %v, want no slow source", latency)
	}
	if latency = NextLatency(latency, 29*time.Second); latency <= slowAnswer {
		t.Errorf("two late answers: got %v, want a slow source", latency)
	}
	for range 8 {
		latency = NextLatency(latency, time.Second)
	}
	if latency > 3*time.Second {
		t.Errorf("recovered: got %v, want about 1s", latency)
	}
}
