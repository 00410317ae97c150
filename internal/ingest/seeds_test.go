package ingest_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/seed"
)

const (
	forest = "Der Wald am Stadtrand wächst wieder\n\nNach drei trockenen Sommern melden die Förster junge Eichen und Buchen auf allen Flächen."
	river  = "The river is clean again\n\nAfter ten years of work the water of the lower valley is fit for swimming, the council says."
	bridge = "Eine neue Brücke für Fußgänger\n\nDer Rat hat den Bau beschlossen, im Frühjahr beginnen die Arbeiten am nördlichen Ufer."
)

// folder is a seed folder whose files were written an hour ago.
type folder struct {
	*rig
	dir string
	src config.Source
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{rig: newRig(t), dir: filepath.Join(t.TempDir(), "seeds")}
	if err := os.Mkdir(f.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f.src = f.configure(config.Source{
		Source:   news.Source{Name: "seeds", Kind: news.KindSeeds, URL: filepath.Join(f.dir, "*"), Public: true},
		Schedule: spec(t, "@every 30s"),
	})[0]
	return f
}

func (f *folder) write(name, text string) { f.writeAged(name, text, time.Hour) }

func (f *folder) writeAged(name, text string, age time.Duration) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
	when := f.clock().Add(-age)
	if err := os.Chtimes(path, when, when); err != nil {
		f.t.Fatal(err)
	}
}

// scan pulls the folder half a minute later.
func (f *folder) scan() news.Fetch {
	f.t.Helper()
	f.wait(30 * time.Second)
	return f.pull(f.src).Fetch
}

// scanNow pulls the folder at once.
func (f *folder) scanNow() news.Fetch {
	f.t.Helper()
	return f.pull(f.src).Fetch
}

func (f *folder) want(fetch news.Fetch, outcome news.Outcome, added, changed int) {
	f.t.Helper()
	if fetch.Outcome != outcome || fetch.New != added || fetch.Changed != changed {
		f.t.Errorf("got %s, %d new, %d changed (%s); want %s, %d, %d",
			fetch.Outcome, fetch.New, fetch.Changed, fetch.Error, outcome, added, changed)
	}
}

func TestSeedsArriveChangeMoveVanishAndReturn(t *testing.T) {
	f := newFolder(t)
	f.write("forest.txt", forest)
	f.write("river.txt", river)
	f.want(f.scan(), news.OutcomeOK, 2, 0)
	both := f.held(f.src)

	f.want(f.scan(), news.OutcomeUnchanged, 0, 0)

	f.write("bridge.txt", bridge)
	f.want(f.scan(), news.OutcomeOK, 1, 0)

	f.writeAged("river.txt", river+" It took longer than planned.", 30*time.Minute)
	f.want(f.scan(), news.OutcomeOK, 0, 1)
	edited := f.held(f.src)
	if len(edited) != 3 || keys(edited)[1] != keys(both)[1] {
		t.Errorf("an edit made another document:\n got %q\nwant the ids of %q", edited, both)
	}

	if err := os.Rename(filepath.Join(f.dir, "forest.txt"), filepath.Join(f.dir, "wald.txt")); err != nil {
		t.Fatal(err)
	}
	f.want(f.scan(), news.OutcomeOK, 0, 0)
	if moved := f.held(f.src); !slices.Equal(moved, edited) {
		t.Errorf("a new name made another document:\n got %q\nwant %q", moved, edited)
	}

	if err := os.Remove(filepath.Join(f.dir, "wald.txt")); err != nil {
		t.Fatal(err)
	}
	f.want(f.scan(), news.OutcomeOK, 0, 1)
	if left := f.held(f.src); len(left) != 2 || slices.Contains(left, edited[0]) {
		t.Errorf("got %q, want all but the vanished document", left)
	}

	f.write("back.txt", forest)
	f.want(f.scan(), news.OutcomeOK, 0, 1)
	if back := f.held(f.src); !slices.Equal(back, edited) {
		t.Errorf("it returned as another document:\n got %q\nwant %q", back, edited)
	}
}

// keys returns the first two words of each line of held: row number and story.
func keys(held []string) []string {
	var list []string
	for _, line := range held {
		list = append(list, strings.Join(strings.Fields(line)[:2], " "))
	}
	return list
}

func TestSeedsLostFolderIsAFailureAndWithdrawsNothing(t *testing.T) {
	tests := []struct {
		name        string
		lose, mend  func(f *folder) error
		wantInError string
	}{
		{"missing",
			func(f *folder) error { return os.Rename(f.dir, f.dir+".away") },
			func(f *folder) error { return os.Rename(f.dir+".away", f.dir) }, "missing"},
		{"a file in its place",
			func(f *folder) error {
				return firstError(os.Rename(f.dir, f.dir+".away"), os.WriteFile(f.dir, nil, 0o644))
			},
			func(f *folder) error { return firstError(os.Remove(f.dir), os.Rename(f.dir+".away", f.dir)) }, "cannot be read"},
		{"suddenly empty",
			func(f *folder) error {
				return firstError(os.Rename(f.dir, f.dir+".away"), os.Mkdir(f.dir, 0o755))
			},
			func(f *folder) error { return firstError(os.Remove(f.dir), os.Rename(f.dir+".away", f.dir)) }, "suddenly empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFolder(t)
			f.write("forest.txt", forest)
			f.write("river.txt", river)
			f.want(f.scan(), news.OutcomeOK, 2, 0)
			before := f.held(f.src)
			if err := tt.lose(f); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got := f.scan()
				f.want(got, news.OutcomeRefused, 0, 0)
				if !strings.Contains(got.Error, tt.wantInError) || !strings.Contains(got.Error, "nothing was withdrawn") {
					t.Errorf("got %q, want %q in it, and what it means", got.Error, tt.wantInError)
				}
			}
			if after := f.held(f.src); !slices.Equal(after, before) {
				t.Errorf("got %q, want %q", after, before)
			}
			if state := f.state(f.src); state.Failures != 2 {
				t.Errorf("got %d failures, want 2", state.Failures)
			}
			if err := tt.mend(f); err != nil {
				t.Fatal(err)
			}
			f.want(f.scan(), news.OutcomeUnchanged, 0, 0)
			if after := f.held(f.src); !slices.Equal(after, before) {
				t.Errorf("once it is back: got %q, want %q", after, before)
			}
		})
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestSeedsHalfWrittenFileIsReadOnceItStandsStill(t *testing.T) {
	f := newFolder(t)
	f.write("river.txt", river)
	f.wait(30 * time.Second)
	f.writeAged("forest.txt", forest[:40], 0)
	got := f.pull(f.src)
	f.want(got.Fetch, news.OutcomeOK, 1, 0)
	if want := f.clock().Add(seed.Settle); got.NextDue.After(want) {
		t.Errorf("next due: got %v, want a look at %v", got.NextDue, want)
	}
	f.writeAged("forest.txt", forest, 0)
	f.wait(seed.Settle)
	f.want(f.pull(f.src).Fetch, news.OutcomeOK, 1, 0)
	if held := f.held(f.src); len(held) != 2 {
		t.Errorf("got %q, want two documents: what was half written is none", held)
	}
}

// A process that exits after one scan waits for files that were just written, and reports
// those that are still being written after that.
func TestSeedsOneLookWaitsForFreshFiles(t *testing.T) {
	f := newFolder(t)
	waited := 0
	f.ingester.Settle = func(_ context.Context, d time.Duration) bool {
		waited++
		f.wait(d)
		return true
	}
	f.writeAged("river.txt", river, 0)
	f.want(f.scanNow(), news.OutcomeOK, 1, 0)
	f.write("forest.txt", forest)
	f.want(f.scanNow(), news.OutcomeOK, 1, 0)
	if waited != 1 {
		t.Errorf("waited %d times, want 1: the second scan found only files that stood still", waited)
	}

	f.writeAged("bridge.txt", bridge, -time.Second)
	got := f.scanNow()
	f.want(got, news.OutcomeUnchanged, 0, 0)
	if want := "files that are still being written are left for the next run"; got.Error != want {
		t.Errorf("got %q, want %q", got.Error, want)
	}
}

// Files that can be mended are named before those that other programs left in the folder.
func TestSeedsForeignFilesAreCounted(t *testing.T) {
	f := newFolder(t)
	f.write("river.txt", river)
	f.write("zebra.txt", "")
	for _, name := range []string{"#a.txt#", "4913", "Thumbs.db", "a.bak", "b.bak", "c.bak", "d.bak"} {
		f.write(name, "x")
	}
	got := f.scan()
	f.want(got, news.OutcomeOK, 1, 0)
	want := `skipped "zebra.txt": the file is empty; a seed needs some text; ` +
		`"#a.txt#", "4913", "Thumbs.db", "a.bak", "b.bak" and 2 more: a seed ends in .txt .md .html .xml .rss .atom or .json`
	if got.Error != want {
		t.Errorf("got  %s\nwant %s", got.Error, want)
	}
}

// A file that is not a document is named in the Fetch, and the others are still read.
func TestSeedsSkippedFilesAreNamed(t *testing.T) {
	f := newFolder(t)
	f.write("river.txt", river)
	f.write("empty.txt", "")
	f.write("image.txt", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	f.write("table.xls", "a b c")
	f.write("a\nlevel=ERROR msg=pwned.txt", "\x00\x01")
	got := f.scan()
	f.want(got, news.OutcomeOK, 1, 0)
	for _, name := range []string{"empty.txt", "image.txt", "table.xls"} {
		if !strings.Contains(got.Error, name) {
			t.Errorf("got %q, want %s named", got.Error, name)
		}
	}
	if strings.ContainsAny(got.Error, "\n\r\x1b") {
		t.Errorf("a file name breaks the line: %q", got.Error)
	}
	if n := strings.Count(f.log.String(), "\n"); n != 1 {
		t.Errorf("one scan wrote %d log records:\n%s", n, f.log)
	}
}

// A folder that stays unchanged is scanned thousands of times a day, and leaves a single row.
func TestSeedsUnchangedScansAreOneFetch(t *testing.T) {
	f := newFolder(t)
	f.write("river.txt", river)
	for range 10 {
		f.scan()
	}
	rows := f.fetches(f.src)
	if len(rows) != 2 || rows[0].Outcome != news.OutcomeUnchanged || !rows[0].Started.Equal(f.clock()) {
		t.Errorf("got %+v, want the first scan and the latest", rows)
	}
}
