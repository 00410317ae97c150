package fetch

import (
	"bytes"
	"context"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/temoto/robotstxt"

	"tributary/internal/netguard"
	"tributary/internal/news"
)

const (
	// product is the name by which robots.txt addresses us (RFC 9309 section 2.2.1).
	product = "Tributary"

	robotsAge   = 24 * time.Hour   // how long a file is used: RFC 9309 section 2.4
	robotsRetry = 10 * time.Minute // how long a failure is remembered
	robotsBytes = 512 << 10        // bytes of a file that are read: RFC 9309 section 2.5
	robotsHosts = 2000             // origins remembered

	maxCrawlDelay = 60 // seconds; larger values are ignored as mistakes
)

// Robots decides whether a page may be fetched, by the robots.txt of its origin (RFC 9309). It
// fetches that file through the same client and caches it for a day. Feeds are meant to be fetched
// by programs and are not checked.
//
// It is safe for concurrent use. Two callers that ask about a new origin at the same time may both
// fetch its file.
type Robots struct {
	Client interface {
		Get(ctx context.Context, r Request) Response
	}
	Now func() time.Time

	mu      sync.Mutex
	origins map[string]rules
}

// rules are the rules of one origin.
type rules struct {
	group *robotstxt.Group // nil after a failure
	until time.Time
	fail  news.Outcome // if group is nil, why the file could not be read
}

// Allowed returns nil if page may be fetched. Otherwise it returns a Failure: robots if the file
// forbids it, or the outcome of fetching the file, because an unreachable robots.txt forbids
// everything (RFC 9309 section 2.3.1.4). delay is the pause between two pages that the file asks
// for with the common extension Crawl-delay, or 0.
func (r *Robots) Allowed(ctx context.Context, page string, policy netguard.Policy) (delay time.Duration, failure *news.Failure) {
	u, failure := parse(page)
	if failure != nil {
		return 0, failure
	}
	rules := r.rules(ctx, u, policy)
	switch {
	case rules.group == nil:
		return 0, news.Failf(rules.fail, "robots.txt of the site could not be read (%s)", rules.fail)
	case !rules.group.Test(u.RequestURI()):
		return 0, news.Failf(news.OutcomeRobots, "robots.txt of the site forbids it")
	}
	return rules.group.CrawlDelay, nil
}

func (r *Robots) rules(ctx context.Context, page *url.URL, policy netguard.Policy) rules {
	key, now := origin(page), r.Now()
	r.mu.Lock()
	have, ok := r.origins[key]
	r.mu.Unlock()
	if ok && now.Before(have.until) {
		return have
	}
	file := url.URL{Scheme: page.Scheme, Host: page.Host, Path: "/robots.txt"}
	got := judgeRobots(r.Client.Get(ctx, Request{URL: file.String(), Policy: policy, Accept: "text/plain, */*;q=0.5"}), now)
	if ctx.Err() == nil {
		r.remember(key, got, now)
	}
	return got
}

// judgeRobots interprets the response as RFC 9309 section 2.3.1 says: a missing file allows
// everything, a failing server allows nothing.
func judgeRobots(answer Response, now time.Time) rules {
	status := answer.Fetch.Status
	switch outcome := answer.Fetch.Outcome; {
	case outcome == news.OutcomeOK || outcome == news.OutcomeTruncated:
		return readRobots(answer.Body, now)
	case outcome == news.OutcomeNotAFeed, // success without a body
		outcome == news.OutcomeRedirects,
		status >= 400 && status < 500 && outcome != news.OutcomeLimited:
		return readRobots(nil, now)
	}
	return rules{fail: answer.Fetch.Outcome, until: now.Add(max(robotsRetry, answer.RetryAfter))}
}

func readRobots(body []byte, now time.Time) rules {
	data, err := robotstxt.FromBytes(understood(body[:min(len(body), robotsBytes)]))
	if err != nil {
		return rules{fail: news.OutcomeMalformed, until: now.Add(robotsAge)}
	}
	return rules{group: data.FindGroup(product), until: now.Add(robotsAge)}
}

// understood returns the lines of a file that we understand. The others must be ignored (RFC 9309
// section 2.2.4), but the library rejects the whole file if it cannot parse one of them.
func understood(file []byte) []byte {
	var known []byte
	named := false // rules before the first user-agent line apply to nobody
	for line := range bytes.Lines(bytes.TrimPrefix(bytes.ReplaceAll(file, []byte("\r"), []byte("\n")), []byte("\ufeff"))) {
		line, _, _ = bytes.Cut(line, []byte("#"))
		key, value, found := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch strings.ToLower(string(bytes.TrimSpace(key))) {
		case "user-agent":
			named = true
		case "allow", "disallow":
		case "crawl-delay":
			if seconds, err := strconv.ParseFloat(string(value), 64); err != nil || !(seconds >= 0 && seconds <= maxCrawlDelay) {
				continue
			}
		default:
			continue
		}
		if found && named && utf8.Valid(value) {
			known = append(append(known, bytes.TrimSpace(line)...), '\n')
		}
	}
	return known
}

// remember caches the rules of an origin. When the cache is full, it removes expired rules, or if
// there are none, all of them.
func (r *Robots) remember(key string, got rules, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.origins) >= robotsHosts {
		maps.DeleteFunc(r.origins, func(_ string, old rules) bool { return !now.Before(old.until) })
	}
	if r.origins == nil || len(r.origins) >= robotsHosts {
		r.origins = map[string]rules{}
	}
	r.origins[key] = got
}
