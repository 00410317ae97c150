package store

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

func TestTheFirstFailureEndsATransaction(t *testing.T) {
	b := newBench(t)
	other := errors.New("another one")
	for name, result := range map[string]func(error) error{
		"the function returns nil":           func(error) error { return nil },
		"the function returns another error": func(error) error { return other },
		"the function returns it":            func(err error) error { return fmt.Errorf("in context: %w", err) },
	} {
		t.Run(name, func(t *testing.T) {
			before := b.content()
			err := b.db.update(t.Context(), func(tx *tx) error {
				tx.increment("request")
				first := tx.do(`INSERT INTO nowhere VALUES (1)`)
				if id := tx.put(`INSERT INTO hand (entry_id, act, at, was, became) VALUES (1, '', 1, 1, 1) RETURNING id`); id != 0 {
					t.Errorf("row %d was written", id)
				}
				var n int64
				for query, err := range map[string]error{
					"do":     tx.do(`DELETE FROM counter`),
					"get":    tx.get(`SELECT 1`, nil, &n),
					"each":   tx.each(`SELECT 1`, nil, func(scan) error { n++; return nil }),
					"commit": tx.err,
				} {
					if first == nil || err != first || n != 0 {
						t.Errorf("%s: %v after %v, %d rows", query, err, first, n)
					}
				}
				return result(first)
			})
			if err == nil || errors.Is(err, other) || !strings.Contains(err.Error(), "nowhere") {
				t.Errorf("the transaction ended with %v", err)
			}
			if b.content() != before {
				t.Error("something was stored")
			}
		})
	}
}

func TestAMissingRowEndsNoTransaction(t *testing.T) {
	b := newBench(t)
	err := b.db.update(t.Context(), func(tx *tx) error {
		if _, err := tx.number(`SELECT id FROM source WHERE id = 99`); ignoreNoRows(err) != nil || err == nil {
			t.Errorf("the missing row is %v", err)
		}
		return tx.setCounter("request", 7)
	})
	if n, _ := b.db.Requests(t.Context()); n != 7 || err != nil {
		t.Errorf("stored %d, %v", n, err)
	}
	err = b.db.update(t.Context(), func(tx *tx) error { // but there is always a counter
		tx.increment("none")
		return nil
	})
	if err == nil {
		t.Error("a counter that is not there was raised")
	}
}

// Whichever statement of a transaction fails, its error is returned and nothing is stored.
// When it is done again, all is as if nothing had failed.
func TestEveryStatementMayFail(t *testing.T) {
	begin := newBench(t, append(handFeeds(), servedFeeds(t)...)...)
	if err := begin.db.Close(); err != nil {
		t.Fatal(err)
	}
	open := func() *bench {
		b := *begin
		b.db = copyOf(t, begin.db)
		return &b
	}
	sound := open()
	var contents []uint64 // before each step
	for _, step := range stepsOfALife() {
		contents = append(contents, sound.content())
		if err := step(sound); err != nil {
			t.Fatalf("step %d: %v", len(contents)-1, err)
		}
	}
	contents = append(contents, sound.content())
	again := map[int]bool{} // steps that were done again
	for _, query := range sound.statements() {
		b := open()
		b.breakStatement(query)
		step, err := b.live(0)
		if err == nil || !strings.Contains(err.Error(), "statement is closed") {
			t.Errorf("step %d ended with %v although this failed:\n%s", step, err, query)
		} else if b.content() != contents[step] {
			t.Errorf("step %d stored something although this failed:\n%s", step, query)
		} else if !again[step] {
			again[step] = true
			b.mendStatement(query)
			if at, err := b.live(step); err != nil {
				t.Errorf("step %d ended with %v after this had failed in step %d:\n%s", at, err, step, query)
			} else if b.content() != contents[len(contents)-1] {
				t.Errorf("something else is stored after this had failed in step %d:\n%s", step, query)
			}
		}
		b.db.Close()
	}
}

// copyOf opens a copy of a database that is closed.
func copyOf(t *testing.T, db *DB) *DB {
	t.Helper()
	data, err := os.ReadFile(db.engine.Path)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	copied, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { copied.Close() })
	return copied
}

// live takes the steps from the given one on until one fails, and returns which one it was.
func (b *bench) live(from int) (int, error) {
	for i, step := range stepsOfALife()[from:] {
		if err := step(b); err != nil {
			return from + i, err
		}
	}
	return -1, nil
}

// stepsOfALife are transactions, one each, that write most of what the store can write.
func stepsOfALife() []func(*bench) error {
	old, changed := entry("a", "a1", 5), entry("a", "a1", 5)
	changed.Content = "<p>Quite another text.</p>"
	seeds := news.Source{Name: "seeds", Kind: news.KindSeeds, URL: "seeds/*", Public: true}
	save := func(source string, entries ...news.Entry) func(*bench) error {
		return func(b *bench) error {
			s, d := b.sources[source], &news.Document{Format: "rss20", Title: source, Entries: entries}
			if source == seeds.Name {
				s = seeds
				s.ID = 4
			}
			var epoch int64
			err := b.db.get(b.t.Context(), `SELECT epoch FROM source WHERE id = $1`, []any{s.ID}, &epoch)
			if err != nil {
				return err
			}
			h := &story.Harvest{
				Source: s, Epoch: epoch, Document: d, Arrivals: story.Arrive(s, d), NextDue: b.now.Add(time.Hour), Interval: time.Hour,
				Fetch: news.Fetch{Started: b.now, Outcome: news.OutcomeOK, Status: 200}, Hints: &news.Hints{}, Move: &news.Move{},
				Validators: &news.Validators{ETag: `"1"`}, Announced: &news.Announcement{Topic: s.URL, Hubs: []string{"https://hub.example"}},
				Body: &news.Body{URL: s.URL, Reader: 1, Data: []byte("<rss/>")}, Host: &news.Host{Name: "a.example", LimitedAt: b.now},
			}
			if s.Kind == news.KindSeeds {
				h.Seeds = &news.SeedState{Files: []news.SeedFile{{Path: "one.txt", GUID: "one", Present: true}}}
				if len(entries) == 0 {
					h.Seeds.Withdrawn = []string{"one"}
				}
			}
			_, err = b.db.Save(b.t.Context(), h)
			return err
		}
	}
	publish := func(feed string) func(*bench) error {
		return func(b *bench) error {
			_, _, err := b.db.Publish(b.t.Context(), b.feeds[feed], b.now)
			return err
		}
	}
	report := func(source string, hours int) news.Entry {
		e := entry(source, "report", hours)
		for i := range 150 {
			e.Content += fmt.Sprintf(" Word%d", i*i)
		}
		return e
	}
	steps := []func(*bench) error{
		func(b *bench) error {
			_, err := b.db.SyncSources(b.t.Context(), []news.Source{b.sources["a"], b.sources["b"], b.sources["c"], seeds}, b.now)
			return err
		},
		func(b *bench) error { _, err := b.db.Begin(b.t.Context(), 1, "test", b.now, b.now); return err },
		save("a", old, entry("a", "a2", 4)),
		save("b", entry("b", "b1", 3)),
		save("seeds", entry("seeds", "one", 1)),
		publish("all"), publish("kept"),
		func(b *bench) error { b.now = b.now.Add(time.Hour); return nil },
		save("a", changed, entry("a", "a3", 0), report("a", 0)),
		save("b", entry("b", "b1", 3), report("b", 0)),
		save("seeds"),
		publish("all"), publish("kept"),
		func(b *bench) error { _, err := b.db.Pin(b.t.Context(), 1, b.now); return err },
		func(b *bench) error { return b.db.Unpin(b.t.Context(), 1, b.now) },
		func(b *bench) error { _, err := b.db.Merge(b.t.Context(), []int64{1, 2}, b.now); return err },
		publish("all"),
		func(b *bench) error { _, err := b.db.Split(b.t.Context(), []int64{2}, b.now); return err },
		publish("all"), publish("kept"),
		func(b *bench) error {
			id, err := b.db.AddToken(b.t.Context(), news.Token{Feed: "all", Name: "me", Made: b.now})
			if err == nil && id == 0 {
				err = errors.New("a token without a number")
			}
			return err
		},
		func(b *bench) error { return b.db.Request(b.t.Context(), []string{"a"}, b.now) },
	}
	return append(append(steps, stepsOfService(save, publish)...),
		func(b *bench) error {
			f := b.feeds["all"]
			f.Name, f.MovedFrom = "renamed", []string{"all"}
			a, c := b.sources["a"], b.sources["c"]
			_, err := b.db.SyncFeeds(b.t.Context(), []news.Feed{f, {Name: "new"}}, []news.Source{a, c}, b.now)
			return err
		},
		func(b *bench) error {
			a := b.sources["a"]
			a.URL, a.Public = "https://elsewhere.example/feed", false
			_, err := b.db.SyncSources(b.t.Context(), []news.Source{a}, b.now)
			return err
		},
	)
}

// statements lists the queries that the writer has prepared.
func (b *bench) statements() (queries []string) {
	err := b.db.update(b.t.Context(), func(t *tx) error {
		for query := range t.w.stmts {
			queries = append(queries, query)
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Sort(queries)
	return queries
}

// breakStatement has a query of the writer fail from now on.
func (b *bench) breakStatement(query string) {
	err := b.db.update(b.t.Context(), func(t *tx) error {
		s, err := t.prepared(query)
		if err != nil {
			return err
		}
		return s.Close()
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// mendStatement has a query that breakStatement broke work again.
func (b *bench) mendStatement(query string) {
	w := <-b.db.writer
	delete(w.stmts, query)
	b.db.writer <- w
}

// content returns a hash of everything that is stored.
func (b *bench) content() uint64 {
	b.t.Helper()
	h := fnv.New64a()
	var tables []string
	err := b.db.each(b.t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('mask') ORDER BY name`, nil, appendTo(&tables))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, table := range tables {
		rows, err := b.db.engine.Read.QueryContext(b.t.Context(), `SELECT * FROM `+table)
		if err != nil {
			b.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			b.t.Fatal(err)
		}
		values, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		err = eachRow(rows, nil, func(scan scan) error {
			err := scan(dest...)
			fmt.Fprintln(h, table, values)
			return err
		})
		if err != nil {
			b.t.Fatalf("%s: %v", table, err)
		}
	}
	return h.Sum64()
}
