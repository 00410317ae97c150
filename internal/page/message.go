package page

import (
	"cmp"
	"fmt"
	"html/template"
	"io"

	"tributary/internal/news"
)

// MessageView is the page of an HTTP error.
type MessageView struct {
	Site   news.Site
	Status int    // HTTP status
	Thing  string // what was requested: "feed", "story", "source"; empty means "page"
}

// Message writes the page of an HTTP error. It says what happened and where to go next, without
// internal details.
func (t *Theme) Message(w io.Writer, v *MessageView) error {
	m := message{Status: v.Status, Home: anchor(v.Site.URL+"/", "See what is published here")}
	m.Title, m.Text = words(v.Status, cmp.Or(v.Thing, "page"))
	return t.render(w, "message", frame{
		Site: v.Site, Title: m.Title + " · " + siteName(v.Site), Hidden: true, View: m,
	})
}

// message is the data of message.html.
type message struct {
	Status      int
	Title, Text string
	Home        template.HTML
}

func words(status int, thing string) (title, text string) {
	switch status {
	case 404:
		return "Not found", fmt.Sprintf("There is no such %s here. Perhaps its address was cut off or mistyped.", thing)
	case 405:
		return "Not that way", "This address can be read, with GET or HEAD, and nothing else."
	case 410:
		if thing == "story" {
			return "Withdrawn", "This story was withdrawn where it came from. It will not be shown again unless it returns there."
		}
		return "Gone", fmt.Sprintf("This %s is no longer published. Please remove it from your feed reader.", thing)
	case 412:
		return "Another one by now", "What you asked for under a condition is not what is here any more."
	case 429:
		return "One moment", "Too many pages were asked for from where you are. Please try again in a minute."
	case 503:
		return "One moment", "There is too much to do just now. Please try again in a minute."
	}
	return "Something broke", "That is our fault, and it has been written down. Please try again later."
}
