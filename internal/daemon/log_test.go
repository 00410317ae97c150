package daemon

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/lmittmann/tint"

	"tributary/internal/feedtest"
	"tributary/internal/format"
)

// poison is text that would like to be a log record of its own, or to command
// the terminal of whoever reads the log.
const poison = "\r\n{\"level\":\"ERROR\",\"msg\":\"pwned\"}\r\n12:00:00 ERR pwned\x1b[2J\x1b]0;pwned\x07\u202e\u0085\xff"

// Nothing that a feed, a server or a file name says makes a second log record,
// clears a screen or fills a disk.
func TestLogIsOneRecordForEachEvent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		handler func(io.Writer) slog.Handler
		record  func(line string) bool // looks like what this handler begins a record with
	}{
		{"json", func(w io.Writer) slog.Handler {
			return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})
		}, func(line string) bool {
			var r struct{ Time, Level, Msg string }
			return json.Unmarshal([]byte(line), &r) == nil && r.Time != "" && r.Msg != "pwned"
		}},
		{"terminal", func(w io.Writer) slog.Handler {
			return tint.NewTextHandler(w, &tint.Options{Level: slog.LevelDebug, TimeFormat: time.TimeOnly, NoColor: true})
		}, regexp.MustCompile(`^\d\d:\d\d:\d\d (DBG|INF|WRN|ERR) (fetched|published|configuration)`).MatchString},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, o := poisoned(t)
			o.Log = slog.New(tt.handler(h.log))
			d, err := Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.RunOnce(t.Context(), Selection{All: true}, nil); err != nil {
				t.Fatal(err)
			}
			h.write("listen: \"a\\r\\n\\u001b[2Jb\"\n\"bro\\e[2Jken\": 1\nsourcs: []\n")
			w := d.newWatcher()
			w.reload(t.Context())
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}

			log := h.log.String()
			lines := strings.Split(strings.TrimSuffix(log, "\n"), "\n")
			for _, line := range lines {
				if !tt.record(line) {
					t.Errorf("no record of ours: %.300q", line)
				}
				if len(line) > 4<<10 {
					t.Errorf("a record of %d bytes: %.300q", len(line), line)
				}
				if strings.ContainsAny(line, "\r\x1b\x07\u0085\u202e") || !utf8.ValidString(line) {
					t.Errorf("a record commands the terminal: %.1000q", line)
				}
			}
			// Three pulls, one published feed, a bad configuration.
			if len(lines) != 5 {
				t.Errorf("got %d records, want 5:\n%s", len(lines), log)
			}
		})
	}
}

// poisoned is an installation where everything that others choose is poison.
func poisoned(t *testing.T) (*home, Options) {
	up := feedtest.New(t)
	attr := strings.NewReplacer("\x1b", "", "\x07", "", "\xff", "", `"`, "").Replace(poison)
	title := poison + strings.Repeat("<![CDATA[ lang ]]>", 100_000)
	up.Handle("/a", feedtest.Response{Body: rss("A1", title), ETag: strings.Repeat("e", 4000)})
	up.Handle("/b", feedtest.Response{
		Redirect: "http://127.0.0.1:1/" + url.PathEscape(poison) + strings.Repeat("b", 5000),
		Header:   map[string]string{"Content-Type": attr},
	})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), source(up, "b", "/b", ""), "  - {seeds: seeds/*, name: seeds}")
	h.seed("good.txt", "Titel\n\nUnd ein Satz, der darunter steht.")
	h.seed("bad"+strings.ReplaceAll(poison, "/", "")+".txt", "\x00\x01")
	return h, h.options()
}

// One stored document that cannot be read again keeps no other from it.
func TestRereadGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1")})
	up.Handle("/b", feedtest.Response{Body: rss("B1")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), source(up, "b", "/b", ""))
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.RunOnce(t.Context(), Selection{All: true}, nil)
	path := DatabasePath(d.current.Load().cfg.Data)
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`UPDATE body SET reader = 0; UPDATE body SET data = x'00' WHERE source_id = (SELECT id FROM source WHERE name = 'a')`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}

	if d, err = Open(t.Context(), h.options()); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.RunOnce(t.Context(), Selection{}, nil); err != nil {
		t.Fatal(err)
	}
	left, err := d.db.OutdatedBodies(t.Context(), format.ReaderVersion)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 || d.current.Load().sources[left[0]].Name != "a" {
		t.Errorf("got %v still to be read, want the damaged one only", left)
	}
	if told := h.log.records(t, "read a stored document again"); len(told) != 1 || told[0]["source"] != "a" || !strings.Contains(fmt.Sprint(told[0]["error"]), "replaces it") {
		t.Errorf("got %v, want a record that names the source and says what becomes of it", told)
	}
	if n := up.Count(""); n != 2 {
		t.Errorf("got %d requests, want none for reading again", n-2)
	}
}
