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

// StatusView is the operator's page. It contains error addresses and texts from upstream servers,
// so it must only be served on the admin listener.
type StatusView struct {
	Site          news.Site
	Now           time.Time // the time from which "12 minutes ago" is counted
	Version       string
	Started       time.Time // when the daemon started
	DatabaseBytes int64
	Offline       string // what is wrong with our own network; empty if nothing is
	Sources       []SourceRow
	Feeds         []FeedRow
}

// SourceRow is a source with its request statistics.
type SourceRow struct {
	State       news.SourceState
	Push        news.Push // its hub subscription; zero without one
	Requests    int       // attempts in a period chosen by the caller, such as 30 days
	NotModified int       // those answered with 304
	Bytes       int64     // received in these attempts
}

// Status writes the operator's page.
func (t *Theme) Status(w io.Writer, v *StatusView) error {
	l := t.in("en")
	view := statusPage{Version: v.Version, Started: l.since(v.Started, v.Now), Offline: v.Offline, Database: l.size(v.DatabaseBytes)}
	var requests, unmodified, fetched int
	var bytes int64
	for _, row := range v.Sources {
		line := l.newStatusRow(row, v.Now)
		view.Rows = append(view.Rows, line)
		view.need(line)
		if !row.State.Last.Started.IsZero() {
			fetched++
		}
		requests, unmodified, bytes = requests+row.Requests, unmodified+row.NotModified, bytes+row.Bytes
	}
	view.Progress = fmt.Sprintf("%d of %s fetched", fetched, l.text("%d source|%d sources", len(v.Sources)))
	view.Requests, view.Unmodified, view.Bytes = requests, share(unmodified, requests), l.size(bytes)
	for _, row := range v.Feeds {
		card := l.newFeedCard(v.Site, row)
		card.Subscriptions = l.subscriptions(row)
		view.Feeds = append(view.Feeds, card)
	}
	return t.render(w, "status", frame{
		Site: v.Site, locale: l, Title: "Status · " + siteName(v.Site), Hidden: true, View: view,
	})
}

// subscriptions returns how many subscriptions to a feed our hub has.
func (l *locale) subscriptions(row FeedRow) string {
	if row.Subscriptions.Active == 0 {
		return ""
	}
	text := l.text("%d subscription|%d subscriptions", row.Subscriptions.Active)
	if row.Subscriptions.Failing > 0 {
		text += fmt.Sprintf(", %d failing", row.Subscriptions.Failing)
	}
	return text
}

// statusPage is the data of status.html.
type statusPage struct {
	Version    string
	Started    template.HTML
	Offline    string
	Database   string
	Progress   string // "137 of 200 sources fetched"
	Requests   int
	Unmodified string
	Bytes      string
	Needs      []statusNeed // sources that need a person, by reason
	Waiting    int          // number of such sources
	Rows       []statusRow
	Feeds      []feedCard
}

// statusNeed is a reason and the sources that need a person because of it.
type statusNeed struct {
	Why  string
	Rows []statusRow
}

// need adds a source to the group of its reason, if it needs a person.
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

// NeedYou is the end of the progress line: "2 need you".
func (p statusPage) NeedYou() string {
	return fmt.Sprintf("%d %s you", p.Waiting, news.Plural(p.Waiting, "needs", "need"))
}

type statusRow struct {
	Name, Title       string
	Link              template.HTML // the title, linked to the home page
	Kind              news.Kind
	Health            news.Health
	Needs             string        // why it needs a person; empty if it does not
	Cause             string        // what is wrong with it; empty if nothing is
	Advice            template.HTML // what to do about that; empty if nothing
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

func (l *locale) newStatusRow(r SourceRow, now time.Time) statusRow {
	s := r.State
	row := statusRow{
		Name: s.Name, Title: sourceTitle(s.Source), Link: anchor(s.Site, sourceTitle(s.Source)), Kind: s.Kind, Health: s.Health(now),
		Outcome: outcome(s.Last), Error: shorten(s.Last.Error, 300), Failures: s.Failures,
		Last: l.since(s.Last.Started, now), Entries: s.Entries,
		Requests: r.Requests, Unmodified: share(r.NotModified, r.Requests), Bytes: l.size(r.Bytes),
		Retired: !s.RetiredAt.IsZero(),
	}
	if !row.Retired {
		row.Next, row.Needs = l.next(&s, now), needs(s, row.Health)
		row.Advice, row.Push = template.HTML(news.AdviceHTML(s.Advice(now))), l.pushed(r.Push)
	}
	switch row.Health { // the last error is shown beside the cause
	case news.HealthOK:
	case news.HealthFailing:
		row.Cause = "since " + l.date(s.FailingSince)
	default:
		row.Cause = shorten(s.Cause(now), 300)
	}
	return row
}

// pushed describes the hub subscription of a source.
func (l *locale) pushed(p news.Push) string {
	switch {
	case p.State == "":
		return ""
	case p.Error != "":
		return "push: " + shorten(p.Error, 300)
	case p.State != news.PushActive:
		return "push asked for"
	}
	return "pushed: " + l.text("%d delivery|%d deliveries", int(p.Deliveries))
}

// outcome returns the outcome of an attempt, with the HTTP status in parentheses.
func outcome(f news.Fetch) string {
	if f.Status == 0 || f.Outcome == news.OutcomeOK {
		return string(f.Outcome)
	}
	return fmt.Sprintf("%s (%d)", f.Outcome, f.Status)
}

// needs returns why a source needs a person, which is the case if its problem will not go away by
// itself. A server that only limits our requests does not.
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

// share returns part of whole in percent, or a dash if whole is 0.
func share(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", (part*100+whole/2)/whole)
}
