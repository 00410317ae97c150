package seed

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestHeadline(t *testing.T) {
	for _, c := range []struct{ lead, want string }{
		{"Der Pegel am alten Wehr ist in der Nacht gestiegen, doch die Brücke bleibt offen.", "Der Pegel am alten Wehr ist in der Nacht gestiegen"},
		{"Der Regen kam spät, aber er blieb lange.", "Der Regen kam spät, aber er blieb lange"},
		{"Um 1,5 Meter ist der Pegel gestiegen, sagt die Wärterin.", "Um 1,5 Meter ist der Pegel gestiegen"},
		{"Elbe, Donau, Rhein und Weser führen in diesem Sommer wenig Wasser, und das Meer merkt es.", "Elbe, Donau, Rhein und Weser führen in diesem Sommer wenig Wasser"},
		{"Als die Sonne über dem Hafen aufging, lagen die Boote still.", "Als die Sonne über dem Hafen aufging, lagen die Boote still"},
		{"When the sun came up over the harbour, the boats lay still, and nobody spoke.", "When the sun came up over the harbour, the boats lay still"},
		{"Der Pegel, der seit Tagen sinkt, steht nun bei 90 Zentimetern, und er fällt weiter.", "Der Pegel, der seit Tagen sinkt, steht nun bei 90 Zentimetern"},
		{"„Wir haben gewartet, und es hat sich gelohnt“, sagt die Wärterin, die den Biber kennt.", "„Wir haben gewartet, und es hat sich gelohnt“"},
		{"AM WEHR (Flussbote) – Die alte Brücke wird im Herbst erneuert. Das kostet.", "Die alte Brücke wird im Herbst erneuert"},
		{"Dresden – Die alte Brücke wird im Herbst erneuert; das kostet.", "Die alte Brücke wird im Herbst erneuert"},
		{"Der Pegel – Sinnbild des ganzen Tals am Fluss, heißt es.", "Der Pegel – Sinnbild des ganzen Tals am Fluss"},
		{"Neustadt am Wehr (fb): Die alte Brücke wird im Herbst erneuert, sagt der Rat.", "Die alte Brücke wird im Herbst erneuert"},
		{"UPPER VALLEY (River Notes) — The old bridge will be closed, the council says.", "The old bridge will be closed"},
		{"The gauge at the old weir stood at 1.8 metres in the night -- half a metre below the mark.", "The gauge at the old weir stood at 1.8 metres in the night"},
		{"(Would you like to read this by the river? Here is how.)", "Would you like to read this by the river?"},
		{"今年春天河里的水比往年多得多，整个村子的人都在岸边看着，谁也没有说话。", "今年春天河里的水比往年多得多，整个村子的人都在岸边看着"},
		{"The keeper of the old gauge has read the level of the water every single morning for more than forty years and has written each of the numbers down in green notebooks.", "The keeper of the old gauge has read the level of the water every single morning for more than forty years"},
		{"The old bridge will be closed from Monday: the bolts are loose.", "The old bridge will be closed from Monday"},
		{"Am 3. Dezember wird die Brücke gesperrt, z. B. für Lkw.", "Am 3. Dezember wird die Brücke gesperrt"},
		{"Dr. Weirfield reads the gauge every day. She never misses one.", "Dr. Weirfield reads the gauge every day"},
		{"Is the river really rising again? The keeper thinks so.", "Is the river really rising again?"},
		{"The keeper (who is 81, and proud of it) has read the gauge again, as always.", "The keeper (who is 81, and proud of it) has read the gauge again"},
		{"Nein. Die Brücke bleibt zu, sagt der Rat der Gemeinde am Fluss.", "Nein. Die Brücke bleibt zu"},
		{"Pegel 143 cm", "Pegel 143 cm"},
		{"Es kostet 1.500 Euro und dauert zwei Wochen, heißt es.", "Es kostet 1.500 Euro und dauert zwei Wochen"},
		{"Zwei Flüsse – ein Bett: so heißt das Buch der Wärterin, das im Herbst erscheint.", "Zwei Flüsse – ein Bett"},
	} {
		if got := headline(c.lead); got != c.want {
			t.Errorf("headline of %q\n got %q\nwant %q", c.lead, got, c.want)
		}
	}
}

func TestHeadlineOfALongSentence(t *testing.T) {
	got := headline(strings.Repeat("immer weiter fließt das Wasser ", 20) + ".")
	if n := utf8.RuneCountInString(got); n > maxTitle || !strings.HasSuffix(got, "…") {
		t.Errorf("%d characters: %q", n, got)
	}
}

// TestHeadlineOfAList checks that the time for a title does not grow with the square of the commas,
// brackets or dots: a list may be megabytes long.
func TestHeadlineOfAList(t *testing.T) {
	for _, item := range []string{"Wehr, ", "»Wehr, ", "(Wehr, ", "Wehr und ", "Wehr – ", "."} {
		start := time.Now()
		got := headline("Der Pegel " + strings.Repeat(item, 300_000/len(item)))
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q: %v", item, took)
		}
		if !strings.HasPrefix(got, "Der Pegel") {
			t.Errorf("%q: %q", item, got)
		}
	}
	if got := sentences(strings.Repeat(".", 300_000) + " ende"); len(got) != 1 {
		t.Errorf("a line of dots is %d sentences", len(got))
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
	}{
		{"Eins. Zwei. Drei.", 3}, {"Am 3. Dezember war es so weit. Gut.", 2}, {"Das kostet 1.500 Euro.", 1}, {"Dr. Auental kam. Sie blieb.", 2},
		{"„Ja.“ Sie ging.", 2}, {"z. B. am Fluss. Und im Tal.", 2}, {"What? No! Yes…", 3}, {"e.g. here and i.e. there", 1}, {"", 0}, {"Im Jahr 2024. Danach nichts.", 2},
	} {
		got := sentences(c.in)
		if len(got) != c.want || strings.Join(got, " ") != c.in {
			t.Errorf("%q: %q, want %d", c.in, got, c.want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"Kurz.", 10, "Kurz."},
		{"Der erste Satz. Der zweite Satz ist länger.", 25, "Der erste Satz."},
		{"Ein langer Satz ohne Ende und ohne Punkt", 20, "Ein langer Satz…"},
		{strings.Repeat("ä", 30), 10, strings.Repeat("ä", 9) + "…"},
	} {
		if got := shorten(c.in, c.limit); got != c.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

func TestWordsAndRuns(t *testing.T) {
	if got, want := wordsOf("Der Fluß, 1,5 km — „schön“! Vier\u00ad水位"), []string{"der", "fluß", "1", "5", "km", "schön", "vier", "水", "位"}; !slices.Equal(got, want) {
		t.Errorf("words %q, want %q", got, want)
	}
	a := runsOf(wordsOf("one two three four five six seven eight nine ten"))
	b := runsOf(wordsOf("one two three four five six seven eight nine eleven"))
	if got, want := remains(a, b), 5.0/6; got != want {
		t.Errorf("%v remain, want %v", got, want)
	}
	if got := remains(nil, b); got != 0 {
		t.Errorf("of nothing %v remain", got)
	}
	if got := len(runsOf(wordsOf("two words"))); got != 1 {
		t.Errorf("%d runs of a short text, want 1", got)
	}
}
