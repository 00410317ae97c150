package daemon

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/schedule"
)

// What changes while the first export is under way, as the first stories do, is exported
// right after it. Later exports take a twentieth of the time, and none is five minutes late.
func TestOnlyTheSecondExportIsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &Daemon{exportDue: make(chan struct{}, 1), opts: Options{Log: slog.New(slog.DiscardHandler)}}
		ctx, cancel := context.WithCancel(t.Context())
		begin := time.Now()
		var began []time.Duration
		schedule.Wake(d.exportDue)
		err := d.exportBy(ctx, func(context.Context) error {
			began = append(began, time.Since(begin))
			schedule.Wake(d.exportDue)
			if len(began) == 4 {
				cancel()
			}
			time.Sleep(time.Duration(10*len(began)) * time.Second) // an export of a large site
			return nil
		})
		want := []time.Duration{0, 11 * time.Second, 11*time.Second + 20*time.Second + exportPause, 11*time.Second + 50*time.Second + 2*exportPause}
		if err != nil || !slices.Equal(began, want) {
			t.Errorf("exports begin at %v (%v), want %v", began, err, want)
		}
	})
}

// An export that fails, as into a full disk, is tried again, but not every second.
func TestFailedExportIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &Daemon{exportDue: make(chan struct{}, 1), opts: Options{Log: slog.New(slog.DiscardHandler)}}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute-time.Second)
		defer cancel()
		schedule.Wake(d.exportDue)
		tries := 0
		err := d.exportBy(ctx, func(context.Context) error {
			tries++
			return errors.New("no space left on device")
		})
		if want := int(10 * time.Minute / retryPublish); err != nil || tries != want {
			t.Errorf("%d tries in ten minutes (%v), want %d", tries, err, want)
		}
	})
}

// The daemon keeps the site that others serve up to date, byte for byte.
func TestTheDaemonExportsTheSite(t *testing.T) {
	h := newHome(t, "export: public/", "sources:", "  - {seeds: seeds/*, name: seeds}", "feeds:", "  - name: all")
	h.seed("a.txt", " date 2025-12-03 Berlin – Der Rat hat am Mittwoch getagt. Das Ergebnis liegt noch nicht vor und wird erwartet.")
	r := h.serve()
	exported := func(name string) string {
		text, err := os.ReadFile(filepath.Join(h.dir, "public", name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return string(text)
	}
	r.await("the export is whole", func() bool { return exported(".tributary") != "" })
	r.await("the story is served", func() bool { return strings.Contains(r.titles("all"), "Rat") })
	for path, file := range map[string]string{"/feeds/all.atom": "feeds/all.atom", "/feeds/all.rss": "feeds/all.rss", "/sources.opml": "sources.opml"} {
		_, want := r.get(path)
		r.await(file+" is what is served", func() bool { return exported(file) == want })
	}
}
