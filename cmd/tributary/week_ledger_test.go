package main_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// ledger is what a feed has shown on the evenings of the week, when its readers
// poll. From it follows what each reader must have, by the rule that it knows
// items by.
type ledger struct {
	latest map[string]item // by id
	first  []item          // as each was first seen
	seen   []item          // every wording of title and link
	texts  []item          // every wording of the text
	said   map[string]string
}

func newLedger() *ledger { return &ledger{latest: map[string]item{}, said: map[string]string{}} }

// enter writes down what the JSON Feed shows this evening.
func (l *ledger) enter(t *testing.T, document []byte) {
	t.Helper()
	var doc struct {
		Items []struct {
			item
			HTML string `json:"content_html"`
			Text string `json:"content_text"`
		}
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	for _, i := range doc.Items {
		if _, known := l.latest[i.ID]; !known {
			l.first = append(l.first, i.item)
		}
		l.latest[i.ID] = i.item
		if !slices.Contains(l.seen, i.item) {
			l.seen = append(l.seen, i.item)
		}
		if text := i.HTML + i.Text; text != l.said[i.ID] {
			l.said[i.ID] = text
			l.texts = append(l.texts, i.item)
		}
	}
}

// byID is for readers that know an item by its id: each is there once, in the
// latest words.
func (l *ledger) byID() []item {
	var items []item
	for _, i := range l.latest {
		items = append(items, i)
	}
	return items
}

// byFirst is for readers that know an item by its id and keep it as it was when
// they met it.
func (l *ledger) byFirst() []item { return l.first }

// byWording is for readers to which an item with another title or link is
// another one.
func (l *ledger) byWording() []item { return l.seen }

// byText is for readers that tell an item once, and again when its text changed.
func (l *ledger) byText() []item { return l.texts }

// subscriber is a feed reader that polls every evening and keeps what it reads.
type subscriber interface {
	// poll reads all documents. The addresses are by name, as in week.documents.
	poll(t *testing.T, addresses map[string]string)
	// holds is everything that it has of a document, one item a row. An empty ID or
	// URL says that the reader keeps none, or one of its own.
	holds(t *testing.T, document string) []item
	// expects is what it has to have after the evenings in the ledger.
	expects(l *ledger) []item
}

// sorted brings items into an order of their own, without what is left out.
func sorted(items []item, ids, links bool) []item {
	items = slices.Clone(items)
	for i := range items {
		if !ids {
			items[i].ID = ""
		}
		if !links {
			items[i].URL = ""
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Title, b.Title), cmp.Compare(a.URL, b.URL))
	})
	return items
}

// compare says how what a reader has differs from what it has to have, in what it
// keeps of items.
func compare(want, got []item) string {
	ids, links := len(got) == 0 || got[0].ID != "", len(got) == 0 || got[0].URL != ""
	return gocmp.Diff(sorted(want, ids, links), sorted(got, ids, links))
}

// evening writes down what every feed shows. Nothing changes until all have
// polled: the sources are quiet.
func (w *week) evening(t *testing.T) {
	t.Helper()
	for _, feed := range w.feeds() {
		resp, body := w.river.get(t, w.path(feed)+".json", nil)
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s.json answers %d", w.path(feed), resp.StatusCode)
		}
		if w.ledgers[feed] == nil {
			w.ledgers[feed] = newLedger()
		}
		w.ledgers[feed].enter(t, body)
	}
}
