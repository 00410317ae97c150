package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// texts of one report, its copy in another paper, and another report of its kind.
const (
	report = `Der Landkreis Ostfelde sperrt ab Montag die alte Eisenbahnbrücke über die Linnau für alle Fahrzeuge. Bei einer
		Prüfung hatten Gutachter Risse in vier der zwölf Pfeiler gefunden. Landrätin Heike Sommerfeld sagte, die Sicherheit gehe vor,
		auch wenn der Umweg über Karlsbrück eine halbe Stunde koste. Pendler sollen bis August mit Bussen fahren, die alle zwanzig
		Minuten verkehren. Die Kosten der Sanierung schätzt der Kreis auf neun Millionen Euro, von denen das Land sechs übernimmt.`
	ownEnd = `Die Fahrradinitiative Linnautal fordert unterdessen eine Behelfsbrücke für Fußgänger und Radfahrer und will am Samstag vor dem
		Kreishaus dafür demonstrieren. Rund zweihundert Teilnehmer werden erwartet, teilte ihr Sprecher mit.`
	other = `Der Landkreis Nordhain öffnet am Dienstag die neue Straßenbrücke über die Senke. Nach drei Jahren Bauzeit rollen dort wieder
		Lastwagen, die bisher durch das Dorf Altmoor fuhren. Bürgermeister Jens Falk lobte die Handwerker und versprach den Anwohnern ruhigere
		Nächte. Gekostet hat das Bauwerk elf Millionen Euro, zwei mehr als geplant, weil der Boden am Ufer nachgab.`
)

func reported(name, title, text string, minutes int) news.Entry {
	link := "https://" + name + ".example/" + strings.ReplaceAll(strings.ToLower(title), " ", "-")
	return news.Entry{GUID: link, Link: link, Title: title, Content: "<p>" + text + "</p>", Language: "de", Published: start.Add(time.Duration(minutes) * time.Minute)}
}

func (b *bench) rows(table string) (n int) {
	b.t.Helper()
	if err := b.db.engine.Read.QueryRowContext(b.t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// at moves the clock of the bench.
func (b *bench) at(d time.Duration) { b.now = start.Add(d) }

func TestWireCopyIsOneStory(t *testing.T) {
	b := newBench(t)
	b.fetch("a", reported("a", "Brücke gesperrt", report, 0))
	b.at(2 * time.Hour)
	b.fetch("b", reported("b", "Risse in den Pfeilern", report+" "+ownEnd, 60))
	b.fetch("c", reported("c", "Brücke in Nordhain fertig", other, 90))
	if got := b.publish("all"); len(got) != 2 {
		t.Fatalf("the feed shows %q, want two stories", got)
	}
	for _, s := range b.edition("all").Shown {
		if s.Entry.Title == "Brücke gesperrt" && len(s.Members) != 1 {
			t.Errorf("%d other members, want the copy", len(s.Members))
		}
	}
	copied, err := b.db.Latest(t.Context(), b.sources["b"].ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	m := copied[0].Entry.Match
	if m.Reason != news.ReasonText || m.Score < .9 || !strings.Contains(m.Detail, "a.example") {
		t.Errorf("the copy was matched by %+v", m)
	}
}

// TestApartStaysApart: entries of a source that never merges are stories of their
// own, whichever comes first; versions within it are still recognised.
func TestApartStaysApart(t *testing.T) {
	b := newBench(t)
	var sources []news.Source
	for _, name := range []string{"a", "b", "c"} {
		s := b.sources[name]
		s.Apart = name == "b"
		sources = append(sources, s)
	}
	b.sync(sources, []news.Feed{b.feeds["all"]})
	b.fetch("a", reported("a", "Brücke gesperrt", report, 0))
	b.fetch("b", reported("b", "Risse in den Pfeilern", report, 1))
	b.fetch("b", reported("b", "Risse in den Pfeilern", report, 1), reported("b", "Update Risse in den Pfeilern", report+" "+ownEnd, 50))
	b.fetch("c", reported("c", "Linnaubrücke zu", report, 60))
	if got := b.publish("all"); len(got) != 2 {
		t.Errorf("the feed shows %q, want the story of a and c and that of b", got)
	}
}

func TestStrictAsksForMore(t *testing.T) {
	words := strings.Fields(report)
	half := strings.Join(words[:len(words)/2], " ") + " " + other
	for level, want := range map[news.Level]int{news.Normal: 1, news.Strict: 2} {
		b := newBench(t)
		b.matching = news.Matching{Level: level, Window: 7 * 24 * time.Hour}
		b.fetch("a", reported("a", "Brücke gesperrt", report, 0))
		b.fetch("b", reported("b", "Eisenbahnbrücke zu, Straßenbrücke offen", half, 10))
		if got := b.publish("all"); len(got) != want {
			t.Errorf("%s: the feed shows %q, want %d", level, got, want)
		}
	}
}

// TestTheIndexHoldsTheWindow: what is older when it comes is not compared by its
// text, and what has left the window leaves the index.
func TestTheIndexHoldsTheWindow(t *testing.T) {
	b := newBench(t)
	week := 7 * 24 * time.Hour
	b.fetch("a", reported("a", "Brücke gesperrt", report, 0), reported("a", "Ein altes Stück", other, -int(week/time.Minute)-60))
	if sketches := b.rows("sketch"); sketches != 1 || len(b.postings()) == 0 {
		t.Fatalf("%d sketches and %d postings, want those of the new entry", sketches, len(b.postings()))
	}
	b.at(week + time.Hour)
	b.fetch("b", reported("b", "Brücke in Nordhain fertig", other, int(week/time.Minute)))
	if sketches := b.rows("sketch"); sketches != 1 {
		t.Errorf("%d sketches after a week, want the new one only", sketches)
	}
	kept := len(b.postings())
	b.at(2*week + 2*time.Hour)
	b.fetch("c", reported("c", "Nur ein Satz", "Nur ein Satz, der wenig sagt.", int(2*week/time.Minute)))
	if left := len(b.postings()); left >= kept {
		t.Errorf("%d postings after two weeks, %d before: those of the second entry are still there", left, kept)
	}
}

// TestWhatAnEntrySaysNowIsCompared: a teaser that grew into an article is found by
// a copy of the article.
func TestWhatAnEntrySaysNowIsCompared(t *testing.T) {
	b := newBench(t)
	first := reported("a", "Vorschau", "Gleich mehr an dieser Stelle.", 0)
	b.fetch("a", first)
	grown := reported("a", "Vorschau", report, 0)
	b.at(time.Hour)
	b.fetch("a", grown)
	b.fetch("b", reported("b", "Risse in den Pfeilern", report+" "+ownEnd, 60))
	if got := b.publish("all"); len(got) != 1 {
		t.Errorf("the feed shows %q, want one story", got)
	}
}

// TestResketch: after an upgrade the index is made anew from what is stored, and
// finds what it found; decisions stay.
func TestResketch(t *testing.T) {
	b := newBench(t)
	b.fetch("a", reported("a", "Brücke gesperrt", report, 0))
	b.fetch("c", reported("c", "Brücke in Nordhain fertig", other, 90))
	sketches, postings := b.rows("sketch"), len(b.postings())
	b.resketch()
	if s, p := b.rows("sketch"), len(b.postings()); s != sketches || p != postings {
		t.Errorf("%d sketches and %d postings, want %d and %d", s, p, sketches, postings)
	}
	b.fetch("b", reported("b", "Risse in den Pfeilern", report+" "+ownEnd, 60))
	if got := b.publish("all"); len(got) != 2 {
		t.Errorf("the feed shows %q, want two stories", got)
	}
	if again, err := b.db.Resketch(t.Context(), news.DefaultMatching(), b.now); again || err != nil {
		t.Errorf("made anew a second time: %v, %v", again, err)
	}
}

// TestASeriesThatBecameOneStory: what comes a day later counts for the habits of its
// source like a first entry, what comes within the day does not.
func TestASeriesThatBecameOneStory(t *testing.T) {
	b := newBench(t)
	firsts := func() (n int) {
		if err := b.db.engine.Read.QueryRow(`SELECT count(*) FROM sketch WHERE first = 1`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		after  time.Duration
		firsts int
	}{{0, 1}, {time.Hour, 1}, {story.SeriesPause + 2*time.Hour, 2}} {
		b.at(c.after)
		e := reported("a", "Brücke gesperrt", report, int(c.after.Minutes()))
		e.GUID = fmt.Sprint("part after ", c.after)
		b.fetch("a", e)
		if stories, got := b.rows("story"), firsts(); stories != 1 || got != c.firsts {
			t.Errorf("after %v: %d stories and %d first entries, want 1 and %d", c.after, stories, got, c.firsts)
		}
	}
}

// TestResketchOfTheUndated: an entry without a date is compared as of when it came, also
// where its place in a first document put it into history.
func TestResketchOfTheUndated(t *testing.T) {
	b := newBench(t)
	var document []news.Entry
	for i := range 20 {
		e := reported("a", fmt.Sprint("Meldung ", i), fmt.Sprint("Nummer ", i, " ist kurz."), 0)
		if i == 19 {
			e = reported("a", "Brücke gesperrt", report, 0)
		}
		e.Published = time.Time{}
		document = append(document, e)
	}
	b.fetch("a", document...)
	b.resketch()
	b.fetch("b", reported("b", "Risse in den Pfeilern", report+" "+ownEnd, 60))
	if n := b.rows("story"); n != len(document) {
		t.Errorf("%d stories, want %d: the copy is of the last", n, len(document))
	}
}

// resketch makes the index anew, as after an upgrade from a version that packed it in a
// way that is not read.
func (b *bench) resketch() {
	b.t.Helper()
	b.exec(`UPDATE counter SET value = 1 WHERE name = 'sketches'`)
	b.exec(`UPDATE sketch SET data = x'02'`)
	b.exec(`DELETE FROM posting_log`)
	for more := true; more; {
		var err error
		if more, err = b.db.Resketch(b.t.Context(), news.DefaultMatching(), b.now); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *bench) exec(query string) {
	b.t.Helper()
	if err := b.db.update(b.t.Context(), func(t *tx) error { _, err := t.exec(query); return err }); err != nil {
		b.t.Fatal(err)
	}
}

// TestTranslationsAreRelated: they are two stories, and the later names the earlier.
func TestTranslationsAreRelated(t *testing.T) {
	b := newBench(t)
	german := reported("a", "Brücke gesperrt", report, 0)
	german.GUID, german.Link = "1", "https://a.example/de/linnau-bridge"
	english := reported("a", "Bridge closed", "The county closes the old railway bridge over the Linnau to all traffic from Monday.", 0)
	english.GUID, english.Link, english.Language = "2", "https://a.example/en/linnau-bridge", "en"
	b.fetch("a", german)
	b.fetch("b", english)
	if got := b.publish("all"); len(got) != 2 {
		t.Fatalf("the feed shows %q, want two stories", got)
	}
	for _, link := range []string{german.Link, english.Link} {
		found, err := b.db.Find(t.Context(), link, link)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s is %d entries, %v", link, len(found), err)
		}
		others, err := b.db.Related(t.Context(), found[0].StoryID)
		if err != nil || len(others) != 1 || others[0].StoryID == found[0].StoryID {
			t.Errorf("%s: related are %+v (%v), want the other language", link, others, err)
		}
	}
}

// TestRelatedFollowsMerges: what a person merged is named by its new name, and not
// to itself.
func TestRelatedFollowsMerges(t *testing.T) {
	b := newBench(t)
	for i, name := range []string{"a", "b", "c"} {
		e := reported(name, "Meine Meinung "+name, "Dazu ein paar eigene Worte von "+name+".", i)
		e.GUID, e.Link = name, "https://elsewhere.example/bruecke"
		b.fetch(name, e)
	}
	related := func(guid string) (keys []string) {
		others, err := b.db.Related(t.Context(), b.placement(guid).StoryID)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range others {
			keys = append(keys, o.Entry.GUID)
		}
		return keys
	}
	for guid, want := range map[string][]string{"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}} {
		if got := related(guid); !slices.Equal(got, want) {
			t.Errorf("%s is related to %q, want %q", guid, got, want)
		}
	}
	b.merge("c", "a")
	for guid, want := range map[string][]string{"a": {"b"}, "b": {"a"}, "c": {"b"}} {
		if got := related(guid); !slices.Equal(got, want) {
			t.Errorf("c merged into a: %s is related to %q, want %q", guid, got, want)
		}
	}
	b.split("c")
	for guid, want := range map[string][]string{"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}} {
		if got := related(guid); !slices.Equal(got, want) {
			t.Errorf("c split off again: %s is related to %q, want %q", guid, got, want)
		}
	}
}

// TestSplitIsForGood: what a person took apart is not joined by a later copy.
func TestSplitIsForGood(t *testing.T) {
	b := newBench(t)
	b.fetch("a", reported("a", "Brücke gesperrt", report, 0))
	b.fetch("b", reported("b", "Risse in den Pfeilern", report+" "+ownEnd, 60))
	if _, err := b.db.Split(t.Context(), []int64{2}, b.now); err != nil {
		t.Fatal(err)
	}
	b.fetch("c", reported("c", "Linnaubrücke zu", report, 70))
	if got := b.publish("all"); len(got) != 2 {
		t.Errorf("the feed shows %q, want the two sides", got)
	}
}

// TestAStoryIsLearnedOnce: five versions of one report make no habit of its words.
func TestAStoryIsLearnedOnce(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		e := reported("a", "Brücke gesperrt", report, 0)
		e.GUID = fmt.Sprint("version ", i)
		b.fetch("a", e)
	}
	if n, first := b.rows("story"), b.rows("sketch WHERE first = 1"); n != 1 || first != 1 {
		t.Errorf("%d stories, %d sketches are the first of one, want 1 and 1", n, first)
	}
}

// TestWhatTiesASourceIsLearned checks that entries of one story with different headlines
// each count for the habits of their source. Otherwise the notice that ties them would
// never be recognised as boilerplate.
func TestWhatTiesASourceIsLearned(t *testing.T) {
	b := newBench(t)
	for i, n := range [][2]string{
		{"Umspannwerk für Altmoor", "Das Werk geht nach zwei Jahren Bauzeit ans Netz."},
		{"Altmoor legt Wiesen an", "Gemäht wird am Ufer künftig nur im Herbst."},
		{"Kundenzentrum Altmoor öffnet länger", "Donnerstags bleibt der Schalter bis abends besetzt."},
		{"Rohrbruch in Altmoor behoben", "Das Wasser fließt seit gestern früh überall wieder."},
		{"Solardach auf Altmoors Halle", "Pumpen, Licht und Sauna laufen bald mit Sonne."},
	} {
		b.at(time.Duration(i) * time.Hour)
		b.fetch("a", reported("a", n[0], n[1]+" "+report, i*60))
		if n := b.rows("story"); i == 1 && n != 1 {
			t.Fatalf("%d stories: nothing ties the first two, so this test proves nothing", n)
		}
	}
	if n := b.rows("sketch WHERE first = 1"); n != 5 {
		t.Errorf("%d of 5 reports count for the habits of their source", n)
	}
	if n := b.rows("story"); n < 2 {
		t.Error("what ties the reports was not found out")
	}
}

// TestAHabitFreesEarlierStories: what stands below every report of a source ties
// nothing to it, nor to the reports that came before that was known.
func TestAHabitFreesEarlierStories(t *testing.T) {
	b := newBench(t)
	news := [][2]string{
		{"Umspannwerk in Altmoor", "Das Werk geht nach zwei Jahren Bauzeit ans Netz."},
		{"Lehrlinge legen Wiesen an", "Gemäht wird am Ufer künftig nur im Herbst."},
		{"Kundenzentrum öffnet länger", "Donnerstags bleibt der Schalter bis abends besetzt."},
		{"Rohrbruch am Hafen behoben", "Das Wasser fließt seit gestern früh überall wieder."},
		{"Solardach auf der Schwimmhalle", "Pumpen, Licht und Sauna laufen bald mit Sonne."},
	}
	for i, n := range news {
		b.at(time.Duration(i) * 25 * time.Hour)
		b.fetch("a", reported("a", n[0], n[1]+" "+report, i*25*60))
	}
	if n := b.rows("story"); n != len(news) {
		t.Fatalf("%d stories, want one of each report", n)
	}
	b.wantKeptPostings()
	b.at(5 * 25 * time.Hour)
	b.fetch("b", reported("b", "Glasfaser für Karlsbrück", "Zuerst kommen die Bagger in die Gartenstraße. "+report, 5*25*60))
	if n := b.rows("story"); n != len(news)+1 {
		t.Errorf("%d stories, want the one of b to be its own", n)
	}
}

// wantKeptPostings holds that every posting is of a term that its entry would be
// kept under: others could not be removed when it leaves the window.
func (b *bench) wantKeptPostings() {
	b.t.Helper()
	kept := map[posting]bool{}
	read := func(query string, f func(scan) error) {
		if err := b.db.each(b.t.Context(), query, nil, f); err != nil {
			b.t.Fatal(err)
		}
	}
	read(`SELECT entry_id, data FROM sketch`, func(scan scan) error {
		var entry int64
		var data []byte
		var s story.Sketch
		if err := errors.Join(scan(&entry, &data), s.UnmarshalBinary(data)); err != nil {
			return err
		}
		for _, term := range s.Kept() {
			kept[newPosting(term, entry)] = true
		}
		return nil
	})
	for _, p := range b.postings() {
		if !kept[p] {
			b.t.Errorf("a posting of entry %d under a term that is not its own any more", p.entry())
		}
	}
}

// TestMatesOfALongStory: of a story with more members than are compared, the one
// that was found and the latest are.
func TestMatesOfALongStory(t *testing.T) {
	b := newBench(t)
	for i := range int(story.MaxMates) + 10 {
		e := reported("a", "Brücke gesperrt", report, 0)
		e.GUID = fmt.Sprint("version ", i)
		b.fetch("a", e)
	}
	var mates []story.Evidence
	err := b.db.update(t.Context(), func(x *tx) error {
		index, err := x.openSketchIndex(b.sources["a"].ID, news.DefaultMatching().Window, b.now)
		if err == nil {
			mates, err = index.mates([]int64{1})
		}
		return err
	})
	if err != nil || len(mates) != story.MaxMates {
		t.Fatalf("%d mates (%v), want %d", len(mates), err, story.MaxMates)
	}
	if last := int64(story.MaxMates + 10); mates[0].EntryID != 1 || mates[1].EntryID != last {
		t.Errorf("mates are %d, %d, …, want 1 and then the latest, %d", mates[0].EntryID, mates[1].EntryID, last)
	}
}

// TestASketchOfAnotherVersionIsPassedOver: it must not stop a fetch.
func TestASketchOfAnotherVersionIsPassedOver(t *testing.T) {
	b := newBench(t)
	b.fetch("a", reported("a", "Brücke gesperrt", report, 0))
	b.exec(`UPDATE sketch SET data = x'00'`)
	b.fetch("a", reported("a", "Brücke gesperrt", report+" "+ownEnd, 0), reported("a", "Noch eins", other, 5))
	b.fetch("b", reported("b", "Risse in den Pfeilern", report, 60))
	if got := b.publish("all"); len(got) != 3 {
		t.Errorf("the feed shows %q, want three stories", got)
	}
	if story.SketchVersion == 0 {
		t.Error("a version of 0 means that none were made")
	}
}
