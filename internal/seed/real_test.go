package seed

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/clean"
)

// sharedSeed is the real document that prompted the rules. It is a third party's text and is kept
// outside of the project.
const sharedSeed = "../../../shared/seeds/000_17018ab89eb4bcac.txt"

func TestRealDocument(t *testing.T) {
	if _, err := os.Stat("../../../shared"); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the folder ../shared is not beside the project")
	}
	data, err := os.ReadFile(sharedSeed)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(filepath.Base(sharedSeed), data)
	if err != nil {
		t.Fatal(err)
	}
	e := d.Entries[0]
	if got, want := e.Title, "Russland und die USA sind einem Kriegsende in der Ukraine bei einem langen Treffen im Kreml anscheinend nicht näher gekommen"; got != want {
		t.Errorf("title\n got %q\nwant %q", got, want)
	}
	if got, want := e.Published.Format("2006-01-02T15:04:05Z07:00"), "2025-12-03T00:00:00Z"; got != want {
		t.Errorf("published %s, want %s", got, want)
	}
	if e.Language != "de" || d.Language != "de" || d.Format != "seed" || e.Link != "" || e.GUID != "" {
		t.Errorf("language %q %q, format %q, link %q, guid %q", e.Language, d.Language, d.Format, e.Link, e.GUID)
	}
	for element, want := range map[string]int{"<p>": 12, "<h3>": 3, "<figcaption>": 1, "<figure>": 1} {
		if got := strings.Count(e.Content, element); got != want {
			t.Errorf("%d %s, want %d", got, element, want)
		}
	}
	for _, gone := range []string{"date 2025", "2025-12-03", "Glomex", "Zustimmen", "Video", "Selenskyj betont"} {
		if strings.Contains(e.Title+e.Summary+e.Content, gone) {
			t.Errorf("%q is still there", gone)
		}
	}
	first := regexp.MustCompile(`(?s)^<p>(.*?)</p>`).FindStringSubmatch(e.Content)
	if first == nil || first[1] != e.Summary {
		t.Errorf("the summary %q is not the first paragraph", e.Summary)
	}
	if !strings.Contains(e.Content, "<figcaption>Im Kreml wurde am Dienstagabend verhandelt. © APA/AFP/ALEXANDER KAZAKOV</figcaption>") {
		t.Error("the photo line is no caption")
	}
	kept := string(data)
	for _, gone := range []string{" date 2025-12-03 ", "📽️ Video | Fünf-Stunden-Treffen ohne Durchbruch", "Selenskyj betont notwendige Sicherheitsgarantien",
		"Bitte stimmen Sie dem Laden von Drittanbieter-Inhalten zu, um dieses Video von Glomex (Datenschutz) ansehen zu können. Zustimmen und Abspielen"} {
		kept = strings.Replace(kept, gone, "", 1)
	}
	if got, want := clean.Text(e.Content), clean.Line(kept); got != want {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Errorf("the text is not word for word from byte %d: got %.60q, want %.60q", at, got[at:], want[at:])
	}
	if len(d.Repairs) != 3 {
		t.Errorf("%d things told as left out, want 3: %q", len(d.Repairs), d.Repairs)
	}
}
