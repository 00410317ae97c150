package news

import (
	"errors"
	"time"
)

// Announcement is what a Source says of being pushed: WebSub section 4.
type Announcement struct {
	SourceID int64
	Topic    string   // the address by which hubs know the document, absolute
	Hubs     []string // in the order of preference, absolute; none: it is not pushed
}

// PushState is how far a Push has come.
type PushState string

// The states of a Push. From asked and denied it becomes active, from all of
// them leaving; a hub that confirms that ends it.
const (
	PushAsked   PushState = "asked"   // the hub has still to confirm it
	PushActive  PushState = "active"  // the hub delivers until LeaseUntil
	PushDenied  PushState = "denied"  // the hub does not want to
	PushLeaving PushState = "leaving" // the hub is to forget it
)

// Delivery is a document that a hub sent.
type Delivery struct {
	ContentType string
	Body        []byte
	Received    time.Time
}

// Push is our standing claim on a hub: it sends us what a Source publishes as
// soon as that appears, and renews our trust with every delivery. Its ID and
// Secret are never printed.
type Push struct {
	ID       string // unguessable; the last part of Callback
	SourceID int64
	Hub      string
	Topic    string
	Callback string // where the hub delivers, on the public site
	Secret   string // that deliveries are signed with
	State    PushState

	Asked      time.Time // when the hub was last asked for something
	Pending    time.Time // until when it may confirm what it was asked for; zero when nothing is open
	Next       time.Time // when there is something to do
	LeaseUntil time.Time // zero before the first confirmation
	Failures   int       // in a row
	Error      string    // one sentence for the operator; empty while it goes well

	Waiting    time.Time // when the newest delivery came that is not stored; zero without any
	Stored     time.Time // when the last delivery was stored
	Missed     time.Time // when a poll last found what had not been pushed
	Deliveries int64     // stored
	Refused    int64     // dropped: not signed with Secret, or too large
}

// Trusted returns until when polls may be rare: while deliveries come and bring
// everything. It is zero while they do not.
func (p Push) Trusted() time.Time {
	if p.State != PushActive || !p.Stored.After(p.Missed) {
		return time.Time{}
	}
	return p.LeaseUntil
}

// PushLease is the right to store a delivery, and what reading it needs to know
// of the source, since a delivery may hold one entry only.
type PushLease struct {
	Lease
	Base   string // that relative links of the last polled document resolved against
	Outlet string // of the newest entry; empty before the first
}

// ErrNoPush says that there is no Push of that ID.
var ErrNoPush = errors.New("no hub was asked for that")
