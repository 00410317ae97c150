package discover

import (
	"cmp"
	"net/url"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

// maxHubs is the number of hubs of a feed that are considered.
const maxHubs = 5

// maxAddress bounds the address of a hub or topic, in bytes.
const maxAddress = 2 << 10

// Hubs returns the WebSub hubs and the topic that a feed announces (WebSub section 4). Links in the
// header take precedence over those in the document. If a feed names hubs but no topic, the topic
// is the address it came from. An address with a secret must not be passed on, so for such a feed
// the announcement is empty.
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
	a.Topic = cmp.Or(a.Topic, doc.Self, answer.URL)
	a.Hubs = usable(a.Hubs)
	if len(a.Hubs) == 0 || len(usable([]string{a.Topic})) == 0 || news.HasSecret(answer.URL) {
		return &news.Announcement{}
	}
	return a
}

// usable removes duplicates and addresses that a form cannot or must not be sent to.
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
