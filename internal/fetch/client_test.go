package fetch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/news"
)

// river returns a body whose beginning is of use when it is truncated.
func river(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>Am Fluss</title>`)
	for i := 0; b.Len() < n; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "item %d", i)) // so that it compresses like text
		fmt.Fprintf(&b, "<item><guid>%x</guid><title>Pegel %d steigt</title><description>The river rises, %x.</description></item>", sum[:8], i, sum)
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}

func TestGetFaults(t *testing.T) {
	body := river(3000)
	slow := 50 * time.Millisecond
	tests := []struct {
		fault feedtest.Fault
		pause time.Duration
		want  news.Outcome
		text  string // what the error says after the host
	}{
		{"", 0, news.OutcomeOK, ""},
		{feedtest.SlowHeader, slow, news.OutcomeOK, ""},
		{feedtest.SlowHeader, time.Hour, news.OutcomeTimeout, "no answer within 300ms"},
		{feedtest.DripHeader, slow, news.OutcomeTimeout, "no answer within 300ms"},
		{feedtest.HugeHeader, 0, news.OutcomeTooLarge, "the header of the answer is larger than 64 KiB"},
		{feedtest.Trickle, slow, news.OutcomeTimeout, "no complete answer within 600ms"},
		{feedtest.Stall, slow, news.OutcomeTimeout, "no complete answer within 600ms"},
		{feedtest.CutLength, 0, news.OutcomeTruncated, fmt.Sprintf("the body ended early, after %d bytes", len(body)/2)},
		{feedtest.CutChunked, 0, news.OutcomeTruncated, fmt.Sprintf("the body ended early, after %d bytes", len(body)/2)},
		{feedtest.CutClose, 0, news.OutcomeOK, ""}, // HTTP cannot tell
		{feedtest.CutGzip, 0, news.OutcomeTruncated, "the body ended early, after "},
		{feedtest.BadGzip, 0, news.OutcomeTruncated, "the compressed body is damaged after "},
		{feedtest.FalseGzip, 0, news.OutcomeOK, ""},
		{feedtest.DoubleGzip, 0, news.OutcomeOK, ""}, // the inner layer is left to the parser
		{feedtest.Bomb, 0, news.OutcomeTooLarge, "the body grows more than 200-fold in decompression"},
		{feedtest.Huge, 0, news.OutcomeTooLarge, "the body is larger than 10 MiB"},
		{feedtest.HugeLength, 0, news.OutcomeTooLarge, "the body is larger than 10 MiB"},
		{feedtest.HangUp, 0, news.OutcomeRefused, "the connection broke before an answer came"},
		{feedtest.Garbage, 0, news.OutcomeRefused, "the answer is not HTTP, or the connection broke"},
		{feedtest.EchoRequest, 0, news.OutcomeRefused, "the answer is not HTTP, or the connection broke"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.fault, tt.pause), func(t *testing.T) {
			t.Parallel()
			upstream := feedtest.New(t)
			upstream.Handle("/feed", feedtest.Response{Body: body, ETag: `"1"`, Fault: tt.fault, Pause: tt.pause})
			limits := fetch.DefaultLimits() // only the limit under test is short
			switch {
			case strings.HasSuffix(tt.text, "300ms"):
				limits.Header = 300 * time.Millisecond
			case strings.HasSuffix(tt.text, "600ms"):
				limits.Total = 600 * time.Millisecond
			}
			started := time.Now()
			got := get(t, newClient(t, limits), upstream, "/feed")

			if got.Fetch.Outcome != tt.want {
				t.Fatalf("got %s (%s), want %s", got.Fetch.Outcome, got.Fetch.Error, tt.want)
			}
			host := strings.TrimPrefix(upstream.URL, "http://")
			if tt.text != "" && !strings.HasPrefix(got.Fetch.Error, host+": "+tt.text) || tt.text == "" && got.Fetch.Error != "" {
				t.Errorf("got %q, want %q", got.Fetch.Error, tt.text)
			}
			if tt.want == news.OutcomeTimeout && time.Since(started) > 10*time.Second {
				t.Errorf("gave up after %v", time.Since(started))
			}
			checkBody(t, got, body)
		})
	}
}

// checkBody checks what every Response promises about its body.
func checkBody(t *testing.T, got fetch.Response, sent []byte) {
	t.Helper()
	switch got.Fetch.Outcome {
	case news.OutcomeOK:
		if len(got.Body) == 0 || got.Validators.BodyHash == "" || got.Validators.ETag != `"1"` {
			t.Errorf("got %d bytes with %+v, want a body, its hash and its tag", len(got.Body), got.Validators)
		}
	case news.OutcomeTruncated:
		if len(got.Body) == 0 || !bytes.HasPrefix(sent, got.Body) && got.Fetch.Error == "" {
			t.Errorf("got %d bytes, want the start of the body", len(got.Body))
		}
		if got.Validators != (news.Validators{}) {
			t.Errorf("got %+v for a body that was cut, want no validators", got.Validators)
		}
	default:
		if got.Body != nil || got.Validators != (news.Validators{}) {
			t.Errorf("got %d bytes with %+v after a failure, want nothing new", len(got.Body), got.Validators)
		}
	}
}

func TestGetStatus(t *testing.T) {
	tests := []struct {
		status int
		retry  string
		want   news.Outcome
		wait   time.Duration
		text   string
	}{
		{200, "", news.OutcomeOK, 0, ""},
		{203, "7", news.OutcomeOK, 0, ""},
		{206, "", news.OutcomeTruncated, 0, "status 206: a part, although the whole was asked for"},
		{204, "", news.OutcomeNotAFeed, 0, "status 204 with an empty body"},
		{300, "", news.OutcomeHTTPError, 0, "status 300 Multiple Choices"},
		{304, "", news.OutcomeHTTPError, 0, "status 304 Not Modified to a request that had no condition"},
		{305, "", news.OutcomeHTTPError, 0, "status 305 Use Proxy"},
		{401, "", news.OutcomeHTTPError, 0, "status 401 Unauthorized"},
		{404, "", news.OutcomeHTTPError, 0, "status 404 Not Found"},
		{410, "", news.OutcomeGone, 0, "status 410 Gone"},
		{429, "", news.OutcomeLimited, 0, "status 429 Too Many Requests"},
		{429, "120", news.OutcomeLimited, 2 * time.Minute, "status 429 Too Many Requests; asks to wait 2m0s"},
		{429, "99999999999999999999", news.OutcomeLimited, fetch.MaxHint, "status 429 Too Many Requests; asks to wait 24h0m0s"},
		{500, "60", news.OutcomeHTTPError, time.Minute, "status 500 Internal Server Error"},
		{503, "", news.OutcomeHTTPError, 0, "status 503 Service Unavailable"},
		{503, "60", news.OutcomeLimited, time.Minute, "status 503 Service Unavailable; asks to wait 1m0s"},
		{599, "", news.OutcomeHTTPError, 0, "status 599 of no known meaning"},
	}
	upstream := feedtest.New(t)
	client := newClient(t, fetch.DefaultLimits())
	host := strings.TrimPrefix(upstream.URL, "http://")
	for _, tt := range tests {
		response := feedtest.Response{Status: tt.status, Body: []byte("<rss/>"), ETag: `"1"`, Header: map[string]string{}}
		if tt.retry != "" {
			response.Header["Retry-After"] = tt.retry
		}
		upstream.Handle("/feed", response)
		got := get(t, client, upstream, "/feed")
		text := ""
		if tt.text != "" {
			text = host + ": " + tt.text
		}
		if got.Fetch.Outcome != tt.want || got.RetryAfter != tt.wait || got.Fetch.Error != text || got.Fetch.Status != tt.status {
			t.Errorf("%d %s: got %+v, wait %v\nwant %s %q %v", tt.status, tt.retry, got.Fetch, got.RetryAfter, tt.want, text, tt.wait)
		}
		checkBody(t, got, []byte("<rss/>"))
	}
}

// TestGetWaitsInWholeSeconds checks that the wait until a date in Retry-After is
// reported in whole seconds.
func TestGetWaitsInWholeSeconds(t *testing.T) {
	upstream := feedtest.New(t)
	until := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	upstream.Handle("/feed", feedtest.Response{Status: 503, Header: map[string]string{"Retry-After": until}})
	got := get(t, newClient(t, fetch.DefaultLimits()), upstream, "/feed")
	if _, wait, _ := strings.Cut(got.Fetch.Error, "asks to wait "); wait == "" || strings.Contains(wait, ".") {
		t.Errorf("got %q, want to be told to wait so many whole seconds", got.Fetch.Error)
	}
}

func TestGetEmptyBody(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{ETag: `"1"`})
	got := get(t, newClient(t, fetch.DefaultLimits()), upstream, "/feed")
	if got.Fetch.Outcome != news.OutcomeNotAFeed {
		t.Errorf("got %s, want not_a_feed", got.Fetch.Outcome)
	}
	checkBody(t, got, nil)
}

// TestGetDistrustsFreshDates holds that a date of modification is sent back only if the document cannot
// have changed after it within the same second, or if an entity tag would show that it did.
func TestGetDistrustsFreshDates(t *testing.T) {
	const day, later = "Wed, 03 Dec 2025 10:00:00 GMT", "Wed, 03 Dec 2025 10:00:01 GMT"
	tests := []struct{ date, modified, etag, want string }{
		{day, day, "", ""},
		{later, day, "", day},
		{day, later, "", later}, // a clock that is wrong
		{day, day, `"1"`, day},
	}
	client := newClient(t, fetch.DefaultLimits())
	for _, tt := range tests {
		upstream := feedtest.New(t)
		upstream.Handle("/feed", feedtest.Response{Body: []byte("<rss/>"), ETag: tt.etag, LastModified: tt.modified,
			Header: map[string]string{"Date": tt.date}})
		if got := get(t, client, upstream, "/feed"); got.Validators.LastModified != tt.want {
			t.Errorf("%+v: got %q", tt, got.Validators.LastModified)
		}
	}
}

// TestGetConditional simulates a source over several polls.
func TestGetConditional(t *testing.T) {
	const day = "Wed, 03 Dec 2025 10:00:00 GMT"
	upstream := feedtest.New(t)
	client := newClient(t, fetch.DefaultLimits())
	one, two := []byte("<rss>eins</rss>"), []byte("<rss>zwei</rss>")
	var last news.Validators
	poll := func(response feedtest.Response) fetch.Response {
		upstream.Handle("/feed", response)
		got := client.Get(context.Background(), fetch.Request{URL: upstream.URL + "/feed", Policy: upstream.Policy(), Validators: last})
		last = got.Validators
		return got
	}
	sent := func(name string) string {
		all := upstream.Requests("/feed")
		return all[len(all)-1].Header.Get(name)
	}

	if got := poll(feedtest.Response{Body: one, ETag: `W/"é, 1"`, LastModified: day}); got.Fetch.Outcome != news.OutcomeOK {
		t.Fatalf("first: got %+v", got.Fetch)
	}
	if sent("If-None-Match") != "" || sent("If-Modified-Since") != "" {
		t.Errorf("the first request had a condition")
	}
	hash := last.BodyHash
	got := poll(feedtest.Response{Body: one, ETag: `W/"é, 1"`, LastModified: day})
	if got.Fetch.Outcome != news.OutcomeUnchanged || got.Fetch.Status != 304 || last.BodyHash != hash {
		t.Errorf("second: got %+v %+v, want a 304 that keeps the hash", got.Fetch, last)
	}
	if sent("If-None-Match") != `W/"é, 1"` || sent("If-Modified-Since") != day {
		t.Errorf("got conditions %q %q, want the validators verbatim", sent("If-None-Match"), sent("If-Modified-Since"))
	}

	got = poll(feedtest.Response{Status: 304, LastModified: "Thu, 04 Dec 2025 10:00:00 GMT"})
	want := news.Validators{ETag: `W/"é, 1"`, LastModified: "Thu, 04 Dec 2025 10:00:00 GMT", BodyHash: hash}
	if got.Fetch.Outcome != news.OutcomeUnchanged || last != want {
		t.Errorf("a 304 with a newer date: got %+v, want %+v", last, want)
	}

	// A server that ignores conditions sends the same bytes with a new tag.
	got = poll(feedtest.Response{Body: one, ETag: `"2"`})
	if got.Fetch.Outcome != news.OutcomeUnchanged || got.Fetch.Status != 200 || got.Body != nil {
		t.Errorf("third: got %+v, want the same bytes to be unchanged", got.Fetch)
	}
	if want := (news.Validators{ETag: `"2"`, BodyHash: hash}); last != want {
		t.Errorf("third: got %+v, want %+v: what a 200 does not give is dropped", last, want)
	}

	// A failure keeps the validators; a truncated body drops them.
	before := last
	poll(feedtest.Response{Status: 500})
	if last != before {
		t.Errorf("after a failure: got %+v, want %+v", last, before)
	}
	poll(feedtest.Response{Body: two, Fault: feedtest.CutLength, ETag: `"3"`})
	if last != (news.Validators{}) {
		t.Errorf("after a cut body: got %+v, want nothing", last)
	}
	if got := poll(feedtest.Response{Body: two}); got.Fetch.Outcome != news.OutcomeOK || last.ETag != "" || last.BodyHash == hash {
		t.Errorf("new words: got %+v %+v", got.Fetch, last)
	}

	// Validators that could not be sent back are not kept.
	poll(feedtest.Response{Body: one, ETag: `"` + strings.Repeat("x", 2000) + `"`})
	if last.ETag != "" {
		t.Errorf("kept a tag of %d bytes", len(last.ETag))
	}
}

// TestGetDamaged sends compressed bodies from which nothing can be decoded.
func TestGetDamaged(t *testing.T) {
	upstream := feedtest.New(t)
	client := newClient(t, fetch.DefaultLimits())
	zipped := feedtest.Gzip([]byte("<rss/>"))
	tests := []struct {
		coding string
		body   []byte
		want   news.Outcome
	}{
		{"gzip", append([]byte{0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 255, 1, 1}, zipped[10:]...), news.OutcomeMalformed}, // wrong header CRC
		{"gzip", append(zipped[:10:10], bytes.Repeat([]byte{0xff}, 20)...), news.OutcomeMalformed},
		{"deflate", []byte{0x78, 0xbb, 1, 2, 3, 4, 5, 6}, news.OutcomeMalformed}, // needs a dictionary
		{"deflate", bytes.Repeat([]byte{0xff}, 20), news.OutcomeMalformed},
		{"gzip", zipped[:10], news.OutcomeRefused},
	}
	for _, tt := range tests {
		upstream.Handle("/feed", feedtest.Response{Body: tt.body, ETag: `"1"`, Header: map[string]string{"Content-Encoding": tt.coding}})
		got := get(t, client, upstream, "/feed")
		if got.Fetch.Outcome != tt.want {
			t.Errorf("%s % x: got %+v, want %s", tt.coding, tt.body, got.Fetch, tt.want)
		}
		checkBody(t, got, nil)
	}
}

// TestGetHostileValidators uses stored validators that are not valid field values.
func TestGetHostileValidators(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte("<rss/>")})
	got := newClient(t, fetch.DefaultLimits()).Get(context.Background(), fetch.Request{
		URL: upstream.URL + "/feed", Policy: upstream.Policy(),
		Validators: news.Validators{ETag: "a\r\nX-Evil: 1", LastModified: "\x00"},
	})
	if got.Fetch.Outcome != news.OutcomeOK || upstream.Requests("/feed")[0].Header.Get("X-Evil") != "" {
		t.Errorf("got %+v %v", got.Fetch, upstream.Requests("/feed")[0].Header)
	}
}

func TestGetRequestHeader(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte("<rss/>"), Header: map[string]string{"Set-Cookie": "a=b", "Link": "<x>; rel=hub"}})
	client := newClient(t, fetch.DefaultLimits())
	request := fetch.Request{URL: upstream.URL + "/feed#part", Policy: upstream.Policy(), Headers: map[string]string{
		"x-key": "Schlüssel", "accept-encoding": "br", "Range": "bytes=0-1", "Host": "evil.example", "If-None-Match": `"9"`, "user-agent": "Mine",
	}}
	client.Get(context.Background(), request)
	got := client.Get(context.Background(), request)

	sent := upstream.Requests("/feed")[1].Header
	want := http.Header{
		"User-Agent": {"Mine"}, "Accept-Encoding": {"gzip, br, zstd"}, "X-Key": {"Schlüssel"}, "Accept": sent["Accept"],
	}
	if fmt.Sprint(sent) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", sent, want)
	}
	if !strings.HasPrefix(sent.Get("Accept"), "application/atom+xml") {
		t.Errorf("got Accept %q", sent.Get("Accept"))
	}
	if got.Header.Get("Set-Cookie") != "" || got.Header.Get("Link") == "" {
		t.Errorf("got header %v, want the link and no cookie", got.Header)
	}
	if got.URL != upstream.URL+"/feed" {
		t.Errorf("got URL %q, want it without the fragment", got.URL)
	}
	if a, b := upstream.Requests("/feed")[0].Remote, upstream.Requests("/feed")[1].Remote; a != b {
		t.Errorf("connections %s and %s, want one kept alive", a, b)
	}

	request.Accept = "text/html"
	client.Get(context.Background(), request)
	if got := upstream.Requests("/feed")[2].Header.Get("Accept"); got != "text/html" {
		t.Errorf("got Accept %q", got)
	}
	request.Headers = map[string]string{"X-Key": "geheim\r\nX-Evil: 1"}
	bad := client.Get(context.Background(), request)
	if bad.Fetch.Outcome != news.OutcomeInternal || strings.Contains(bad.Fetch.Error, "geheim") || upstream.Count("/feed") != 3 {
		t.Errorf("got %+v, want a refusal to send", bad.Fetch)
	}
}

func TestGetStopped(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/header", feedtest.Response{Fault: feedtest.SlowHeader, Pause: time.Hour})
	upstream.Handle("/body", feedtest.Response{Body: river(3000), Fault: feedtest.Stall})
	client := newClient(t, fetch.DefaultLimits())
	for _, path := range []string{"/header", "/body"} {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(100*time.Millisecond, cancel)
		got := client.Get(ctx, fetch.Request{URL: upstream.URL + path, Policy: upstream.Policy()})
		if got.Fetch.Outcome != news.OutcomeInterrupted || got.Fetch.Duration > 5*time.Second {
			t.Errorf("%s: got %+v, want interrupted at once", path, got.Fetch)
		}
		ctx, cancel = context.WithTimeout(context.Background(), 100*time.Millisecond)
		got = client.Get(ctx, fetch.Request{URL: upstream.URL + path, Policy: upstream.Policy()})
		cancel()
		if got.Fetch.Outcome != news.OutcomeTimeout || got.Fetch.Duration > 5*time.Second {
			t.Errorf("%s: got %+v, want a timeout at the caller's deadline", path, got.Fetch)
		}
	}
}

func TestGetNoAnswer(t *testing.T) {
	closed := feedtest.New(t)
	refused := strings.TrimPrefix(closed.URL, "http://")
	policy := closed.Policy()
	policy.AllowPorts = append(policy.AllowPorts, 1)
	tests := []struct {
		url  string
		want news.Outcome
		text string
	}{
		{"http://unknown.test:" + port(closed) + "/", news.OutcomeDNS, "unknown.test:" + port(closed) + ": the host name does not resolve"},
		{"http://broken.test:" + port(closed) + "/", news.OutcomeDNS, "broken.test:" + port(closed) + ": the host name does not resolve"},
		{"http://127.0.0.1:1/", news.OutcomeRefused, "127.0.0.1:1: connection refused"},
		{"https://" + refused + "/", news.OutcomeTLS, refused + ": the server does not speak TLS here; try http://"},
		{"http://anna:geheim@" + refused + "/", news.OutcomeBlocked, "an address must not hold a user name or password; to send one: basic_auth:"},
		{"http://@" + refused + "/", news.OutcomeBlocked, "an address must not hold"},
		{"ftp://" + refused + "/", news.OutcomeBlocked, "the address begins with neither http:// nor https://"},
		{"file:///etc/passwd", news.OutcomeBlocked, "the address begins with neither"},
		{"http:///feed", news.OutcomeBlocked, "the address has no host"},
		{"http://:80/feed", news.OutcomeBlocked, "the address has no host"},
		{"http://[::1/feed", news.OutcomeBlocked, "the address cannot be read as a URL"},
		{"", news.OutcomeBlocked, "the address begins with neither"},
	}
	client := newClient(t, fetch.DefaultLimits())
	for _, tt := range tests {
		got := client.Get(context.Background(), fetch.Request{URL: tt.url, Policy: policy})
		if got.Fetch.Outcome != tt.want || !strings.HasPrefix(got.Fetch.Error, tt.text) || strings.Contains(got.Fetch.Error, "geheim") {
			t.Errorf("%s: got %+v\nwant %s %q", tt.url, got.Fetch, tt.want, tt.text)
		}
		checkBody(t, got, nil)
	}
	silent := client.Get(context.Background(), fetch.Request{URL: "http://silent.test:" + port(closed) + "/", Policy: policy})
	if silent.Fetch.Outcome != news.OutcomeDNS && silent.Fetch.Outcome != news.OutcomeTimeout {
		t.Errorf("a silent name server: got %+v", silent.Fetch)
	}
	if n := closed.Count(""); n != 0 {
		t.Errorf("%d requests arrived, want none", n)
	}
}

func port(s *feedtest.Server) string { return fmt.Sprint(s.Port()) }

func TestGetTLS(t *testing.T) {
	upstream := feedtest.NewTLS(t)
	upstream.Handle("/feed", feedtest.Response{Body: river(3000), Gzip: true, ETag: `"1"`})
	if got := get(t, newClient(t, fetch.DefaultLimits()), upstream, "/feed"); got.Fetch.Outcome != news.OutcomeTLS ||
		!strings.HasSuffix(got.Fetch.Error, ": the certificate is signed by an authority that is not trusted here") {
		t.Errorf("an unknown authority: got %+v", got.Fetch)
	}

	trusting := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now, Roots: upstream.Roots()})
	defer trusting.Close()
	if got := get(t, trusting, upstream, "/feed"); got.Fetch.Outcome != news.OutcomeOK || !bytes.Equal(got.Body, river(3000)) {
		t.Errorf("a known authority: got %+v", got.Fetch)
	}
	if got := upstream.Requests("/feed")[0].Proto; got != "HTTP/2.0" {
		t.Errorf("spoke %s, want HTTP/2.0", got)
	}
	elsewhere := fetch.Request{URL: "https://other.test:" + port(upstream) + "/feed", Policy: upstream.Policy()}
	if got := trusting.Get(context.Background(), elsewhere); got.Fetch.Outcome != news.OutcomeTLS ||
		!strings.HasSuffix(got.Fetch.Error, ": the certificate is for another host") {
		t.Errorf("another host: got %+v", got.Fetch)
	}
	// HTTP/2 detects an oversized header only up to a point; beyond it, the whole connection is
	// closed.
	large := map[string]string{"X-Large": strings.Repeat("x", 40<<10), "X-Larger": strings.Repeat("x", 40<<10)}
	faults := map[news.Outcome]feedtest.Response{
		news.OutcomeTruncated: {Body: river(3000), Fault: feedtest.CutChunked},
		news.OutcomeTooLarge:  {Header: large},
		news.OutcomeRefused:   {Fault: feedtest.HugeHeader},
	}
	for want, response := range faults {
		upstream.Handle("/feed", response)
		if got := get(t, trusting, upstream, "/feed"); got.Fetch.Outcome != want {
			t.Errorf("over HTTP/2: got %+v, want %s", got.Fetch, want)
		}
	}
}

// TestGetMemory holds that refused bodies cost little memory. It counts all allocations, freed or
// not.
func TestGetMemory(t *testing.T) {
	upstream := feedtest.New(t)
	client := newClient(t, fetch.DefaultLimits())
	for _, fault := range []feedtest.Fault{feedtest.Bomb, feedtest.Huge, feedtest.HugeLength} {
		upstream.Handle("/feed", feedtest.Response{Fault: fault})
		get(t, client, upstream, "/feed") // warm-up: the server's own allocations
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		started := time.Now()
		got := get(t, client, upstream, "/feed")
		took := time.Since(started)
		runtime.ReadMemStats(&after)

		used := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%s: %d MiB, %v", fault, used, took)
		if got.Fetch.Outcome != news.OutcomeTooLarge || used > 32 {
			t.Errorf("%s: got %s with %d MiB allocated, want too_large below 32", fault, got.Fetch.Outcome, used)
		}
	}
}

// TestGetConcurrent uses one client from many goroutines, with policies that evict each other from
// the pool.
func TestGetConcurrent(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: river(3000), Gzip: true})
	client := newClient(t, fetch.DefaultLimits())
	var all sync.WaitGroup
	for i := range uint16(60) {
		all.Go(func() {
			policy := upstream.Policy()
			policy.AllowPorts = append(policy.AllowPorts, 10000+i%30)
			got := client.Get(context.Background(), fetch.Request{URL: upstream.URL + "/feed", Policy: policy})
			if got.Fetch.Outcome != news.OutcomeOK || len(got.Body) < 3000 {
				t.Errorf("%d: got %+v", i, got.Fetch)
			}
			if i%20 == 0 {
				client.Close() // costs connections, but never a response
			}
		})
	}
	all.Wait()
}

func BenchmarkGet(b *testing.B) {
	upstream := feedtest.New(b)
	body := river(200 << 10)
	for len(feedtest.Gzip(body)) < 60<<10 {
		body = river(len(body) * 11 / 10)
	}
	upstream.Handle("/feed", feedtest.Response{Status: 200, Body: feedtest.Gzip(body), Header: map[string]string{"Content-Encoding": "gzip"}})
	client := newClient(b, fetch.DefaultLimits())
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if got := get(b, client, upstream, "/feed"); got.Fetch.Outcome != news.OutcomeOK {
			b.Fatal(got.Fetch)
		}
	}
}
