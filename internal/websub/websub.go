// Package websub speaks WebSub (W3C Recommendation of 23 January 2018), on both
// sides: as a subscriber, whom hubs send what a source publishes at once, and as a
// hub, which sends others what we publish. A news.Push is what we subscribed to at
// somebody's hub, a news.Subscription what somebody subscribed to at ours. The files
// hub_*.go are the hub.
//
// # The life of a Push
//
//	announced   a fetched document names hubs: discover.Hubs
//	asked       we send a hub a subscription request: requestForm; the hub verifies it: confirm
//	active      the hub delivers, each delivery signed: isSigned; renewed after two thirds of the lease
//	leaving     the source, its hub or our address changed: we unsubscribe
//
// The function plan compares the subscriptions that are wanted with those that exist, and
// says what is to be done. These functions are pure. [Subscriber] calls them in two
// goroutines: Keep talks to hubs, and Work hands deliveries to the daemon.
//
// # What hubs can do to us
//
// A hub is named by a document, so it may be anybody. Requests to it go through the guarded
// client. The callback that it is given contains 130 random bits, so nobody else knows it;
// a challenge is echoed once, and only for a topic and mode that we asked for. A delivery
// counts only if it is signed with the secret of its subscription, which no other hub or
// source has. Deliveries are bounded in size, time, rate and number, and are then read like
// any fetched document.
//
// # No delivery is lost
//
// A delivery is answered with 202 once the store knows that there is one. If it cannot be
// stored after that, because the queue is full, the source is being fetched for long, the
// document is damaged or the process ends, its source becomes due, and the next poll
// brings what was in it.
//
// # Our hub
//
//	asked      somebody subscribes to a topic: readRequest; the request is stored and answered 202
//	confirmed  the callback is verified with a random challenge
//	active     until the lease ends, the callback is sent what is new since its position, signed: sign
//	ended      the subscriber unsubscribed or answered 410, or it is sent hub.mode=denied because the feed is gone
//
// [Hub] keeps all state in the store. One goroutine looks through it when something changed
// or is due, and queues the work; agendaOf is its pure part. Workers in three lanes talk to
// subscribers: one for verifications, one for deliveries, and one for deliveries to hosts
// that are slow or fail. A position moves only after a 2xx was stored, so nothing is lost.
//
// # What others can do to our hub
//
// A request may come from anybody, and may name the host of a victim. That host gets one
// short GET, which follows no redirect and goes through the guarded client, within a budget
// for the host and one for all hosts. Only a callback that echoes the challenge is sent
// more.
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

// private are the endings of host names that have a meaning only in a local network.
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
