package publish

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tributary/internal/news"
)

// files lists what is in a folder, by path.
func files(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(folder, path)
			all = append(all, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func unzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestFolderHoldsEveryFormatAndItsVariants(t *testing.T) {
	r := newRiver(t)
	mixed(r)
	r.mustPublish()
	var want []string
	for _, name := range []string{"all/index.html", "all.atom", "all.json", "all.opml", "all.rss"} {
		want = append(want, name, name+".br", name+".gz", name+".zst")
	}
	if got := files(t, r.pub.Folder.Path); !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for ext, d := range r.documents() {
		path := filepath.Join(r.pub.Folder.Path, fileName("all", ext))
		plain, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(plain, d.Body) {
			t.Errorf("%s is not what the web server sends", path)
		}
		for _, v := range d.Variants {
			packed, err := os.ReadFile(path + codings()[v.Coding])
			if err != nil || !bytes.Equal(packed, v.Body) || !bytes.Equal(unpacked(t, v), plain) {
				t.Errorf("%s%s is not what the web server sends (%v)", path, codings()[v.Coding], err)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s has mode %v (%v), want 0644: another user's web server reads it", path, info.Mode(), err)
		}
	}
}

// TestReadersNeverSeeHalfAFile reads a file in a loop while it is being replaced.
func TestReadersNeverSeeHalfAFile(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	versions := map[string]bool{}
	var docs []*Document
	for i := range 200 {
		body := bytes.Repeat([]byte{byte('a' + i%26)}, 1000*(1+i%97)) // each of one letter, of many lengths
		docs = append(docs, &Document{Name: "all.atom", Body: body})
		versions[string(body)] = true
	}
	write := func(d *Document) {
		if err := f.Write(map[string]*Document{"atom": d}); err != nil {
			t.Error(err)
		}
	}
	write(docs[0])
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, d := range docs[1:] {
			write(d)
		}
	}()
	for reads := 0; ; reads++ {
		got, err := os.ReadFile(filepath.Join(f.Path, "all.atom"))
		if err != nil {
			t.Fatalf("read %d: %v", reads, err)
		}
		if !versions[string(got)] {
			t.Fatalf("read %d: %d bytes that were never written whole", reads, len(got))
		}
		select {
		case <-done:
			t.Logf("%d reads during 200 replacements", reads)
			if got := files(t, f.Path); len(got) != 1 {
				t.Errorf("left over: %q", got)
			}
			return
		default:
		}
	}
}

// TestUnchangedFilesAreNotTouched matters because rsync and other web servers go by the mtime.
func TestUnchangedFilesAreNotTouched(t *testing.T) {
	r := newRiver(t)
	mixed(r)
	r.mustPublish()
	path := filepath.Join(r.pub.Folder.Path, "all.atom")
	old := start.Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	r.restart()
	r.mustPublish()
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("the file is dated %v (%v), want %v", info.ModTime(), err, old)
	}
}

func TestRemovedFeedsLeaveTheFolder(t *testing.T) {
	r := newRiver(t, feed("all"), feed("old"))
	mixed(r)
	r.mustPublish()
	folder := r.pub.Folder
	for _, own := range []string{"old/picture.png", "older.atom"} { // not ours: they stay
		if err := os.WriteFile(filepath.Join(folder.Path, own), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r.configure([]news.Source{source("a")}, feed("all"))
	removed, err := r.db.RemovedFeeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing left to remove
		if err := folder.Remove(removed); err != nil {
			t.Fatal(err)
		}
	}
	got := slices.DeleteFunc(files(t, folder.Path), func(name string) bool { return strings.HasPrefix(name, "all") })
	if want := []string{"old/picture.png", "older.atom"}; !slices.Equal(got, want) {
		t.Errorf("left: %q, want %q", got, want)
	}
}

// TestAFolderThatCannotBeWrittenIsAnErrorOnly: the error is reported, the web server still sends
// what is new, and the folder catches up as soon as it can be written.
func TestAFolderThatCannotBeWrittenIsAnErrorOnly(t *testing.T) {
	r := newRiver(t)
	path := r.pub.Folder.Path
	if err := os.WriteFile(path, nil, 0o644); err != nil { // a file where the folder should be: an error for root too
		t.Fatal(err)
	}
	r.fetch("a", entry("a", "one", 3))
	err := r.publish()
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "publish:") {
		t.Errorf("got %v, want an error with the path and the key of the configuration", err)
	}
	if n := len(r.atom().Entries); n != 1 {
		t.Errorf("the web server has %d entries, want 1", n)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	r.mustPublish()
	if n := len(files(t, path)); n != 20 {
		t.Errorf("%d files after the folder could be written again, want 20", n)
	}
}

func TestNoFolderWritesNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	r := newRiver(t)
	r.pub.Folder = nil
	mixed(r)
	r.mustPublish()
	if err := r.pub.Folder.Remove([]string{"all"}); err != nil {
		t.Error(err)
	}
	if got := files(t, "."); len(got) != 0 {
		t.Errorf("wrote %q", got)
	}
}

func TestLeftoversOfAKilledProcessAreRemoved(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	for _, name := range []string{".123.part", "all/.456.part", "all/index.html", ".htaccess"} {
		path := filepath.Join(f.Path, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f.Leftovers()
	if got, want := files(t, f.Path), []string{".htaccess", "all/index.html"}; !slices.Equal(got, want) {
		t.Errorf("left: %q, want %q", got, want)
	}
}

func TestFolderExplains(t *testing.T) {
	f := &Folder{Path: "feeds"}
	for _, test := range []struct {
		err  error
		want string
	}{
		{syscall.ENOSPC, `feeds folder: write a.part: no space left on device; free some space, or set publish: to another folder or to "" for none`},
		{syscall.EACCES, `feeds folder: write a.part: permission denied; make it writable, or set publish: to another folder or to "" for none`},
	} {
		err := f.explain(&fs.PathError{Op: "write", Path: "a.part", Err: test.err})
		if err.Error() != test.want {
			t.Errorf("got %q, want %q", err, test.want)
		}
	}
}
