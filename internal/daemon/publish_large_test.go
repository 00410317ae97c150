package daemon

import (
	"fmt"
	"strings"
	"testing"

	"tributary/internal/news"
)

// A round of publishing does not hold the plain documents of all large feeds at once.
func TestLargeFeedsAreFinishedInTurn(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>Long</title><link>https://long.example/</link>`)
	for i := range 30 {
		fmt.Fprintf(&b, "<item><title>Number %d</title><link>https://long.example/%d</link><description>%s</description></item>",
			i, i, strings.Repeat(fmt.Sprintf("Der %d. Pegel steigt. ", i), 4000))
	}
	b.WriteString("</channel></rss>")
	h := newHome(t, "sources:", "  - {seeds: seeds/*, name: seeds}", "feeds:", "  - {name: one}", "  - {name: two}", "  - {name: three}", "  - {name: four}")
	h.seed("long.xml", b.String())
	d := h.cycle()
	defer d.Close()
	d.publicShelf.Outdate()
	rounds, most, total := 0, 0, 0
	rendered, err := d.publishFeeds(t.Context(), d.current.Load(), func() ([]news.Source, error) { // called for each feed
		plain := 0
		total = 0
		for _, f := range d.current.Load().public {
			for _, ext := range []string{"atom", "rss", "json", ""} {
				doc := d.publicShelf.Document(f.Name, ext)
				plain, total = plain+len(doc.Body), total+doc.Length
			}
		}
		rounds, most = rounds+1, max(most, plain)
		return nil, nil
	})
	if err != nil || !rendered || rounds != 4 || total < 2*maxUnfinished {
		t.Fatalf("%d feeds rendered, of %d bytes: this test would prove nothing (%v)", rounds, total, err)
	}
	if most > maxUnfinished {
		t.Errorf("%d bytes of plain documents were in memory, want at most %d", most, maxUnfinished)
	}
}
