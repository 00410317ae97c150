package news

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// hours is a calendar that fires every so many hours of UTC.
type hours time.Duration

func (h hours) Next(t time.Time) time.Time { return h.Last(t).Add(time.Duration(h)) }
func (h hours) Last(t time.Time) time.Time { return t.Truncate(time.Duration(h)) }
func (h hours) String() string             { return time.Duration(h).String() }

func TestDigestTitles(t *testing.T) {
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		language string
		every    time.Duration
		at       time.Time
		want     string
	}{
		{"", 24 * time.Hour, day, "Morning, 2 March 2026"},
		{"en-gb", 24 * time.Hour, day, "Morning, 2 March 2026"},
		{"fr", 24 * time.Hour, day, "Morning, 2 March 2026"},
		{"de-AT", 24 * time.Hour, day, "Morning, 2. März 2026"},
		{"de", 8 * time.Hour, day.Add(16 * time.Hour), "Morning, 2. März 2026, 16:00"},
		{"de", 8 * time.Hour, day, "Morning, 2. März 2026, 00:00"},
	} {
		f := Feed{Title: "Morning", UUID: "urn:uuid:1", Language: c.language, Digest: hours(c.every)}
		d := NewDigest(f, c.at)
		if d.Title != c.want {
			t.Errorf("%q every %v: got %q, want %q", c.language, c.every, d.Title, c.want)
		}
		if again := NewDigest(f, c.at.In(time.FixedZone("x", 3600))); again.GUID != d.GUID || again.Key != d.Key {
			t.Errorf("%q: another id for the same time", c.language)
		}
		if next := NewDigest(f, c.at.Add(c.every)); next.GUID == d.GUID || next.Key == d.Key {
			t.Errorf("%q: the next one has the same id", c.language)
		}
	}
}

func TestDigestText(t *testing.T) {
	told := func(by, title string, also ...string) DigestStory {
		s := DigestStory{Report: Report{By: by, Title: title, Link: "https://" + by + ".example/" + title}, StoryKey: title}
		for _, other := range also {
			s.Also = append(s.Also, Report{By: other, Title: "of " + other, Link: "https://" + other + ".example/"})
		}
		return s
	}
	stories := []DigestStory{told("b", "shared", "a", "c"), told("c", "single"), told("b", "one & <only>"), told("a", "a2"), told("a", "a1"), told("b", "other")}
	stories[1].Link, stories[1].Summary = "", `A "few" words`
	d := Digest{Language: "de", Stories: stories, More: 1}
	Arrange(d.Stories, d.Language)
	const want = `<h3>Von mehreren gemeldet</h3>
<ul>
<li><p><strong><a href="https://b.example/shared">shared</a></strong> (b)</p>
<p>Auch bei: <a href="https://a.example/">a</a>, <a href="https://c.example/">c</a></p></li>
</ul>
<h3>a</h3>
<ul>
<li><p><strong><a href="https://a.example/a2">a2</a></strong></p></li>
<li><p><strong><a href="https://a.example/a1">a1</a></strong></p></li>
</ul>
<h3>b</h3>
<ul>
<li><p><strong><a href="https://b.example/one &amp; &lt;only&gt;">one &amp; &lt;only&gt;</a></strong></p></li>
<li><p><strong><a href="https://b.example/other">other</a></strong></p></li>
</ul>
<h3>Weitere</h3>
<ul>
<li><p><strong><a href="https://river.example/stories/single">single</a></strong> (c)<br>A &#34;few&#34; words</p></li>
</ul>
<p>Und eine weitere Meldung.</p>
`
	site := Site{Title: "River", URL: "https://river.example"}
	if got := d.Shown(site, Feed{}).Entry.Content; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	// What has left takes its heading along, and the others with it.
	d.Stories, d.More = d.Stories[:1], 0
	d.Stories[0].Listed = true
	const listed = `<h3>Von mehreren gemeldet</h3>
<ul>
<li><p><strong><a href="https://b.example/shared">shared</a></strong> (b)</p>
<ul>
<li>a: <a href="https://a.example/">of a</a></li>
<li>c: <a href="https://c.example/">of c</a></li>
</ul></li>
</ul>
`
	if got := d.Shown(site, Feed{}).Entry.Content; got != listed {
		t.Errorf("got\n%s\nwant\n%s", got, listed)
	}
}

// Without anything to tell apart there are no headings.
func TestDigestWithoutHeadings(t *testing.T) {
	for _, by := range []string{"one", "%d"} {
		var stories []DigestStory
		for i := range 3 {
			name := strings.ReplaceAll(by, "%d", fmt.Sprint(i))
			stories = append(stories, DigestStory{Report: Report{By: name, Title: fmt.Sprint(i)}})
		}
		Arrange(stories, "")
		for i, s := range stories {
			if s.Heading != "" || s.Title != fmt.Sprint(i) {
				t.Errorf("by %s: story %s at %d below %q", by, s.Title, i, s.Heading)
			}
		}
	}
	Arrange(nil, "")
}
