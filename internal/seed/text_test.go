package seed

import (
	"strings"
	"testing"
)

// long is a sentence that is not mistaken for a heading.
const long = "Der Fluss führt in diesem Frühjahr mehr Wasser als in den zehn Jahren davor, sagt die Wärterin am alten Pegelhaus."

func TestTextStructure(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", long + "\n\n" + long + " Ja.", "<p>" + long + "</p>\n<p>" + long + " Ja.</p>"},
		{"blank line of blanks", long + "\n \u00a0\t\nZweiter Satz, der hier endet.", "<p>" + long + "</p>\n<p>Zweiter Satz, der hier endet.</p>"},
		{"wrapped lines", "The water had been rising since\nthe early morning, and nobody\nslept.\n\nIt fell again at noon, slowly.", "<p>The water had been rising since the early morning, and nobody slept.</p>\n<p>It fell again at noon, slowly.</p>"},
		{"one paragraph a line", long + "\n" + long + " Ja.", "<p>" + long + "</p>\n<p>" + long + " Ja.</p>"},
		{"sub-heading", long + "\n\nAm anderen Ufer\n\n" + long, "<p>" + long + "</p>\n<h3>Am anderen Ufer</h3>\n<p>" + long + "</p>"},
		{"sub-heading with a quotation", long + "\n\nDie Wärterin: „Noch lange nicht“\n\n" + long, "<p>" + long + "</p>\n<h3>Die Wärterin: „Noch lange nicht“</h3>\n<p>" + long + "</p>"},
		{"question as sub-heading", long + "\n\nUnd der Biber?\n\n" + long, "<p>" + long + "</p>\n<h3>Und der Biber?</h3>\n<p>" + long + "</p>"},
		{"short sentence is none", long + "\n\nSie nickt.\n\n" + long, "<p>" + long + "</p>\n<p>Sie nickt.</p>\n<p>" + long + "</p>"},
		{"quoted sentence is none", long + "\n\n„Sie nickt.“\n\n" + long, "<p>" + long + "</p>\n<p>„Sie nickt.“</p>\n<p>" + long + "</p>"},
		{"two dangling", long + "\n\nNoch eins\n\nUnd noch eins", "<p>" + long + "</p>"},
		{"dangling over a photo", long + "\n\nAm Wehr\n\n© Archiv", "<p>" + long + "</p>\n<figure><figcaption>© Archiv</figcaption></figure>"},
		{"short lines in a row stay", long + "\n\nMontag 12 cm\n\nDienstag 14 cm\n\nMittwoch 11 cm", "<p>" + long + "</p>\n<p>Montag 12 cm</p>\n<p>Dienstag 14 cm</p>\n<p>Mittwoch 11 cm</p>"},
		{"nothing but a note", "Pegel 143 cm", "<p>Pegel 143 cm</p>"},
		{"underlined", long + "\n\nAm Wehr.\n--------\n\n" + long, "<p>" + long + "</p>\n<h3>Am Wehr.</h3>\n<p>" + long + "</p>"},
		{"list", long + "\n\n- eins\n- zwei & drei", "<p>" + long + "</p>\n<ul>\n<li>eins</li>\n<li>zwei &amp; drei</li>\n</ul>"},
		{"verse", long + "\n\nunten grau,\noben blau", "<p>" + long + "</p>\n<p>unten grau,<br>\noben blau</p>"},
		{"rule", long + "\n\n* * *\n\n" + long, "<p>" + long + "</p>\n<hr>\n<p>" + long + "</p>"},
		{"markup is text", "Ein <b>fetter</b> & <script>alert(1)</script> Fisch schwimmt hier.", "<p>Ein &lt;b&gt;fetter&lt;/b&gt; &amp; &lt;script&gt;alert(1)&lt;/script&gt; Fisch schwimmt hier.</p>"},
		{"notice inside a paragraph", long + " Wir verwenden Cookies. " + long, "<p>" + long + " " + long + "</p>"},
		{"buttons below a notice", long + "\n\nWir verwenden Cookies.\n\nZustimmen und Abspielen\n\nMehr Informationen\n\n" + long, "<p>" + long + "</p>\n<p>" + long + "</p>"},
		{"agency at the end", long + "\n\n(fb/wa)", "<p>" + long + "</p>\n<p>(fb/wa)</p>"},
		{"no-break space", "Es sind 20\u00a0km bis zum Meer, und es geht bergab.", "<p>Es sind 20\u00a0km bis zum Meer, und es geht bergab.</p>"},
	} {
		p, err := parse("a.txt", []byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := strings.TrimSpace(p.document.Entries[0].Content); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestTextHeader(t *testing.T) {
	for _, c := range []struct{ name, in, title, authors, day, lang string }{
		{"run before the lead", " date 2025-12-03 " + long, "", "", "2025-12-03T00:00", ""},
		{"with a colon", "Date: 2025-12-03\n" + long, "", "", "2025-12-03T00:00", ""},
		{"German key and date", "Datum: 3. Dezember 2025\n\n" + long, "", "", "2025-12-03T00:00", ""},
		{"equals", "date=2025-12-03 lang=de\n" + long, "", "", "2025-12-03T00:00", "de"},
		{"brackets", "[date 2025-12-03] " + long, "", "", "2025-12-03T00:00", ""},
		{"ISO time", "published 2025-12-03T10:15:00+01:00 " + long, "", "", "2025-12-03T09:15", ""},
		{"time after a blank", "date 2025-12-03 10:15 " + long, "", "", "2025-12-03T10:15", ""},
		{"number after the date", "date 2025-12-03 12 Boote liegen am Kai und warten auf den Wind.", "", "", "2025-12-03T00:00", ""},
		{"run of several", "date 2025-12-03 lang de url https://example.org/a " + long, "", "", "2025-12-03T00:00", "de"},
		{"inline free values", "title: Am Wehr | author: Wilma Auental | date: 2025-12-03\n" + long, "Am Wehr", "Wilma Auental", "2025-12-03T00:00", ""},
		{"values up to the next key", "title: Am Wehr author: Wilma Auental\n" + long, "Am Wehr", "Wilma Auental", "", ""},
		{"lines", "Titel: Am Wehr\nAutorin: Wilma Auental und Jasper Lindquell\nSprache: deutsch\n\n" + long, "Am Wehr", "Wilma Auental, Jasper Lindquell", "", "de"},
		{"headline", "Am Wehr wird gebaut\n\n" + long, "Am Wehr wird gebaut", "", "", ""},
		{"headline after a date", "date 2025-12-03\nAm Wehr wird gebaut\n\n" + long, "Am Wehr wird gebaut", "", "2025-12-03T00:00", ""},
		{"byline and date line", "Am Wehr wird gebaut\n\nVon Wilma von der Aue\n\nStand: 03.12.2025\n\n" + long, "Am Wehr wird gebaut", "Wilma von der Aue", "2025-12-03T00:00", ""},
		{"English byline", "Works at the weir\n\nBy Odile Fernbrook and Peregrine Holt\n\nDecember 3, 2025\n\n" + long, "Works at the weir", "Odile Fernbrook, Peregrine Holt", "2025-12-03T00:00", ""},
		{"UTF-8 mark and blanks", "\ufeff\n  date 2025-12-03\n" + long, "", "", "2025-12-03T00:00", ""},
	} {
		p, err := parse("a.txt", []byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		e := p.document.Entries[0]
		if c.title != "" && e.Title != c.title {
			t.Errorf("%s: title %q, want %q", c.name, e.Title, c.title)
		}
		var names []string
		for _, a := range e.Authors {
			names = append(names, a.Name)
		}
		if got := strings.Join(names, ", "); got != c.authors {
			t.Errorf("%s: authors %q, want %q", c.name, got, c.authors)
		}
		day := ""
		if !e.Published.IsZero() {
			day = e.Published.Format("2006-01-02T15:04")
		}
		if day != c.day {
			t.Errorf("%s: published %q, want %q", c.name, day, c.day)
		}
		if c.lang != "" && e.Language != c.lang {
			t.Errorf("%s: language %q, want %q", c.name, e.Language, c.lang)
		}
		if text := e.Title + e.Summary + e.Content; strings.Contains(text, "2025") || strings.Contains(strings.ToLower(text), "date") {
			t.Errorf("%s: the metadata is still in the text: %s", c.name, text)
		}
	}
}

// TestSentencesThatLookLikeMetadata has sentences that must stay in the text.
func TestSentencesThatLookLikeMetadata(t *testing.T) {
	for _, in := range []string{
		"Date palms grow on the left bank, where it is warm.",
		"Date 2025-13-45 is none, and the text says so.",
		"Lang ist der Weg, und kurz ist der Tag.",
		"Language is a river, and grammar its bed.",
		"Title fights are rare among herons in spring.",
		"Link by link the chain went into the water.",
		"Published in spring, forgotten in autumn: that is the fate of maps.",
		"Author: unknown.",
		"Source: " + strings.Repeat("a spring is a source and ", 20) + "so on.",
		"dated 2025-12-03, the letter says nothing else.",
	} {
		p, err := parse("a.txt", []byte(in))
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if got, want := p.document.Entries[0].Content, "<p>"+in+"</p>"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if !p.document.Entries[0].Published.IsZero() {
			t.Errorf("%q has no date", in)
		}
	}
}
