package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tributary/internal/news"
)

// String writes a query as the parser understood it.
func (q *Query) String() string {
	var clauses []string
	for _, c := range q.Clauses {
		var any []string
		for _, t := range c.Any {
			s := strings.Join(t.Words, " ")
			if t.Head {
				s = "*" + s
			}
			if t.Tail {
				s += "*"
			}
			if t.Field != Anywhere {
				s = string(t.Field) + ":" + s
			}
			any = append(any, s)
		}
		s := strings.Join(any, "|")
		if c.Not {
			s = "-" + s
		}
		clauses = append(clauses, s)
	}
	return strings.Join(clauses, ", ")
}

// TestPlainText: a summary counts where it says something else than the text.
func TestPlainText(t *testing.T) {
	for _, tt := range []struct{ content, summary, want string }{
		{"<p>All of it, word for word.</p>", "", "All of it, word for word."},
		{"", "<b>In short.</b>", "In short."},
		{"<p>All of it, word for word.</p>", "All of it …", "All of it, word for word."},
		{"<p>All of it.</p>", "In short.", "All of it. In short."},
	} {
		if got := PlainText(&news.Entry{Content: tt.content, Summary: tt.summary}); got != tt.want {
			t.Errorf("%q and %q: %q, want %q", tt.content, tt.summary, got, tt.want)
		}
	}
	if got := PlainText(&news.Entry{Content: strings.Repeat("ä", maxBody)}); len(got) > maxBody || !utf8.ValidString(got) {
		t.Errorf("a long text: %d bytes", len(got))
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"verkehr", "*verkehr*"},
		{"bahn", "bahn"},
		{"  Rote   Ampel ", "rote, *ampel*"},
		{"Müller", "*mueller*"},
		{"MÜLLER schön schon", "*mueller*, *schoen*, *schon*"},
		{"verk*", "verk*"},
		{"*amt", "*amt"},
		{"*bahn*", "*bahn*"},
		{`"Rote Ampel"`, "rote ampel"},
		{`"verkehr"`, "verkehr"},
		{"„rote Ampel“", "rote ampel"},
		{"«rote Ampel»", "rote ampel"},
		{`"rote am"*`, "rote am*"},
		{`"rote am*"`, "rote am*"},
		{"bahn -streik", "bahn, -*streik*"},
		{"bahn NOT streik", "bahn, -*streik*"},
		{"-streik", "-*streik*"},
		{`-"roter faden"`, "-roter faden"},
		{"-title:streik", "-title:*streik*"},
		{`-"sport"`, "-sport"},
		{"bahn OR zug fahren", "bahn|zug, *fahren*"},
		{"bahn | zug | bus", "bahn|zug|bus"},
		{"bahn AND zug", "bahn, zug"},
		{"+bahn +zug", "bahn, zug"},
		{"title:Klima", "title:*klima*"},
		{"TITLE:klima", "title:*klima*"},
		{`title:"das klima"`, "title:das klima"},
		{"author:mann tag:politik source:blog lang:de", "author:mann, tag:politik, source:blog, lang:de"},
		{"lang:de-AT", "lang:de at"},
		{"source:zeit-online", "source:zeit online"},
		{"U-Bahn", "u bahn"},
		{"CDU-Polit*", "cdu polit*"},
		{"o'brien", "o brien"},
		{"2026", "2026"},
		{"20260101", "20260101"},
		{"16:30", "16 30"},
		{"https://a.example/b", "https a example b"},
		{"Bericht: Zug", "*bericht*, zug"},
		{"bahn, zug! (bus)", "bahn, zug, bus"},
		{"bahn - zug", "bahn, zug"},
		{"+++ bahn", "bahn"},
		{"東京 京都", "東 京, 京 都"},
		{"Москва", "*москва*"},
		{"so\u00adfort", "*sofort*"},
		{`foo"bar baz"`, "foo, bar baz"},
	} {
		q, err := Parse(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
		} else if q.String() != tt.want {
			t.Errorf("%q is %s, want %s", tt.text, q, tt.want)
		}
	}
}

func TestParseSaysWhatWouldBeRight(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "there is no word in it: type one or more, such as verkehr"},
		{"... !", "there is no word in it: type one or more, such as verkehr"},
		{`bahn "zug`, `the quote is not closed: "zug"`},
		{"titel:bahn", `there is no field "titel"; there are title: text: author: tag: source: lang:. To search for the words, write them apart or in quotes`},
		{"title: bahn", `a word must follow "title:", as in title:word`},
		{"title:", `a word must follow "title:", as in title:word`},
		{`title:""`, `a word must follow "title:", as in title:word`},
		{"ver*ehr", "a star stands before or after a word, not inside it: ver*ehr"},
		{"*", "a star alone matches everything: put letters before or after it, such as verk*"},
		{"a*", "at least 2 letters go before a star: a*"},
		{"*ab", "at least 3 letters go after a star: *ab"},
		{"*u-bahn", "a star before several words is not understood, leave it out: *u-bahn"},
		{"OR bahn", "OR stands between two terms: bahn OR zug"},
		{"bahn OR", "OR stands between two terms: bahn OR zug"},
		{"bahn OR -zug", "what is excluded cannot stand beside OR: bahn OR zug -zug"},
		{"(bahn OR zug) fahren", "brackets are not understood: a OR b c means (a OR b) and c"},
		{strings.Repeat("wort ", 13), "a search has at most 12 terms, this one has 13: leave out what matters least"},
		{strings.Repeat("ü", 201), "a search has at most 200 characters, this one has 201: leave out what matters least"},
	} {
		_, err := Parse(tt.text)
		if syntax := (*SyntaxError)(nil); !errors.As(err, &syntax) || err.Error() != tt.want {
			t.Errorf("%q: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestResolve(t *testing.T) {
	var names []SourceName
	for _, s := range []news.Source{
		{ID: 1, Name: "spiegel", Title: "DER SPIEGEL", Site: "https://www.spiegel.de/", Tags: []string{"news", "de"}},
		{ID: 2, Name: "s2", Title: "Müllers Blog", Site: "https://mueller.example/"},
		{ID: 3, Name: "s3", Title: "Zeit Online", Tags: []string{"news"}},
	} {
		names = append(names, NewSourceName(s))
	}
	for _, tt := range []struct {
		text string
		want []int64
	}{
		{"source:spiegel", []int64{1}},
		{"source:spiegel.de", []int64{1}},
		{`source:"der spiegel"`, []int64{1}},
		{"source:MUELLERS", []int64{2}},
		{"source:s3", []int64{3}},
		{"source:zeit*", []int64{3}},
		{"source:onl*", []int64{3}},
		{"source:line", nil},
		{"source:nobody", nil},
		{"tag:news", []int64{1, 3}},
		{"tag:de", []int64{1}},
	} {
		q, err := Parse(tt.text)
		if err == nil {
			err = q.Resolve(names)
		}
		if err != nil {
			t.Fatalf("%q: %v", tt.text, err)
		}
		if got := q.Clauses[0].Any[0].Sources; fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%q stands for %v, want %v", tt.text, got, tt.want)
		}
		if unknown := q.Unknown(); (unknown != "") != (tt.want == nil) {
			t.Errorf("%q: unknown is %q", tt.text, unknown)
		}
	}
	many := make([]SourceName, MaxSources+1)
	for i := range many {
		many[i] = NewSourceName(news.Source{ID: int64(i), Name: fmt.Sprint("s", i), Tags: []string{"blogs"}})
	}
	q, _ := Parse("tag:blogs")
	if err := q.Resolve(many); err == nil || !strings.Contains(err.Error(), "at most 256 sources can be searched at once, and there are 257 for tag:blogs") {
		t.Errorf("a tag of too many sources: %v", err)
	}
}

func TestMarkAndExcerpt(t *testing.T) {
	show := func(pieces []Piece) string {
		var b strings.Builder
		for _, p := range pieces {
			if p.Hit {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		return b.String()
	}
	for _, tt := range []struct{ query, text, want string }{
		{"verkehr", "Der Bundesverkehrsminister", "Der [Bundesverkehrsminister]"},
		{"müller", "Müller, MUELLERS und Mu\u0308ller", "[Müller], [MUELLERS] und [Mu\u0308ller]"},
		{`"rote ampel"`, "Rote Ampel, rote – Ampel, Ampel rote", "[Rote Ampel], [rote – Ampel], Ampel rote"},
		{"straße", "STRASSE ist Straße", "[STRASSE] ist [Straße]"},
		{"title:bahn text:zug", "Bahn und Zug", "[Bahn] und Zug"},
		{"bahn -zug", "Bahn und Zug", "[Bahn] und Zug"},
		{"bahn*", "Bahnhof & Autobahn", "[Bahnhof] & Autobahn"},
		{"*bahn", "Bahnhof & Autobahn", "Bahnhof & [Autobahn]"},
		{"sofort", "so\u00adfort!", "[so\u00adfort]!"},
		{"京都", "東京都", "東[京都]"},
		{"bahn bahn*", "Bahn", "[Bahn]"},
		{"schon", "schön", "schön"},
	} {
		q, err := Parse(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(q.Mark(tt.text)); got != tt.want {
			t.Errorf("%q marks %q, want %q", tt.query, got, tt.want)
		}
	}
	q, _ := Parse("heron otter")
	long := strings.Repeat("lorem ipsum dolor ", 30) + "a heron. " + strings.Repeat("sit amet ", 40) + "the otter and the heron meet. " + strings.Repeat("consetetur ", 30)
	pieces, found := q.Excerpt(long, 120)
	got := show(pieces)
	if !found || !strings.Contains(got, "[otter] and the [heron]") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || utf8.RuneCountInString(got) > 140 {
		t.Errorf("the excerpt is %q, want about 120 characters with both words", got)
	}
	if pieces, found := q.Excerpt("nothing of that "+strings.Repeat("lorem ", 40), 60); found || !strings.HasPrefix(show(pieces), "nothing of that") {
		t.Errorf("without a hit the excerpt is %q, want the beginning", show(pieces))
	}
	if pieces, found := q.Excerpt("", 60); found || len(pieces) != 0 {
		t.Errorf("of nothing the excerpt is %q", show(pieces))
	}
}

// TestIndexAgreesWithMark: what is indexed of a text are the words that are looked
// for in it when places are marked.
func TestIndexAgreesWithMark(t *testing.T) {
	for _, text := range []string{"Der Bundesverkehrsminister, 5 % – O'Brien’s", "Mu\u0308ller so\u00adfort ﬁn ½ ǅ", "東京タワー Ελλάς ΑΣ ёлка", "a\u200db c\u0301", "𝔥ello ①②", "กขค thai", "שָׁלוֹם عَرَبِيّ"} {
		var words []string
		for _, tok := range tokenize(text) {
			words = append(words, tok.word)
		}
		if got, want := strings.Join(words, " "), Index(&news.Entry{Title: text}, 1).Title; got != want {
			t.Errorf("%q: marked by %q, indexed as %q", text, got, want)
		}
	}
}

func TestIndex(t *testing.T) {
	d := Index(&news.Entry{
		Title: "Über Größe", Summary: "<p>Kurz &amp; gut …</p>", Content: "<p>Kurz &amp; gut ist besser.</p><p>Ende</p>", Language: "de-AT",
		Authors: []news.Person{{Name: "Zoë Ng"}}, Categories: []news.Category{{Term: "politik", Label: "Innere Politik"}},
	}, 7)
	want := Document{Title: "ueber groesse", Body: "kurz gut ist besser ende", Author: "zoe ng", Tag: "politik innere politik", Facts: "all s7 lde"}
	if d != want {
		t.Errorf("got %+v, want %+v", d, want)
	}
	words := slices.Collect(Document{Title: "ueber b2b covid19 groesse", Body: strings.Repeat("x", 70)}.LongWords())
	if got := strings.Join(words, " "); got != "ueber groesse" {
		t.Errorf("looked into are %q, want the long words of letters", got)
	}
	long := Index(&news.Entry{Content: strings.Repeat("ü", maxBody)}, 1)
	if n := len(long.Body); n == 0 || n > maxBody || !utf8.ValidString(long.Body) {
		t.Errorf("a text without end is indexed with %d bytes", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`verk*`, `"a b"* -c OR d`, `title:"x`, `*bahn*`, "東京 *京都", "\x00\xff*", `a"b"c*d`, "ﬁ½ ſ ͅ a"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, query, text string) {
		q, err := Parse(query)
		if err != nil {
			if syntax := (*SyntaxError)(nil); !errors.As(err, &syntax) {
				t.Fatalf("%q: %v is no SyntaxError", query, err)
			}
			return
		}
		for _, c := range q.Clauses {
			for _, term := range c.Any {
				for _, w := range term.Words {
					if w == "" || strings.ContainsAny(w, "\"' *^:(){}+-\x00") {
						t.Fatalf("%q has the word %q, which an index could take for syntax", query, w)
					}
				}
			}
		}
		if len(q.Clauses) == 0 {
			t.Fatalf("%q is a query of nothing", query)
		}
		text = strings.ToValidUTF8(text, "")
		var b strings.Builder
		for _, p := range q.Mark(text) {
			b.WriteString(p.Text)
		}
		if b.String() != text {
			t.Fatalf("marking %q made %q of it", text, b.String())
		}
		q.Excerpt(text, 30)
	})
}
