package format

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// TestDecodeMendsStructure checks damage that once cost the entries after it or the
// text of the entry that has it.
func TestDecodeMendsStructure(t *testing.T) {
	atom := func(first string) string {
		return `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>
			<entry><id>1</id><title>Eins</title>` + first + `</entry>
			<entry><id>2</id><title>Zwei</title><category term="b"/><content type="html"><![CDATA[<p>b</p>]]></content></entry></feed>`
	}
	rss := func(first string) string {
		return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title>
			<item><title>Eins</title>` + first + `</item>
			<item><title>Zwei</title><guid isPermaLink="false">2</guid><description><![CDATA[<p>b</p>]]></description></item></channel></rss>`
	}
	text := `<content type="html">&lt;p>a&lt;/p></content>`
	for _, c := range []struct{ name, in, says string }{
		{"end of the feed between entries", strings.Replace(atom(text), "</entry>", "</entry></feed>", 1), "</feed> before the last entry"},
		{"end of everything between items", strings.Replace(rss("<description>&lt;p>a&lt;/p></description>"), "</item>", "</item></channel></rss>\n<!-- x -->", 1), "</rss> before the last item"},
		{"person without end", atom("<author><name>A</name>" + text), "<author> without end"},
		{"person without ends", atom("<author><name>A" + text), "<author> without end"},
		{"media group without end", atom(`<media:group xmlns:media="http://search.yahoo.com/mrss/"><media:title>x</media:title>` + text), "<media:group> without end"},
		{"quote without end", rss(`<guid isPermaLink="false>1</guid><description>&lt;p>a&lt;/p></description><enclosure url="http://a.example/1.mp3"/>`), ""},
		{"quote without end, Atom", atom(`<category term="a/>` + text), ""},
		{"quote without end before the next entry", atom(text + `<category term="a/>`), ""},
		{"CDATA without end", rss(`<description><![CDATA[<p>a</p></description>`), ""},
		{"CDATA without end, Atom", atom(`<content type="html"><![CDATA[<p>a</p></content>`), ""},
		{"CDATA of two characters without end", rss(`<comments><![CDATA[ab</comments><description>&lt;p>a&lt;/p></description>`), ""},
		{"CDATA in CDATA", rss(`<description><![CDATA[<p>a</p><![CDATA[ ]]></description>`), ""},
		{"declaration without end", strings.Replace(atom(text), "?>", "?", 1), ""},
		{"declaration that ends as a tag", strings.Replace(atom(text), "?>", ">", 1), ""},
		{"declaration without anything", strings.Replace(atom(text), `version="1.0" encoding="utf-8"?>`, "", 1), ""},
		{"two declarations", `<?xml version="1.0"?>` + atom(text), ""},
		{"script between", strings.Replace(atom(text), "</entry>", "</entry><script>if (a < b && c) {}</script>", 1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := decode(t, c.in)
			var got []string
			for _, e := range d.Entries {
				got = append(got, e.Title+" "+e.Summary+e.Content)
			}
			if want := "[Eins <p>a</p> Zwei <p>b</p>]"; fmt.Sprint(got) != want || d.Outcome != news.OutcomeOK {
				t.Errorf("got %s, %s, want %s (repairs: %q)", d.Outcome, got, want, d.Repairs)
			}
			if !strings.Contains(fmt.Sprint(d.Repairs), c.says) {
				t.Errorf("got repairs %q, want a word of “%s”", d.Repairs, c.says)
			}
		})
	}
}

// TestDecodeLooksAheadWithoutHarm checks that a mark which looking ahead found to be
// missing further on is still found before that place.
func TestDecodeLooksAheadWithoutHarm(t *testing.T) {
	e := decode(t, `<rss version="2.0"><channel><item><custom><!-- <title>Zwei</title> --><title>Eins</title><guid isPermaLink='false'>http://a.example/g</guid>
		<description><![CDATA[<p>a</p>]]></description><b c='<![CDATA[<!--</item></channel></rss>`).Entries[0]
	if got, want := fmt.Sprint(e.Title, e.GUID, e.Link, e.Summary), "Einshttp://a.example/g<p>a</p>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestDecodeMendsJSON checks what hand-written generators get wrong.
func TestDecodeMendsJSON(t *testing.T) {
	const head, items = `{"version":"https://jsonfeed.org/version/1.1",`, `"items":[{"id":"1","title":"Eins"},{"id":"2","title":"Zwei"}]}`
	for name, body := range map[string]string{
		"sound":                  head + items,
		"blank lines before":     "\n\n \t" + head + items,
		"mark":                   "\ufeff" + head + items,
		"PHP warning before":     "<br />\n<b>Warning</b>:  x in <b>/x.php</b> on line <b>3</b><br />\n" + head + items,
		"script after":           head + items + "\n<!-- 0.1 s --><script>{</script>",
		"comma at the end":       head + strings.ReplaceAll(items, "}", ",}"),
		"comma before ]":         head + strings.ReplaceAll(items, "]", " , ]"),
		"commas at the start":    head + strings.ReplaceAll(items, "[", "[,"),
		"commas doubled":         head + strings.ReplaceAll(items, ",", ", ,"),
		"wrong bracket":          head + strings.Replace(items, "}]", "}}", 1),
		"no comma between items": head + strings.ReplaceAll(items, "},{", "}\n{"),
		"no comma after a value": strings.ReplaceAll(head+items, `",`, `" `),
		"line breaks in strings": head + `"description":"a` + "\r\n\tb" + `",` + items,
		"made-up escapes":        head + `"description":"it\'s \x41 \u12 \- ",` + items,
		"control characters":     head + `"description":"a` + "\x00\x0c" + `b",` + items,
		"wrong types":            head + `"title":7,"authors":"x","expired":[],` + items,
		"deep extension":         head + `"_x":` + strings.Repeat(`{"a":[`, 20) + strings.Repeat(`]}`, 20) + "," + items,
		"version at the end":     "{" + strings.TrimSuffix(items, "}") + `,"version":"https://jsonfeed.org/version/1"}`,
		"one bracket too many":   head + items + "}",
	} {
		t.Run(name, func(t *testing.T) {
			d := decode(t, body)
			var got []string
			for _, e := range d.Entries {
				got = append(got, e.GUID+" "+e.Title)
			}
			if want := "[1 Eins 2 Zwei]"; fmt.Sprint(got) != want || d.Outcome != news.OutcomeOK {
				t.Errorf("got %s, %s, want %s (repairs: %q)", d.Outcome, got, want, d.Repairs)
			}
		})
	}
}

// FuzzMendJSON checks that mending does not change valid JSON.
func FuzzMendJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2,{"b":"c\n\u00e9\\"}],"items":[{"id":"1"},[],"x",null]}`, `{"a" : -1.5e3 , "b":{} }`, `{"a":[,],"b" 1,}`, `{"items":[{"id":"`, `{"a":"` + "\n" + `\x"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !strings.HasPrefix(s, "{") {
			return
		}
		fix := &repairs{}
		got, cut, err := mendJSON(s, fix)
		if err != nil {
			if news.OutcomeOf(err) != news.OutcomeTooLarge {
				t.Fatalf("outcome of %v", err)
			}
			return
		}
		var before, after any
		if json.Unmarshal([]byte(s), &before) != nil {
			return
		}
		if cut {
			t.Fatalf("%q is whole", s)
		}
		if len(fix.list) > 0 { // only what is too long
			return
		}
		if err := json.Unmarshal(got, &after); err != nil || !reflect.DeepEqual(before, after) {
			t.Fatalf("%q became %q: %v", s, got, err)
		}
	})
}

// FuzzDecodeDamage damages a valid document in one place. The damage must not affect what
// stands before the damaged entry or make up entries, and reading twice must give the same.
func FuzzDecodeDamage(f *testing.F) {
	sound := map[bool]string{}
	for _, atom := range []bool{false, true} {
		c := cutDocuments["RSS"]
		if atom {
			c = cutDocuments["Atom"]
		}
		var items []string
		for i := range 6 {
			items = append(items, fmt.Sprintf(c.item, i))
		}
		sound[atom] = c.head + strings.Join(items, "\n") + c.tail
	}
	for _, junk := range []string{"", "<", "&", "<![CDATA[", "<!--", "</item>", "</rss>", "</feed>", "<b>", "<author>", "<x:y z=\"", "\xff", "]]>", "<!DOCTYPE x [", "<?xml", "\x00", "&#0;", "<item>", "<title>"} {
		f.Add(false, 600, 0, junk)
		f.Add(true, 700, 3, junk)
	}
	f.Fuzz(func(t *testing.T, atom bool, at, drop int, junk string) {
		whole := sound[atom]
		if at < 0 || at > len(whole) || drop < 0 || drop > 20 || at+drop > len(whole) || len(junk) > 100 {
			return
		}
		body := whole[:at] + junk + whole[at+drop:]
		d, err := Decode([]byte(body), Input{URL: docURL})
		again, errAgain := Decode([]byte(body), Input{URL: docURL})
		if !reflect.DeepEqual(d, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("reading twice differs: %+v %v, %+v %v", d, err, again, errAgain)
		}
		if err != nil {
			if strings.Contains(err.Error(), "could be read") {
				t.Fatalf("an item was lost: %v", err)
			}
			return
		}
		end := map[bool]string{false: "</item>", true: "</entry>"}[atom]
		before := strings.Count(whole[:at], end)
		if strings.Contains(junk, "\x1b") || strings.ContainsFunc(junk, func(r rune) bool { return r >= 0x80 }) {
			return // may change what the bytes mean
		}
		if len(d.Entries) < before && d.Outcome != news.OutcomeTruncated && !strings.ContainsAny(junk, "<>") {
			t.Fatalf("%d entries of %d before the damage: %q", len(d.Entries), before, body)
		}
		for i := range min(before, len(d.Entries)) {
			if want := fmt.Sprintf("g%d", i); d.Entries[i].GUID != want {
				t.Fatalf("entry %d is %q, want %q: %q", i, d.Entries[i].GUID, want, body)
			}
		}
	})
}

// FuzzDecodeWritten checks that what we write is read as it was written, whatever the texts are.
func FuzzDecodeWritten(f *testing.F) {
	f.Add("Brücke <b>einig</b> & mehr", "<p>Der Rat & die Stadt</p>", "tag:x,2026:1")
	f.Add("]]> &amp;lt; \u202e", "<pre>\n a </pre><b>x", "http://a.example/?a=1&b=2")
	f.Fuzz(func(t *testing.T, title, content, guid string) {
		e := emptyEdition()
		shown := shownFull()
		shown.Entry.Title, shown.Entry.Content, shown.Publication.GUID = clean.Line(title), clean.HTML(content, nil), guid
		e.Shown = []news.Shown{shown}
		if guid == "" || clean.Line(title) == "" || clean.Line(guid) != guid || strings.ContainsAny(title, "<&") || len(title) > maxTitle/2 || // RSS cannot tell what this means in a title
			len(guid) > 500 || len(content) > 10_000 {
			return
		}
		want := Prepare(e).items
		for _, w := range writers {
			d, err := Decode(render(t, w.write, e), Input{URL: e.URL(w.ext)})
			if err != nil || d.Outcome != news.OutcomeOK || len(d.Repairs) > 0 {
				t.Fatalf("%s: %v %+v", w.ext, err, d)
			}
			if len(d.Entries) != len(want) {
				t.Fatalf("%s: got %d entries, want %d", w.ext, len(d.Entries), len(want))
			}
			for i := range want {
				checkEntry(t, w.ext, &d.Entries[i], &want[i])
			}
		}
	})
}
