package format

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"tributary/internal/news"
)

// What the operator says about a source is published where its entries say less. How to
// reach its author never is.
func TestConfiguredAuthorAndIcon(t *testing.T) {
	e := emptyEdition()
	src := fixtureSource
	src.Author, src.Contact, src.Icon = "Anna Beispiel", "anna@tagblatt.example", "https://tagblatt.example/icon.png"
	unsigned, signed := shownFull(), shownFull()
	unsigned.Entry.Authors, signed.Entry.Authors = nil, []news.Person{{Name: "Berta"}}
	signed.GUID, signed.StoryKey = "urn:other", "other"
	unsigned.Source, signed.Source = src, src
	e.Shown = []news.Shown{unsigned, signed}
	for name, write := range map[string]func(Prepared, io.Writer) error{"atom": Prepared.Atom, "rss": Prepared.RSS, "json": Prepared.JSON} {
		var b bytes.Buffer
		if err := write(Prepare(e), &b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Count(text, "Anna Beispiel") != 1 || strings.Count(text, "Berta") != 1 || strings.Contains(text, "anna@") {
			t.Errorf("%s: want each author once, and no way to reach them:\n%s", name, text)
		}
		if name == "atom" && strings.Count(text, "<icon>https://tagblatt.example/icon.png</icon>") != 2 {
			t.Errorf("atom: no icon in the sources:\n%s", text)
		}
	}
}
