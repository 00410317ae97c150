package filter

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// options are those of a feed, with the lists that the tests name.
func options(t testing.TB) Options {
	lists := map[string][]string{"cities.txt": {"Köln", "New York*", "Paris"}, "empty.txt": {}}
	return Options{Plain: clean.Text, Story: true, List: func(path string) ([]string, error) {
		list, ok := lists[path]
		if !ok {
			return nil, errors.New("no such file")
		}
		return list, nil
	}}
}

func compile(t testing.TB, text string) *Rule {
	t.Helper()
	r, err := Compile(text, options(t))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

// What is dated ahead of us was new when it came.
func TestAgeIsNeverNegative(t *testing.T) {
	s := sample()
	s.Entry.FirstSeen = s.Entry.Published.Add(-time.Hour)
	if !compile(t, `age == hours(0)`).Match(s) {
		t.Error("an entry of the future has an age")
	}
}

// sample is an entry about much, seen 30 hours after it was published.
func sample() news.Subject {
	published := time.Date(2026, 11, 20, 22, 30, 0, 0, time.UTC) // a Friday, in Berlin half an hour before Saturday
	return news.Subject{
		Entry: &news.Entry{
			GUID: "urn:example:1", Link: "https://nachrichten.example/politik/1",
			Title:     "Bundesverkehrsminister Müller trifft Bürgermeister in New Yorker Hotel",
			Summary:   "<p>Das ist <b>schön</b>: Straßen für alle</p>",
			Content:   `<p class="verkehr">S-Bahn, U-Bahn &amp; Café in Köln.</p><p>Trump’s naïve plan</p>`,
			Published: published, Updated: published.Add(time.Hour), FirstSeen: published.Add(30 * time.Hour),
			Authors:    []news.Person{{Name: "Anna Beispiel"}, {Name: "José Núñez"}},
			Categories: []news.Category{{Term: "Politik"}, {Term: "t1", Label: "Öffentlicher Verkehr"}},
			Enclosures: []news.Enclosure{{URL: "https://cdn.example/1.mp3", Type: "audio/MPEG"}},
			Language:   "de",
		},
		Source:  &news.Source{Name: "nachrichten", Tags: []string{"news", "de"}},
		Outlets: []string{"nachrichten.example", "kurier.example"},
		Size:    2,
	}
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		// fields as they are
		`language == "de"`:                                  true,
		`language in ["en", "fr"]`:                          false,
		`language not in ["en", "fr"]`:                      true,
		`id == "urn:example:1" and source == "nachrichten"`: true,
		`"news" in tags and "sport" not in tags`:            true,
		`"Politik" in categories`:                           true,
		`"politik" in categories`:                           false, // in compares letter by letter
		`"Anna Beispiel" in authors`:                        true,
		`"kurier.example" in outlets and size >= 2`:         true,
		`len(outlets) == 2 and len(enclosures) == 1`:        true,
		`length == 11`:                                      true,
		`length > 11 or language == "en"`:                   false,
		`link matches "/(politik|wirtschaft)/"`:             true,
		`title matches "^bundes"`:                           false,
		`title matches "(?i)^bundes"`:                       true,
		`not (language == "de")`:                            false,
		`paid ? size > 5 : size > 1`:                        true,
		`source == list("cities.txt")[0:4]`:                 false, // refused, see below
		`language + "-at" == "de-at"`:                       true,
		`1 % len(outlets) == 1 and 1 / (size - 2) > 0`:      true,
		`1 % (size - 2) == 0`:                               false, // cannot be judged

		// whole words
		`word(title, "Müller")`:                   true,
		`word(title, "MUELLER")`:                  true,
		`word(title, "Mu` + "\u0308" + `ller")`:   true,
		`word(title, "Muller")`:                   false,
		`word(title, "Minister")`:                 false,
		`word(title, "bundesverkehr*")`:           true,
		`word(title, "Burgermeister")`:            false,
		`word(summary, "schön")`:                  true,
		`word(summary, "schon")`:                  false,
		`word(summary, "strassen")`:               true,
		`word(summary, "b")`:                      false, // markup is not searched
		`word(content, "verkehr")`:                false,
		`word(text, "cafe")`:                      true,
		`word(text, "S-Bahn")`:                    true,
		`word(text, "Bahn U")`:                    true,
		`word(text, "Trump")`:                     true,
		`word(text, "naive")`:                     true,
		`word(title, "New York")`:                 false,
		`word(title, "New York*")`:                true,
		`word(title, "Minister Müller")`:          false,
		`word(title, ["Berlin", "Hotel"])`:        true,
		`word([title, text], "Köln")`:             true,
		`word([title, summary], "Köln")`:          false,
		`word(authors, "Nunez")`:                  true,
		`word(authors, "Beispiel José")`:          false, // of two people
		`word(categories, "verkehr")`:             true,
		`word(title, list("cities.txt"))`:         true,
		`word(text, list("cities.txt"))`:          true,
		`word(text, ["Rom", list("cities.txt")])`: true,

		// inside words
		`title contains "verkehr"`:                true,
		`title contains "VERKEHRSMINISTER"`:       true,
		`title contains "Verkehrs minister"`:      false,
		`title contains ["xyz", "bürgermeister"]`: true,
		`title not contains "sport"`:              true,
		`categories contains "offentlich"`:        false,
		`categories contains "oeffentlich"`:       true,
		`[title, text] contains "café"`:           true,
		`summary contains "schon"`:                false,
		`title startsWith "bundes"`:               true,
		`title endsWith "HOTEL"`:                  true,
		`title startsWith "verkehr"`:              false,
		`outlets contains "kurier"`:               true,
		`link contains "/POLITIK/"`:               true,

		// time
		`age < days(2)`:   true,
		`age < hours(30)`: false,
		`age <= hours(30) and age > minutes(90.5)`:        true,
		`weekday(published) == "friday"`:                  true,
		`weekday(published, "Europe/Berlin") == "friday"`: true,
		`weekday(updated, "Europe/Berlin") == "saturday"`: true,
		`weekday(updated) in ["saturday", "sunday"]`:      false,
		`hour(published) == 22`:                           true,
		`hour(published, "Europe/Berlin") == 23`:          true,
		`published >= date("2026-11-20")`:                 true,
		`published > date("2026-11-20T23:30:00+01:00")`:   false,
		`updated > published`:                             true,

		// files
		`media("audio")`:      true,
		`media("audio/mpeg")`: true,
		`media("aud")`:        false,
		`media("video")`:      false,
		`paid`:                false,
	} {
		r, err := Compile(text, options(t))
		if strings.Contains(text, "[0:4]") {
			if err == nil {
				t.Errorf("%s was not refused", text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := r.Match(sample()); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

// TestErrors shows where each error points to, as `check` prints it.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, caret, want string }{
		{``, `^`, `empty; write language == "de", or leave it out`},
		{`titel == "x"`, `^`, `unknown name titel`},
		{`language == "de" and titel == "x"`, `                     ^`, `unknown name titel`},
		{`words(title, "x")`, `^`, `unknown helper words`},
		{`title(x)`, `^`, `title is a variable; write it without ( )`},
		{`word`, `^`, `word is a helper: write word(title, "Müller")`},
		{`language = "de"`, `         ^`, `compare with "==", as in language == "de"`},
		{`paid AND size > 1`, `     ^`, `write and instead of AND`},
		{`title startswith "x"`, `      ^`, `write startsWith instead of startswith`},
		{`title contains “x”`, `               ^`, `quotes are straight: write title contains "verkehr"`},
		{`title`, `^`, `a rule is true or false, as in language == "de"`},
		{`title == 5`, `      ^`, `== cannot join text and a number`},
		{`"ä" == language and title == 5`, `                          ^`, `== cannot join text and a number`},
		{`age < 24`, `    ^`, `< cannot join a length of time and a number; write age < days(2)`},
		{`published > "2026"`, `          ^`, `> cannot join a time and text; write published >= date("2026-01-31")`},
		{`"x" in title`, `    ^`, `in cannot join text and text; in looks into a list: write title contains "verkehr"`},
		{`title contains`, `             ^`, `something is missing at the end`},
		{`"x" contains title`, `^`, `contains looks into a variable, or a list of them: write title contains "verkehr"`},
		{`size contains "x"`, `^`, `size is no text: write title contains "verkehr"`},
		{`title contains ""`, `               ^`, `"" is nothing to look for`},
		{`word(title, "…")`, `            ^`, `"…" has no word to look for`},
		{`word(title, "*tag")`, `            ^`, `"*tag": "*" stands at the end of a word only; inside words looks contains, as in title contains "verkehr"`},
		{`word(title, source)`, `            ^`, `word looks for words in quotes, a list of them or list("file.txt"): write word(title, "Müller")`},
		{`word(title)`, `^`, `word takes a variable and what to look for: write word(title, "Müller")`},
		{`word([], "x")`, `     ^`, `word looks into no variable: write word(title, "Müller")`},
		{`word(title, [])`, `            ^`, `word looks for nothing: the list is empty`},
		{`word(title, list("no.txt"))`, `                 ^`, `list "no.txt": no such file`},
		{`word(title, list(source))`, `            ^`, `list takes the name of a file in quotes: write word(title, list("terms.txt"))`},
		{`now() > published`, `^`, `there is no now: whether an entry is old is judged once, when it comes; write age < days(2)`},
		{`date("today") < published`, `^`, `date takes a day in quotes: write published >= date("2026-01-31"), or date("2026-01-31T18:00:00+01:00")`},
		{`age < days(-1)`, `      ^`, `days takes a number: write age < days(2)`},
		{`weekday(published) == "samstag"`, `                      ^`, `"samstag" is no day; weekday is one of monday, tuesday, wednesday, thursday, friday, saturday, sunday`},
		{`weekday(published) in ["sunday", "Monday"]`, `                                 ^`, `"Monday" is no day; weekday is one of monday, tuesday, wednesday, thursday, friday, saturday, sunday`},
		{`weekday(title) == "sunday"`, `        ^`, `weekday takes published or updated: write weekday(published, "Europe/Berlin") == "sunday"`},
		{`hour(published, "Berlin") > 5`, `                ^`, `"Berlin" is no time zone: write hour(published, "Europe/Berlin") >= 18`},
		{`media(5)`, `^`, `media takes a media type or its first half in quotes: write media("audio")`},
		{`title matches source`, `              ^`, `matches takes a regular expression in quotes, as in title matches "^Live"`},
		{`title matches "(x"`, `              ^`, "error parsing regexp: missing closing ): `(x`"},

		// what could take long or allocate without bound is no part of the language
		{`all(tags, # == "x")`, `^`, `all() is no part of where`},
		{`any(1..1000000, true)`, `^`, `any() is no part of where`},
		{`len(1..100000000) > 5`, `     ^`, `.. is no part of where; it knows and, or and == != < <= > >= in`},
		{`let a = title + title; a == "x"`, `    ^`, `this is no part of where; it knows comparisons, and, or, not, in, contains, matches and the helpers`},
		{`repeat(title, 1000000) == "x"`, `^`, `unknown helper repeat`},
		{`tags[0] == "x"`, `    ^`, `a variable has no parts here; write it alone, as in "Anna" in authors`},
		{`title == nil`, `         ^`, `nothing is nil here: what an entry lacks is "", 0 or an empty list`},
		{`{"a": title} == 5`, `^`, `this is no part of where; it knows comparisons, and, or, not, in, contains, matches and the helpers`},
		{strings.Repeat("a", maxText+1), `^`, `longer than 8192 bytes; put lists of words into files, as in word(title, list("terms.txt"))`},
		{`size > 1` + strings.Repeat(` or size > 1`, 500), strings.Repeat(" ", -1+len(`size > 1`+strings.Repeat(` or size > 1`, 249))) + `^`, `more than 1000 parts; put lists of words into files, as in word(title, list("terms.txt"))`},
	} {
		_, err := Compile(c.text, options(t))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.60s: %v", c.text, err)
			continue
		}
		if caret := strings.Repeat(" ", e.At) + "^"; caret != c.caret && !strings.Contains(e.Text, "1000 parts") || e.Text != c.want {
			t.Errorf("%.60s\n%.80s %s\nwant\n%.80s %s", c.text, caret, e.Text, c.caret, c.want)
		}
	}
	for _, name := range storyVariables {
		_, err := Compile(fmt.Sprintf("len(tags) > 0 and %s == %[1]s", name), Options{Plain: clean.Text})
		if err == nil || err.Error() != name+" is known at a feed only: the where of a source judges each entry by itself" {
			t.Errorf("%s at a source: %v", name, err)
		}
	}
	if _, err := Compile(`word(title, list("x"))`, Options{Plain: clean.Text}); err == nil || err.Error() != "there are no lists here" {
		t.Errorf("a list without files: %v", err)
	}
}

// TestExplain: the part that is false, and what it looked at.
func TestExplain(t *testing.T) {
	for text, want := range map[string]string{
		`language == "en"`: `(language is "de")`,
		`language == "de" and ("sport" in tags or size > 5)`:         `"sport" in tags or size > 5 (tags is ["news", "de"], size is 2)`,
		`language == "de" && title contains "sport" && length > 100`: `title contains "sport" (title is "Bundesverkehrsminister Müller trifft Bürgermeister in New Yo…")`,
		`size > 1 and not word(text, "köln")`:                        `not word(text, "köln")`,
		`paid`:                                                       `(paid is false)`,
		`age < hours(5)`:                                             `(age is 30h0m0s)`,
		`weekday(published) == "sunday"`:                             `(published is Friday 2026-11-20 22:30 UTC)`,
		`length > 100`:                                               `(length is 11 words)`,
		`media("video")`:                                             `(enclosures is ["https://cdn.example/1.mp3"])`,
		`false`:                                                      ``,
	} {
		if got := compile(t, text).Explain(sample()); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	s := sample()
	s.Entry.Title = "S+ Warum der Minister geht"
	if got := compile(t, `not paid`).Explain(s); got != `(paid is true by "s+" in the title)` {
		t.Error(got)
	}
}

func TestKey(t *testing.T) {
	list := []string{"a"}
	opts := Options{Plain: clean.Text, List: func(string) ([]string, error) { return list, nil }}
	key := func(text string) string {
		r, err := Compile(text, opts)
		if err != nil {
			t.Fatal(err)
		}
		return r.Key()
	}
	one := key(`word(title, list("x"))`)
	if key(`word(title, list("x"))`) != one {
		t.Error("the same rule has another key")
	}
	list = []string{"a", "b"}
	if key(`word(title, list("x"))`) == one || key(`word(text, list("x"))`) == one {
		t.Error("another rule has the same key")
	}
}

func TestPaid(t *testing.T) {
	paid := compile(t, "paid")
	for title, want := range map[string]bool{
		"S+ Warum alle gehen":               true,
		"(S+) Warum alle gehen":             true,
		"[SPIEGEL+] Warum alle gehen":       true,
		"SPIEGEL+: Warum alle gehen":        true,
		"Warum alle gehen | SZ Plus":        true,
		"SZ Plus: Warum alle gehen":         true,
		"F+ Warum alle gehen":               true,
		"F+Warum alle gehen":                false,
		"Warum alle gehen (F+)":             true,
		"Warum alle gehen – heise+":         true,
		"heise+ | Warum alle gehen":         true,
		"WELTplus | Warum alle gehen":       true,
		"[Premium] Why they leave":          true,
		"Why they leave (subscribers only)": true,
		"Why they leave [$]":                true,
		"(Plus) Warum alle gehen":           true,
		"[Plus] Warum alle gehen":           true,
		"(Z+) Warum alle gehen":             true,
		"T+ | Warum alle gehen":             true,
		"Warum alle gehen - S+":             true,
		"S+ 10 Fragen zur Rente":            true,

		"iPad (Pro)":                            false,
		"iPhone 16 (Plus)":                      false,
		"[Pro] Tempolimit jetzt":                false,
		"T+ 10 Minuten: Rakete auf Kurs":        false,
		"Z+ security for the minister":          false,
		"M+ opens in Hong Kong":                 false,
		"Note: F+":                              false,
		"Blutgruppe 0-S+":                       false,
		"Warum alle gehen":                      false,
		"C++ 26 ist fertig":                     false,
		"S+P Global senkt die Prognose":         false,
		"Google+ wird eingestellt":              false,
		"Disney+: Neue Serien im Dezember":      false,
		"Plus für Rentner: das ändert sich":     false,
		"Premium-Autos verkaufen sich schlecht": false,
		"Temperaturen im Plus":                  false,
		"Ein Abo für alle":                      false,
		"Zeit Plus Geld ist Arbeit":             false,
		"":                                      false,
	} {
		s := sample()
		s.Entry.Title = title
		if got := paid.Match(s); got != want {
			t.Errorf("%q: %v, want %v", title, got, want)
		}
	}
	for term, want := range map[string]bool{
		"Premium": true, "Abo": true, "S+": true, "SZ Plus": true, "kostenpflichtig": true,
		"Pro": false, "Plus": false, "iPad Pro": false, "Premium-Autos": false, "$": false,
	} {
		s := sample()
		s.Entry.Categories = []news.Category{{Term: term}}
		if got := paid.Match(s); got != want {
			t.Errorf("category %q: %v, want %v", term, got, want)
		}
	}
	for what, change := range map[string]func(*news.Entry){
		"a category": func(e *news.Entry) { e.Categories = []news.Category{{Term: "SPIEGEL+"}} },
		"a label":    func(e *news.Entry) { e.Categories = []news.Category{{Term: "7", Label: "Subscribers only"}} },
		"German text": func(e *news.Entry) {
			e.Summary, e.Content = "", "<p>Dieser Artikel ist <b>nur für Abonnenten</b> lesbar</p>"
		},
		"English summary": func(e *news.Entry) { e.Summary = "This post is for paid subscribers" },
		"a link":          func(e *news.Entry) { e.Link = "https://www.sueddeutsche.de/x?reduced=true" },
	} {
		s := sample()
		change(s.Entry)
		if !paid.Match(s) {
			t.Errorf("%s says it, and was not understood", what)
		}
	}
}

// TestSignsOfWords: a word with signs at its ends is looked for with them.
func TestSignsOfWords(t *testing.T) {
	for _, c := range []struct {
		term, title string
		want        bool
	}{
		{"C++", "Vitamin C hilft", false},
		{"C++", "Neues in C++ 26", true},
		{"c++", "Der C++-Standard", true},
		{"C++", "C++", true},
		{"C++", "C+++", false},
		{"C++", "Objective-C++", true},
		{"C++", "ABC++", false},
		{"C++", "C++11 ist da", false},
		{"C++*", "C++11 ist da", true},
		{"C#", "C# und F#", true},
		{"C#", "Dur in C", false},
		{".NET", "Das Netz", false},
		{".NET", "Was .NET kann", true},
		{".NET", "asp.net", false},
		{"#metoo", "Die #MeToo-Debatte", true},
		{"#metoo", "metoo", false},
		{"Visual C++", "In Visual C++ geschrieben", true},
		{"Canal+", "Canal Grande", false},
		{"C++", "学习C++编程", true},
		{"C", "Vitamin C", true},
		{"AT&T", "AT&T wächst", true},
		{"Stopp!", "Stopp dem Lärm", true},
	} {
		s := sample()
		s.Entry.Title = c.title
		if got := compile(t, `word(title, "`+c.term+`")`).Match(s); got != c.want {
			t.Errorf("word %q in %q: %v, want %v", c.term, c.title, got, c.want)
		}
	}
}

// FuzzCompile: no text makes the compiler panic, every error has a place in the
// text, and what was compiled can be judged and explained.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		`language == "de"`, `word(title, ["a", "b*"]) and not paid`, `title matches "^a|b$"`, `age < days(2) or size > 1`, `weekday(published, "UTC") in ["sunday"]`,
		`titel`, `"ä`, `((`, `a.b[c]`, `{#}`, `let x = 1; x`, "`a`", `1..2`, `title[1:]`, `word(list("cities.txt"), text)`, `if paid {true} else {false}`, `"\u00`, `len(#)`, `a?.b ?? c`,
		`1 / 0 == 1`, `1 % 0 == 1`, `-9223372036854775808 % -1 == 0`, `title contains list("cities.txt")`, `::x`, `$env`, `$env["title"]`, `x |filter(#)`,
	} {
		f.Add(s)
	}
	opts := options(f)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Compile(text, opts)
		if err == nil {
			r.Match(sample())
			r.Explain(sample())
			return
		}
		var e *Error
		if !errors.As(err, &e) || e.Text == "" || e.At < 0 || e.At > utf8.RuneCountInString(text)+1 {
			t.Fatalf("%q: %#v", text, err)
		}
	})
}

// BenchmarkMatch is what judging an entry of 1.5 KB costs.
func BenchmarkMatch(b *testing.B) {
	s := sample()
	s.Entry.Content = "<p>" + strings.Repeat("Der Bundesverkehrsminister äußerte sich am Dienstag über <b>größere</b> Brücken. ", 16) + "</p>"
	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprintf("begriff%d", i)
	}
	opts := options(b)
	opts.List = func(string) ([]string, error) { return many, nil }
	for _, text := range []string{
		`language == "de"`,
		`language == "de" and "news" in tags and not (title contains "sport")`,
		`word(text, "Köln")`,
		`text contains "köln"`,
		`word([title, text], list("1000 terms"))`,
		`[title, text] contains list("1000 terms")`,
		`paid`,
	} {
		r, err := Compile(text, opts)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				r.Match(s)
			}
		})
	}
}
