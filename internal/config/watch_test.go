package config

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWatch checks that every file of a configuration is watched, even if the
// configuration is invalid.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	clock := time.Now().Add(-time.Hour)
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		clock = clock.Add(time.Second)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err == nil {
			err = os.Chtimes(path, clock, clock)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("config.yaml", "include: members/*.yaml\n")
	put("members/a.yaml", "feed: https://a.example/\n")
	w := NewWatch(filepath.Join(dir, "config.yaml"), testEnv)
	steps := []struct {
		name string
		do   func()
		want bool
	}{
		{"nothing", func() {}, false},
		{"the file is touched", func() { put("config.yaml", "include: members/*.yaml\n") }, false},
		{"an included file changes", func() { put("members/a.yaml", "feed: https://b.example/\n") }, true},
		{"a file comes", func() { put("members/b.yaml", "bad") }, true},
		{"a file that is not included", func() { put("members/b.txt", "x") }, false},
		{"a hidden file", func() { put("members/.b.yaml", "x") }, false},
		{"a file goes", func() { os.Remove(filepath.Join(dir, "members/a.yaml")) }, true},
		{"the file has problems", func() { put("config.yaml", "include: [others/*.yaml, 7]\nsauces: x\n") }, true},
		{"they are mended elsewhere", func() { put("others/c.yaml", "feed: https://c.example/\n") }, true},
		{"the file is away for a moment", func() { os.Remove(filepath.Join(dir, "config.yaml")) }, false},
		{"and is back as it was", func() { put("config.yaml", "include: [others/*.yaml, 7]\nsauces: x\n") }, false},
		{"a rule names a list that is not there", func() { put("config.yaml", `defaults: {where: 'word(title, list("terms.txt"))'}`) }, true},
		{"the list comes", func() { put("terms.txt", "a") }, true},
		{"it changes", func() { put("terms.txt", "a\nb") }, true},
		{"it goes", func() { os.Remove(filepath.Join(dir, "terms.txt")) }, true},
		{"an included file names another", func() {
			put("config.yaml", "include: rules/*.yaml\n")
			put("rules/r.yaml", `{feed: "https://r.example/", where: 'title contains list("more/words")'}`)
		}, true},
		{"that comes, beside it", func() { put("rules/more/words", "a") }, true},
		{"no list any more", func() { put("terms.txt", "b") }, false},
		{"a theme that comes later", func() { put("config.yaml", "theme: look\nsite: {logo: l.svg, intro: \"${file:i.md}\"}\n") }, true},
		{"it comes", func() { put("look/style.css", "") }, true},
		{"a template changes", func() { put("look/style.css", "a {}") }, true},
		{"the logo", func() { put("l.svg", "<svg/>") }, true},
		{"a file that a value is read from", func() { put("i.md", "x") }, true},
		{"an included file takes a value from another", func() {
			put("config.yaml", "include: members/*.yaml\n")
			put("members/b.yaml", "{feed: \"https://b.example/\", headers: {Authorization: \"${file:token}\"}}")
		}, true},
		{"that comes, beside it", func() { put("members/token", "x") }, true},
		{"the path of the logo is a variable", func() { put("config.yaml", "site: {logo: \"${LOGO:-m.svg}\"}\n") }, true},
		{"the logo comes", func() { put("m.svg", "<svg/>") }, true},
		{"no YAML at all", func() { put("config.yaml", "include: [") }, true},
	}
	for _, s := range steps {
		s.do()
		if got := w.Changed(); got != s.want {
			t.Errorf("%s: got %t, want %t", s.name, got, s.want)
		}
		if w.Changed() {
			t.Errorf("%s: changed twice", s.name)
		}
	}
}

// An editor takes the file away for a moment. Only one that stays unreadable is a change, so that
// it is told, and it is told once.
func TestWatchTellsOfAFileThatStaysUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("sources: []\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w := NewWatch(path, testEnv)
	for _, unread := range []func() error{
		func() error { return os.Remove(path) },
		func() error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o755)) },
		func() error { return os.WriteFile(path, make([]byte, maxBytes+1), 0o644) },
	} {
		err := unread()
		looks := 0
		for range 2 * patience {
			if w.Changed() {
				looks++
			}
		}
		if looks != 1 {
			t.Errorf("told %d times, want once (%v)", looks, err)
		}
		err = errors.Join(os.RemoveAll(path), os.WriteFile(path, []byte("sources: []\n"), 0o644))
		if w.Changed() || err != nil {
			t.Errorf("back as it was, and a change (%v)", err)
		}
	}
}

// A configuration may come through a pipe, which can be read only once and blocks who reads it.
func TestWatchLeavesAPipeAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if out, err := exec.Command("mkfifo", path).CombinedOutput(); err != nil {
		t.Skipf("no pipe here: %s", out)
	}
	w := NewWatch(path, testEnv)
	for range 2 * patience {
		if w.Changed() {
			t.Error("a pipe changed")
		}
	}
}

func TestIncludedFilesThatAreTooMuch(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), make([]byte, maxBytes+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "b.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(os.DevNull, filepath.Join(dir, "c.yaml")); err != nil {
		t.Fatal(err)
	}
	_, _, err := Parse(filepath.Join(dir, "config.yaml"), []byte("include: '*.yaml'\n"), nil)
	want := dir + "/a.yaml: more than 4096 KiB; is it the right file?\n" + dir + "/b.yaml: is a directory\n" + dir + "/c.yaml: is no regular file"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A pipe or a device could keep the daemon for ever, and is refused before it is opened.
func TestNothingIsReadFromADevice(t *testing.T) {
	for _, text := range []string{
		"site: {logo: " + os.DevNull + "}\nsources: []\n",
		"site: {contact: \"${file:" + os.DevNull + "}me@example.org\"}\nsources: []\n",
		"sources: []\ndefaults: {where: 'word(title, list(\"" + os.DevNull + "\"))'}\n",
	} {
		_, _, err := Parse("config.yaml", []byte(text), nil)
		if err == nil || !strings.Contains(err.Error(), "is no regular file") {
			t.Errorf("%s: got %v, want it refused", text, err)
		}
	}
}
