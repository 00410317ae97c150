// Package discover finds the feed behind an address that a person has: a site's page, a channel, a
// profile, a repository, or the feed itself.
//
// [Find] makes its requests through a [Getter], which guards each of them:
//
//  1. It requests the address itself. If that is a feed, it is the answer. An address without a
//     scheme is tried with https, then with http.
//  2. It tries addresses that services are known to use (patterns.go) and those that the page names
//     ([Links]). At most six are fetched and decoded, because pages link to feeds that no longer
//     exist.
//  3. If none of those is a feed, it tries six paths where feeds usually are.
//
// Links in candidates are never followed, so a page costs at most thirteen requests, or fourteen
// without a scheme. None follows an answer that asks to wait (429). A feed in two formats is one
// candidate. Feeds of comments come last. Each candidate says how it was found.
//
// [Article] extracts the article from a page, and [Hubs] the WebSub hubs that a feed announces.
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

// Candidate is a feed, or, from [Links], what a page calls a feed.
type Candidate struct {
	URL     string
	Title   string // plain text
	Type    string // format as in news.Document; from Links the media type, which may be empty
	Entries int    // in the document; 0 from Links
	Why     string // how it was found, as a clause
}

// Getter fetches a document and reports failure in the Response.
type Getter interface {
	Get(ctx context.Context, r fetch.Request) fetch.Response
}

// maxTries bounds the candidates fetched in one step.
const maxTries = 6

// usual are the paths that are tried if nothing names a feed. The list must not exceed maxTries.
var usual = [...]string{"/feed", "/rss.xml", "/atom.xml", "/feed.json", "/index.xml", "/feed.xml"}

// Find returns the feeds behind raw, best first and at least one. Its error is a *news.Failure that
// says what was tried: not_a_feed if the page was read and has no feed, limited if a server asked to
// wait, else the outcome of the attempt to read the page.
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
	limit  string          // what a server said that asked to wait; "": none did
}

// open returns the response to the first spelling that is answered, or else the failure of the last
// one.
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
	answer := f.getter.Get(ctx, fetch.Request{URL: address, Policy: f.policy})
	if answer.Fetch.Outcome == news.OutcomeLimited {
		f.limit = answer.Fetch.Error
	}
	return answer
}

// try fetches the first maxTries candidates and returns those that are feeds.
func (f *finder) try(ctx context.Context, candidates []Candidate) (found []Candidate) {
	tries := 0
	var begin []string // of each feed found
	for _, c := range candidates {
		if tries == maxTries || f.limit != "" || ctx.Err() != nil {
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

// decode returns the fetched document, or nil if it is not a feed.
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

// read returns the candidate with what its document says.
func (c Candidate) read(d *news.Document) Candidate {
	c.Type, c.Entries = d.Format, len(d.Entries)
	if d.Title != "" {
		c.Title = d.Title
	}
	return c
}

// beginning returns the first links of a feed, which identify it in all its formats. It is empty if
// there are none.
func beginning(d *news.Document) string {
	var links []string
	for _, e := range d.Entries[:min(3, len(d.Entries))] {
		links = append(links, clean.CanonicalURL(e.Link))
	}
	return strings.Trim(strings.Join(links, "\n"), "\n")
}

// lasting returns the address to subscribe to: the final one if every redirect was permanent (301,
// 308), else the requested one.
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

// guesses returns the feed below the page, if the page is not the root, and the usual paths at the
// root of the site.
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

// nothing returns an error that says what was tried in vain.
func (f *finder) nothing(page fetch.Response, named int) error {
	where := news.SafeURL(f.asked)
	if f.limit != "" {
		return news.Failf(news.OutcomeLimited, "%s: %s", where, f.limit)
	}
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
	for _, prefix := range []string{"feed:", "rss:"} { // schemes used by old feed readers
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
	return news.Truncate(strings.ToValidUTF8(s, "�"), 80)
}
