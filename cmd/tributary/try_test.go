package main

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

// Sources of one host are tried with a pause between them, those of others meanwhile.
func TestHostsAreTriedAtTheirPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var jobs []job
		for _, group := range []string{"a", "b", "a", "b", "a"} {
			jobs = append(jobs, job{group: group, do: func() *preview { return &preview{Name: group, Outcome: news.OutcomeOK} }})
		}
		began, got := time.Now(), ""
		for p := range inOrder(t.Context(), jobs, time.Second) {
			got += p.Name
		}
		if took := time.Since(began); got != "ababa" || took != 2*time.Second {
			t.Errorf("got %s in %v, want ababa in 2s", got, took)
		}
	})
}

// A host that asks to wait is not asked for its other sources.
func TestAHostThatAsksToWaitIsLeftAlone(t *testing.T) {
	limited := job{group: "a", do: func() *preview { return &preview{Outcome: news.OutcomeLimited} }}
	next := job{group: "a", do: func() *preview { t.Error("it was asked again"); return &preview{} }, left: leftAlone("next", "feed")}
	for p := range inOrder(t.Context(), []job{limited, next}, 0) {
		if p.Outcome != news.OutcomeLimited {
			t.Errorf("got %s, want limited", p.Outcome)
		}
	}
}

// Why a document was cut off on the way is told with what was repaired.
func TestDecodeTellsWhyADocumentWasCutOff(t *testing.T) {
	const why = "status 206: a part, although the whole was asked for"
	got := fetch.Response{Fetch: news.Fetch{Outcome: news.OutcomeTruncated, Error: why}, Body: []byte(`<rss version="2.0"><channel><title>Pegel</title></channel></rss>`)}
	doc, err := decode(got)
	if err != nil || doc.Outcome != news.OutcomeTruncated || !slices.Contains(doc.Repairs, why) {
		t.Errorf("got %+v, %v, want it truncated, and why", doc, err)
	}
}
