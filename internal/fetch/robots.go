package fetch

import (
	"bytes"
	"context"
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
	// product is the name that site owners address in robots.txt: RFC 9309
	// section 2.2.1.
	product = "Tributary"

	robotsAge   = 24 * time.Hour   // how long an answer may be used: RFC 9309 section 2.4
	robotsRetry = 10 * time.Minute // how long a failure is believed
	robotsBytes = 512 << 10        // so much of a file is read: RFC 9309 section 2.5
	robotsHosts = 2000             // origins remembered

	maxCrawlDelay = 60 // seconds; who asks for more is taken for a mistake
)

// Robots answers whether a page may be fetched, by the robots.txt of its origin
// (RFC 9309), which it fetches through the same client and remembers for a day.
// Feeds are made to be fetched by programs and are not asked about.
//
// It is safe for concurrent use. Two callers that ask about a new origin at the
// same time may both fetch its file.
type Robots struct {
	Client interface {
		Get(ctx context.Context, r Request) Response
	}
	Now func() time.Time

	mu      sync.Mutex
	origins map[string]rules
}

// rules are what one origin allows.
type rules struct {
	group *robotstxt.Group // nil with failure
	until time.Time
	fail  news.Outcome // why nothing is allowed: the file could not be asked for
}

// Allowed returns nil when page may be fetched, else a Failure: robots when the
// file says no, or the outcome of the attempt to read it, because a site that
// cannot answer has not agreed (RFC 9309 section 2.3.1.4). Delay is the pause
// between two pages that the file asks for (the common extension Crawl-delay),
// 0 without one.
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

// judgeRobots reads an answer as RFC 9309 section 2.3.1 says: a file that does
// not exist allows everything, a server that fails allows nothing.
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

// understood returns the lines of a file that mean something to us. Others are
// to be passed over (RFC 9309 section 2.2.4), and the library would give up the
// file for one that it cannot read.
func understood(file []byte) []byte {
	var known []byte
	named := false // rules before the first name are nobody's
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

// remember keeps an answer; when there are too many, those that are outdated
// go, else all.
func (r *Robots) remember(key string, got rules, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.origins) >= robotsHosts {
		for k, old := range r.origins {
			if !now.Before(old.until) {
				delete(r.origins, k)
			}
		}
	}
	if r.origins == nil || len(r.origins) >= robotsHosts {
		r.origins = map[string]rules{}
	}
	r.origins[key] = got
}
