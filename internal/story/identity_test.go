package story

import (
	"slices"
	"strings"
	"testing"

	"tributary/internal/news"
)

func entry(guid, link, title, text string) news.Entry {
	return news.Entry{GUID: guid, Link: link, Title: title, Content: "<p>" + text + "</p>"}
}

func kind(key string) string { k, _, _ := strings.Cut(key, ":"); return k }

func TestIdentifyNewKey(t *testing.T) {
	a, b := "https://fluss.example/a", "https://fluss.example/b"
	tests := []struct {
		name    string
		entries []news.Entry
		want    []string // kind of New, or "=N" for a repetition of entry N
	}{
		{"guid alone", []news.Entry{entry("1", a, "A", "x"), entry("2", a, "A", "x")}, []string{"guid", "guid"}},
		{"guid used for two links", []news.Entry{entry("1", a, "A", "x"), entry("1", b, "A", "x"), entry("2", a, "A", "x")}, []string{"guid+link", "guid+link", "guid"}},
		{"guid used for two titles of one link", []news.Entry{entry("1", a, "A", "x"), entry("1", a, "B", "x"), entry("2", a, "A", "x")}, []string{"guid+link+title", "guid+link+title", "guid"}},
		{"guid used for both", []news.Entry{entry("1", a, "A", "x"), entry("1", a, "B", "x"), entry("1", b, "A", "x"), entry("2", a, "A", "x")},
			[]string{"guid+link+title", "guid+link+title", "guid+link", "guid"}},
		{"printed twice", []news.Entry{entry("1", a, "A", "x"), entry("1", a, "A", "x edited"), entry("2", b, "B", "y")}, []string{"guid", "=0", "guid"}},
		{"same for all", []news.Entry{entry("0", a, "A", "x"), entry("0", b, "B", "y")}, []string{"link", "link"}},
		{"same for all, repeated", []news.Entry{entry("0", a, "A", "x"), entry("0", a, "A", "x")}, []string{"guid", "=0"}},
		{"white space", []news.Entry{entry(" \n\t", a, "A", "x"), entry("1", b, "B", "y")}, []string{"link", "guid"}},
		{"no guid, one link for two", []news.Entry{entry("", a, "A", "x"), entry("", a, "B", "x")}, []string{"link+title", "link+title"}},
		{"no guid, one link and title for two", []news.Entry{entry("", a, "A", "x"), entry("", a, "A", "y")}, []string{"link+title+text", "link+title+text"}},
		{"no guid, root link", []news.Entry{entry("", "https://fluss.example/", "A", "x")}, []string{"link+title"}},
		{"no guid, root link, no title", []news.Entry{entry("", "https://fluss.example/", "", "x"), entry("", "https://fluss.example/", "", "y")}, []string{"link+title+text", "link+title+text"}},
		{"nothing but text", []news.Entry{entry("", "", "", "Der Fluss steigt."), entry("", "", "", "Der Fluss fällt.")}, []string{"text", "text"}},
		{"the same text twice", []news.Entry{entry("", "", "", "Der Fluss steigt."), entry("", "", "", "Der  Fluss steigt.")}, []string{"text", "=0"}},
		{"link spelled twice", []news.Entry{entry("", a+"?utm_source=rss", "A", "x"), entry("", "http://www.fluss.example/a/", "A", "x")}, []string{"link", "=0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, id := range Identify(tt.entries) {
				if id.Repeats >= 0 {
					got = append(got, "="+string(rune('0'+id.Repeats)))
					continue
				}
				got = append(got, kind(id.New))
				if !slices.Contains(id.Keys, id.New) {
					t.Errorf("New %q is not among Keys %q", id.New, id.Keys)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestKeysAreBounded(t *testing.T) {
	long := strings.Repeat("ü", 1<<15)
	for _, id := range Identify([]news.Entry{entry(long, "https://fluss.example/"+long, long, long), entry("", "https://fluss.example/"+long, long, long)}) {
		for _, key := range id.Keys {
			if len(key) > maxKey {
				t.Errorf("key of %d bytes, want at most %d", len(key), maxKey)
			}
		}
	}
}

// archive plays the store of one Source: what arrives is identified, assigned and kept.
type archive struct {
	known []Known
	next  int64
}

func (a *archive) take(entries ...news.Entry) []int64 {
	ids := Identify(entries)
	got := Assign(ids, a.known)
	for i, id := range ids {
		switch {
		case id.Repeats >= 0:
			got[i] = got[id.Repeats]
			continue
		case got[i] == 0:
			a.next++
			got[i] = a.next
		}
		a.known = append(a.known, Known{ID: got[i], Key: id.New, Link: entries[i].Link, Title: entries[i].Title, Fingerprint: id.Fingerprint})
	}
	return got
}

func TestAssignOverDocuments(t *testing.T) {
	a, b := "https://fluss.example/a", "https://fluss.example/b"
	type document = []news.Entry
	tests := []struct {
		name string
		docs []document
		want []int64 // ids assigned in the last document, counted from 1
	}{
		{"edited", []document{{entry("1", a, "A", "x")}, {entry("1", b, "B", "y")}}, []int64{1}},
		{"a double appears, in front", []document{{entry("1", a, "A", "x"), entry("2", b, "B", "y")}, {entry("1", b, "Neu", "z"), entry("1", a, "A", "x"), entry("2", b, "B", "y")}}, []int64{3, 1, 2}},
		{"a double goes", []document{{entry("1", a, "A", "x"), entry("1", b, "B", "y"), entry("2", b, "C", "z")}, {entry("1", b, "B", "y"), entry("2", b, "C", "z")}}, []int64{2, 3}},
		{"a double goes and comes back", []document{
			{entry("1", a, "A", "x"), entry("1", b, "B", "y"), entry("2", b, "C", "z")},
			{entry("1", b, "B", "y"), entry("2", b, "C", "z")},
			{entry("2", b, "C", "z"), entry("1", b, "B", "y"), entry("1", a, "A", "x")}}, []int64{3, 2, 1}},
		{"one guid for all, one entry left", []document{{entry("0", a, "A", "x"), entry("0", b, "B", "y")}, {entry("0", b, "B", "y")}}, []int64{2}},
		{"one guid for all, a second comes", []document{{entry("0", a, "A", "x")}, {entry("0", b, "B", "y"), entry("0", a, "A", "x")}}, []int64{2, 1}},
		{"guids are introduced", []document{{entry("", a, "A", "x"), entry("", b, "B", "y")}, {entry("g1", a, "A", "x"), entry("g2", b, "B", "y")}}, []int64{1, 2}},
		{"guids vanish", []document{{entry("g1", a, "A", "x"), entry("g2", b, "B", "y")}, {entry("", b, "B", "y"), entry("", a, "A", "x")}}, []int64{2, 1}},
		{"guids change in mass", []document{
			{entry("http://1", a, "A", "x"), entry("http://2", b, "B", "y"), entry("http://3", b+"3", "C", "z")},
			{entry("https://4", b+"4", "D", "neu"), entry("https://3", b+"3", "C", "z"), entry("https://2", b, "B", "y"), entry("https://1", a, "A", "x")}}, []int64{4, 3, 2, 1}},
		{"one guid changes", []document{{entry("1", a, "A", "x"), entry("2", b, "B", "y")}, {entry("3", a, "A", "x"), entry("2", b, "B", "y")}}, []int64{3, 2}},
		{"a daily quiz", []document{{entry("1", a, "Quiz", "Play!")}, {entry("2", a, "Quiz", "Play!")}}, []int64{2}},
		{"two puzzles that look alike each day", []document{
			{entry("1", a, "Quiz", "Play!"), entry("2", a, "Quiz", "Play!")},
			{entry("3", a, "Quiz", "Play!"), entry("4", a, "Quiz", "Play!")}}, []int64{3, 4}},
		{"a repeat", []document{{entry("1", a, "A", "x"), entry("1", a, "A", "x")}}, []int64{1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var store archive
			var got []int64
			for _, doc := range tt.docs {
				got = store.take(doc...)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if again := store.take(tt.docs[len(tt.docs)-1]...); !slices.Equal(again, got) {
				t.Errorf("the same document again: got %v, want %v", again, got)
			}
		})
	}
}

func TestFingerprint(t *testing.T) {
	base := entry("1", "https://fluss.example/a", "Pegel", "Der Fluss steht bei 4,20 m.")
	same := entry("2", "http://www.fluss.example/a/?utm_medium=rss", "PEGEL", "Der  Fluss <b>steht</b> bei 4,20 m.")
	if got, want := lookOf(same).fingerprint(), lookOf(base).fingerprint(); got != want || got == 0 {
		t.Errorf("respelled entry: got %x, want %x", got, want)
	}
	other := entry("2", base.Link, "Pegel", "Der Fluss steht bei 4,30 m.")
	if lookOf(other).fingerprint() == lookOf(base).fingerprint() {
		t.Error("a changed figure left the fingerprint as it was")
	}
	for _, e := range []news.Entry{{Title: "Pegel"}, {Link: "https://fluss.example/a"}, {}} {
		if got := lookOf(e).fingerprint(); got != 0 {
			t.Errorf("fingerprint of %+v = %x, want 0", e, got)
		}
	}
}

// FuzzIdentity checks that whatever a document contains, no two different entries get
// one identity, and that the same document again brings nothing new.
func FuzzIdentity(f *testing.F) {
	f.Add("1|a|T|x\n1|b|T|x\n|a|T|x\n|a|U|x")
	f.Add("0|a||\n0|b||\n0|c||")
	f.Add("|||x\n|||x\n||T|")
	f.Fuzz(func(t *testing.T, spec string) {
		var entries []news.Entry
		for line := range strings.Lines(spec) {
			part := append(strings.Split(strings.TrimSuffix(line, "\n"), "|"), "", "", "")
			link := ""
			if part[1] != "" {
				link = "https://fluss.example/" + part[1]
			}
			entries = append(entries, news.Entry{GUID: part[0], Link: link, Title: part[2], Content: part[3]})
		}
		var store archive
		first := store.take(entries...)
		seen := map[int64]int{}
		for i, id := range first {
			if j, ok := seen[id]; ok && (plain(entries[i].GUID) != plain(entries[j].GUID) || fold(entries[i].Title) != fold(entries[j].Title)) {
				t.Errorf("entries %d and %d differ and share identity %d", j, i, id)
			}
			seen[id] = i
		}
		if again := store.take(entries...); !slices.Equal(again, first) {
			t.Errorf("the same document again: got %v, want %v", again, first)
		}
	})
}
