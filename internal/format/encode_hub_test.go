package format

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"testing"

	"tributary/internal/news"
)

// channelLinks returns the links of an XML feed itself, without those of its entries.
func channelLinks(t *testing.T, data []byte) (rels map[string][]string) {
	t.Helper()
	rels = map[string][]string{}
	d := xml.NewDecoder(bytes.NewReader(data))
	skip := map[string]bool{"entry": true, "item": true}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return rels
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case skip[start.Name.Local]:
			if err := d.Skip(); err != nil {
				t.Fatal(err)
			}
		case start.Name.Local == "link":
			attrs := map[string]string{}
			for _, a := range start.Attr {
				attrs[a.Name.Local] = a.Value
			}
			rels[attrs["rel"]] = append(rels[attrs["rel"]], attrs["href"])
		}
	}
}

// Each format names the hub if there is one, and itself once (WebSub section 4).
func TestFeedsNameTheHub(t *testing.T) {
	const hub = "https://river.example/fluss/hub"
	for _, named := range []bool{true, false} {
		e := richEdition()
		if named {
			e.Site.Hub = hub
		}
		for ext, write := range map[string]func(Prepared, io.Writer) error{"atom": Prepared.Atom, "rss": Prepared.RSS} {
			var b bytes.Buffer
			if err := write(Prepare(e), &b); err != nil {
				t.Fatal(err)
			}
			rels := channelLinks(t, b.Bytes())
			if self := rels["self"]; len(self) != 1 || self[0] != e.URL(ext) {
				t.Errorf("%s: self links %q, want one, %s", ext, self, e.URL(ext))
			}
			if hubs := rels["hub"]; named && (len(hubs) != 1 || hubs[0] != hub) || !named && len(hubs) > 0 {
				t.Errorf("%s: hubs %q, want it named: %v", ext, hubs, named)
			}
		}
		var b bytes.Buffer
		if err := Prepare(e).JSON(&b); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Hubs []struct{ Type, URL string }
		}
		if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		if named && (len(doc.Hubs) != 1 || doc.Hubs[0].Type != "WebSub" || doc.Hubs[0].URL != hub) || !named && doc.Hubs != nil {
			t.Errorf("json: hubs %v, want it named: %v", doc.Hubs, named)
		}
	}
}

// Private feeds, search results and pages of the past are not topics.
func TestOnlyLivePublicFeedsNameTheHub(t *testing.T) {
	for name, change := range map[string]func(*news.Edition){
		"private": func(e *news.Edition) { e.Feed.Private, e.Site.Token = true, "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
		"search":  func(e *news.Edition) { e.Search = &news.Search{Query: "x"} },
		"page":    func(e *news.Edition) { e.Part = news.Part{Generation: 1, Page: 1} },
	} {
		e := richEdition()
		e.Site.Hub = "https://river.example/fluss/hub"
		change(e)
		for ext, write := range map[string]func(Prepared, io.Writer) error{"atom": Prepared.Atom, "rss": Prepared.RSS, "json": Prepared.JSON} {
			var b bytes.Buffer
			if err := write(Prepare(e), &b); err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b.Bytes(), []byte(e.Site.Hub)) {
				t.Errorf("%s %s names the hub", name, ext)
			}
		}
	}
}
