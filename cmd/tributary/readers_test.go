package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/news"
	"tributary/internal/store"
)

// TestFeedsWarnOfTurnover checks that `tributary feeds` names the reader that
// misses stories, and the limit that would suffice.
func TestFeedsWarnOfTurnover(t *testing.T) {
	up := feedtest.New(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf("defaults: {allow_networks: [127.0.0.0/8], allow_ports: [%s]}\nlimits: {spacing: 0}\nsources: [{feed: %s/a}]\nfeeds: [{name: all, limit: 1, window: 0}]\n",
		up.URL[strings.LastIndexByte(up.URL, ':')+1:], up.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(args, "--config", file), streams{strings.NewReader(""), &out, &errs}); code != 0 {
			t.Fatalf("%v ended with %d: %s", args, code, errs.String())
		}
		return out.String()
	}
	items := ""
	for i := range 3 {
		items += fmt.Sprintf(`<item><guid isPermaLink="false">g%d</guid><title>Story %d</title></item>`, i, i)
		up.Handle("/a", feedtest.Response{Body: []byte(`<rss version="2.0"><channel><title>A</title>` + items + `</channel></rss>`)})
		command("run", "--all")
	}
	if out := command("feeds"); strings.Contains(out, "warning") {
		t.Errorf("nobody reads it, and got %s", out)
	}

	cfg, _, err := config.Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(dir, "data", "tributary.db"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := db.Feed(t.Context(), cfg.Feeds[0])
	if err == nil {
		daily := news.Cadence{FeedID: f.ID, Client: "Reeder", Every: 24 * time.Hour, Spent: 72 * time.Hour, Seen: time.Now()}
		err = db.NoteCadences(t.Context(), []news.Cadence{daily}, time.Now())
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	const want = "\n  warning: turns over faster than Reeder comes: up to 2 new stories in the 24 h between two visits; limit: 10 would show them\n"
	if out := command("feeds"); !strings.Contains(out, want) {
		t.Errorf("got %s\nwant %s", out, want)
	}
	var got []struct {
		Turnover turnoverLine `json:"turnover"`
	}
	if err := json.Unmarshal([]byte(command("feeds", "--json")), &got); err != nil || got[0].Turnover != (turnoverLine{Client: "Reeder", Every: 86400, Entered: 2, Limit: 10}) {
		t.Errorf("got %+v (%v)", got, err)
	}
}
