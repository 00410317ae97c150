package news

import (
	"errors"
	"time"
)

// Subscription is a downstream's standing claim on a Feed: our hub sends what the
// Feed publishes to Callback, until LeaseUntil. Callback and Secret are never
// printed: who knows the one can deliver, and who knows both can sign.
type Subscription struct {
	ID       int64
	FeedID   int64
	Format   string // "atom", "rss" or "json"
	Topic    string // the self URL of the document, as the subscriber wrote it
	Callback string
	Host     string // the registrable domain of Callback: who is behind it
	Secret   string // that deliveries are signed with; empty: they are not

	LeaseUntil time.Time // zero before the first confirmation
	Ask        Ask       // what is still to be confirmed

	Position   int64     // the last change of the Feed that was delivered, see Edition.Change
	Next       time.Time // after a failure: no delivery before
	Failures   int       // in a row
	Error      string    // one sentence for the operator; empty while it goes well
	Delivered  time.Time // when, last
	Deliveries int64
}

// Active reports whether deliveries are due to the subscriber.
func (s Subscription) Active(now time.Time) bool { return s.LeaseUntil.After(now) }

// Ask is what the subscriber is to be asked back, or told. Until that is done the
// Subscription stays what it was: WebSub section 5.1.
type Ask struct {
	Mode   AskMode
	At     time.Time     // when it was asked of us; two with one time are the same
	Next   time.Time     // when the subscriber is asked
	Tries  int           // so far
	Lease  time.Duration // granted if it confirms
	Secret string        // from then on
}

// AskMode is hub.mode of WebSub sections 5.2 and 5.3.
type AskMode string

// The modes of an Ask; "" is none.
const (
	AskSubscribe   AskMode = "subscribe"
	AskUnsubscribe AskMode = "unsubscribe"
	AskDenied      AskMode = "denied" // no question: it is told that we do not want to any more
)

// SubscriptionCount is how many follow a Feed.
type SubscriptionCount struct {
	Active  int
	Failing int // of these, those that did not take the last delivery
}

// HubLimits bounds the Subscriptions that are kept.
type HubLimits struct {
	All, Topic, Host int // in all, for one document, and of one Subscription.Host
	Pending          int // that nobody has confirmed yet
}

// HubLinks is the Link header of a document that may be subscribed to, and of each
// delivery of it: WebSub sections 4 and 7.
func HubLinks(hub, self string) string { return "<" + hub + `>; rel="hub", <` + self + `>; rel="self"` }

// ErrHubFull says that there is no room for one more Subscription.
var ErrHubFull = errors.New("the hub has as many subscriptions as it takes")

// ErrNoSubscription says that there is no Subscription of that ID.
var ErrNoSubscription = errors.New("no such subscription")
