package page

import (
	"html/template"
	"io"

	"tributary/internal/news"
)

// MessageView is the page of an HTTP error.
type MessageView struct {
	Site   news.Site
	Status int    // HTTP status
	Thing  string // what was requested: "feed", "story", "source", "address"; else a page
}

// Message writes the page of an HTTP error. It says what happened and where to go next, without
// internal details.
func (t *Theme) Message(w io.Writer, v *MessageView) error {
	l := t.in(v.Site.Language)
	m := message{Status: v.Status, Home: anchor(v.Site.URL+"/", l.text("See what is published here"))}
	m.Title, m.Text = l.words(v.Status, v.Thing)
	return t.render(w, "message", frame{
		Site: v.Site, locale: l, Title: m.Title + " · " + siteName(v.Site), Hidden: true, View: m,
	})
}

// message is the data of message.html.
type message struct {
	Status      int
	Title, Text string
	Home        template.HTML
}

func (l *locale) words(status int, thing string) (title, text string) {
	switch status {
	case 404:
		return l.text("Not found"), l.unknown(thing)
	case 405:
		return l.text("Not that way"), l.text("This address can be read, with GET or HEAD, and nothing else.")
	case 410:
		if thing == "story" {
			return l.text("Withdrawn"), l.text("This story was withdrawn where it came from. It will not be shown again unless it returns there.")
		}
		return l.text("Gone"), l.gone(thing)
	case 412:
		return l.text("Another one by now"), l.text("What you asked for under a condition is not what is here any more.")
	case 429:
		return l.text("One moment"), l.text("Too many pages were asked for from where you are. Please try again in a minute.")
	case 503:
		return l.text("One moment"), l.text("There is too much to do just now. Please try again in a minute.")
	}
	return l.text("Something broke"), l.text("That is our fault, and it has been written down. Please try again later.")
}

// unknown says that there is no such thing here.
func (l *locale) unknown(thing string) string {
	switch thing {
	case "feed":
		return l.text("There is no such feed here. Perhaps its address was cut off or mistyped.")
	case "story":
		return l.text("There is no such story here. Perhaps its address was cut off or mistyped.")
	case "source":
		return l.text("There is no such source here. Perhaps its address was cut off or mistyped.")
	}
	return l.text("There is no such page here. Perhaps its address was cut off or mistyped.")
}

// gone says that a thing was here once.
func (l *locale) gone(thing string) string {
	switch thing {
	case "feed":
		return l.text("This feed is no longer published. Please remove it from your feed reader.")
	case "address":
		return l.text("This address is no longer published. Please remove it from your feed reader.")
	}
	return l.text("This page is no longer published. Please remove it from your feed reader.")
}
