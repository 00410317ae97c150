package websub

import (
	"time"

	"tributary/internal/news"
)

// Topic is a document that may be subscribed to.
type Topic struct {
	FeedID int64
	Feed   string // its name
	Format string // "atom", "rss" or "json"
	URL    string // its self URL
	Change int64  // the last change that it shows; -1 before it is there
}

// topicKey is how a Subscription names its Topic: the URL of one can change.
type topicKey struct {
	feed   int64
	format string
}

// joinTime is how long changes of a feed are gathered before they are delivered.
const joinTime = 300 * time.Millisecond

// joins are the feeds whose changes were seen, and those whose are being gathered.
type joins map[int64]join

type join struct {
	change int64     // the last one seen
	until  time.Time // deliveries wait; zero: nothing is being gathered
}

// note begins to gather when a feed changes, and ends it when its time is over. What
// comes in the moment in which it ends goes out with the rest.
func (j joins) note(topics map[topicKey]Topic, now time.Time) {
	changes := map[int64]int64{}
	for _, t := range topics {
		changes[t.FeedID] = max(changes[t.FeedID], t.Change)
	}
	for feed, change := range changes {
		have := j[feed]
		switch {
		case have.until.After(now):
		case !have.until.IsZero():
			have.until = time.Time{}
		case change > have.change:
			have.until = now.Add(joinTime)
		}
		j[feed] = join{change, have.until}
	}
}

// agenda is what is to do about the Subscriptions of our hub.
type agenda struct {
	confirm []news.Subscription // they are to be asked back, or told that it is over
	deliver []news.Subscription // there is something new to them
	deny    []news.Subscription // what they claim is not published any more
	drop    []news.Subscription // their lease is over
	next    time.Time           // when there will be something; zero: when something changes
}

// agendaOf looks through the Subscriptions. It is pure.
func agendaOf(subs []news.Subscription, topics map[topicKey]Topic, gathered joins, now time.Time) agenda {
	var a agenda
	for _, s := range subs {
		topic, public := topics[topicKey{s.FeedID, s.Format}]
		until := later(s.Next, gathered[s.FeedID].until)
		switch {
		case !public && s.Ask.Mode != news.AskDenied:
			a.deny = append(a.deny, s)
		case s.Ask.Mode != "" && !s.Ask.Next.After(now):
			a.confirm = append(a.confirm, s)
		case !s.Active(now):
			if s.Ask.Mode == "" {
				a.drop = append(a.drop, s)
				continue
			}
			a.remind(s.Ask.Next)
		case s.Position < topic.Change && !until.After(now):
			a.deliver = append(a.deliver, s)
		default:
			if s.Ask.Mode != "" {
				a.remind(s.Ask.Next)
			}
			if s.Position < topic.Change {
				a.remind(until)
			}
		}
	}
	return a
}

// remind has the next look not later than at t.
func (a *agenda) remind(t time.Time) {
	if a.next.IsZero() || t.Before(a.next) {
		a.next = t
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Retries of deliveries: later and later, then steadily while the lease lasts, since
// section 7 wants the subscription kept. What has piled up then comes in one.
const (
	firstRetry = 30 * time.Second
	lastRetry  = time.Hour
	maxWait    = 24 * time.Hour // that a subscriber may ask for with Retry-After
)

// retryAt is when a delivery is tried again after so many failures in a row. Up to a
// quarter is added, so that what failed together does not come back together.
func retryAt(now time.Time, failures int, wish time.Duration, callback string) time.Time {
	wait := firstRetry
	for i := 1; i < failures && wait < lastRetry; i++ {
		wait *= 2
	}
	wait = min(wait, lastRetry)
	return now.Add(max(wait+spread(callback, wait/4), min(wish, maxWait)))
}
