package story

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

func TestHabitsAreWhatFourStoriesSay(t *testing.T) {
	var h Habits
	mark := func(runs ...uint32) []uint32 {
		s := &Sketch{Runs: runs}
		h.Mark(s)
		return s.Runs
	}
	for n := range habitTimes {
		if got := mark(16, 24|flagLead); got[0]&flagCommon != 0 {
			t.Errorf("a habit after %d stories", n)
		}
		h.Learn(Sample{Sketch: &Sketch{Runs: []uint32{8, 16 | flagLead, uint32(32 + 8*n)}}})
	}
	if got := mark(16, 24|flagLead); got[0] != 16|flagCommon || got[1] != 24|flagLead {
		t.Errorf("marked %d, want the first run, whatever stands around it", got)
	}
	for range HabitStories - habitTimes + 1 {
		h.Learn(Sample{Sketch: &Sketch{Runs: []uint32{200}}})
	}
	if got := mark(16, 200); got[0] != 16 || got[1] != 200|flagCommon {
		t.Errorf("marked %d, want what the last %d stories say and not what was before", got, HabitStories)
	}
}

// TestRestIsWhatTheSourceDoesNotAlwaysSay sets aside usual runs, the usual words around a figure,
// and what was filled in between two of those if it is less than a run.
func TestRestIsWhatTheSourceDoesNotAlwaysSay(t *testing.T) {
	const before, after = "by our own reporter now standing", "at the old town harbour bridge"
	u := usual{runs: append(runs(tokens(before)), runs(tokens(after))...),
		settings: map[setting]bool{figureAt(tokens("reading takes 7 minutes"), 2).settings()[1]: true}}
	slices.Sort(u.runs)
	for text, want := range map[string]string{
		before + " Mara Weir Junior " + after:            "",
		before + " the lock keeper saw a heron " + after: "the lock keeper saw a heron",
		"Herons return " + before + " Mara":              "Herons return Mara",
		"Herons return takes 9 minutes":                  "Herons return",
	} {
		if got := u.rest(tokens(text)); !slices.Equal(got, tokens(want)) {
			t.Errorf("of %q %d words are left, want %q", text, len(got), want)
		}
	}
}

// TestWhatASourceAlwaysSaysTiesNothing has two companies that print one paragraph about
// their group below every notice. A notice is matched to the other's by it while the
// paragraph is new here, but not once it is known.
func TestWhatASourceAlwaysSaysTiesNothing(t *testing.T) {
	const about = `Über die Hallwerke: Die Gruppe betreibt mit zwölf Gesellschaften Netze für Wärme, Strom und Wasser zwischen Alt und Linnau und ist
		im Besitz der Städte und Kreise, die sie versorgt. Sie beschäftigt Fachleute aus vielen Ländern, bildet jedes Jahr junge Menschen in technischen und
		kaufmännischen Berufen aus und legt jeden Gewinn wieder in ihre Anlagen. Wer Fragen hat, erreicht das Büro für Medien an Werktagen am Vormittag.`
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	notice := func(outlet string, n int, title, text string) Item {
		id := fmt.Sprintf("https://%s/%d", outlet, n)
		return Item{ID: id, URL: id, Outlet: outlet, Title: title, Text: text + " " + about, Language: "de"}
	}
	said := []Item{
		notice("werke.example", 1, "Neues Umspannwerk in Altmoor", "Das Umspannwerk geht nach zwei Jahren Bauzeit ans Netz und entlastet die Leitung."),
		notice("werke.example", 2, "Lehrlinge legen Blühwiese an", "Am Ufer wächst jetzt, was Bienen mögen, und gemäht wird nur noch im Herbst."),
		notice("werke.example", 3, "Kundenzentrum öffnet länger", "Am Donnerstag bleibt der Schalter bis zum Abend besetzt, auch in den Ferien."),
		notice("werke.example", 4, "Rohrbruch am Hafen behoben", "Die Straße am Kai ist wieder frei, das Wasser fließt seit dem Morgen überall."),
		notice("werke.example", 5, "Solardach auf der Schwimmhalle", "Das Dach der Halle liefert bald den Strom für Pumpen, Licht und Sauna."),
	}
	other := notice("netze.example", 9, "Glasfaser für Altmoor", "Im Süden der Stadt beginnen die Bagger, zuerst in der Gartenstraße und am Markt.")
	cold := NewClusterer(news.DefaultMatching())
	cold.Add(said[0], at)
	if v := cold.Add(other, at.Add(time.Hour)); v.Reason == news.ReasonNew {
		t.Fatalf("%+v: nothing ties the notices even at first, so this test proves nothing", v)
	}
	c := NewClusterer(news.DefaultMatching())
	for i, item := range said {
		if v := c.Add(item, at.Add(time.Duration(i)*30*time.Hour)); v.Reason != news.ReasonNew {
			t.Errorf("notice %d of one company: %+v", i, v)
		}
	}
	if v := c.Add(other, at.Add(5*30*time.Hour)); v.Reason != news.ReasonNew {
		t.Errorf("the other company's notice: %+v", v)
	}
}

// TestWhatTiesASourceIsFoundOut checks that the entries of a new source are told apart
// eventually if they share a long notice and a word of their headlines. At first they are
// taken for one article, but they count for the habits, because their headlines differ.
func TestWhatTiesASourceIsFoundOut(t *testing.T) {
	const notice = `Sie möchten weiterlesen? Mit unserem Abo lesen Sie alles ohne Grenze auf jedem Gerät, dazu die gedruckte Zeitung schon am Vorabend und
		unsere Rätsel. Im ersten Monat kostet es einen Euro, danach neun, und Sie kündigen, wann Sie mögen. Wer schon liest, meldet sich mit Adresse und
		Kennwort an. Haben Sie Fragen zu Ihrem Zugang, hilft Ihnen unser Leserservice werktags von morgens bis abends gern weiter. Hinweise an die Redaktion
		behandeln wir vertraulich, Leserbriefe kürzen wir, wenn es sein muss, und wer etwas gesehen hat, was die Stadt wissen sollte, schreibt uns. Diese
		Zeitung gehört zu einem Haus, in dem elf Blätter und vier Sender im Norden zusammenarbeiten und sich Fotos, Texte und manchmal den Kaffee teilen.`
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	c := NewClusterer(news.DefaultMatching())
	var verdicts []Verdict
	for i, n := range [][2]string{
		{"Kiosk überfallen in Altmoor", "Ein Mann mit Maske verlangte am Abend die Kasse und floh ohne Beute auf einem Rad."},
		{"Storch kehrt zurück nach Altmoor", "Das Männchen landete mittags auf dem Schulhaus und begann sofort mit dem Nest."},
		{"Altmoor baut Rutsche am Freibad", "Der Rat stimmte knapp dafür, die Hälfte zahlt der Verein mit gesammeltem Altpapier."},
		{"Kran kippt bei Altmoor aufs Dach", "Der Fahrer sprang ab, der Supermarkt stand leer, die Straße bleibt bis Freitag zu."},
		{"Orgel erklingt wieder, Altmoor feiert", "Nach fünf Jahren spielte die Kantorin Buxtehude, und die Kirche war voll."},
		{"Lehrerin aus Altmoor gewinnt Schachpokal", "Sie ließ zwei Großmeister hinter sich und kauft vom Preisgeld Bretter für ihre Klasse."},
	} {
		id := fmt.Sprintf("https://moorbote.example/%d", i)
		verdicts = append(verdicts, c.Add(Item{ID: id, URL: id, Outlet: "moorbote.example", Title: n[0], Text: n[1] + " " + notice, Language: "de"}, at.Add(time.Duration(i)*time.Hour)))
	}
	if v := verdicts[1]; v.Reason != news.ReasonUpdate {
		t.Fatalf("%+v: nothing ties the first two, so this test proves nothing", v)
	}
	if v := verdicts[5]; v.Reason != news.ReasonNew {
		t.Errorf("the last: %+v", v)
	}
}

// TestASeriesIsFoundOut checks that a text repeated every day under one headline is taken
// for one article only until it is a habit. Repetitions within a day do not make a habit.
func TestASeriesIsFoundOut(t *testing.T) {
	const service = `Liebe Leserinnen und Leser, auch heute halten wir unseren Schalter am Markt von morgens bis abends für Sie offen. Sie können
		dort Anzeigen aufgeben, Karten für Konzerte abholen, alte Ausgaben bestellen und mit uns über das sprechen, was in der Stadt geschieht.
		Wer nicht gut zu Fuß ist, den rufen wir zurück; eine Postkarte genügt. Am Tresen bedient Sie heute gern %s mit Kaffee und Gebäck,
		und wer mag, bekommt eine Führung durch die Setzerei, in der noch immer Buchstaben aus Blei liegen.`
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		pause time.Duration
		want  news.Reason // of the seventh
	}{"day by day": {24 * time.Hour, news.ReasonNew}, "hour by hour": {time.Hour, news.ReasonUpdate}} {
		clusterer := NewClusterer(news.DefaultMatching())
		var last Verdict
		for i, who := range []string{"Anna Weiß", "Bert Moor", "Cora Lind", "Dirk Hein", "Elsa Voss", "Fred Kolm", "Gesa Thoms"} {
			id := fmt.Sprintf("https://bote.example/service/%d", i)
			last = clusterer.Add(Item{ID: id, URL: id, Outlet: "bote.example", Title: "Unser Schalter ist für Sie da und wartet", Text: fmt.Sprintf(service, who), Language: "de"},
				at.Add(time.Duration(i)*c.pause))
			if i == 1 && last.Reason != news.ReasonUpdate {
				t.Fatalf("%s: the second is %+v, want one that is taken for the first", name, last)
			}
		}
		if last.Reason != c.want {
			t.Errorf("%s: %+v, want %q", name, last, c.want)
		}
	}
}
