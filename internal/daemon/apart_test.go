package daemon

import (
	"testing"

	"tributary/internal/config"
)

// A source that never merges is known as such to whoever pulls it, at once after
// a reload too.
func TestApartReachesThePull(t *testing.T) {
	h := newHome(t, "sources:", "  - {feed: http://a.example/, name: a, merge: false}", "  - {feed: http://b.example/, name: b}")
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	check := func(want map[string]bool) {
		t.Helper()
		for _, s := range d.current.Load().sources {
			if s.Source.Apart != want[s.Name] {
				t.Errorf("source %s: apart %v, want %v", s.Name, s.Source.Apart, want[s.Name])
			}
		}
	}
	check(map[string]bool{"a": true})
	h.configure("sources:", "  - {feed: http://a.example/, name: a}", "  - {feed: http://b.example/, name: b, merge: false}")
	cfg, err := load(h.options(), config.Load)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.apply(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	check(map[string]bool{"b": true})
}
