package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
)

// calendar reads the times at which a feed closes its digests. It is a cron
// expression as in schedule:, with the same time zones. "" means no digests.
func (r *reader) calendar(n node) (news.Calendar, bool) {
	if isEmptyText(n) {
		return nil, true
	}
	text, ok := r.text(n)
	if !ok {
		return nil, false
	}
	c, err := parseCalendar(text)
	if err != nil && hasVariable(n.Value) {
		err = fmt.Errorf("digest %s: what its variables hold is no cron expression", shown(n.Value))
	}
	if err != nil {
		r.errorf(n.Node, "%v", err)
		return nil, false
	}
	return c, true
}

func parseCalendar(text string) (news.Calendar, error) {
	_, err := time.ParseDuration(text)
	interval := err == nil || strings.EqualFold(strings.TrimPrefix(text, "@"), auto)
	for _, word := range []string{"@every", "every "} {
		interval = interval || strings.Contains(text, word)
	}
	switch name, _, spaced := strings.Cut(text, " "); {
	case interval:
		return nil, fmt.Errorf(`digest %s: a digest is closed at times of day, so neither @every nor auto can stand here; write a cron expression such as "0 7 * * *", or @daily`, shown(text))
	case strings.HasPrefix(name, "@") && !spaced && !slices.Contains(cronNames, name):
		near := Nearest(name, cronNames)
		if near == "" {
			return nil, fmt.Errorf("digest %s: unknown name; use @hourly, @daily, @weekly, @monthly or @yearly", shown(text))
		}
		return nil, fmt.Errorf("digest %s: did you mean %s?", shown(text), shown(near))
	}
	if at, err := time.Parse("15:04", text); err == nil {
		return nil, fmt.Errorf(`digest %s: did you mean "%d %d * * *"?`, shown(text), at.Minute(), at.Hour())
	}
	spec, err := parseSchedule(text)
	if err != nil {
		return nil, errors.New("digest" + strings.TrimPrefix(err.Error(), "schedule"))
	}
	return spec.Calendar()
}

// checkDigest refuses settings that contradict digests. It also sets the default
// of content:, since a digest with whole texts would be none.
func (r *reader) checkDigest(d *feedDraft) {
	if d.Kind == news.Podcast {
		r.errorf(d.kind, "kind: podcast has an item for each episode, and digest: makes one item of many stories; leave one of the two out")
	}
	for _, n := range d.single {
		r.errorf(n.Node, "%s is for feeds that show stories one by one, and this one shows digests; leave it out", n)
	}
	if d.Archive {
		r.errorf(d.archive, "archive: a feed of digests needs none, it leads back to all of its older digests; leave it out")
	}
	switch {
	case d.content == nil:
		d.Content = news.SummaryOnly
	case d.Content == news.Full:
		r.errorf(d.content, "content: full is too much for a digest; write content: summary, or link")
	}
}
