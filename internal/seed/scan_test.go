package seed

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tributary/internal/news"
)

// bed is a seed folder under test, with the state that a store would keep.
type bed struct {
	t     *testing.T
	dir   string
	glob  string
	known []news.SeedFile
	now   time.Time
}

func newBed(t *testing.T) *bed {
	dir := t.TempDir()
	return &bed{t: t, dir: dir, glob: filepath.Join(dir, "*"), now: time.Now()}
}

// write writes a file whose modification time is a minute ago.
func (b *bed) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.now = b.now.Add(time.Minute)
	b.touch(name, b.now.Add(-time.Minute))
}

func (b *bed) touch(name string, at time.Time) {
	b.t.Helper()
	if err := os.Chtimes(filepath.Join(b.dir, name), at, at); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) rename(from, to string) {
	b.t.Helper()
	if err := os.Rename(filepath.Join(b.dir, from), filepath.Join(b.dir, to)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) remove(name string) {
	b.t.Helper()
	if err := os.Remove(filepath.Join(b.dir, name)); err != nil {
		b.t.Fatal(err)
	}
}

// scan reads the folder and remembers the result as a store does: times are rounded to
// milliseconds.
func (b *bed) scan() *Scan {
	b.t.Helper()
	s, err := Read(b.t.Context(), b.glob, b.known, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	b.known = nil
	guids := map[string]bool{}
	for _, f := range s.Files {
		if guids[f.GUID] {
			b.t.Errorf("two records have the guid %s", f.GUID)
		}
		guids[f.GUID] = true
		f.ModTime = time.UnixMilli(f.ModTime.UnixMilli())
		b.known = append(b.known, f)
	}
	return s
}

// outcome describes a scan in one line: entries by title, and everything reported.
func (s *Scan) outcome() string {
	var parts []string
	for _, e := range s.Document.Entries {
		parts = append(parts, "entry "+e.Title)
	}
	if n := len(s.Withdrawn); n > 0 {
		parts = append(parts, strconv.Itoa(n)+" withdrawn")
	}
	if n := len(s.Returned); n > 0 {
		parts = append(parts, strconv.Itoa(n)+" returned")
	}
	for _, skip := range s.Skipped {
		parts = append(parts, "skipped "+skip.Path)
	}
	if s.Pending {
		parts = append(parts, "pending")
	}
	if s.Unchanged {
		parts = append(parts, "unchanged")
	}
	return strings.Join(parts, ", ")
}

func (b *bed) expect(want string) *Scan {
	b.t.Helper()
	s := b.scan()
	if got := s.outcome(); got != want {
		b.t.Errorf("got  %s\nwant %s\n%+v", got, want, s.Skipped)
	}
	return s
}

// Four texts on different subjects, with a headline as title.
const (
	weir   = "Am Wehr\n\nDie Bretter am Wehr sind morsch geworden, und der Zimmermann kommt erst im Herbst, weil das Wasser vorher zu hoch steht und niemand hinunter kann."
	heron  = "Der Reiher\n\nAn der dritten Biegung wartet seit Wochen ein Reiher, der sich von Hunden nicht stören lässt und jeden Abend um dieselbe Zeit auf den Pfahl fliegt."
	ferry  = "The ferry\n\nThe old ferry is going to be painted green again this spring, because nobody could agree on another colour and the tin was still half full."
	bridge = "The bridge\n\nFrom Monday on the wooden bridge is closed to carts, and those who walk across it are asked to do so one after the other, without singing."
)

func TestFilesArriveChangeVanishAndReturn(t *testing.T) {
	b := newBed(t)
	b.expect("unchanged")
	b.write("weir.txt", weir)
	first := b.expect("entry Am Wehr")
	guid := first.Files[0].GUID
	if got := first.Document.Entries[0].GUID; got != guid || !strings.HasPrefix(guid, "seed/") || len(guid) != len("seed/")+32 {
		t.Errorf("guid %q of the entry, %q of the file", got, guid)
	}
	b.expect("unchanged")

	b.write("weir.txt", weir+" Bis dahin bleibt es zu.")
	if s := b.expect("entry Am Wehr"); s.Document.Entries[0].GUID != guid {
		t.Error("a changed text became another document")
	}
	b.write("heron.txt", heron)
	b.expect("entry Der Reiher")

	b.remove("weir.txt")
	if s := b.expect("1 withdrawn"); s.Withdrawn[0] != guid {
		t.Errorf("withdrawn %s, want %s", s.Withdrawn, guid)
	}
	b.expect("unchanged")
	b.write("weir.txt", weir)
	if s := b.expect("entry Am Wehr, 1 returned"); s.Returned[0] != guid || s.Document.Entries[0].GUID != guid {
		t.Errorf("returned %s, want %s", s.Returned, guid)
	}
}

func TestSameFileReturnsUnread(t *testing.T) {
	b := newBed(t)
	b.write("weir.txt", weir)
	b.write("heron.txt", heron)
	b.scan()
	b.rename("weir.txt", ".weir.txt")
	b.expect("1 withdrawn")
	b.rename(".weir.txt", "weir.txt")
	b.expect("1 returned")
}

func TestRenames(t *testing.T) {
	b := newBed(t)
	b.write("a.txt", weir)
	b.write("b.txt", heron)
	guids := map[string]string{}
	for _, e := range b.scan().Document.Entries {
		guids[e.Title] = e.GUID
	}
	check := func(s *Scan) {
		t.Helper()
		for _, e := range s.Document.Entries {
			if e.GUID != guids[e.Title] {
				t.Errorf("%s has another guid after the rename", e.Title)
			}
		}
	}
	b.rename("a.txt", "c.txt")
	check(b.expect("entry Am Wehr"))
	b.rename("c.txt", "x")
	b.rename("b.txt", "c.txt")
	b.rename("x", "b.txt")
	check(b.expect("entry Am Wehr, entry Der Reiher")) // they swapped places
	b.expect("unchanged")
	b.remove("c.txt")
	b.expect("1 withdrawn")
	b.write("elsewhere.md", "# Der Reiher\n"+strings.TrimPrefix(heron, "Der Reiher\n"))
	check(b.expect("entry Der Reiher, 1 returned")) // the same words as Markdown
}

func TestAnotherTextAtAKnownPath(t *testing.T) {
	b := newBed(t)
	b.write("note.txt", weir)
	old := b.scan().Files[0].GUID
	b.write("note.txt", heron)
	s := b.expect("entry Der Reiher, 1 withdrawn")
	if s.Withdrawn[0] != old || s.Document.Entries[0].GUID == old {
		t.Error("the new text took the id of the old one")
	}
	b.write("note.txt", weir)
	if s := b.expect("entry Am Wehr, 1 withdrawn, 1 returned"); s.Returned[0] != old {
		t.Error("the old text came back with another id")
	}
}

func TestEqualTextsAreOneDocument(t *testing.T) {
	b := newBed(t)
	b.write("b.txt", weir)
	guid := b.scan().Files[0].GUID
	b.write("a.txt", "date 2025-12-03\n"+strings.ToUpper(weir[:1])+weir[1:]+"\n")
	s := b.expect("skipped a.txt, unchanged")
	if got, want := s.Skipped[0].Reason, "the same text as b.txt; equal texts are one document"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	b.remove("b.txt")
	if s := b.expect("entry Am Wehr"); s.Document.Entries[0].GUID != guid || len(s.Files) != 1 {
		t.Error("the copy did not take over the document")
	}
	// A third text becomes the first one: now it is a copy of it.
	b.write("c.txt", heron)
	b.scan()
	b.write("c.txt", weir)
	b.expect("1 withdrawn, skipped c.txt")
}

func TestSameTextAfterAnEdit(t *testing.T) {
	b := newBed(t)
	b.write("a.txt", weir)
	b.scan()
	b.write("a.txt", weir+" Der Satz danach ist neu, und er ist kurz.")
	b.scan()
	b.write("b.txt", weir) // the initial text of a.txt, whose GUID is taken
	s := b.expect("entry Am Wehr")
	if len(s.Files) != 2 || s.Files[0].GUID == s.Files[1].GUID {
		t.Errorf("%+v", s.Files)
	}
}

func TestEmptyDatabaseMintsTheSameGuids(t *testing.T) {
	b := newBed(t)
	b.write("a.txt", weir)
	b.write("b.atom", atomFeed("urn:feed", "one", "two"))
	first := b.scan()
	b.known = nil
	b.rename("a.txt", "z.txt")
	second := b.scan()
	var got, want []string
	for _, e := range first.Document.Entries {
		want = append(want, e.GUID)
	}
	for _, e := range second.Document.Entries {
		got = append(got, e.GUID)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHalfWritten(t *testing.T) {
	b := newBed(t)
	b.write("a.txt", weir[:40])
	b.touch("a.txt", b.now.Add(-time.Second))
	b.expect("pending, unchanged")
	b.write("a.txt", weir)
	b.touch("a.txt", b.now.Add(-Settle))
	b.expect("entry Am Wehr")
	b.write("a.txt", weir[:40])
	b.touch("a.txt", b.now.Add(-time.Second))
	b.expect("pending, unchanged") // the old entry stays while the file is rewritten
	b.write("a.txt", weir)
	b.touch("a.txt", b.now.Add(time.Hour)) // a clock that runs ahead
	b.expect("entry Am Wehr")
	for _, name := range []string{".hidden.txt", "a.txt~", "b.part", "c.TMP", "README", "Readme.md", ".dir/x.txt"} {
		b.write(name, heron)
	}
	b.expect("unchanged")
}

func TestFilesThatCannotBeRead(t *testing.T) {
	b := newBed(t)
	b.write("a.txt", weir)
	b.write("b.txt", heron)
	b.scan()
	big, err := os.Create(filepath.Join(b.dir, "a.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(big.Truncate(50<<20), big.Close()); err != nil {
		t.Fatal(err)
	}
	b.touch("a.txt", b.now.Add(-time.Minute))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := b.expect("skipped a.txt, unchanged") // and the entry stays
	runtime.ReadMemStats(&after)
	if got, want := s.Skipped[0].Reason, "50 MiB; a seed has at most 10 MiB"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	if read := after.TotalAlloc - before.TotalAlloc; read > 1<<20 {
		t.Errorf("%d bytes were allocated to refuse a file by its size", read)
	}
	b.write("c.md", ferry)
	b.scan()
	for _, c := range []struct{ path, text string }{{"a.txt", ""}, {"a.txt", "\x00\x01\x02\x03"}, {"c.md", "---\ntitle: a: b\n---\n" + ferry}} {
		b.write(c.path, c.text)
		if s := b.scan(); len(s.Withdrawn) != 0 || !slices.ContainsFunc(s.Skipped, func(k Skip) bool { return k.Path == c.path }) || !s.Unchanged {
			t.Errorf("%q in %s: %s", c.text, c.path, s.outcome())
		}
	}
	b.write("c.md", ferry)
	b.scan()
	b.write("a.txt", weir)
	b.expect("entry Am Wehr") // nothing was lost meanwhile
}

// TestOddFiles holds that only regular files inside the folder are opened: a pipe would block for
// ever.
func TestOddFiles(t *testing.T) {
	b := newBed(t)
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte(ferry), 0o644); err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(b.dir, name) }
	if err := errors.Join(syscall.Mkfifo(at("pipe.txt"), 0o644), os.Symlink(outside, at("out.txt")), os.Symlink("loop.txt", at("loop.txt")),
		os.Symlink("nowhere", at("gone.txt")), os.Mkdir(at("dir.txt"), 0o755), os.Symlink("dir.txt", at("link.txt"))); err != nil {
		t.Fatal(err)
	}
	b.write("a.txt", weir)
	if err := os.Symlink("a.txt", at("b.txt")); err != nil {
		t.Fatal(err)
	}
	got := b.expect("entry Am Wehr, skipped b.txt, skipped loop.txt, skipped out.txt, skipped pipe.txt")
	for _, skip := range got.Skipped {
		const want = "cannot be read: a symbolic link must lead to a file of the same folder ("
		if link := skip.Path == "out.txt" || skip.Path == "loop.txt"; link && !strings.HasPrefix(skip.Reason, want) {
			t.Errorf("%s: got %q, want %q", skip.Path, skip.Reason, want)
		}
	}
	b.write("x.jpg", "no text")
	b.expect("skipped b.txt, skipped loop.txt, skipped out.txt, skipped pipe.txt, skipped x.jpg, unchanged")
}

func TestUnreadableFileDoesNotVanish(t *testing.T) {
	b := newBed(t)
	b.write("a.txt", weir)
	b.write("b.txt", heron)
	b.scan()
	b.remove("a.txt")
	if err := os.Symlink("a.txt", filepath.Join(b.dir, "a.txt")); err != nil { // a link to itself cannot be looked at, even by root
		t.Fatal(err)
	}
	b.expect("skipped a.txt, unchanged")
}

// TestUnreadableFolderKeepsItsFiles bypasses the file system, because root can read every folder.
func TestUnreadableFolderKeepsItsFiles(t *testing.T) {
	known := []news.SeedFile{{Path: "sub/a.txt", GUID: "1", Present: true}, {Path: "subway.txt", GUID: "2", Present: true}, {Path: "sub/b.txt", GUID: "3"}}
	s := &scanner{folder: &folder{lost: []string{"sub"}}, matcher: newMatcher(slices.Clone(known)), out: &Scan{}}
	if err := s.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out := s.finish(known); !slices.Equal(out.Withdrawn, []string{"2"}) || len(out.Returned) != 0 {
		t.Errorf("withdrawn %q, returned %q; want only 2 withdrawn", out.Withdrawn, out.Returned)
	}
}

func TestDraftIsWithdrawn(t *testing.T) {
	b := newBed(t)
	b.write("a.md", weir)
	b.write("b.md", heron)
	b.scan()
	b.write("a.md", "---\ndraft: true\n---\n"+weir)
	b.expect("1 withdrawn, skipped a.md")
	b.write("a.md", "---\ndraft: false\n---\n"+weir)
	s := b.expect("entry Am Wehr, 1 returned")
	if s.Document.Entries[0].GUID != s.Returned[0] {
		t.Error("the draft came back as another document")
	}
}

func TestFolderFailures(t *testing.T) {
	b := newBed(t)
	b.write("a.txt", weir)
	b.scan()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name, glob string
		ctx        context.Context
		outcome    news.Outcome
		want       string
	}{
		{"missing", filepath.Join(b.dir, "none", "*"), t.Context(), news.OutcomeRefused, "is missing; nothing was withdrawn"},
		{"a file", filepath.Join(b.dir, "a.txt", "*"), t.Context(), news.OutcomeRefused, "cannot be read (not a directory); nothing was withdrawn"},
		{"no match", filepath.Join(b.dir, "*.md"), t.Context(), news.OutcomeRefused, "is suddenly empty; nothing was withdrawn"},
		{"pattern", filepath.Join(b.dir, "[a"), t.Context(), news.OutcomeMalformed, `the pattern "[a" of the seed folder is not closed`},
		{"stopped", b.glob, canceled, news.OutcomeInterrupted, "stopped while listing the seed folder"},
	} {
		s, err := Read(c.ctx, c.glob, b.known, b.now)
		if s != nil || err == nil || news.OutcomeOf(err) != c.outcome || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: outcome %s, error %v; want %s, %q", c.name, news.OutcomeOf(err), err, c.outcome, c.want)
		}
	}
}

func TestGlobs(t *testing.T) {
	b := newBed(t)
	for name, text := range map[string]string{"a.txt": weir, "b.md": heron, "sub/c.txt": ferry, "sub/deep/d.txt": bridge} {
		b.write(name, text)
	}
	for pattern, want := range map[string]string{
		"*": "a.txt b.md", "*.txt": "a.txt", "?.md": "b.md", "[ab].*": "a.txt b.md", "sub/*": "c.txt", "*/*.txt": "sub/c.txt",
		"**": "a.txt b.md sub/c.txt sub/deep/d.txt", "**/*.txt": "a.txt sub/c.txt sub/deep/d.txt", "sub/**/*.txt": "c.txt deep/d.txt", "": "a.txt b.md", "a.txt": "a.txt",
	} {
		s, err := Read(t.Context(), filepath.Join(b.dir, pattern), nil, b.now)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		var got []string
		for _, f := range s.Files {
			got = append(got, f.Path)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %q, want %q", pattern, got, want)
		}
	}
}

func atomFeed(id string, guids ...string) string {
	var out strings.Builder
	out.WriteString(`<feed xmlns="http://www.w3.org/2005/Atom"><title>Log</title><updated>2025-01-01T00:00:00Z</updated>`)
	if id != "" {
		out.WriteString("<id>" + id + "</id>")
	}
	for _, guid := range guids {
		out.WriteString("<entry><id>" + guid + "</id><title>" + guid + "</title><updated>2025-01-01T00:00:00Z</updated><content>Text von " + guid + ".</content></entry>")
	}
	return out.String() + "</feed>"
}

func TestFeedDocuments(t *testing.T) {
	b := newBed(t)
	b.write("log.atom", atomFeed("", "one", "two"))
	b.write("weir.txt", weir)
	s := b.expect("entry one, entry two, entry Am Wehr")
	id := s.Files[0].GUID
	if id != "seed/log.atom#" || s.Document.Entries[1].GUID != id+"two" || !s.Files[0].Owns(id+"two") || s.Files[0].Owns("seed/log.atom.bak#two") {
		t.Errorf("file %q, entry %q", id, s.Document.Entries[1].GUID)
	}
	b.rename("log.atom", "moved.atom")
	if s := b.expect("entry one, entry two"); s.Document.Entries[0].GUID != id+"one" {
		t.Errorf("after the rename: %s", s.Document.Entries[0].GUID)
	}
	b.write("moved.atom", atomFeed("", "two", "three"))
	if s := b.expect("entry two, entry three"); s.Document.Entries[1].GUID != id+"three" {
		t.Errorf("after the next issue: %s", s.Document.Entries[1].GUID)
	}
	b.write("copy.atom", atomFeed("", "two", "three"))
	b.expect("skipped copy.atom, unchanged")
	b.remove("copy.atom")
	b.remove("moved.atom")
	if s := b.expect("1 withdrawn"); s.Withdrawn[0] != id {
		t.Errorf("withdrawn %s", s.Withdrawn)
	}
}

func TestFeedDocumentsOfOneID(t *testing.T) {
	b := newBed(t)
	b.write("2024.atom", atomFeed("urn:feed", "one"))
	b.write("2025.atom", atomFeed("urn:feed", "two"))
	s := b.scan()
	if got := s.Document.Entries[0].GUID + " " + s.Document.Entries[1].GUID; got != "seed/urn:feed#one seed/2025.atom#two" {
		t.Errorf("guids %s", got)
	}
	b.remove("2025.atom")
	b.scan()
	b.remove("2024.atom")
	b.write("new.atom", atomFeed("urn:feed", "one", "three"))
	if s := b.expect("entry one, entry three"); s.Document.Entries[0].GUID != "seed/urn:feed#one" {
		t.Errorf("a feed that changed its path and its text has guid %s", s.Document.Entries[0].GUID)
	}
}

// TestScanIsIncremental holds that a second scan of many files reads none of them.
func TestScanIsIncremental(t *testing.T) {
	b := newBed(t)
	for i := range 300 {
		b.write(strconv.Itoa(i)+".txt", "Nummer "+strconv.Itoa(i)+". "+weir)
	}
	if s := b.scan(); len(s.Document.Entries) != 300 {
		t.Fatalf("%d entries, want 300", len(s.Document.Entries))
	}
	if s := b.scan(); !s.Unchanged || len(s.Files) != 300 {
		t.Errorf("the second scan: %s", s.outcome())
	}
}
