package news

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"time"
)

// Calendar says when the Digests of a Feed are closed. Its times are in its own
// zone.
type Calendar interface {
	Next(after time.Time) time.Time // the first closing after a time
	Last(until time.Time) time.Time // the latest that is not after a time; zero for none
	String() string                 // as it was written
}

// A Digest tells of the stories of one period as one item; a Feed with a Calendar shows
// digests instead of stories. It is written when the period ends and does not change after
// that, except that what is withdrawn, hidden or private by now is taken out of it.
type Digest struct {
	FeedID   int64
	Sequence int64 // as that of a Publication
	GUID     string
	Key      string // in the address of its page, as that of a story
	Title    string
	Language string    // that our words in it are written in
	Closed   time.Time // the end of the period
	More     int       // stories of the period that it has no room for
	Stories  []DigestStory
}

// DigestStory is a story as a Digest tells it.
type DigestStory struct {
	Report
	Sequence  int64     `json:"sequence,omitempty"` // of its Publication
	GUID      string    `json:"guid"`               // likewise
	StoryKey  string    `json:"story"`
	Published time.Time `json:"published"`
	Heading   string    `json:"heading,omitempty"` // under which it is listed
	Summary   string    `json:"summary,omitempty"` // plain text
	Also      []Report  `json:"also,omitempty"`    // who else reported it, when the Digest was closed
	Listed    bool      `json:"listed,omitempty"`  // they are listed with their headlines, as in Group
}

// Report is one report of a story as a Digest names it.
type Report struct {
	EntryID int64  `json:"entry,omitempty"`  // 0: it came before the database was lost
	Source  string `json:"source,omitempty"` // the name of its source
	By      string `json:"by"`               // how people know that
	Title   string `json:"title"`
	Link    string `json:"link,omitempty"` // empty: our own page of the story
}

// DigestsShown is how many Digests a feed shows: a month of daily ones.
const DigestsShown = 31

// NewDigest returns the Digest of a feed that is closed at a time of its Calendar,
// without stories.
func NewDigest(f Feed, closed time.Time) Digest {
	w := WordsIn(f.Language)
	guid := URN("digest", f.UUID, closed.UTC().Format(time.RFC3339))
	return Digest{
		FeedID: f.ID, GUID: guid, Key: StoryKey("digest", guid, 0), Language: w.Language, Closed: closed,
		Title: f.Title + ", " + w.date(closed) + clockOf(f.Digest, closed),
	}
}

// clockOf returns the time of day of a closing if there are several on that day, else "".
func clockOf(c Calendar, closed time.Time) string {
	day := closed.Format(time.DateOnly)
	if c.Last(closed.Add(-time.Second)).Format(time.DateOnly) != day && c.Next(closed).Format(time.DateOnly) != day {
		return ""
	}
	return closed.Format(", 15:04")
}

// Arrange sorts stories, which are given by importance, into the order in which a Digest
// tells them, and gives them headings if there is more than one: first stories that several
// outlets reported, then source by source, then those of sources with only one story.
func Arrange(stories []DigestStory, language string) {
	w := WordsIn(language)
	of := map[string]int{}
	for _, s := range stories {
		if len(s.Also) == 0 {
			of[s.By]++
		}
	}
	for i := range stories {
		switch s := &stories[i]; {
		case len(s.Also) > 0:
			s.Heading = w.Several
		case of[s.By] > 1:
			s.Heading = s.By
		default:
			s.Heading = w.Others
		}
	}
	slices.SortStableFunc(stories, func(a, b DigestStory) int {
		return cmp.Or(cmp.Compare(w.rank(a), w.rank(b)), cmp.Compare(strings.ToLower(a.Heading), strings.ToLower(b.Heading)), cmp.Compare(a.Heading, b.Heading))
	})
	if n := len(stories); n > 0 && stories[0].Heading == stories[n-1].Heading {
		for i := range stories {
			stories[i].Heading = ""
		}
	}
}

// rank orders the three sorts of headings.
func (w Words) rank(s DigestStory) int {
	switch {
	case len(s.Also) > 0:
		return 0
	case s.Heading == w.Others:
		return 2
	}
	return 1
}

// Tells reports whether s is a Publication of a feed, or a Digest that tells of it.
func (s *Shown) Tells(p Publication) bool {
	if s.Digest == nil {
		return s.Sequence == p.Sequence
	}
	return slices.ContainsFunc(s.Digest.Stories, func(t DigestStory) bool { return t.Sequence == p.Sequence })
}

// Shown returns the Digest as an item of its feed.
func (d *Digest) Shown(site Site, f Feed) Shown {
	return Shown{
		Publication: Publication{FeedID: f.ID, StoryKey: d.Key, GUID: d.GUID, Sequence: d.Sequence,
			Entered: d.Closed, Published: d.Closed, Updated: d.Closed},
		Entry: Entry{
			GUID: d.GUID, Link: site.StoryURL(d.Key), Title: d.Title, Content: d.text(site), Language: d.Language,
			Authors: []Person{{Name: site.Title}}, StoryKey: d.Key, Published: d.Closed, Updated: d.Closed, FirstSeen: d.Closed,
		},
		Own:         true,
		Source:      Source{Name: f.Name, Kind: KindSeeds}, // it comes from nowhere else
		SourceSeen:  d.Closed,
		SourceTitle: f.Title,
		Digest:      d,
	}
}

// text lists the stories as HTML.
func (d *Digest) text(site Site) string {
	var b strings.Builder
	w := WordsIn(d.Language)
	for i, s := range d.Stories {
		if begins := i == 0 || s.Heading != d.Stories[i-1].Heading; begins {
			if i > 0 {
				b.WriteString("</ul>\n")
			}
			if s.Heading != "" {
				b.WriteString("<h3>" + html.EscapeString(s.Heading) + "</h3>\n")
			}
			b.WriteString("<ul>\n")
		}
		s.write(&b, site, w)
	}
	if len(d.Stories) > 0 {
		b.WriteString("</ul>\n")
	}
	if d.More > 0 {
		b.WriteString("<p>" + w.more(d.More) + "</p>\n")
	}
	return b.String()
}

func (s *DigestStory) write(b *strings.Builder, site Site, w Words) {
	b.WriteString("<li><p><strong>" + s.anchor(site, s.StoryKey, s.Title) + "</strong>")
	if s.By != s.Heading {
		b.WriteString(" (" + html.EscapeString(s.By) + ")")
	}
	if s.Summary != "" {
		b.WriteString("<br>" + html.EscapeString(s.Summary))
	}
	b.WriteString("</p>")
	switch {
	case len(s.Also) == 0:
	case s.Listed:
		b.WriteString("\n<ul>\n")
		for _, r := range s.Also {
			b.WriteString("<li>" + html.EscapeString(r.By) + ": " + r.anchor(site, s.StoryKey, r.Title) + "</li>\n")
		}
		b.WriteString("</ul>")
	default:
		links := make([]string, len(s.Also))
		for i, r := range s.Also {
			links[i] = r.anchor(site, s.StoryKey, r.By)
		}
		b.WriteString("\n<p>" + w.Also + " " + strings.Join(links, ", ") + "</p>")
	}
	b.WriteString("</li>\n")
}

func (r Report) anchor(site Site, key, words string) string {
	link := cmp.Or(r.Link, site.StoryURL(key))
	return `<a href="` + html.EscapeString(link) + `">` + html.EscapeString(words) + "</a>"
}
