package format

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

// pageEditions are the documents of feeds with a past, by the name of their golden
// files.
func pageEditions() map[string]*news.Edition {
	page := func(archive bool, p news.Pages, shown ...news.Shown) *news.Edition {
		e := emptyEdition()
		e.Feed.Archive, e.Pages, e.Shown = archive, p, shown
		return e
	}
	second, third := news.Part{Generation: 2, Page: 6}, news.Part{Generation: 2, Page: 7}
	closed := page(true, news.Pages{Part: third, Prev: second}, shownFull(), shownBare())
	closed.Updated, closed.TTL = time.Time{}, 0
	first := page(true, news.Pages{Part: news.Part{Generation: 1, Page: 1}}) // all of it was withdrawn
	part := page(false, news.Pages{Part: news.Part{Before: 1772445600000000}, Newer: news.Part{Before: 1772532000000000}, Older: news.Part{Before: 1772359200000000}}, shownBare())
	part.Updated = time.Time{}
	return map[string]*news.Edition{
		"pages_live": page(true, news.Pages{Prev: third, Older: news.Part{Before: 1772445600000000}}, shownBare()),
		"pages_last": closed, "pages_first": first,
		"pages_plain": page(false, news.Pages{Older: news.Part{Before: 1772445600000000}}, shownBare()),
		"pages_older": part,
	}
}

func TestGoldenPages(t *testing.T) {
	for name, e := range pageEditions() {
		for _, f := range writers {
			t.Run(name+"/"+f.ext, func(t *testing.T) {
				got := render(t, f.write, e)
				if f.ext == "json" {
					var lines bytes.Buffer
					if err := json.Indent(&lines, got, "", "  "); err != nil {
						t.Fatal(err)
					}
					got = lines.Bytes()
				}
				feedtest.Golden(t, filepath.Join("testdata", "encode", name+"."+f.ext+".golden"), got)
			})
		}
	}
}
