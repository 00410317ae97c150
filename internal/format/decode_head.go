package format

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// maxHubs bounds the hubs that are kept of a document.
const maxHubs = 8

// head reads what a document says of itself and asks of its clients, in the
// vocabularies that RSS and Atom share.
func (r *reader) head(n *node, d *news.Document) {
	d.Rights = r.rights(n)
	d.Icon = r.address(n, "icon", "atom:icon")
	d.Image = first(r.picture(n), r.address(n, "logo", "atom:logo"))
	d.Self = related(n, "self")
	d.Moved = r.address(n, "itunes:new-feed-url", "newlocation")
	for l := range relations(n) {
		if l.rel == "hub" {
			d.Hubs = addHub(d.Hubs, l.url)
		}
	}
	if d.TTL == 0 {
		d.TTL = r.period(n)
	}
}

func addHub(hubs []string, url string) []string {
	if url == "" || len(hubs) == maxHubs || slices.Contains(hubs, url) {
		return hubs
	}
	return append(hubs, url)
}

// period returns how often a document changes, by the syndication module of RSS 1.0. The
// defaults of the module are daily and once. It returns 0 if the module is not used.
func (r *reader) period(n *node) time.Duration {
	unit, times := r.line(n, "sy:updateperiod"), r.line(n, "sy:updatefrequency")
	if unit == "" && times == "" {
		return 0
	}
	const day = 24 * time.Hour
	periods := map[string]time.Duration{"hourly": time.Hour, "": day, "daily": day, "weekly": 7 * day, "monthly": 30 * day, "yearly": 365 * day}
	frequency, err := strconv.Atoi(times)
	if err != nil || frequency < 1 {
		frequency = 1
	}
	return (periods[strings.ToLower(unit)] / time.Duration(frequency)).Truncate(time.Second)
}

// ttl reads the ttl of RSS, in minutes. Values over a year and anything else are 0.
func ttl(s string) time.Duration {
	minutes, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || minutes < 0 || minutes > 60*24*365 {
		return 0
	}
	return time.Duration(minutes) * time.Minute
}

// skipHours returns the hours in which not to fetch, sorted. RSS 0.91 counted them from
// 1 to 24. A list of all hours is a mistake and is ignored.
func skipHours(words []string) []int {
	var hours []int
	for _, word := range words {
		hour, err := strconv.Atoi(strings.TrimSpace(word))
		if err == nil && hour >= 0 && hour <= 24 && !slices.Contains(hours, hour%24) {
			hours = append(hours, hour%24)
		}
	}
	if len(hours) == 24 {
		return nil
	}
	slices.Sort(hours)
	return hours
}

// skipDays returns the days on which not to fetch, Sunday first. A list of all days is
// a mistake and is ignored.
func skipDays(words []string) []time.Weekday {
	var days []time.Weekday
	for day := time.Sunday; day <= time.Saturday; day++ {
		if slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(strings.TrimSpace(word), day.String()) }) {
			days = append(days, day)
		}
	}
	if len(days) == 7 {
		return nil
	}
	return days
}

// line returns the text of the first child with one of these names that has any, as
// plain text. Earlier names take precedence.
func (r *reader) line(n *node, names ...string) string {
	for k := range n.named(names...) {
		if text := r.plain(k); text != "" {
			return text
		}
	}
	return ""
}

// address returns the first absolute http or https URL that a child with one of these
// names holds, in an attribute or as text.
func (r *reader) address(n *node, names ...string) string {
	for k := range n.named(names...) {
		ref := first(k.attr("href"), k.attr("url"), k.attr("resource"))
		if ref == "" {
			ref = r.read(k).value
		}
		if url := clean.Resolve(k.base, ref); url != "" {
			return url
		}
	}
	return ""
}

func (r *reader) rights(n *node) string {
	return r.line(n, "rights", "copyright", "atom:rights", "dc:rights", "dcterms:rights", "media:copyright")
}

// picture returns the image that stands for a channel or item. Some items have its address as
// the text of the element.
func (r *reader) picture(n *node) string {
	if url := r.address(n, "itunes:image", "googleplay:image"); url != "" {
		return url
	}
	for k := range n.named("image") {
		if url := first(r.address(k, "url"), clean.Resolve(k.base, first(k.attr("href"), k.attr("url"))), clean.Resolve(nil, r.read(k).value)); url != "" {
			return url
		}
	}
	return ""
}
