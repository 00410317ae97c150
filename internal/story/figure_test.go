package story

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestFiguresOfTwoTexts checks what counts as agreement and what as a contradiction.
func TestFiguresOfTwoTexts(t *testing.T) {
	for _, c := range []struct {
		name    string
		a, b    string
		common  share
		clashes int
	}{
		{"the same", "The storm left 12 people dead in Selby.", "In Selby the storm left 12 people dead.", share{1, 1}, 0},
		{"another figure in the same words", "The storm left 12 people dead in Selby.", "The storm left 14 people dead in Selby.", share{0, 1}, 1},
		{"auf Deutsch", "Bei dem Sturm kamen 12 Menschen ums Leben.", "Bei dem Sturm kamen vierzig, dann 14 Menschen ums Leben.", share{0, 1}, 1},
		{"written out", "Bei dem Sturm kamen zwölf Menschen ums Leben.", "Bei dem Sturm kamen 12 Menschen ums Leben.", share{1, 1}, 0},
		{"another day", "Der Rat tagt am Dienstag im Schloss.", "Der Rat tagt am Mittwoch im Schloss.", share{0, 1}, 1},
		{"a count that one text has", "The storm left 12 people dead in Selby. Read all 37 comments here.", "The storm left 12 people dead in Selby.", share{1, 1}, 0},
		{"counts in other words", "Lesezeit: 4 Minuten. Der Rat tagt im Schloss.", "Der Rat tagt im Schloss. Schon 37 Leser meinen etwas dazu.", share{0, 1}, 0},
		{"before both", "Shares rose by 12 yesterday.", "Shares rose by 15 later.", share{0, 1}, 1},
		{"on either side", "They had 12 cows.", "We had 15 cows.", share{0, 1}, 1},
		{"behind both", "Only 12 cows drowned.", "Nearly 15 cows drowned.", share{0, 1}, 1},
		{"one word is too little", "Only 12 cows drowned.", "Nearly 15 cows swam.", share{0, 1}, 0},
		{"a figure beside a figure", "Seats: 12 14 16", "Hours: 11 13 15", share{0, 3}, 0},
		{"both have both", "First 12 cows drowned, then 15 cows drowned.", "First 15 cows drowned, then 12 cows drowned.", share{2, 2}, 0},
		{"one figure twice", "First 12 cows drowned, then 12 sheep ran.", "Some 15 cows drowned. Some 16 sheep ran.", share{0, 1}, 1},
	} {
		a, b := &Sketch{}, &Sketch{}
		a.write("", c.a)
		b.write("", c.b)
		for _, order := range [][2]*Sketch{{a, b}, {b, a}} {
			if common, clashes := compareFigures(order[0], order[1]); common != c.common || clashes != c.clashes {
				t.Errorf("%s: %v agree and %d clash, want %v and %d", c.name, common, clashes, c.common, c.clashes)
			}
		}
	}
}

const (
	notice = "Wir sind eine Genossenschaft und gehören unseren Lesern, schon %d von ihnen haben einen Anteil gezeichnet und lesen uns gern."
	letter = "You read this because your parish pays for the letter, which %d homes receive each week through the door on foot."
)

// bodies are texts of one source without a word in common.
func bodies() []string {
	return strings.Split(`Am Ufer wächst jetzt Klee und gemäht wird nur noch im Herbst|Der Schalter bleibt bis zum Abend besetzt auch während Ferien|
		Die Straße ist wieder frei denn Wasser fließt seit Montag überall|Pumpen Licht Sauna bekommen bald Strom vom eigenen Dach|
		Unter alten Eichen feiern Sänger ihr großes Jubiläum mit Gästen`, "|")
}

// habitual returns a source that said each body with the same text before and after it.
func habitual(before, after string) *Habits {
	h := &Habits{}
	for i, body := range bodies() {
		s := &Sketch{}
		s.write("", fill(before, i)+" "+body+" "+fill(after, i))
		h.Mark(s)
		h.Learn(Sample{Sketch: s})
	}
	return h
}

func fill(text string, i int) string {
	return strings.ReplaceAll(text, "%d", fmt.Sprint(2104+37*i))
}

// TestWhatIsUsualIsSetAside checks that a text is compared as if its source had not
// added what it always adds, wherever that stands and whatever figure is filled in.
func TestWhatIsUsualIsSetAside(t *testing.T) {
	const one, two = "Fachleute haben am Deich bei Altmoor Risse von 80 Metern entdeckt und messen nun jede Woche nach,", "weil das Wasser der Alt vor dem Winter gewöhnlich um zwei Meter steigt und die Schafe fehlen."
	want := &Sketch{}
	want.write("Risse im Deich", one+" "+two)
	for name, c := range map[string]struct{ before, after, text string }{
		"at the beginning": {notice, "", notice + " " + one + " " + two},
		"at the end":       {"", letter, one + " " + two + " " + letter},
		"in the middle":    {notice, "", one + " " + notice + " " + two},
		"at both ends":     {notice, letter, notice + " " + one + " " + two + " " + letter},
		"counts":           {"Lesezeit: %d Minuten.", "Schon %d Kommentare dazu", "Lesezeit: %d Minuten. " + one + " " + two + " Schon %d Kommentare dazu"},
		"a credit":         {"", "Bild %d von %d: Stadtarchiv, Sammlung Weber, Album", one + " Bild %d von %d: Stadtarchiv, Sammlung Weber, Album " + two},
		"a count":          {"", "Shared %d times, mailed %d times, read aloud by volunteers", one + " " + two + " Shared %d times, mailed %d times, read aloud by volunteers"},
		"nothing usual":    {"", "", one + " " + two},
	} {
		s := &Sketch{}
		s.write("Risse im Deich", strings.ReplaceAll(c.text, "%d", "9876"))
		habitual(c.before, c.after).Mark(s)
		own := slices.DeleteFunc(slices.Clone(s.Runs), func(r uint32) bool { return r&flagCommon != 0 })
		figures := s.telling(nil)
		if !slices.Equal(own, want.Runs) || !slices.Equal(figures, want.Figures) || !slices.Equal(s.Names, want.Names) || s.Words != want.Words {
			t.Errorf("%s: %d runs, %d figures, %d names and %d words remain, want %d, %d, %d and %d",
				name, len(own), len(figures), len(s.Names), s.Words, len(want.Runs), len(want.Figures), len(want.Names), want.Words)
		}
		if s.words != nil || s.head != nil || s.title != "" {
			t.Errorf("%s: the text stays with the sketch", name)
		}
	}
}

// TestAHabitIsNotForgotten checks that what is set aside stays known as long as it is said.
func TestAHabitIsNotForgotten(t *testing.T) {
	h := habitual(notice, "")
	for i := range 3 * HabitStories {
		s := &Sketch{}
		s.write("", fmt.Sprintf(notice+" Satz %d sagt %x, %x und %x wie nie.", 9000+i, i, hash32("a", fmt.Sprint(i)), hash32("b", fmt.Sprint(i)), hash32("c", fmt.Sprint(i))))
		h.Mark(s)
		if words := len(tokens(notice)); s.Words > 12 || s.Words < 4 {
			t.Fatalf("story %d: %d words remain beside the %d of the notice", i, s.Words, words)
		}
		h.Learn(Sample{Sketch: s})
	}
}

// TestFiguresOfAForm checks that the figures distinguish the forms that a source fills
// in, which have hardly a word of their own.
func TestFiguresOfAForm(t *testing.T) {
	const form = "Die Alt steht bei Karlsbrück auf %d Zentimetern und steigt weiter, die Behörde warnt vor dem Betreten der Uferwege und der Treppen am Kai."
	h := &Habits{}
	var last []*Sketch
	for i := range 8 {
		s := &Sketch{}
		s.write("Pegel", fmt.Sprintf(form, 388+5*i))
		h.Mark(s)
		h.Learn(Sample{Sketch: s})
		last = append(last, s)
	}
	if common, clashes := compareFigures(last[6], last[7]); common.both != 0 || clashes != 1 {
		t.Errorf("%v agree and %d clash, want none and 1", common, clashes)
	}
}

// TestFiguresOfAFormWithASentence checks that one new sentence below a table makes it
// no report of its own, and that a notice below a report makes that no form.
func TestFiguresOfAFormWithASentence(t *testing.T) {
	const gauges = "Alt bei Karlsbrück %d Zentimeter, Wedel bei Hohenwedel %d Zentimeter, Linn bei Altmoor %d Zentimeter, Kolm bei Sandkoog %d Zentimeter"
	const sentence = " Das Amt hat die Schleuse am Kai bis auf Weiteres gesperrt."
	marked := func(form string, own func(i int) string) (last *Sketch) {
		h := &Habits{}
		for i := range 8 {
			last = &Sketch{}
			last.write("", fill(form, i)+own(i))
			h.Mark(last)
			h.Learn(Sample{Sketch: last})
		}
		return last
	}
	table := marked(gauges+gauges, func(i int) string {
		if i < 7 {
			return ""
		}
		return sentence
	})
	if !table.isForm() || len(table.telling(nil)) == 0 {
		t.Error("the figures of a table with a sentence below are not its news")
	}
	report := marked(letter, func(i int) string { return bodies()[i%5] + sentence + bodies()[(i+1)%5] })
	if report.isForm() {
		t.Error("a report with a notice is a form")
	}
}

// TestThousandsHoweverSeparated checks which figures are one and which are two.
func TestThousandsHoweverSeparated(t *testing.T) {
	one := tokens("12400")
	for _, same := range []string{"12,400", "12.400", "12 400", "12'400", "12’400"} {
		if got := tokens(same); len(got) != 1 || got[0] != one[0] {
			t.Errorf("%q is %d words or another figure", same, len(got))
		}
	}
	for _, two := range []string{"2026 400", "12 40", "12 4000", "030 400"} {
		if got := tokens(two); len(got) != 2 {
			t.Errorf("%q is %d words, want 2", two, len(got))
		}
	}
}

// A word is the same however its letters are typeset.
func TestTypesetting(t *testing.T) {
	for written, plain := range map[string]string{
		"eﬀekt": "effekt", "ﬁnanz": "finanz", "ﬂuss": "fluss", "Oﬃzier": "Offizier", "Auﬄage": "Aufflage",
		"u\u0308ber": "über", "Bauern&#228;hre": "Bauernähre", "&quot;ja&quot;": `"ja"`,
	} {
		got, want := tokens(written), tokens(plain)
		if !slices.Equal(got, want) {
			t.Errorf("%q has the words %v, want those of %q: %v", written, got, plain, want)
		}
	}
}
