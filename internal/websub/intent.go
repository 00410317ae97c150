package websub

import (
	"crypto/subtle"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Bounds of what a hub says.
const (
	maxChallenge = 4 << 10 // bytes
	maxReason    = 200     // runes
	minLease     = 5 * time.Minute
	maxLease     = 90 * 24 * time.Hour
)

// deniedPause is how long a hub that denied a subscription is left alone.
const deniedPause = 7 * 24 * time.Hour

// errUnasked says that a hub wants us to confirm what we did not ask for.
var errUnasked = errors.New("not what was asked for")

// confirm judges a request to confirm (section 5.3) or a denial (section 5.2)
// and changes p by it. It returns the challenge to echo, empty after a denial.
// The error means that we did not ask for this: wrong topic, wrong mode, not
// now, or twice.
func confirm(p *news.Push, query url.Values, now time.Time) (challenge string, err error) {
	if !equal(one(query, "hub.topic"), p.Topic) {
		return "", errUnasked
	}
	if one(query, "hub.mode") == denied {
		return "", deny(p, one(query, "hub.reason"), now)
	}
	challenge = one(query, "hub.challenge")
	switch {
	case one(query, "hub.mode") != mode(*p), p.State == news.PushDenied, challenge == "", len(challenge) > maxChallenge:
		return "", errUnasked
	case !p.Pending.After(now):
		return "", errUnasked
	case p.State == news.PushLeaving:
		p.State = "" // it is over
	default:
		activate(p, one(query, "hub.lease_seconds"), now)
	}
	return challenge, nil
}

// one returns the value of a parameter that occurs once, else "".
func one(query url.Values, name string) string {
	if values := query[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// activate begins or renews a lease. If the hub does not say how long the lease is, as
// older hubs do not, it is as long as we asked for.
func activate(p *news.Push, seconds string, now time.Time) {
	granted := askedLease
	if n, err := strconv.ParseInt(seconds, 10, 32); err == nil && n > 0 {
		granted = min(time.Duration(n)*time.Second, maxLease)
	}
	p.State, p.Pending, p.Failures, p.Error = news.PushActive, time.Time{}, 0, ""
	p.LeaseUntil = now.Add(granted)
	p.Next = now.Add(renewAfter(max(granted, minLease), p.ID))
}

// renewAfter is two thirds of a lease, less up to a fifteenth of it, so that
// subscriptions that were made together are not renewed together.
func renewAfter(lease time.Duration, id string) time.Duration {
	return lease*2/3 - schedule.Spread(id, lease/15)
}

// deny notes that the hub denied the subscription.
func deny(p *news.Push, reason string, now time.Time) error {
	switch p.State {
	case news.PushLeaving:
		p.State = ""
		return nil
	case news.PushDenied:
		return errUnasked
	}
	p.State, p.Pending, p.Next = news.PushDenied, time.Time{}, now.Add(deniedPause)
	p.Error = "the hub denied the subscription"
	if said := printable(reason); said != "" {
		p.Error += ": " + said
	}
	return nil
}

// printable returns what a hub said in a form that can stand in a line of text.
func printable(said string) string {
	words := strings.FieldsFunc(said, func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) })
	return news.Truncate(strings.Join(words, " "), maxReason)
}
