package websub

import (
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Topic is a document that may be subscribed to.
type Topic struct {
	FeedID int64
	Feed   string // its name
	Format string // "atom", "rss" or "json"
	URL    string // its self URL
	Change int64  // the last change that it shows; -1 before it is there
}

// topicKey is how a Subscription names its Topic, since the URL of a topic can change.
type topicKey struct {
	feed   int64
	format string
}

// joinTime is how long changes of a feed are collected before they are delivered
// together.
const joinTime = 300 * time.Millisecond

// joins holds, by feed, which changes were seen, and whether further ones are being
// collected.
type joins map[int64]join

type join struct {
	change int64     // the last one seen
	until  time.Time // deliveries wait for further changes; zero: they do not
}

// note starts to collect the changes of a feed when it changes, and stops when joinTime is
// over. A change that is seen just then is delivered with the others.
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

// agenda is what has to be done about the Subscriptions of our hub.
type agenda struct {
	confirm []news.Subscription // to be verified, or to be told that they were denied
	deliver []news.Subscription // behind their topic
	deny    []news.Subscription // of a topic that is not published any more
	drop    []news.Subscription // with a lease that is over
	next    time.Time           // when there will be more; zero: when something changes
}

// agendaOf sorts the Subscriptions by what is to be done. It is a pure function.
func agendaOf(subs []news.Subscription, topics map[topicKey]Topic, gathered joins, now time.Time) agenda {
	var a agenda
	for _, s := range subs {
		topic, public := topics[topicKey{s.FeedID, s.Format}]
		until := news.Later(s.Next, gathered[s.FeedID].until)
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

// remind has the Subscriptions looked through again at t at the latest.
func (a *agenda) remind(t time.Time) {
	if a.next.IsZero() || t.Before(a.next) {
		a.next = t
	}
}

// Retries of deliveries come after longer and longer waits, then steadily while the lease
// lasts: section 7 wants the subscription kept. What has become new meanwhile is delivered
// at once.
const (
	firstRetry = 30 * time.Second
	lastRetry  = time.Hour
	maxWait    = 24 * time.Hour // that a subscriber may ask for with Retry-After
)

// retryAt returns when a delivery is tried again after so many failures in a row. wish is
// the Retry-After of the subscriber. Up to a quarter is added to the wait, so that
// deliveries which failed together are not repeated together.
func retryAt(now time.Time, failures int, wish time.Duration, callback string) time.Time {
	wait := firstRetry
	for i := 1; i < failures && wait < lastRetry; i++ {
		wait *= 2
	}
	wait = min(wait, lastRetry)
	return now.Add(max(wait+schedule.Spread(callback, wait/4), min(wish, maxWait)))
}
