package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/config"
)

// Simultaneous edits, including those made by hand, all end up in the file.
func TestEditsAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("sources:\n  - feed: https://a.example/feed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	left := path + ".new" // left behind by a killed process
	old := time.Now().Add(-time.Hour)
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			a := &app{config: path}
			feed := config.NewSource{Feed: fmt.Sprintf("https://b%d.example/feed", i)}
			if _, err := a.edit(func(data []byte) ([]byte, error) { return config.AppendSources(data, feed) }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	by := 0
	a := &app{config: path}
	_, err := a.edit(func(data []byte) ([]byte, error) {
		if by++; by == 1 { // an editor saves in the meantime
			if err := os.WriteFile(path, append([]byte("# by hand\n"), data...), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return config.AppendSources(data, config.NewSource{Feed: "https://c.example/feed"})
	})
	if err != nil || by != 2 {
		t.Errorf("edited %d times (%v), want 2: the second time what was saved meanwhile", by, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(data), "- feed: "); got != 10 || !strings.HasPrefix(string(data), "# by hand\n") {
		t.Errorf("got %d sources, want 10 and the line by hand:\n%s", got, data)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("something is left of the making")
	}
}

// An edit that takes long is waited for, and not taken for one that was killed. The new file
// that a killed one left is no obstacle.
func TestEditWaitsForASlowOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("sources:\n  - feed: https://a.example/feed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	slow, release, err := claim(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(slow.Name(), old, old); err != nil {
		t.Fatal(err)
	}
	var released atomic.Bool
	ended := make(chan error)
	go func() {
		a := &app{config: path}
		_, err := a.edit(func(data []byte) ([]byte, error) {
			return config.AppendSources(data, config.NewSource{Feed: "https://b.example/feed"})
		})
		if !released.Load() {
			err = errors.Join(err, errors.New("it did not wait"))
		}
		ended <- err
	}()
	time.Sleep(200 * time.Millisecond) // enough for an edit that waits for nobody
	slow.Close()
	released.Store(true)
	release() // as the kernel does for who is killed
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// An edited file can be read by whoever could read it before.
func TestEditKeepsModeAndOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	err := errors.Join(os.WriteFile(path, []byte("sources:\n  - feed: https://a.example/feed\n"), 0o600), os.Chmod(path, 0o666))
	if os.Getuid() == 0 {
		err = errors.Join(err, os.Chown(path, 65534, 65534))
	}
	before, unread := os.Stat(path)
	a := &app{config: path}
	_, failed := a.edit(func(data []byte) ([]byte, error) {
		return config.AppendSources(data, config.NewSource{Feed: "https://b.example/feed"})
	})
	after, lost := os.Stat(path)
	if err := errors.Join(err, unread, failed, lost); err != nil {
		t.Fatal(err)
	}
	if before.Mode() != after.Mode() || owner(before) != owner(after) {
		t.Errorf("got %v of %s, want %v of %s", after.Mode(), owner(after), before.Mode(), owner(before))
	}
}

// owner returns the user and group of a file, or "" where there are none.
func owner(info os.FileInfo) string {
	stat := reflect.Indirect(reflect.ValueOf(info.Sys()))
	if uid := stat.FieldByName("Uid"); uid.IsValid() {
		return fmt.Sprint(uid, stat.FieldByName("Gid"))
	}
	return ""
}
