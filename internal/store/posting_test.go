package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// postings are those in the index, of the blocks and the memtable together.
func (b *bench) postings() []posting {
	b.t.Helper()
	var all []posting
	err := b.db.update(b.t.Context(), func(t *tx) (err error) {
		all, err = t.allPostings()
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func (t *tx) allPostings() ([]posting, error) {
	var forgotten int64
	if err := t.get(`SELECT value FROM counter WHERE name = 'forgotten'`, nil, &forgotten); err != nil {
		return nil, err
	}
	x, err := t.postings(forgotten)
	if err != nil {
		return nil, err
	}
	stored := map[int64][]posting{}
	err = t.each(`SELECT id, data FROM posting_block`, nil, func(scan scan) error {
		var id int64
		var data []byte
		err := scan(&id, &data)
		stored[id] = unpacked(data)
		return err
	})
	var all []posting
	for id, fresh := range x.memtable.blocks {
		fresh = slices.Sorted(slices.Values(fresh))
		all = append(all, merged(stored[int64(id)], fresh, forgotten)...)
	}
	slices.Sort(all)
	return all, err
}

var errTornDown = errors.New("torn down")

// TestPostingsAreASet: whatever is added and dropped, in transactions of which some
// fail, with restarts in between and entries that leave the window, is found as if it
// were held in one set.
func TestPostingsAreASet(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 1))
	path := filepath.Join(t.TempDir(), "tributary.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { db.Close() }()
	terms := make([]uint32, 3000)
	for i := range terms {
		terms[i] = r.Uint32() &^ 3
	}
	want, forgotten := map[posting]bool{}, int64(0)
	for round := range 200 {
		next := int64(1 + round*10)
		trial := map[posting]bool{}
		for p := range want {
			trial[p] = true
		}
		err := db.update(t.Context(), func(tx *tx) error {
			x, err := tx.postings(forgotten)
			if err != nil {
				return err
			}
			for range 2500 {
				term, entry := terms[r.IntN(len(terms))], max(next-int64(r.IntN(300)), 1)
				if p := newPosting(term, entry); r.IntN(4) > 0 {
					x.add(term, entry)
					trial[p] = true
				} else {
					x.drop(term, entry)
					delete(trial, p)
				}
			}
			if err := x.flush(); err != nil || r.IntN(5) > 0 {
				return err
			}
			return errTornDown
		})
		switch {
		case err == nil:
			want = trial
		case !errors.Is(err, errTornDown):
			t.Fatal(err)
		}
		if r.IntN(10) == 0 {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if db, err = Open(t.Context(), path); err != nil {
				t.Fatal(err)
			}
		}
		forgotten = max(next-400, 0)
		asked := terms[:100]
		r.Shuffle(len(terms), func(i, j int) { terms[i], terms[j] = terms[j], terms[i] })
		if err := db.update(t.Context(), func(tx *tx) error { return wantUnder(t, tx, forgotten, asked, want) }); err != nil {
			t.Fatal(err)
		}
	}
	var turn int64
	if turn, err = db.counter(t.Context(), "posting_turn"); err != nil || turn == 0 {
		t.Errorf("blocks had %d turns (%v), want some: else nothing was tried", turn, err)
	}
}

// wantUnder holds that the index finds under terms what is wanted of later entries.
func wantUnder(t *testing.T, tx *tx, forgotten int64, terms []uint32, want map[posting]bool) error {
	x, err := tx.postings(forgotten)
	if err != nil {
		return err
	}
	found, err := x.entriesOf(terms)
	wanted := map[uint32][]int64{}
	for p := range want {
		if p.entry() > forgotten {
			wanted[p.term()] = append(wanted[p.term()], p.entry())
		}
	}
	for i, term := range terms {
		slices.Sort(wanted[term])
		if !slices.Equal(found[i], wanted[term]) {
			t.Errorf("under %d stand %d, want %d", term, found[i], wanted[term])
		}
	}
	return err
}

// TestMigrationPacksPostings: an index of schema 21 is taken over as it is.
func TestMigrationPacksPostings(t *testing.T) {
	b := newBench(t)
	b.fetch("a", reported("a", "Brücke gesperrt", report, 0), reported("a", "Risse", report+" "+ownEnd, 5))
	b.fetch("c", reported("c", "Brücke in Nordhain fertig", other, 90))
	want, stories := b.postings(), b.rows("story")
	b.exec(`DROP TABLE posting_block`)
	b.exec(`DROP TABLE posting_log`)
	b.exec(`DROP INDEX entry_text`)
	b.exec(`DELETE FROM counter WHERE name IN ('posted', 'posting_turn')`)
	b.exec(`CREATE TABLE posting (key INTEGER PRIMARY KEY) STRICT`)
	for _, p := range want {
		b.exec(fmt.Sprintf(`INSERT INTO posting (key) VALUES (%d)`, int64(p.term())<<32|p.entry()))
	}
	migration, err := os.ReadFile("sqlite/migrations/0022_posting.sql")
	if err != nil {
		t.Fatal(err)
	}
	b.exec(string(migration))
	if got := b.postings(); len(want) < 20 || !slices.Equal(got, want) {
		t.Errorf("%d postings after the migration, want the %d of before", len(got), len(want))
	}
	b.fetch("b", reported("b", "Risse in den Pfeilern", report+" "+ownEnd, 60))
	if n := b.rows("story"); n != stories {
		t.Errorf("%d stories, want the copy in one of the %d of before", n, stories)
	}
}
