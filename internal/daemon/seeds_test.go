package daemon

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A document that is taken out of the folder leaves the feeds, and one that is
// put back is shown again under the same id, without anybody's help.
func TestSeedVanishesAndReturns(t *testing.T) {
	t.Parallel()
	h := newHome(t, "sources:", `  - {seeds: seeds/*, name: seeds, schedule: "@every 1s"}`)
	const river = "# River\n\nThe river is clean again, the council says after ten years of work."
	h.seed("forest.md", "# Forest\n\nYoung oaks and beeches grow again on every slope above the town.")
	h.seed("river.md", river)
	r := h.serve()
	r.awaitTitles("all", "Forest River")
	page := storyPage(t, r, "River")

	if err := os.Remove(filepath.Join(h.dir, "seeds", "river.md")); err != nil {
		t.Fatal(err)
	}
	r.awaitTitles("all", "Forest")
	if status, _ := r.get(page); status != http.StatusGone {
		t.Errorf("the page of a withdrawn document: got %d, want 410", status)
	}

	h.seed("back.md", river)
	r.awaitTitles("all", "Forest River")
	if again := storyPage(t, r, "River"); again != page {
		t.Errorf("it is back at %s, was at %s", again, page)
	}
	if status, _ := r.get(page); status != http.StatusOK {
		t.Errorf("the page of a document that is back: got %d, want 200", status)
	}
}

// storyPage finds the path of the page that a seed's title links to.
func storyPage(t *testing.T, r *running, title string) string {
	t.Helper()
	_, body := r.get("/feeds/all/")
	before, _, found := strings.Cut(body, ">"+title+"</a>")
	i := strings.LastIndex(before, "/stories/")
	if !found || i < 0 {
		t.Fatalf("no link with the title %s in\n%s", title, body)
	}
	path, _, _ := strings.Cut(before[i:], `"`)
	return path
}
