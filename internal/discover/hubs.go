package discover

import (
	"net/url"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

// maxHubs is how many hubs of one feed are worth trying.
const maxHubs = 5

// maxAddress bounds the address of a hub or topic, in bytes.
const maxAddress = 2 << 10

// Hubs returns what a feed announces of being pushed: WebSub section 4. Links
// in the header go before those in the document. A feed that names hubs and not
// itself is known to them by the address that it came from. An address that
// holds a secret is not told to anybody else, so such a feed announces nothing.
func Hubs(answer fetch.Response, doc *news.Document) *news.Announcement {
	a := &news.Announcement{}
	base, err := url.Parse(answer.URL)
	if err != nil {
		return a
	}
	for _, link := range fetch.Links(answer.Header, base) {
		if link.Is("hub") {
			a.Hubs = append(a.Hubs, link.URL)
		}
		if link.Is("self") && a.Topic == "" {
			a.Topic = link.URL
		}
	}
	if len(a.Hubs) == 0 {
		a.Hubs = doc.Hubs
	}
	for _, own := range []string{doc.Self, answer.URL} {
		if a.Topic == "" {
			a.Topic = own
		}
	}
	a.Hubs = usable(a.Hubs)
	if len(a.Hubs) == 0 || len(usable([]string{a.Topic})) == 0 || news.HasSecret(answer.URL) {
		return &news.Announcement{}
	}
	return a
}

// usable leaves out repeats and what cannot be an address to send a form to.
func usable(addresses []string) []string {
	var kept []string
	seen := map[string]bool{}
	for _, raw := range addresses {
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			continue
		}
		if len(raw) > maxAddress || news.HasSecret(raw) || seen[raw] || len(kept) == maxHubs {
			continue
		}
		seen[raw] = true
		kept = append(kept, raw)
	}
	return kept
}
