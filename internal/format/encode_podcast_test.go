package format

import (
	"slices"
	"strings"
	"testing"

	"tributary/internal/news"
)

// A podcast is as blocked and as explicit as its episodes. An episode that is not
// explicit stays so among others that are.
func TestAShowIsAsItsEpisodes(t *testing.T) {
	closed, adult, open := news.Episode{Blocked: true}, news.Episode{Explicit: true}, news.Episode{}
	for _, c := range []struct {
		name            string
		configured      bool
		episodes        []news.Episode
		blocked, adults string // of the show
		each            []string
	}{
		{"open", false, []news.Episode{open, open}, "", "false", []string{"", ""}},
		{"mixed", false, []news.Episode{adult, open, closed}, "", "true", []string{"true", "false", "false"}},
		{"closed", false, []news.Episode{closed, closed}, "Yes", "false", []string{"", ""}},
		{"configured", true, []news.Episode{adult, open}, "", "true", []string{"true", ""}},
		{"empty", false, nil, "", "false", nil},
	} {
		e := emptyEdition()
		e.Feed.Kind, e.Feed.Show.Explicit = news.Podcast, c.configured
		for _, episode := range c.episodes {
			s := shownFull()
			s.Entry.Extra.Episode = episode
			e.Shown = append(e.Shown, s)
		}
		channel := parseShape(t, render(t, Prepared.RSS, e), "", "atom", "content", "dc", "itunes", "podcast").kids[0]
		if got := textOf(channel, "itunes:explicit"); got != c.adults {
			t.Errorf("%s: the show is explicit %q, want %q", c.name, got, c.adults)
		}
		if got := textOf(channel, "itunes:block"); got != c.blocked {
			t.Errorf("%s: the show is blocked %q, want %q", c.name, got, c.blocked)
		}
		at := 0
		for _, k := range channel.kids {
			if k.name != "item" {
				continue
			}
			if got := textOf(k, "itunes:explicit"); got != c.each[at] {
				t.Errorf("%s: episode %d is explicit %q, want %q", c.name, at, got, c.each[at])
			}
			if blocked := textOf(k, "itunes:block") == "Yes"; blocked != c.episodes[at].Blocked {
				t.Errorf("%s: episode %d is blocked: %t", c.name, at, blocked)
			}
			at++
		}
	}
}

// A person who is credited without a role does not become the host.
func TestNobodyIsMadeTheHost(t *testing.T) {
	people := []news.Credit{{Name: "Eva", Role: "guest"}, {Name: "Adam & Co"}}
	for _, f := range writers {
		e := emptyEdition()
		s := shownFull()
		s.Entry.Extra.Episode.People = people
		e.Shown = []news.Shown{s}
		d, err := Decode(render(t, f.write, e), Input{URL: e.URL(f.ext)})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Entries[0].Extra.Episode.People; !slices.Equal(got, people) {
			t.Errorf("%s: got %+v, want %+v", f.ext, got, people)
		}
	}
}

// textOf returns the text of the first child of that name, or "".
func textOf(e element, name string) string {
	for _, k := range e.kids {
		if k.name == name {
			return k.text
		}
	}
	return ""
}

// Names are written like all other texts, for readers that decode twice.
func TestNamesOfAPodcast(t *testing.T) {
	e, s := emptyEdition(), shownFull()
	e.Feed.Kind, e.Feed.Author, e.Feed.Show.Email = news.Podcast, "Adam & <Eve>", "adam@river.example"
	s.Entry.Authors = []news.Person{{Name: "Eve & <Adam>"}}
	e.Shown = []news.Shown{s}
	doc := string(render(t, Prepared.RSS, e))
	for _, want := range []string{"itunes:author>Adam", "itunes:name>Adam", "dc:creator>Adam", "itunes:author>Eve", "dc:creator>Eve"} {
		if want += " &#x26; &#x3C;"; !strings.Contains(doc, want) {
			t.Errorf("the podcast has no %s:\n%s", want, doc)
		}
	}
}
