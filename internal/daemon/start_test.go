package daemon

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	_ "modernc.org/sqlite"

	"tributary/internal/config"
	"tributary/internal/store"
)

const seedsOnly = "sources: [{seeds: seeds/*, name: seeds}]"

// soon is how long a start that is refused may take on a busy machine. It is less than who
// waits for the lock of a database, or for responses under way, would take.
const soon = 4 * time.Second

// files maps every file of a folder to its size, time and bytes.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		all[path] = fmt.Sprintf("%v %s", info.ModTime(), data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wantSame(t *testing.T, got, want map[string]string) {
	t.Helper()
	for path := range got {
		if got[path] != want[path] {
			t.Errorf("%s was touched", path)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d files, want %d", len(got), len(want))
	}
}

func TestSecondProcessTouchesNothing(t *testing.T) {
	h := newHome(t, seedsOnly)
	h.seed("a.txt", "Titel\n\nUnd ein Satz.")
	first := h.cycle()
	defer first.Close()
	before := files(t, h.dir)

	o := h.options()
	o.What = "tributary run"
	began := time.Now()
	second, err := Open(t.Context(), o)
	if err == nil {
		second.Close()
		t.Fatal("a second process opened the database")
	}
	if held := (*store.HeldError)(nil); !errors.As(err, &held) || !strings.Contains(err.Error(), fmt.Sprintf("tributary serve, process %d", os.Getpid())) {
		t.Errorf("got %q, want who holds the database", err)
	}
	if took := time.Since(began); took > soon {
		t.Errorf("it took %v", took)
	}
	wantSame(t, files(t, h.dir), before)
}

func TestServeSaysWhichAddressIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	tests := []struct {
		name, config, key, address string
	}{
		{"listen", "listen: " + address + "\nadmin: ''\n", "listen:", address},
		{"admin", "listen: 127.0.0.1:0\nadmin: " + address + "\n", "admin:", address},
		{"not ours", "listen: 192.0.2.1:8080\nadmin: ''\n", "listen:", "192.0.2.1:8080"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t)
			h.write(tt.config + seedsOnly + "\n")
			d, err := Open(t.Context(), h.options())
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			began := time.Now()
			err = d.Serve(t.Context(), nil)
			if took := time.Since(began); took > soon {
				t.Errorf("it took %v", took)
			}
			if err == nil || !strings.Contains(err.Error(), tt.key) || !strings.Contains(err.Error(), tt.address) {
				t.Errorf("got %v, want the key %s and the address %s", err, tt.key, tt.address)
			}
		})
	}
}

func TestOpenRefusesUnusableData(t *testing.T) {
	tests := []struct {
		name string
		make func(t *testing.T, data string) error
		want string // in the error, beside the folder
	}{
		{"a file in place of the folder", func(_ *testing.T, data string) error { return os.WriteFile(data, []byte("mine"), 0o644) }, "data:"},
		{"a folder in place of the database", func(_ *testing.T, data string) error { return os.MkdirAll(DatabasePath(data), 0o755) }, "data:"},
		{"garbage", func(_ *testing.T, data string) error {
			return fill(DatabasePath(data), strings.Repeat("no database at all, but a long text. ", 400))
		}, "nothing was changed"},
		{"cut off", func(t *testing.T, data string) error {
			makeDatabase(t, data)
			return os.Truncate(DatabasePath(data), 40_000)
		}, "nothing was changed"},
		{"a damaged page", func(t *testing.T, data string) error {
			makeDatabase(t, data)
			f, err := os.OpenFile(DatabasePath(data), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt([]byte(strings.Repeat("\xfe", 16384)), 16384)
			return err
		}, "nothing was changed"},
		{"a newer schema", func(t *testing.T, data string) error {
			makeDatabase(t, data)
			db, err := sql.Open("sqlite", DatabasePath(data))
			if err != nil {
				return err
			}
			_, err = db.Exec("PRAGMA user_version = 999")
			return errors.Join(err, db.Close())
		}, "schema 999"},
		{"read only", func(t *testing.T, data string) error { return readOnly(t, data) }, "writable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, seedsOnly)
			data := filepath.Join(h.dir, "data")
			if err := tt.make(t, data); err != nil {
				t.Fatal(err)
			}
			before := files(t, h.dir)
			began := time.Now()
			d, err := Open(t.Context(), h.options())
			if err == nil {
				d.Close()
				t.Fatal("it opened")
			}
			if took := time.Since(began); took > soon {
				t.Errorf("it took %v", took)
			}
			if text := err.Error(); !strings.Contains(text, tt.want) || !strings.Contains(text, data) || strings.Contains(text, "\n") {
				t.Errorf("got %q, want one line with %q and the path", text, tt.want)
			}
			after := files(t, h.dir)
			delete(after, DatabasePath(data)+".lock")
			delete(after, DatabasePath(data)+"-wal")
			delete(after, DatabasePath(data)+"-shm")
			delete(before, DatabasePath(data)+".lock")
			wantSame(t, after, before)
		})
	}
}

func fill(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

func makeDatabase(t *testing.T, data string) {
	t.Helper()
	db, err := store.Open(t.Context(), DatabasePath(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenReportsEveryProblemOfTheConfiguration(t *testing.T) {
	h := newHome(t)
	h.write("listen: 8080\nsourcs: []\n")
	_, err := Open(t.Context(), h.options())
	var problems *config.Problems
	if !errors.As(err, &problems) || len(problems.List) < 2 {
		t.Errorf("got %v, want all problems", err)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "data")); err == nil {
		t.Error("a bad configuration made a data folder")
	}
}

// An unwritable feeds folder keeps nothing from being served.
func TestServeGoesOnWithoutAFeedsFolder(t *testing.T) {
	h := newHome(t, seedsOnly)
	h.seed("a.txt", "Titel des Textes\n\nUnd ein Satz, der darunter steht.")
	if err := os.WriteFile(filepath.Join(h.dir, "feeds"), []byte("a file"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := h.serve()
	r.await("the feed is served", func() bool { return r.titles("all") != "" })
	r.await("the log says why the folder is empty", func() bool {
		return strings.Contains(r.log.String(), "feeds folder")
	})
}

func TestRunOnceEndsWhenTold(t *testing.T) {
	h := newHome(t, seedsOnly)
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.RunOnce(ctx, Selection{All: true}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// The first round of publishing finds nothing yet, or what was there before. What the
// sources bring then does not wait until a busy moment would be over.
func TestTheFirstStoriesDoNotWait(t *testing.T) {
	inTime(t, func(t *testing.T) {
		h := newHome(t, seedsOnly)
		d, err := Open(t.Context(), h.options())
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		r := &digested{Daemon: d, t: t, h: h}
		defer r.serving()()
		synctest.Wait()
		h.seed("a.txt", "Titel\n\nUnd ein Satz, der darunter steht.")
		for id := range d.current.Load().sources {
			d.pull(t.Context(), id)
		}
		time.Sleep(lookEvery)
		synctest.Wait()
		if shown := d.publicShelf.Edition("all").Shown; len(shown) != 1 {
			t.Errorf("got %d stories %v after they were read, want one", len(shown), lookEvery)
		}
	})
}
