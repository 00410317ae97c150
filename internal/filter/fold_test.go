package filter

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"plain text 1", "plain text 1"},
		{"Müller", "mueller"},
		{"MÜLLER", "mueller"},
		{"Mueller", "mueller"},
		{"Mu\u0308ller", "mueller"},
		{"schon", "schon"},
		{"schön", "schoen"},
		{"Straße STRASSE STRAẞE", "strasse strasse strasse"},
		{"Äpfel und Öl", "aepfel und oel"},
		{"Café, naïve, Citroën", "cafe, naive, citroen"},
		{"e\u0301", "e"},
		{"ǖ ṻ", "ue ue"},
		{"Åsa Øst Łódź đak þing ħal", "asa ost lodz dak thing hal"},
		{"œuvre Ærø", "oeuvre aero"},
		{"İstanbul ılık", "istanbul ilik"},
		{"ﬁnanz Ｆｕｌｌ ſie m²", "finanz full sie m2"},
		{"Marke™", "marke™"},
		{"Trump’s", "trump's"},
		{"Straf\u00ADver\u200Bfahren", "strafverfahren"},
		{"a\u00A0b", "a b"},
		{"ΟΔΥΣΣΕΎΣ οδυσσεύς", "οδυσσευσ οδυσσευσ"},
		{"МОЙ мои Ёлка молоко́ Київ їжа", "мой мои елка молоко київ їжа"},
		{"مُحَمَّد", "محمد"},
		{"שָׁלוֹם", "שלום"},
		{"が", "が"},
		{"か\u3099", "が"},
		{"한국", "한국"},
		{"हिन्दी", "हिन्दी"},
		{"\u0308a", "a"},
		{"a\xffb", "a\uFFFDb"},
	} {
		if got := Fold(c.text); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{" ... ", nil},
		{"Die S-Bahn fährt.", []string{"die", "s", "bahn", "faehrt"}},
		{"Trump’s 3,5 %", []string{"trump", "s", "3", "5"}},
		{"Marke™", []string{"marke"}},
		{"東京 Tower2", []string{"東", "京", "tower2"}},
		{"ab東", []string{"ab", "東"}},
		{"हिन्दी", []string{"हिन्दी"}},
	} {
		if got := slices.Collect(Words(Fold(c.text))); !slices.Equal(got, c.want) {
			t.Errorf("words of %q: %q, want %q", c.text, got, c.want)
		}
	}
	for range Words("one two") { // who has seen enough may stop
		break
	}
}

// FuzzFold holds that folding is done once and for all, and that it does not
// matter how a character was composed.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"Müller", "Mu\u0308ller", "ǟ", "й\u0301", "か\u3099", "שָׁ", "ΐ", "\u1100\u1161\u11A8", "ŉ", "a\u0308\u0308", "İ", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := Fold(s)
		if again := Fold(folded); again != folded {
			t.Fatalf("%q folds to %q, that to %q", s, folded, again)
		}
		if composed, apart := Fold(norm.NFC.String(s)), Fold(norm.NFD.String(s)); composed != apart {
			t.Fatalf("%q composed folds to %q, decomposed to %q", s, composed, apart)
		}
		for word := range Words(folded) {
			if word == "" || !strings.Contains(folded, word) {
				t.Fatalf("%q has the word %q", folded, word)
			}
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, s := range map[string]string{
		"german":   "Der Bundesverkehrsminister äußerte sich am Dienstag über die Pläne für größere Brücken. ",
		"english":  "The minister of transport spoke on Tuesday about the plans for larger bridges. ",
		"russian":  "Министр транспорта рассказал во вторник о планах строительства мостов. ",
		"japanese": "運輸大臣は火曜日に橋の計画について話しました。",
	} {
		text := strings.Repeat(s, 1500/len(s)+1)[:1500/len(s)*len(s)]
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for range b.N {
				for range Words(Fold(text)) {
				}
			}
		})
	}
}
