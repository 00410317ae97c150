package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The daemon keeps the site that others serve up to date, byte for byte, also when the
// first story comes after the first export.
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
