package websub

import (
	"net/url"
	"strconv"
	"time"

	"tributary/internal/news"
)

// The modes of a request to a hub.
const (
	subscribe   = "subscribe"
	unsubscribe = "unsubscribe"
	denied      = "denied"
)

// askedLease is how long we ask a hub to deliver.
const askedLease = 10 * 24 * time.Hour

// mode is what a hub is asked for.
func mode(p news.Push) string {
	if p.State == news.PushLeaving {
		return unsubscribe
	}
	return subscribe
}

// requestForm returns the request to a hub: section 5.1. The secret is sent to hubs without
// TLS as well. That is against a SHOULD of that section, but without a secret
// everybody could deliver, and with one only who reads along.
func requestForm(p news.Push) url.Values {
	form := url.Values{
		"hub.callback": {p.Callback},
		"hub.mode":     {mode(p)},
		"hub.topic":    {p.Topic},
		"hub.verify":   {"async"}, // of PubSubHubbub 0.3, which WebSub passes over; some hubs still want it
	}
	if p.State != news.PushLeaving {
		form.Set("hub.lease_seconds", strconv.Itoa(int(askedLease.Seconds())))
		form.Set("hub.secret", p.Secret)
	}
	return form
}
