package main_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// ledger records what a feed showed each evening, when its readers poll. It
// determines what each reader must have, according to how the reader identifies
// items.
type ledger struct {
	latest map[string]item // by id
	first  []item          // as they were first seen
	seen   []item          // every version of title and link
	texts  []item          // every version of the text
	said   map[string]string
}

func newLedger() *ledger { return &ledger{latest: map[string]item{}, said: map[string]string{}} }

// enter records what the JSON Feed shows this evening.
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

// byID is for readers that identify an item by its id. They have each item once,
// in its latest version.
func (l *ledger) byID() []item {
	var items []item
	for _, i := range l.latest {
		items = append(items, i)
	}
	return items
}

// byFirst is for readers that identify an item by its id and ignore later versions.
func (l *ledger) byFirst() []item { return l.first }

// byWording is for readers that take an item with a different title or link for a new one.
func (l *ledger) byWording() []item { return l.seen }

// byText is for readers that report an item once, and again whenever its text changed.
func (l *ledger) byText() []item { return l.texts }

// subscriber is a feed reader that polls every evening and keeps what it has read.
type subscriber interface {
	// poll makes the reader fetch all documents. The addresses are by name, as in week.documents.
	poll(t *testing.T, addresses map[string]string)
	// holds returns everything that the reader has from a document. IDs or URLs
	// are empty if the reader does not keep them.
	holds(t *testing.T, document string) []item
	// expects returns what the reader must have after the evenings in the ledger.
	expects(l *ledger) []item
}

// sorted returns items in a fixed order, without the fields that are to be ignored.
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

// compare returns the difference between what a reader has and what it must have,
// in the fields that it keeps.
func compare(want, got []item) string {
	ids, links := len(got) == 0 || got[0].ID != "", len(got) == 0 || got[0].URL != ""
	return gocmp.Diff(sorted(want, ids, links), sorted(got, ids, links))
}

// evening records what every feed shows. Nothing changes before all readers have
// polled, because the sources are quiet.
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
