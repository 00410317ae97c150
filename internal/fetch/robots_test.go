package fetch_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// siteFile answers every request with the same robots.txt and counts them.
type siteFile struct {
	answer fetch.Response
	asked  []string
}

func (s *siteFile) Get(_ context.Context, r fetch.Request) fetch.Response {
	s.asked = append(s.asked, r.URL)
	return s.answer
}

func ok(text string) fetch.Response {
	return fetch.Response{Fetch: news.Fetch{Status: 200, Outcome: news.OutcomeOK}, Body: []byte(text)}
}

func failed(status int, outcome news.Outcome) fetch.Response {
	return fetch.Response{Fetch: news.Fetch{Status: status, Outcome: outcome}}
}

// The rules are those of RFC 9309, sections 2.2 and 2.3.
func TestRobots(t *testing.T) {
	cases := []struct {
		name string
		file fetch.Response
		page string
		want news.Outcome
	}{
		{"everything", ok("User-agent: *\nDisallow:\n"), "/a", news.OutcomeOK},
		{"nothing", ok("User-agent: *\nDisallow: /\n"), "/a", news.OutcomeRobots},
		{"a folder", ok("User-agent: *\nDisallow: /intern/\n"), "/intern/a", news.OutcomeRobots},
		{"beside the folder", ok("User-agent: *\nDisallow: /intern/\n"), "/internet", news.OutcomeOK},
		{"by our name", ok("User-agent: *\nDisallow: /\n\nUser-agent: Tributary\nDisallow: /intern/\n"), "/a", news.OutcomeOK},
		{"by our name, in any case", ok("user-agent: tributary\ndisallow: /\n"), "/a", news.OutcomeRobots},
		{"others", ok("User-agent: OtherBot\nDisallow: /\n"), "/a", news.OutcomeOK},
		{"the longest rule wins", ok("User-agent: *\nDisallow: /\nAllow: /news/\n"), "/news/1", news.OutcomeOK},
		{"wildcard", ok("User-agent: *\nDisallow: /*/print$\n"), "/news/print", news.OutcomeRobots},
		{"wildcard and end", ok("User-agent: *\nDisallow: /*/print$\n"), "/news/print/2", news.OutcomeOK},
		{"query", ok("User-agent: *\nDisallow: /*?page=\n"), "/news?page=2", news.OutcomeRobots},
		{"groups of one name are one", ok("User-agent: Tributary\nDisallow: /a\n\nUser-agent: *\nDisallow:\n\nUser-agent: Tributary\nDisallow: /b\n"), "/b", news.OutcomeRobots},
		{"a mark in front", ok("\ufeffUser-agent: *\nDisallow: /\n"), "/a", news.OutcomeRobots},
		{"a line that cannot be read", ok("User-agent: *\nCrawl-delay: soon\nDisallow /b\nnonsense\nDisallow: /\n"), "/a", news.OutcomeRobots},
		{"a rule for nobody", ok("Disallow: /b\nUser-agent: *\nDisallow: /a\n"), "/a", news.OutcomeRobots},
		{"an absurd delay", ok("User-agent: *\nCrawl-delay: 1e300\nDisallow: /\n"), "/a", news.OutcomeRobots},
		{"bytes that are no text", ok("User-agent: *\nDisallow: /\xff\nDisallow: /a\n"), "/a", news.OutcomeRobots},
		{"a comment behind a rule", ok("User-agent: * # all\nDisallow: /a # this\n"), "/a", news.OutcomeRobots},
		{"lines that end as on old Macs", ok("User-agent: *\rDisallow: /a\r"), "/a", news.OutcomeRobots},
		{"a sitemap between", ok("User-agent: *\nSitemap: https://fluss.example/s.xml\nDisallow: /a\n"), "/a", news.OutcomeRobots},
		{"not found", failed(404, news.OutcomeHTTPError), "/a", news.OutcomeOK},
		{"forbidden", failed(403, news.OutcomeHTTPError), "/a", news.OutcomeOK},
		{"gone", failed(410, news.OutcomeGone), "/a", news.OutcomeOK},
		{"empty", failed(200, news.OutcomeNotAFeed), "/a", news.OutcomeOK},
		{"too many redirects", failed(302, news.OutcomeRedirects), "/a", news.OutcomeOK},
		{"a page instead", ok("<!doctype html><p>User-agent: *"), "/a", news.OutcomeOK},
		{"server error", failed(500, news.OutcomeHTTPError), "/a", news.OutcomeHTTPError},
		{"limited", failed(429, news.OutcomeLimited), "/a", news.OutcomeLimited},
		{"no answer", failed(0, news.OutcomeTimeout), "/a", news.OutcomeTimeout},
		{"no address", ok(""), "ftp://fluss.example/a", news.OutcomeBlocked},
	}
	for _, c := range cases {
		r := &fetch.Robots{Client: &siteFile{answer: c.file}, Now: time.Now}
		page := c.page
		if page[0] == '/' {
			page = "https://fluss.example" + page
		}
		got := news.OutcomeOK
		if _, failure := r.Allowed(t.Context(), page, netguard.Policy{}); failure != nil {
			got = failure.Outcome
		}
		if got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.name, c.page, got, c.want)
		}
	}
}

func TestRobotsAreRemembered(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	site := &siteFile{answer: ok("User-agent: *\nCrawl-delay: 5\nDisallow: /x\n")}
	r := &fetch.Robots{Client: site, Now: func() time.Time { return now }}
	ask := func(page string) time.Duration {
		delay, failure := r.Allowed(t.Context(), page, netguard.Policy{})
		if failure != nil {
			t.Errorf("%s: %v", page, failure)
		}
		return delay
	}
	if got := ask("https://fluss.example/1"); got != 5*time.Second {
		t.Errorf("delay %v, want 5s", got)
	}
	ask("https://fluss.example/2")
	ask("http://fluss.example/1") // another origin
	now = now.Add(23 * time.Hour)
	ask("https://fluss.example/3")
	if len(site.asked) != 2 {
		t.Errorf("asked for %q, want one file an origin", site.asked)
	}
	now = now.Add(2 * time.Hour)
	ask("https://fluss.example/4")
	if len(site.asked) != 3 {
		t.Errorf("asked for %q, want it again after a day", site.asked)
	}
	for i := range 5000 {
		ask(fmt.Sprintf("https://bach%d.example/", i))
	}
	if len(site.asked) != 5003 {
		t.Errorf("asked %d times, want one an origin", len(site.asked))
	}
}

// A failure is not remembered for a whole day.
func TestRobotsFailureIsAskedAgain(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	site := &siteFile{answer: failed(503, news.OutcomeHTTPError)}
	r := &fetch.Robots{Client: site, Now: func() time.Time { return now }}
	for range 2 {
		if _, failure := r.Allowed(t.Context(), "https://fluss.example/1", netguard.Policy{}); failure == nil {
			t.Error("allowed, though the site could not answer")
		}
	}
	site.answer = ok("")
	now = now.Add(11 * time.Minute)
	if _, failure := r.Allowed(t.Context(), "https://fluss.example/1", netguard.Policy{}); failure != nil {
		t.Error(failure)
	}
	if len(site.asked) != 2 {
		t.Errorf("asked %d times, want 2", len(site.asked))
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a*b$\n", "/aab")
	f.Add("User-agent: Tributary\nCrawl-delay: 1e9\nAllow: /(", "/")
	f.Fuzz(func(t *testing.T, file, path string) {
		r := &fetch.Robots{Client: &siteFile{answer: ok(file)}, Now: time.Now}
		first, _ := r.Allowed(t.Context(), "https://fluss.example/"+path, netguard.Policy{})
		again, _ := r.Allowed(t.Context(), "https://fluss.example/"+path, netguard.Policy{})
		if first != again {
			t.Fatalf("%v, then %v", first, again)
		}
	})
}
