// Package websub speaks WebSub (W3C Recommendation of 23 January 2018), on both
// sides: as a subscriber, whom hubs send what a source publishes at once, and as a
// hub, which sends others what we publish. A news.Push is what we subscribed to at
// somebody's hub, a news.Subscription what somebody subscribed to at ours. The files
// hub_*.go are the hub.
//
// # The way of a Push
//
//	announced   a fetched document names hubs: discover.Hubs
//	asked       we ask a hub for it: [Form]; it asks back whether we meant it: [Confirm]
//	active      it delivers, each delivery signed: [Signed]; asked again after two thirds of the lease
//	leaving     the source, its hub or our address changed: we ask the hub to forget it
//
// [Plan] compares what is wanted with what there is, and says what is to do.
// These functions are pure; [Subscriber] carries them out, in two goroutines:
// Keep, which talks to hubs, and Work, which hands deliveries to the reader.
//
// # What hubs can do to us
//
// A hub is named by a document, so it may be anybody. Requests to it go through
// the guarded client. It reaches us by an address that nobody else knows (130
// random bits); a challenge is echoed once, for a topic and mode that we asked
// for. A delivery counts only when it is signed with the secret of its
// subscription, which is kept for one hub and one source. It is bounded in size,
// time, rate and number, and then read as a fetched document is.
//
// # No delivery is lost
//
// The answer 202 is given once the store knows that something is there. What
// then cannot be stored, because the queue is full, the source is being fetched
// for long, the document is damaged or the process ends, makes the source due,
// and the next poll brings it.
//
// # Our hub
//
//	asked      somebody asks for a topic: [ReadRequest]; it is stored, and answered 202
//	confirmed  the callback is asked back, once, with a random challenge
//	active     until its lease ends it is sent what is new since its position, each part signed: [Sign]
//	ended      by its wish, by 410, or told so with hub.mode=denied when the feed goes
//
// [Hub] keeps the state of all that in the store. One goroutine looks through it when
// something changed or is due and queues the work (agendaOf is the pure part); workers
// in three lanes talk to subscribers: questions, deliveries, and deliveries to those who
// are slow or fail. A position moves only after a 2xx was stored, so nothing is lost.
//
// # What others can do to our hub
//
// A request is anybody's, and names a host that may be a victim. It costs that host one
// short GET that follows no redirect, through the guarded client, within a budget for
// the host and one for all. Only who echoes the challenge is sent more.
package websub

import (
	"crypto/rand"
	"net/netip"
	"net/url"
	"strings"

	"tributary/internal/netguard"
)

// callback is the address of a subscription below the public site.
func callback(site, id string) string { return strings.TrimSuffix(site, "/") + "/websub/" + id }

// newID returns 130 random bits as text.
func newID() string { return rand.Text() }

// newSecret returns 260 random bits as text, below the 200 bytes of section 5.1.
func newSecret() string { return rand.Text() + rand.Text() }

// private are endings of names that only a local network knows.
var private = []string{".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".home.arpa", ".corp", ".private",
	".test", ".invalid", ".onion"}

// Reachable reports whether hubs on the internet may reach a site by its public
// address: not by localhost, a private address or a name of a local network.
func Reachable(site string) bool {
	u, err := url.Parse(site)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		return netguard.Policy{}.Check(netip.AddrPortFrom(addr, 443)) == nil
	}
	for _, ending := range private {
		if strings.HasSuffix(host, ending) {
			return false
		}
	}
	return strings.Contains(host, ".")
}
