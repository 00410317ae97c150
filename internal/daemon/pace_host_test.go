package daemon

import (
	"fmt"
	"testing"
)

func TestPaced(t *testing.T) {
	const one = "https://one.example/%d"
	addresses := map[int64]string{}
	for id := range int64(5) {
		addresses[id] = fmt.Sprintf(one, id)                       // sources of one host
		addresses[10+id] = fmt.Sprintf("https://h%d.example/", id) // sources of hosts of their own
	}
	p := newPaced(addresses, map[int64]string{0: "https://away.example/"})
	want := func(when string, id int64, group string) {
		t.Helper()
		if got := p.group(id); got != group {
			t.Errorf("%s: source %d counts for %s, want %s", when, id, got, group)
		}
	}
	want("a host of five redirects one of them elsewhere", 0, "one.example")
	want("no redirect", 1, "one.example")

	p.answer(10, "other.example")
	want("a source that another host answers", 10, "other.example")
	for id := int64(11); id < 15; id++ {
		p.answer(id, "other.example")
	}
	want("five sources that another host answers", 14, "other.example")
	want("the first of them", 10, "other.example")

	for id := int64(10); id < 15; id++ {
		if !p.answer(id, fmt.Sprintf("h%d.example", id-10)) || p.answer(id, fmt.Sprintf("h%d.example", id-10)) {
			t.Errorf("source %d: its own host answers again, which is a change once", id)
		}
		want("no redirect any more", id, fmt.Sprintf("h%d.example", id-10))
	}
	if n := p.burden["other.example"]; n != 0 {
		t.Errorf("%d sources burden a host that answers none", n)
	}

	for id := range int64(5) {
		p.answer(id, "away.example")
	}
	want("five sources of one host that another answers", 4, "away.example")
}
