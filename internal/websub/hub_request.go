package websub

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

// Bounds of what a subscriber asks of our hub.
const (
	maxRequest = 16 << 10 // bytes of a form: three of an address for each byte of it, when all are escaped
	maxAddress = 2 << 10  // bytes of a callback or a topic
	maxSecret  = 199      // bytes: "less than 200", section 5.1

	defaultLease  = 10 * 24 * time.Hour // "a good default", section 8.2
	shortestLease = time.Hour
	longestLease  = 30 * 24 * time.Hour
)

// hubRequest is what a subscriber asks of our hub: section 5.1.
type hubRequest struct {
	Mode     news.AskMode // AskSubscribe or AskUnsubscribe
	Topic    string
	Callback string // http or https, without a user name
	Lease    time.Duration
	Secret   string // empty: deliveries are not signed
}

// readRequest reads the form of a request. Parameters that we do not know are passed
// over, as section 5.1 wants. The error says to the developer of the subscriber what
// is wrong and repeats nothing of the form.
func readRequest(form url.Values) (hubRequest, error) {
	for _, name := range []string{"hub.mode", "hub.topic", "hub.callback", "hub.lease_seconds", "hub.secret"} {
		if len(form[name]) > 1 {
			return hubRequest{}, fmt.Errorf("%s stands %d times; send it once", name, len(form[name]))
		}
		if !utf8.ValidString(form.Get(name)) {
			return hubRequest{}, fmt.Errorf("%s is not UTF-8", name)
		}
	}
	r := hubRequest{Mode: news.AskMode(form.Get("hub.mode")), Topic: form.Get("hub.topic"), Callback: form.Get("hub.callback"), Secret: form.Get("hub.secret")}
	if r.Mode != news.AskSubscribe && r.Mode != news.AskUnsubscribe {
		return hubRequest{}, errors.New("hub.mode must be subscribe or unsubscribe")
	}
	if r.Topic == "" || len(r.Topic) > maxAddress {
		return hubRequest{}, fmt.Errorf("hub.topic must be the rel=self address of a feed, at most %d bytes", maxAddress)
	}
	if err := checkCallback(r.Callback); err != nil {
		return hubRequest{}, err
	}
	if r.Mode == news.AskUnsubscribe {
		r.Secret = ""
		return r, nil // the lease "MUST be ignored" here
	}
	if len(r.Secret) > maxSecret {
		return hubRequest{}, fmt.Errorf("hub.secret must have less than %d bytes", maxSecret+1)
	}
	var err error
	r.Lease, err = lease(form.Get("hub.lease_seconds"))
	return r, err
}

// checkCallback says what is wrong with an address to deliver to. Where it leads is
// judged when it is dialled.
func checkCallback(raw string) error {
	if raw == "" || len(raw) > maxAddress {
		return fmt.Errorf("hub.callback must be an address of at most %d bytes", maxAddress)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || strings.ContainsFunc(raw, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		return errors.New("hub.callback cannot be read as an address")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return errors.New("hub.callback must begin with https:// or http:// and a host")
	case u.User != nil:
		return errors.New("hub.callback must not hold a user name")
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return errors.New("hub.callback must not have a fragment")
	case portOf(raw) == 0:
		return errors.New("hub.callback must name a port from 1 to 65535")
	}
	return nil
}

// portOf is the port of a callback; 0 for what is none.
func portOf(callback string) uint16 {
	u, err := url.Parse(callback)
	if err != nil {
		return 0
	}
	port, err := strconv.ParseUint(fetch.PortOf(u), 10, 16)
	if err != nil {
		return 0
	}
	return uint16(port)
}

// lease is how long we grant: as asked for, within our bounds. 0 was "for ever" to
// older subscribers; nothing is.
func lease(seconds string) (time.Duration, error) {
	if seconds == "" {
		return defaultLease, nil
	}
	n, err := strconv.ParseUint(seconds, 10, 63)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return longestLease, nil
	case err != nil:
		return 0, errors.New("hub.lease_seconds must be a whole number of seconds")
	case n == 0:
		return defaultLease, nil
	}
	return min(max(time.Duration(min(n, uint64(longestLease/time.Second)))*time.Second, shortestLease), longestLease), nil
}

// sameAddress writes an address as two spellings of it have in common: characters
// that need no escape unescaped (section 5.1.1), scheme and host in lower case.
func sameAddress(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.RawQuery != "" || u.ForceQuery || u.User != nil || strings.Contains(raw, "#") {
		return raw
	}
	return (&url.URL{Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Host), Path: u.Path}).String()
}
