package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// auto is the schedule that adapts to how often the source publishes.
const auto = "auto"

// longestSchedule is the maximum length in bytes of a cron expression. It keeps
// error messages short.
const longestSchedule = 200

// schedule parses a cron expression, or auto, whose bounds setSchedule fills in.
// Times without a zone are local.
func (r *reader) schedule(n node, text string) (schedule.Spec, error) {
	if text == auto {
		return schedule.Auto(0, 0), nil
	}
	if said := longStep.FindStringSubmatch(text); said != nil {
		r.warnf(n.Node, "schedule %s: a step of %s minutes begins anew every hour, so this is once an hour; for every %s minutes write %s",
			shown(text), said[1], said[1], shown("@every "+said[1]+"m"))
	}
	if spec, known := r.schedules[text]; known {
		return spec, nil
	}
	spec, err := parseSchedule(text)
	switch {
	case err == nil:
		r.schedules[text] = spec
	case hasVariable(n.Value):
		err = fmt.Errorf("schedule %s: what its variables hold is no schedule", shown(n.Value))
	}
	return spec, err
}

// longStep matches a step of minutes that is longer than an hour.
var longStep = regexp.MustCompile(`(?:^| )\*/(6[1-9]|[7-9]\d|[1-9]\d{2,3})(?: \S+){4}$`)

// cronNames are the named schedules of cron.
var cronNames = []string{"@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@midnight", "@annually"}

func parseSchedule(text string) (schedule.Spec, error) {
	if len(text) > longestSchedule {
		return schedule.Spec{}, fmt.Errorf("schedule %s is longer than %d bytes; write five fields", shown(text), longestSchedule)
	}
	if strings.EqualFold(strings.TrimPrefix(text, "@"), auto) {
		return schedule.Spec{}, fmt.Errorf("schedule %s: did you mean auto?", shown(text))
	}
	if right := guessSchedule(text); right != "" {
		return schedule.Spec{}, fmt.Errorf("schedule %s: did you mean %s?", shown(text), shown(right))
	}
	return schedule.Parse(text, time.Local)
}

// checkZone warns if TZ names no time zone, for which Go silently takes UTC.
func (r *reader) checkZone() {
	zone, _ := r.env("TZ")
	name := strings.TrimPrefix(zone, ":")
	if strings.HasPrefix(name, "/") {
		return // a file, whose name says nothing
	}
	if _, err := time.LoadLocation(name); err != nil {
		r.problems = append(r.problems, Problem{Path: r.main, Warning: true,
			Text: "the variable TZ names no time zone, so local times are UTC; set it to a name such as Europe/Berlin"})
	}
}

// guessSchedule returns the schedule meant by a common misspelling of one, or "" if it knows none.
func guessSchedule(text string) string {
	if !strings.ContainsAny(text, " \t") && !slices.Contains(cronNames, text) {
		if name := Nearest("@"+strings.TrimPrefix(text, "@"), cronNames); name != "" {
			return name
		}
	}
	short := strings.TrimPrefix(strings.TrimPrefix(text, "every "), "@")
	if d, err := time.ParseDuration(short); err == nil && d >= time.Second {
		return "@every " + short
	}
	return spoken(text)
}

// interval matches a frequency in plain words.
var interval = regexp.MustCompile(`(?i)^(?:@?every\s+)?(\d{1,4})?\s*(second|sec|minute|min|hour|day|week)s?$`)

// spoken returns the schedule meant by a phrase such as "every 20 minutes", "2
// days" or "every hour", or "" for any other text.
func spoken(text string) string {
	said := interval.FindStringSubmatch(text)
	if said == nil {
		return ""
	}
	unit := strings.ToLower(said[2])
	if said[1] == "" {
		return map[string]string{"minute": "@every 1m", "min": "@every 1m", "hour": "@hourly", "day": "@daily", "week": "@weekly"}[unit]
	}
	n, _ := strconv.Atoi(said[1]) // the pattern allows four digits
	switch unit {
	case "day":
		return fmt.Sprintf("@every %dh", 24*n)
	case "week":
		return fmt.Sprintf("@every %dh", 7*24*n)
	}
	return fmt.Sprintf("@every %d%s", n, unit[:1])
}

// hasSchedule reports whether a schedule was given.
func hasSchedule(s *Source) bool { return s.Schedule.String() != "" }

// checkSchedule reports bounds that contradict each other or have no effect.
func (r *reader) checkSchedule(n node, d *draft) {
	_, least := find(n.Node, "min_interval")
	_, most := find(n.Node, "max_interval")
	at := least
	if most != nil {
		at = most
	}
	switch {
	case d.Kind == news.KindSeeds && d.Schedule.Auto():
		r.errorf(valueOf(n, "schedule"), "schedule: auto is for feeds; seeds are read from disk and cost nobody anything: write %s", `schedule: "@every 30s"`)
	case d.MinInterval > d.MaxInterval && at != nil:
		r.errorf(at, "max_interval: %s is shorter than min_interval: %s", inWords(d.MaxInterval), inWords(d.MinInterval))
	case at != nil && hasSchedule(&d.Source) && !d.Schedule.Auto():
		r.warnf(at, "min_interval and max_interval bound schedule: auto only, and this source has another schedule")
	}
}

// setSchedule gives a source without a schedule the default one, and "auto" its bounds.
func (s *Source) setSchedule(byDefault schedule.Spec) {
	if !hasSchedule(s) {
		s.Schedule = byDefault
	}
	if s.Schedule.Auto() {
		s.Schedule = schedule.Auto(s.MinInterval, s.MaxInterval)
	}
}

// digestCalendar parses the times at which a feed closes its digests. It is a cron
// expression as in schedule:, with the same time zones.
func digestCalendar(n node, text string) (news.Calendar, error) {
	c, err := parseCalendar(text)
	if err != nil && hasVariable(n.Value) {
		err = fmt.Errorf("digest %s: what its variables hold is no cron expression", shown(n.Value))
	}
	return c, err
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
