package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tributary/internal/feedtest"
	"tributary/internal/store"
)

// What a daemon stores comes into the file of the database while it runs, and not only
// when the log has grown to its limit or the daemon ends.
func TestTheDaemonCheckpoints(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("one")})
	h := newHome(t, "limits: {spacing: 0s}", "sources:", source(up, "a", "/a", ""))
	r := h.serve()
	n := 0
	r.await("the file alone knows the source", func() bool {
		r.trigger(1) // a few transactions more
		n++
		file, err := os.ReadFile(filepath.Join(h.dir, "data", "tributary.db"))
		if err != nil {
			return false
		}
		alone := filepath.Join(t.TempDir(), fmt.Sprint(n, ".db"))
		if err := os.WriteFile(alone, file, 0o644); err != nil {
			t.Fatal(err)
		}
		db, err := store.OpenReadOnly(t.Context(), alone)
		if err != nil {
			return false // copied while it was written
		}
		defer db.Close()
		states, err := db.States(t.Context())
		return err == nil && len(states) == 1 && !states[0].FirstOK.IsZero()
	})
}
