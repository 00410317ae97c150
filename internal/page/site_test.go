package page

import (
	"bytes"
	"strings"
	"testing"

	"tributary/internal/news"
)

// TestSiteOfItsOwn: the logo, intro and links of a site appear in their places and cannot escape
// them.
func TestSiteOfItsOwn(t *testing.T) {
	site := sampleSite
	site.Logo = "data:image/svg+xml;base64,PHN2Zz4="
	site.Intro = "# Hello\n\nWe are *here*, see [more](about).\n\n</main><script>alert(1)</script><b onclick=x>bold"
	site.Links = []news.SiteLink{{Title: "Im<print>", URL: "https://river.example/imprint"}, {Title: "Join", URL: "mailto:me@river.example"}}
	front := sampleFront()
	front.Site = site
	edition := sampleEdition()
	edition.Site = site
	var b, twin bytes.Buffer
	if err := builtin().Front(&b, front); err != nil {
		t.Fatal(err)
	}
	if err := builtin().Twin(&twin, edition); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<img class="logo" src="data:image/svg&#43;xml;base64,PHN2Zz4=" alt=""`, `<h2>Hello</h2>`, `<em>here</em>`,
		`<a href="https://river.example/news/about">more</a>`, `<a href="mailto:me@river.example">Join</a>`,
		`<a href="https://river.example/imprint">Im&lt;print&gt;</a>`, `<a href="https://river.example/news/why">`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the front page has no %s", want)
		}
		if !strings.Contains(want, "h2") && !strings.Contains(want, "<em>") && !strings.Contains(want, "about") && !strings.Contains(twin.String(), want) {
			t.Errorf("the twin has no %s", want)
		}
	}
	for name, page := range map[string]string{"front": b.String(), "twin": twin.String()} {
		root := tree(t, page)
		if len(all(root, "script")) > 0 || strings.Contains(page, "onclick") {
			t.Errorf("%s: something of the intro came through that must not", name)
		}
		checkIdentity(t, name, root)
		checkOutline(t, name, root)
	}
}
