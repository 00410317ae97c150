package story

import (
	"slices"
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
