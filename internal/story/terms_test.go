package story

import (
	"slices"
	"strings"
	"testing"
)

// TestNamesThatFind checks that an entry is found by the long words of its headline,
// and looks for others by those and by the long words of its beginning.
func TestNamesThatFind(t *testing.T) {
	s := &Sketch{}
	s.write("Streik legt Fähre nach Sandkoog lahm", "Seit Mitternacht ruht die Fähre am Kai, sagt Ina Brandt.")
	for word, want := range map[string]struct{ kept, asked bool }{
		"Sandkoog":    {true, true},
		"Streik":      {true, true},
		"Fähre":       {false, false},
		"Mitternacht": {false, true},
		"Brandt":      {false, true},
		"Ina":         {false, false},
		"nach":        {false, false},
	} {
		term := mix(hashWord(word))
		if got := slices.Contains(s.Kept(), term); got != want.kept {
			t.Errorf("%s: kept %v, want %v", word, got, want.kept)
		}
		asked := func(a Term) bool { return a.Hash == term }
		if got := slices.ContainsFunc(s.Asked(), asked); got != want.asked {
			t.Errorf("%s: asked %v, want %v", word, got, want.asked)
		}
	}
}

// TestFewNames checks that a teaser whose headline names little is found by the long words of
// its beginning as well, and a longer text is not: it has runs enough.
func TestFewNames(t *testing.T) {
	teaser := "Die Werft in Sandkoog verliert ihren größten Auftrag, und die Belegschaft erfährt es aus der Zeitung."
	for _, c := range []struct {
		title, text string
		want        bool
	}{
		{"Das tut weh", teaser, true},
		{"Das schmerzt", teaser, true},
		{"Zeitung schlägt Betriebsrat", teaser, false},
		{"Das tut weh", teaser + strings.Repeat(" Der Betriebsrat berät am Abend darüber, was nun zu tun ist.", 7), false},
	} {
		s := &Sketch{}
		s.write(c.title, c.text)
		if got := slices.Contains(s.Kept(), mix(hashWord("Belegschaft"))); got != c.want {
			t.Errorf("%q above %d words: found by its beginning %v, want %v", c.title, s.Words, got, c.want)
		}
	}
}
