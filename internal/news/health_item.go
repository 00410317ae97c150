package news

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"time"
)

// recovered is what the feed of problems calls the end of one.
const recovered Health = "recovered"

// ill reports whether a state is a problem that the operator must know of. Slow is none: a
// slow source still delivers.
func (h Health) ill() bool {
	return slices.Contains([]Health{HealthFailing, HealthSilent, HealthMoved, HealthGone, HealthOffline}, h)
}

// ReportedAs returns the state under which a feed of problems reports the event; false for an
// event that it does not report, because there was no problem before or after it.
func (e HealthEvent) ReportedAs() (Health, bool) {
	switch {
	case e.Is.ill():
		return e.Is, true
	case e.Was.ill():
		return recovered, true
	}
	return "", false
}

// Shown returns the event as an item of a feed of problems. origin is the key that its source
// had at first, src the source as it is now, or the zero Source for an outage of our own.
// The same event always gives the same item, except for the names that the configuration
// gives to the source and the site.
func (e HealthEvent) Shown(site Site, f Feed, src Source, origin string) Shown {
	state, _ := e.ReportedAs()
	guid := URN("health", origin, string(state), e.At.UTC().Format(time.RFC3339Nano))
	key := StoryKey("health", guid, 0)
	s := Shown{
		Publication: Publication{FeedID: f.ID, StoryKey: key, GUID: guid, Entered: e.At, Published: e.At, Updated: e.At},
		Entry: Entry{
			GUID: guid, Title: e.title(state, src), Content: e.text(state, site, src), Language: "en",
			Authors: []Person{{Name: site.Title}}, Categories: []Category{{Term: string(state)}}, StoryKey: key, FirstSeen: e.At,
		},
		Own:         true,
		Source:      Source{Name: f.Name, Kind: KindSeeds}, // it comes from nowhere else
		SourceSeen:  e.At,
		SourceTitle: f.Title,
	}
	if src.Public {
		s.Entry.Link = site.SourceURL(src.Name)
	} else if twin := (Edition{Site: site, Feed: f}).URL(""); twin != "" {
		s.Entry.Link = twin + "#s-" + key
	}
	return s
}

func (e HealthEvent) title(state Health, src Source) string {
	if e.SourceID == 0 {
		if state == HealthOffline {
			return "Offline: no source can be asked"
		}
		return "Online again"
	}
	name := src.Name
	if src.Title != "" && src.Title != src.Name {
		name = src.Title + " (" + src.Name + ")"
	}
	switch state {
	case HealthMoved:
		return name + " has moved"
	case recovered:
		return name + " is well again"
	}
	return name + " is " + string(state)
}

// text says what happened, since when, why, and what to do.
func (e HealthEvent) text(state Health, site Site, src Source) string {
	var b strings.Builder
	paragraph := func(markup string) { b.WriteString("<p>" + markup + "</p>\n") }
	paragraph(html.EscapeString(Capital(e.Cause)) + ".")
	noted := "Noted " + day(e.At) + "."
	if e.SourceID != 0 {
		noted = "Noted " + day(e.At) + "; until then it was " + string(cmp.Or(e.Was, "new")) + "."
	}
	paragraph(noted)
	if e.Advice != "" && state != recovered {
		paragraph("To do: " + AdviceHTML(e.Advice) + ".")
	}
	if e.SourceID == 0 {
		return b.String()
	}
	if command, why := e.command(state, src); command != "" {
		paragraph("<code>" + html.EscapeString(command) + "</code> " + why + ".")
	}
	if src.Contact != "" && state != recovered {
		paragraph("Whom to write to: " + html.EscapeString(src.Contact))
	}
	if src.Public {
		paragraph(`<a href="` + html.EscapeString(site.SourceURL(src.Name)) + `">What everybody sees of it</a>`)
	}
	return b.String()
}

// command is what to type about a problem, and what that does.
func (e HealthEvent) command(state Health, src Source) (command, why string) {
	switch state {
	case HealthFailing, HealthGone:
		return "tributary run " + src.Name, "asks it again now"
	case HealthSilent, HealthMoved:
		return "tributary check --only " + src.Name, "shows what it gives now"
	}
	return "", ""
}
