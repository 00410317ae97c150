package clean

import (
	"testing"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// TestFoldWord checks that the fast path of foldWord agrees with the full one, for
// every character and every pair of letters on it.
func TestFoldWord(t *testing.T) {
	fold := cases.Fold()
	check := func(word string) {
		t.Helper()
		if got, want := foldWord(fold, word), cases.Fold().String(norm.NFKC.String(word)); got != want {
			t.Errorf("foldWord(%q) = %q, want %q", word, got, want)
		}
	}
	for a := rune(1); a < 0x3000; a++ {
		check("W" + string(a) + "l")
	}
	for a := rune(0); a < 0x400; a++ {
		for b := rune(0); b < 0x400; b++ {
			check(string([]rune{a, b}))
		}
	}
}
