package page

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
)

// StatusView is the operator's page. It shows addresses of errors and texts of
// upstream servers: it belongs on the admin listener and nowhere else.
type StatusView struct {
	Site          news.Site
	Now           time.Time // what "12 minutes ago" is counted from
	Version       string
	Started       time.Time // of the daemon
	DatabaseBytes int64
	Offline       string // what is wrong with our own network; empty while nothing is
	Sources       []SourceRow
	Feeds         []FeedRow
}

// SourceRow is a source with the figures of our politeness towards it.
type SourceRow struct {
	State       news.SourceState
	Push        news.Push // what a hub does for it; zero without one
	Requests    int       // attempts in the period that the caller counts, e.g. 30 days
	NotModified int       // of these, answered 304
	Bytes       int64     // received by them
}

// Status writes the operator's page.
func (t *Theme) Status(w io.Writer, v *StatusView) error {
	view := statusPage{Version: v.Version, Started: since(v.Started, v.Now), Offline: v.Offline, Database: size(v.DatabaseBytes)}
	var requests, unmodified, fetched int
	var bytes int64
	for _, row := range v.Sources {
		line := newStatusRow(row, v.Now)
		view.Rows = append(view.Rows, line)
		view.need(line)
		if !row.State.Last.Started.IsZero() {
			fetched++
		}
		requests, unmodified, bytes = requests+row.Requests, unmodified+row.NotModified, bytes+row.Bytes
	}
	view.Progress = fmt.Sprintf("%d of %s fetched", fetched, count(len(v.Sources), "source", "sources"))
	view.Requests, view.Unmodified, view.Bytes = requests, share(unmodified, requests), size(bytes)
	for _, row := range v.Feeds {
		card := newFeedCard(v.Site, row)
		card.Subscriptions = subscriptions(row)
		view.Feeds = append(view.Feeds, card)
	}
	return t.render(w, "status", frame{
		Site: v.Site, Title: "Status · " + siteName(v.Site), Hidden: true, View: view,
	})
}

// subscriptions says who is pushed a feed.
func subscriptions(row FeedRow) string {
	if row.Subscriptions.Active == 0 {
		return ""
	}
	text := count(row.Subscriptions.Active, "subscription", "subscriptions")
	if row.Subscriptions.Failing > 0 {
		text += fmt.Sprintf(", %d failing", row.Subscriptions.Failing)
	}
	return text
}

// statusPage is what status.html shows.
type statusPage struct {
	Version    string
	Started    template.HTML
	Offline    string
	Database   string
	Progress   string // "137 of 200 sources fetched"
	Requests   int
	Unmodified string
	Bytes      string
	Needs      []statusNeed // what waits for a person
	Waiting    int          // how many sources that are
	Rows       []statusRow
	Feeds      []feedCard
}

// statusNeed is one reason and the sources that wait for a person by it.
type statusNeed struct {
	Why  string
	Rows []statusRow
}

// need puts a source to those that wait for the same reason, if it waits.
func (p *statusPage) need(row statusRow) {
	if row.Needs == "" {
		return
	}
	p.Waiting++
	i := slices.IndexFunc(p.Needs, func(n statusNeed) bool { return n.Why == row.Needs })
	if i < 0 {
		i = len(p.Needs)
		p.Needs = append(p.Needs, statusNeed{Why: row.Needs})
	}
	p.Needs[i].Rows = append(p.Needs[i].Rows, row)
}

// NeedYou is the end of the line of progress: "2 need you".
func (p statusPage) NeedYou() string {
	if p.Waiting == 1 {
		return "1 needs you"
	}
	return fmt.Sprintf("%d need you", p.Waiting)
}

type statusRow struct {
	Name, Title       string
	Link              template.HTML // the title, linked to the home page
	Kind              news.Kind
	Health            news.Health
	Needs             string        // why it waits for a person; empty when it does not
	Cause             string        // why it is how it is; empty when it is well
	Advice            template.HTML // what to do, likewise
	Outcome           string
	Error             string // hostile: it quotes servers
	Failures          int
	Last, Next        template.HTML
	Push              string // what its hub does; hostile: it quotes hubs
	Entries           int
	Requests          int
	Unmodified, Bytes string
	Retired           bool
}

func newStatusRow(r SourceRow, now time.Time) statusRow {
	s := r.State
	row := statusRow{
		Name: s.Name, Title: sourceTitle(s.Source), Link: anchor(s.Site, sourceTitle(s.Source)), Kind: s.Kind, Health: s.Health(now),
		Outcome: outcome(s.Last), Error: shorten(s.Last.Error, 300), Failures: s.Failures,
		Last: since(s.Last.Started, now), Entries: s.Entries,
		Requests: r.Requests, Unmodified: share(r.NotModified, r.Requests), Bytes: size(r.Bytes),
		Retired: !s.RetiredAt.IsZero(),
	}
	if !row.Retired {
		row.Next, row.Needs = next(s.NextDue, now), needs(s, row.Health)
		row.Advice, row.Push = template.HTML(news.Typed(s.Advice(now))), pushed(r.Push)
	}
	switch row.Health { // the last error stands beside it
	case news.HealthOK:
	case news.HealthFailing:
		row.Cause = "since " + date(s.FailingSince)
	default:
		row.Cause = shorten(s.Cause(now), 300)
	}
	return row
}

// pushed says what the hub of a source does for it.
func pushed(p news.Push) string {
	switch {
	case p.State == "":
		return ""
	case p.Error != "":
		return "push: " + shorten(p.Error, 300)
	case p.State != news.PushActive:
		return "push asked for"
	}
	return "pushed: " + count(int(p.Deliveries), "delivery", "deliveries")
}

// outcome is the code of an attempt with the HTTP status behind it.
func outcome(f news.Fetch) string {
	if f.Status == 0 || f.Outcome == news.OutcomeOK {
		return string(f.Outcome)
	}
	return fmt.Sprintf("%s (%d)", f.Outcome, f.Status)
}

// needs says why a source waits for a person: what will not mend itself. A
// server that asks for patience is no reason.
func needs(s news.SourceState, h news.Health) string {
	switch {
	case h == news.HealthGone:
		return "its publisher closed it"
	case h == news.HealthMoved:
		return "it has moved"
	case h == news.HealthFailing && s.Standing != news.OutcomeLimited:
		return strings.ReplaceAll(string(s.Standing), "_", " ")
	}
	return ""
}

// share is a part in percent; a dash where there is no whole.
func share(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", (part*100+whole/2)/whole)
}
