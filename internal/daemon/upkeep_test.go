package daemon

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/feedtest"
)

func TestUpkeepIsToldOfNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		d := &Daemon{opts: Options{Notice: func(line string) { told = append(told, line) }}, upkeepNotice: tellUpkeep}
		u := d.upkeep("work is done")
		for left := int64(250); left > 0; left-- { // ten parts a second
			u.progress(left)
			time.Sleep(100 * time.Millisecond)
		}
		if want := []string{"work is done; about 240 to go", "work is done; about 140 to go", "work is done; about 40 to go"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

// What an upgrade leaves to do is told to whoever waits for a cycle: what comes before
// the sources are asked, and the index that is made when everything is published.
func TestACycleTellsWhatKeepsIt(t *testing.T) {
	up := feedtest.New(t)
	var titles []string
	for i := range 230 {
		titles = append(titles, fmt.Sprint("T", i))
	}
	up.Handle("/a", feedtest.Response{Body: rss(titles...)})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: all}")
	cycle := func() (told []string) {
		o := h.options()
		o.Serving, o.Notice = false, func(line string) { told = append(told, line) }
		d, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		d.upkeepNotice = 0
		if _, err := d.RunOnce(t.Context(), Selection{All: true}, nil); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		return told
	}
	cycle()
	if told := cycle(); len(told) > 0 {
		t.Errorf("nothing was left to do, told %q", told)
	}
	db, err := sql.Open("sqlite", filepath.Join(h.dir, "data", "tributary.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE counter SET value = 0 WHERE name IN ('search', 'sketches'); UPDATE body SET reader = 0`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	told := cycle()
	want := []string{"this version reads documents in a new way", "this version compares entries in a new way", "stored entries are indexed"}
	if !slices.EqualFunc(told, want, strings.HasPrefix) || !strings.HasSuffix(told[2], "about 180 to go") {
		t.Errorf("told %q, want what begins with %q", told, want)
	}
}
