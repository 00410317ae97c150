package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tributary/internal/feedtest"
)

// A full disk stops nothing but writing: feeds are served, and once there is
// room the next fetch stores what came meanwhile, each entry once.
func TestDiskFull(t *testing.T) {
	up := feedtest.New(t)
	h := newHome(t, "data: disk/data/", "publish: disk/feeds/", "sources:", source(up, "a", "/a", `, schedule: "@every 1s"`))
	disk := filepath.Join(h.dir, "disk")
	mount(t, disk, "24m", 0)
	up.Handle("/a", feedtest.Response{Body: big(1, 4)})
	r := h.serve()
	r.awaitTitles("all", "E1 E2 E3 E4")

	filler := filepath.Join(disk, "filler")
	fillUp(t, filler)
	up.Handle("/a", feedtest.Response{Body: big(1, 12)})
	full := func() int { return strings.Count(r.log.String(), "database or disk is full") }
	r.await("the log says that the disk is full", func() bool { return full() > 0 })
	asked := up.Count("/a")
	r.await("it goes on trying", func() bool { return full() > 2 })
	if n := up.Count("/a"); n > asked+1 {
		t.Errorf("the upstream was asked %d times for what cannot be stored", n-asked)
	}
	for _, path := range []string{"/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/all/", "/", "/sources/a", "/readyz"} {
		if status, _ := r.get(path); status != 200 {
			t.Errorf("%s: got %d while the disk is full, want 200", path, status)
		}
	}
	if got, want := r.titles("all"), "E1 E2 E3 E4"; got != want {
		t.Errorf("while the disk is full: got %q, want %q", got, want)
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	up.Handle("/a", feedtest.Response{Body: big(1, 13)})
	r.awaitTitles("all", "E1 E10 E11 E12 E13 E2 E3 E4 E5 E6 E7 E8 E9")
	r.await("the file in the folder is up to date", func() bool {
		data, err := os.ReadFile(filepath.Join(disk, "feeds", "all.json"))
		return err == nil && bytes.Contains(data, []byte(`"E13"`))
	})
	if err := r.db.Check(t.Context()); err != nil {
		t.Error(err)
	}
	r.end()
}

// big is a feed of entries that take room: texts that do not compress well.
func big(from, to int) []byte {
	body := string(rss(entryNames(from, to)...))
	for i := from; i <= to; i++ {
		var text strings.Builder
		for n := range 300 {
			fmt.Fprintf(&text, "w%x ", (n+1)*(i+7)*2654435761%1_000_003)
		}
		body = strings.Replace(body, fmt.Sprintf("About E%d.", i), text.String(), 1)
	}
	return []byte(body)
}

func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); len(block) > 0; block = block[:len(block)/2] {
		for err == nil {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
}

func entryNames(from, to int) []string {
	var list []string
	for i := from; i <= to; i++ {
		list = append(list, fmt.Sprint("E", i))
	}
	return list
}

// A database that is deleted, or replaced by a backup, while the daemon has it open would take
// what is stored from then on with it. So the daemon ends, and says why.
func TestTheDatabaseIsTakenAway(t *testing.T) {
	for what, take := range map[string]func(path string) error{
		"deleted": os.Remove,
		"replaced": func(path string) error {
			if err := os.WriteFile(path+".backup", nil, 0o600); err != nil {
				return err
			}
			return os.Rename(path+".backup", path)
		},
		"deleted with its folder": func(path string) error { return os.RemoveAll(filepath.Dir(path)) },
	} {
		t.Run(what, func(t *testing.T) {
			h := newHome(t, "sources: [{seeds: seeds/*, name: seeds}]")
			h.seed("a.md", "# Water\n\nIt rises.\n")
			r := h.serve()
			r.awaitTitles("all", "Water") // what the start reads is read
			if err := take(DatabasePath(r.current.Load().cfg.Data)); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-r.ended:
				if err == nil || !strings.Contains(err.Error(), "removed or replaced") {
					t.Errorf("got %v, want what happened", err)
				}
			case <-time.After(patience):
				t.Error("it goes on")
				r.stop()
				<-r.ended
			}
			r.ended = nil
			if err := r.Daemon.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
}
