package store

import (
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// scanSeeds stores a scan of a folder with new files, whose texts are their
// names, and files that are gone.
func (b *bench) scanSeeds(source string, gone []string, names ...string) {
	b.t.Helper()
	s := b.sources[source]
	lease, err := b.db.Begin(b.t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
	if err != nil {
		b.t.Fatal(err)
	}
	d := &news.Document{Format: "seed"}
	for _, name := range names {
		d.Entries = append(d.Entries, news.Entry{GUID: "seed:" + name, Title: name, Content: "<p>" + name + "</p>", Published: b.now})
	}
	state := &news.SeedState{}
	for _, name := range gone {
		state.Withdrawn = append(state.Withdrawn, "seed:"+name)
	}
	_, err = b.db.Save(b.t.Context(), &story.Harvest{Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d), Seeds: state,
		Fetch: news.Fetch{Started: b.now, Outcome: news.OutcomeOK}})
	if err != nil {
		b.t.Fatal(err)
	}
}

// A story left out because of max_per_source_day is sent to subscribers once it
// is shown because another one was withdrawn.
func TestSubscribersAreToldWhatGetsRoom(t *testing.T) {
	b := newBench(t)
	b.sync([]news.Source{{Name: "s", Kind: news.KindSeeds, URL: "seeds/*", Public: true}},
		[]news.Feed{{Name: "all", Duplicates: news.Collapse, Limit: 100, MaxPerSourceDay: 2}})
	b.scanSeeds("s", nil)
	b.publish("all")
	for _, name := range []string{"one", "two", "three", "four"} {
		b.pass(time.Minute)
		b.scanSeeds("s", nil, name)
		b.publish("all")
	}
	wantList(t, b.publish("all"), "two", "one")
	position := b.edition("all").Change
	b.pass(time.Minute)
	b.scanSeeds("s", []string{"four"}) // it was not shown
	wantList(t, b.publish("all"), "two", "one")
	wantList(t, b.told(&position))
	b.pass(time.Minute)
	b.scanSeeds("s", []string{"one"})
	wantList(t, b.publish("all"), "three", "two")
	wantList(t, b.told(&position), "three")
}
