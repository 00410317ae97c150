package publish

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// delivery is what a source brings at one moment of the week.
type delivery struct {
	after   time.Duration
	source  string
	entries []news.Entry
}

// invented returns a text of random words that occurs nowhere else.
func invented(r *rand.Rand, words int) string {
	var b strings.Builder
	for range words {
		for range 2 + r.IntN(2) {
			b.WriteString([]string{"ba", "ke", "lo", "mir", "tan", "ves", "gol", "dur", "pi", "hau"}[r.IntN(10)])
		}
		fmt.Fprintf(&b, "%c ", 'a'+r.IntN(26))
	}
	return b.String()
}

// week is a week of three papers that print the same agency reports: copies before their originals,
// teasers before full texts, new versions, and stories that only one of them has.
func week(seed uint64) []delivery {
	r := rand.New(rand.NewPCG(seed, 7))
	var all []delivery
	shown := map[string][]news.Entry{}
	bring := func(at time.Duration, source, name, title, text string, ago time.Duration) {
		link := "https://" + source + ".example/" + name
		e := news.Entry{GUID: link, Link: link, Title: title, Content: "<p>" + text + "</p>", Published: start.Add(at - ago)}
		shown[source] = append([]news.Entry{e}, shown[source]...)
		document := append([]news.Entry(nil), shown[source][:min(len(shown[source]), 6)]...)
		all = append(all, delivery{at, source, document})
	}
	for day := range 7 {
		for n := range 4 {
			at := time.Duration(day)*24*time.Hour + time.Duration(n)*5*time.Hour
			name := fmt.Sprintf("d%dn%d", day, n)
			text, title := invented(r, 160), invented(r, 6)
			switch n {
			case 0: // the copy is here first, the original comes late
				bring(at, "b", name+"-copy", invented(r, 5), text+invented(r, 30), 0)
				bring(at+3*time.Hour, "a", name, title, text, 4*time.Hour)
			case 1: // a teaser, then the whole text elsewhere, then a version
				bring(at, "a", name+"-teaser", title, strings.Join(strings.Fields(text)[:30], " "), 0)
				bring(at+time.Hour, "b", name, title, text, time.Hour)
				bring(at+2*time.Hour, "b", name+"-update", "Update "+title, text+invented(r, 40), 0)
			default:
				bring(at, []string{"a", "b"}[n%2], name, title, text, time.Hour)
			}
		}
	}
	return all
}

// TestAWeekIsTheSameThroughRestarts: restarting the process between any two fetches changes no
// byte, and neither does the order of entries in a document. A story keeps its id when its original
// comes late.
func TestAWeekIsTheSameThroughRestarts(t *testing.T) {
	deliveries := week(1)
	calm, rough := newRiver(t), newRiver(t)
	ids := map[string]bool{}
	r := rand.New(rand.NewPCG(3, 3))
	for i, d := range deliveries {
		for _, river := range []*river{calm, rough} {
			river.now = start.Add(d.after)
			entries := append([]news.Entry(nil), d.entries...)
			if river == rough {
				r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
				river.restart()
			}
			river.fetch(d.source, entries...)
			river.mustPublish()
		}
		want, got := calm.documents(), rough.documents()
		for ext := range want {
			if !bytes.Equal(want[ext].Body, got[ext].Body) || want[ext].ETag != got[ext].ETag {
				t.Fatalf("delivery %d: %s differs after a restart", i, fileName("all", ext))
			}
		}
		now := map[string]bool{}
		for _, e := range calm.atom().Entries {
			now[e.ID] = true
		}
		for id := range ids {
			if !now[id] {
				t.Fatalf("delivery %d: %s is gone: its story was shown as another one", i, id)
			}
		}
		ids = now
	}
	// 28 events, each a single story however many papers printed it.
	if len(ids) != 28 {
		t.Errorf("the week has %d stories, want 28", len(ids))
	}
}
