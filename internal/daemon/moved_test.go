package daemon

import (
	"testing"
	"time"

	"tributary/internal/feedtest"
)

// Whoever mends the address of a source that failed does not wait for the end
// of its back-off.
func TestAnotherAddressIsFetchedAtOnce(t *testing.T) {
	t.Parallel()
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1")})
	h := newHome(t, "sources:", source(up, "a", "/mistyped", ""))
	r := h.serve()
	r.await("the wrong address failed", func() bool {
		s, err := r.db.State(t.Context(), "a")
		return err == nil && s != nil && s.Failures > 0 && s.NextDue.After(time.Now().Add(patience))
	})
	r.configure("sources:", source(up, "a", "/a", ""))
	r.reloaded()
	r.awaitTitles("all", "A1")
}
