package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// init runs the command in place of the tests if the test binary was started by command.
func init() {
	if args := os.Getenv("TRIBUTARY_TEST_COMMAND"); args != "" {
		os.Exit(run(context.Background(), strings.Fields(args), streams{os.Stdin, os.Stdout, os.Stderr}))
	}
}

// command returns a command that runs this program with arguments in dir.
func command(t *testing.T, dir, args string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TRIBUTARY_TEST_COMMAND="+args)
	return cmd
}

// growing is an upstream on an address of its own. Its feed grows by one entry
// with every request, and its ETag is the number of entries.
type growing struct {
	name    string
	address string
	served  atomic.Int64
}

func newGrowing(t *testing.T, name string, host int) *growing {
	t.Helper()
	g := &growing{name: name}
	g.address = serveOn(t, host, g)
	return g
}

// serveOn serves at 127.0.0.HOST until the test ends, and returns the address with its port.
func serveOn(t *testing.T, host int, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", host))
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(l)
	}()
	t.Cleanup(func() {
		srv.Close()
		<-done
	})
	return l.Addr().String()
}

// killed starts the command in dir, calls work, and kills the command. alive is
// false if it had ended by itself.
func killed(t *testing.T, dir, args string, work func()) (alive bool) {
	t.Helper()
	cmd := command(t, dir, args)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	work()
	cmd.Process.Kill() // the error is that it has ended
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() >= 0 {
		t.Errorf("%s: %v: %s", args, err, out.String())
	}
	return cmd.ProcessState.ExitCode() < 0
}

// ServeHTTP returns the entries 1 to n. The links of two upstreams are the same,
// so each story occurs twice.
func (g *growing) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	n := g.served.Add(1)
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
	w.Header().Set("Content-Type", "application/rss+xml")
	site := strings.TrimRight(g.name, "0123456789")
	fmt.Fprintf(w, `<rss version="2.0"><channel><title>%s</title><link>https://%s.example/</link>`, g.name, site)
	for i := n; i > 0; i-- {
		fmt.Fprintf(w, "<item><title>Story %d of %s</title><link>https://%s.example/%d</link><guid>https://%s.example/%d</guid><description>What happened, number %d.</description></item>",
			i, site, site, i, g.name, i, i)
	}
	fmt.Fprint(w, "</channel></rss>")
}

// victim is an installation whose process is killed again and again.
type victim struct {
	t         *testing.T
	dir       string
	upstreams []*growing
	stored    map[string]int64 // entries by source, when last checked
	published map[string]string
	midway    int // kills between a response and the storing of its entries
	seeds     int
}

func newVictim(t *testing.T, upstreams ...*growing) *victim {
	t.Helper()
	v := &victim{t: t, dir: t.TempDir(), upstreams: upstreams, stored: map[string]int64{}, published: map[string]string{}}
	if err := os.Mkdir(filepath.Join(v.dir, "seeds"), 0o755); err != nil {
		t.Fatal(err)
	}
	v.configure(false)
	return v
}

// configure writes the configuration, with or without an extra feed.
func (v *victim) configure(extra bool) {
	v.t.Helper()
	text := "listen: 127.0.0.1:0\nadmin: ''\nsources:\n  - {seeds: seeds/*, name: seeds, schedule: '@every 1s'}\n"
	for _, g := range v.upstreams {
		_, port, _ := strings.Cut(g.address, ":")
		text += fmt.Sprintf("  - {feed: 'http://%s/', name: %s, schedule: '@every 1s', allow_networks: [127.0.0.0/8], allow_ports: [%s]}\n", g.address, g.name, port)
	}
	text += "feeds:\n  - {name: all, limit: 1000}\n  - {name: single, limit: 1000, duplicates: keep}\n"
	if extra {
		text += "  - {name: extra, sources: [other]}\n"
	}
	if err := os.WriteFile(filepath.Join(v.dir, "config.yaml"), []byte(text), 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// addSeed adds a document to the seed folder.
func (v *victim) addSeed() {
	v.t.Helper()
	v.seeds++
	path := filepath.Join(v.dir, "seeds", fmt.Sprintf("%d.txt", v.seeds))
	var words strings.Builder
	for i := range 12 {
		fmt.Fprintf(&words, "wort%d ", v.seeds*100+i)
	}
	hourAgo := time.Now().Add(-time.Hour)
	if err := errors.Join(os.WriteFile(path, []byte(words.String()), 0o644), os.Chtimes(path, hourAgo, hourAgo)); err != nil {
		v.t.Fatal(err)
	}
}

// kill starts the command and kills it after a while, see killed.
func (v *victim) kill(args string, after time.Duration) (alive bool) {
	v.t.Helper()
	return killed(v.t, v.dir, args, func() { time.Sleep(after) })
}

// open opens the database that the process left, or returns nil if there is none.
func (v *victim) open() *sql.DB {
	v.t.Helper()
	path := filepath.Join(v.dir, "data", "tributary.db")
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		v.t.Fatal(err)
	}
	var tables int
	v.row(db, `SELECT count(*) FROM sqlite_master WHERE name = 'seed_file'`, &tables)
	if tables == 0 { // killed before the schema was made
		db.Close()
		return nil
	}
	return db
}

func (v *victim) row(db *sql.DB, query string, dest ...any) {
	v.t.Helper()
	if err := db.QueryRow(query).Scan(dest...); err != nil {
		v.t.Fatalf("%s: %v", query, err)
	}
}

// check verifies what must be true after every kill. If whole is set, it checks
// the entire database.
func (v *victim) check(when string, whole bool) {
	v.t.Helper()
	db := v.open()
	if db == nil {
		return
	}
	defer db.Close()
	midway := false
	for _, g := range v.upstreams {
		midway = v.acknowledged(db, when, g) || midway
	}
	if midway {
		v.midway++
	}
	var entries, guids int
	v.row(db, `SELECT count(*), count(DISTINCT c.guid) FROM entry e LEFT JOIN content c ON c.entry_id = e.id JOIN source s ON s.id = e.source_id WHERE s.name = 'seeds'`, &entries, &guids)
	if entries != guids || entries > v.seeds {
		v.t.Errorf("%s: %d seed entries with %d guids of %d files", when, entries, guids, v.seeds)
	}
	v.unmoved(db, when)
	v.files(when)
	if whole {
		var result string
		v.row(db, `PRAGMA integrity_check`, &result)
		var orphans int
		v.row(db, `SELECT count(*) FROM pragma_foreign_key_check`, &orphans)
		if result != "ok" || orphans != 0 {
			v.t.Errorf("%s: integrity %q, %d orphans", when, result, orphans)
		}
	}
}

// acknowledged verifies that a validator is stored with exactly the entries that
// belong to it, and that no entry was lost. It reports whether there was a
// response that is not stored.
func (v *victim) acknowledged(db *sql.DB, when string, g *growing) (midway bool) {
	v.t.Helper()
	var etag string
	err := db.QueryRow(`SELECT etag FROM source WHERE name = $1`, g.name).Scan(&etag)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		v.t.Fatal(err)
	}
	var n int64
	if etag != "" {
		if _, err := fmt.Sscanf(etag, `"%d"`, &n); err != nil {
			v.t.Fatalf("%s: %s has the validator %q", when, g.name, etag)
		}
	}
	var entries, distinct, highest int64
	err = db.QueryRow(`SELECT count(*), count(DISTINCT c.guid), coalesce(max(CAST(replace(c.guid, $2, '') AS INTEGER)), 0)
		FROM entry e LEFT JOIN content c ON c.entry_id = e.id JOIN source s ON s.id = e.source_id WHERE s.name = $1`,
		g.name, "https://"+g.name+".example/").Scan(&entries, &distinct, &highest)
	if err != nil {
		v.t.Fatal(err)
	}
	if entries != n || distinct != n || highest != n {
		v.t.Errorf("%s: %s acknowledged %d entries and holds %d, %d of them different, up to %d", when, g.name, n, entries, distinct, highest)
	}
	if n < v.stored[g.name] || n > g.served.Load() {
		v.t.Errorf("%s: %s holds %d entries, held %d before, was served %d", when, g.name, n, v.stored[g.name], g.served.Load())
	}
	v.stored[g.name] = n
	return n < g.served.Load()
}

// unmoved verifies that every Publication ever seen still exists, in the same place.
func (v *victim) unmoved(db *sql.DB, when string) {
	v.t.Helper()
	rows, err := db.Query(`SELECT f.name, coalesce(p.guid, s.guid), p.sequence, p.published, p.entered
		FROM publication p JOIN feed f ON f.id = p.feed_id JOIN story s ON s.id = p.story_id WHERE p.removed = 0`)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	now := map[string]string{}
	for rows.Next() {
		var feed, guid string
		var sequence, published, entered int64
		if err := rows.Scan(&feed, &guid, &sequence, &published, &entered); err != nil {
			v.t.Fatal(err)
		}
		key := feed + " " + guid
		if now[key] != "" {
			v.t.Errorf("%s: %s is published twice", when, key)
		}
		now[key] = fmt.Sprint(sequence, published, entered)
	}
	if err := rows.Err(); err != nil {
		v.t.Fatal(err)
	}
	for key, was := range v.published {
		if now[key] != was {
			v.t.Errorf("%s: publication %s is %q, was %q", when, key, now[key], was)
		}
	}
	v.published = now
}

// files verifies that no file in the feeds folder is incomplete. It returns the
// ids in each JSON Feed.
func (v *victim) files(when string) map[string][]string {
	v.t.Helper()
	ids := map[string][]string{}
	for _, name := range []string{"all", "single"} {
		data, err := os.ReadFile(filepath.Join(v.dir, "feeds", name+".json"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		var doc struct{ Items []struct{ ID string } }
		if err := errors.Join(err, json.Unmarshal(data, &doc)); err != nil {
			v.t.Errorf("%s: %s.json: %v", when, name, err)
		}
		for _, it := range doc.Items {
			ids[name] = append(ids[name], it.ID)
		}
	}
	return ids
}

// TestKill checks that the process, killed at any moment, loses no entry that it
// acknowledged, duplicates none, and moves nothing that readers have seen.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := 200
	if testing.Short() {
		kills = 20
	}
	seed := uint64(20260301)
	random := rand.New(rand.NewPCG(seed, seed))
	v := newVictim(t, newGrowing(t, "news1", 11), newGrowing(t, "news2", 12), newGrowing(t, "other", 13))
	began, ended := time.Now(), 0
	if out, err := command(t, v.dir, "run --all").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	run := time.Since(began) // the duration of a whole run on this machine
	for done := 0; done < kills; {
		if random.IntN(2) == 0 {
			v.addSeed()
		}
		if random.IntN(4) == 0 {
			v.configure(random.IntN(2) == 0)
		}
		args, after := "run --all", time.Duration(random.Int64N(int64(run+run/4)))
		if random.IntN(2) == 0 {
			args, after = "serve", time.Duration(random.Int64N(int64(2*run+200*time.Millisecond)))
		}
		if !v.kill(args, after) {
			ended++ // nothing was killed; this counts as an ordinary run in between
			continue
		}
		done++
		v.check(fmt.Sprintf("kill %d (%s after %v)", done, args, after), done%20 == 0)
		if t.Failed() {
			t.Fatal("no more kills: the first failure says it")
		}
	}

	if out, err := command(t, v.dir, "run --all").CombinedOutput(); err != nil {
		t.Fatalf("the run after the last kill: %v: %s", err, out)
	}
	v.check("at the end", true)
	t.Logf("%d kills in %v (one run takes %v): %d between answer and store, %d runs ended before; entries %v, %d seeds, %d publications",
		kills, time.Since(began).Round(time.Second), run.Round(time.Millisecond), v.midway, ended, v.stored, v.seeds, len(v.published))
	if !testing.Short() && v.midway == 0 || len(v.published) < kills/4 {
		t.Errorf("only %d kills fell between an answer and its entries, with %d publications: the test does not reach what it says", v.midway, len(v.published))
	}
	stories := max(v.stored["news1"], v.stored["news2"]) + v.stored["other"] + int64(v.seeds)
	entries := v.stored["news1"] + v.stored["news2"] + v.stored["other"] + int64(v.seeds)
	for name, want := range map[string]int64{"all": stories, "single": entries} {
		ids := v.files("at the end")[name]
		slices.Sort(ids)
		if once := len(slices.Compact(slices.Clone(ids))); int64(len(ids)) != min(want, 1000) || once != len(ids) {
			t.Errorf("feed %s shows %d entries, %d different; want %d", name, len(ids), once, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(v.dir, "feeds", ".*.part")); len(left) > 0 {
		t.Errorf("a killed process left %q, and the next did not tidy up", left)
	}
}

// TestKillWhileTheDatabaseIsMade checks that the next start completes a database
// whose creation was killed.
func TestKillWhileTheDatabaseIsMade(t *testing.T) {
	t.Parallel()
	kills := 20
	if testing.Short() {
		kills = 5
	}
	up := newGrowing(t, "news", 14)
	random := rand.New(rand.NewPCG(1, 1))
	half, none := 0, 0
	for range kills {
		v := newVictim(t, up)
		after := time.Duration(5+random.IntN(60)) * time.Millisecond
		v.kill("run --all", after)
		_, err := os.Stat(filepath.Join(v.dir, "data", "tributary.db"))
		db := v.open()
		switch {
		case db != nil:
			db.Close()
		case err != nil:
			none++
		default:
			half++
		}
		if out, err := command(t, v.dir, "run --all --strict").CombinedOutput(); err != nil {
			t.Errorf("killed after %v, then: %v: %s", after, err, out)
		}
		if db := v.open(); db == nil {
			t.Errorf("killed after %v: no database", after)
		} else {
			db.Close()
		}
	}
	t.Logf("%d kills: %d before there was a file, %d before there was a schema", kills, none, half)
}
