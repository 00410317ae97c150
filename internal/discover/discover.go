// Package discover finds the feed behind an address that a person has: the page
// of a site, a channel, a profile, a repository, or the feed itself.
//
// [Find] asks the network, through a [Getter] that guards every request:
//
//  1. The address itself. If it is a feed, that is the answer. An address
//     without a scheme is tried with https, then with http.
//  2. Addresses that services are known to use (patterns.go) and those that the
//     page names ([Links]): at most six, fetched and decoded, because pages link
//     feeds that no longer exist.
//  3. When none of those is a feed, six paths where feeds usually are.
//
// What a candidate links is never followed, so a page can cost thirteen requests
// and no more. One feed in two formats is one candidate. Feeds of comments come
// last. A candidate says in words why it is one.
package discover

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// Candidate is a feed, or from [Links] what a page calls one.
type Candidate struct {
	URL     string
	Title   string // plain text
	Type    string // format as in news.Document; from Links the media type, which may be empty
	Entries int    // in the document; 0 from Links
	Why     string // one clause: how it was found
}

// Getter fetches one document and reports failure in the Response.
type Getter interface {
	Get(ctx context.Context, r fetch.Request) fetch.Response
}

// maxTries bounds the candidates that are fetched in one step.
const maxTries = 6

// usual are the paths where feeds are when nothing says so. The list has at most
// maxTries entries.
var usual = [...]string{"/feed", "/rss.xml", "/atom.xml", "/feed.json", "/index.xml", "/feed.xml"}

// Find returns the feeds behind raw, best first and at least one. The error is a
// *news.Failure that says what was looked for: not_a_feed when the page was read
// and has none, else the outcome of the attempt to read it.
func Find(ctx context.Context, g Getter, policy netguard.Policy, raw string) ([]Candidate, error) {
	addresses, err := spellings(raw)
	if err != nil {
		return nil, err
	}
	f := finder{getter: g, policy: policy, seen: map[string]bool{}}
	page := f.open(ctx, addresses)
	if page.Fetch.Status == 0 {
		return nil, news.Failf(page.Fetch.Outcome, "%s: %s", news.SafeURL(addresses[0]), page.Fetch.Error)
	}
	if d := decode(page); d != nil {
		return []Candidate{Candidate{URL: lasting(page, f.asked), Why: "the address itself"}.read(d)}, nil
	}
	named := append(known(f.asked), Links(page.Body, page.URL)...)
	found := f.try(ctx, named)
	if len(found) == 0 {
		found = f.try(ctx, guesses(page.URL))
	}
	if err := ctx.Err(); err != nil {
		return nil, news.Failf(news.OutcomeInterrupted, "%s: stopped while looking for its feed: %w", news.SafeURL(f.asked), err)
	}
	if len(found) == 0 {
		return nil, f.nothing(page, len(named))
	}
	return found, nil
}

// finder is one search.
type finder struct {
	getter Getter
	policy netguard.Policy
	asked  string          // the spelling that was answered
	seen   map[string]bool // addresses tried
}

// open fetches the first spelling that is answered; the last one's failure else.
func (f *finder) open(ctx context.Context, addresses []string) (page fetch.Response) {
	for _, f.asked = range addresses {
		page = f.get(ctx, f.asked)
		f.seen[f.asked], f.seen[page.URL] = true, true
		switch page.Fetch.Outcome {
		case news.OutcomeRefused, news.OutcomeTLS, news.OutcomeTimeout:
		default:
			return page
		}
	}
	return page
}

func (f *finder) get(ctx context.Context, address string) fetch.Response {
	return f.getter.Get(ctx, fetch.Request{URL: address, Policy: f.policy})
}

// try fetches the first candidates and keeps those that are feeds.
func (f *finder) try(ctx context.Context, candidates []Candidate) (found []Candidate) {
	tries := 0
	var begin []string // of the feeds found
	for _, c := range candidates {
		if tries == maxTries || ctx.Err() != nil {
			break
		}
		if f.seen[c.URL] {
			continue
		}
		f.seen[c.URL] = true
		tries++
		answer := f.get(ctx, c.URL)
		d := decode(answer)
		if d == nil {
			continue
		}
		c.URL = lasting(answer, c.URL)
		c = c.read(d)
		if same := slices.Index(begin, beginning(d)); same >= 0 && begin[same] != "" {
			found[same].Why += fmt.Sprintf("; also as %s at %s", c.Type, news.SafeURL(c.URL))
			continue
		}
		begin = append(begin, beginning(d))
		found = append(found, c)
	}
	slices.SortStableFunc(found, commentsLast)
	return found
}

// decode returns the document that was fetched, nil when it is no feed.
func decode(answer fetch.Response) *news.Document {
	if answer.Fetch.Outcome.Failed() {
		return nil
	}
	d, err := format.Decode(answer.Body, format.Input{URL: answer.URL, ContentType: answer.ContentType})
	if err != nil {
		return nil
	}
	return d
}

// read completes a candidate with what its document says.
func (c Candidate) read(d *news.Document) Candidate {
	c.Type, c.Entries = d.Format, len(d.Entries)
	if d.Title != "" {
		c.Title = d.Title
	}
	return c
}

// beginning is what one feed has in common in all its formats: its first links.
// It is empty when there are none.
func beginning(d *news.Document) string {
	var links []string
	for _, e := range d.Entries[:min(3, len(d.Entries))] {
		links = append(links, clean.CanonicalURL(e.Link))
	}
	return strings.Trim(strings.Join(links, "\n"), "\n")
}

// lasting is the address to subscribe to: the one that answered when every
// redirect on the way was for good (301, 308), else the one that was asked.
func lasting(answer fetch.Response, asked string) string {
	for _, hop := range answer.Redirects {
		if hop.Status != 301 && hop.Status != 308 {
			return asked
		}
	}
	if answer.URL == "" {
		return asked
	}
	return answer.URL
}

// guesses are the feed below the page, when it lies deeper, and the usual paths
// at the root of its site.
func guesses(page string) (list []Candidate) {
	u, err := url.Parse(page)
	if err != nil {
		return nil
	}
	for _, path := range usual {
		guess := url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}
		list = append(list, Candidate{URL: guess.String(), Why: "a usual address"})
	}
	if below := strings.Trim(u.Path, "/"); below != "" && !strings.Contains(below, ".") {
		deeper := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/" + below + "/feed"}
		list = slices.Insert(list, 0, Candidate{URL: deeper.String(), Why: "a usual address"})
	}
	return list
}

// nothing says what was looked for in vain.
func (f *finder) nothing(page fetch.Response, named int) error {
	where := news.SafeURL(f.asked)
	if page.Fetch.Outcome.Failed() {
		return news.Failf(page.Fetch.Outcome, "%s: %s; no feed at the usual addresses either; give the address of the feed itself", where, page.Fetch.Error)
	}
	links := "the page names none"
	if named > 0 {
		links = fmt.Sprintf("none of the %d it names could be read", min(named, maxTries))
	}
	return news.Failf(news.OutcomeNotAFeed, "%s: no feed found: %s, and there is none at %s; give the address of the feed itself",
		where, links, strings.Join(usual[:], ", "))
}

// spellings returns the addresses to try for what a person typed.
func spellings(raw string) ([]string, error) {
	address := strings.TrimSpace(raw)
	for _, prefix := range []string{"feed:", "rss:"} { // subscribe links of old readers
		if rest, ok := strings.CutPrefix(address, prefix); ok {
			address = strings.TrimPrefix(rest, "//")
		}
	}
	list := []string{address}
	if !strings.Contains(address, "://") {
		list = []string{"https://" + address, "http://" + address}
	}
	u, err := url.Parse(list[0])
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(u.Host, " ,<>\"'") {
		return nil, news.Failf(news.OutcomeNotAFeed, "%q is no web address; want one like https://example.org", shorten(raw))
	}
	return list, nil
}

func shorten(s string) string {
	runes := []rune(strings.ToValidUTF8(s, "�"))
	if len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return string(runes)
}
