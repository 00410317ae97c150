package websub

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// The hub cannot be made to shoot at others.
func TestRequestsAreBounded(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.set(func() { r.answer = refuse(404) })
		statuses := map[int]int{}
		for i := range 1000 {
			status, _ := r.post(form("hub.callback", fmt.Sprintf("https://h%d.victim.example/?%d", i, i)))
			statuses[status]++
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(r.questions()); n > 72 || n < 60 || statuses[http.StatusTooManyRequests] < 900 {
			t.Errorf("a host was asked %d times in 10 s for %v", n, statuses)
		}
		for i := range 3000 {
			r.post(form("hub.callback", fmt.Sprintf("https://victim%d.example/", i)))
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(r.questions()); n > 300+10*41 {
			t.Errorf("%d questions in 40 s", n)
		}
	})
}

func TestFullHub(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.limits = &news.HubLimits{All: 1}
		r.subscribe()
		if status, text := r.post(form("hub.callback", "https://b.example/")); status != http.StatusServiceUnavailable || !strings.Contains(text, "as many") {
			t.Errorf("got %d %s", status, text)
		}
		r.subscribe() // who is there may renew
	})
}

func TestHubAnswers(t *testing.T) {
	long := strings.Repeat("x", maxAddress)
	tests := map[string]struct {
		change func(f map[string][]string)
		status int
		says   string
	}{
		"right":           {func(f map[string][]string) {}, 202, "accepted"},
		"unknown keys":    {func(f map[string][]string) { f["hub.verify"] = []string{"sync"} }, 202, ""},
		"escaped topic":   {func(f map[string][]string) { f["hub.topic"] = []string{"HTTPS://River.example/feeds/%61ll.atom"} }, 202, ""},
		"no mode":         {func(f map[string][]string) { delete(f, "hub.mode") }, 400, "hub.mode must be subscribe or unsubscribe"},
		"publish":         {func(f map[string][]string) { f["hub.mode"] = []string{"publish"} }, 400, "hub.mode"},
		"denied":          {func(f map[string][]string) { f["hub.mode"] = []string{"denied"} }, 400, "hub.mode"},
		"no topic":        {func(f map[string][]string) { delete(f, "hub.topic") }, 400, "hub.topic"},
		"the twin":        {func(f map[string][]string) { f["hub.topic"] = []string{"https://river.example/feeds/all/"} }, 400, "hub.topic is no feed"},
		"the OPML":        {func(f map[string][]string) { f["hub.topic"] = []string{"https://river.example/feeds/all.opml"} }, 400, "hub.topic is no feed"},
		"with a query":    {func(f map[string][]string) { f["hub.topic"] = []string{"https://river.example/feeds/all.atom?x"} }, 400, "hub.topic is no feed"},
		"another site":    {func(f map[string][]string) { f["hub.topic"] = []string{"https://b.example/feeds/all.atom"} }, 400, "hub.topic is no feed"},
		"no callback":     {func(f map[string][]string) { delete(f, "hub.callback") }, 400, "hub.callback"},
		"two callbacks":   {func(f map[string][]string) { f["hub.callback"] = append(f["hub.callback"], "https://b.example/") }, 400, "hub.callback stands 2 times"},
		"ftp":             {func(f map[string][]string) { f["hub.callback"] = []string{"ftp://b.example/"} }, 400, "https://"},
		"relative":        {func(f map[string][]string) { f["hub.callback"] = []string{"/push"} }, 400, "https://"},
		"no host":         {func(f map[string][]string) { f["hub.callback"] = []string{"https:///push"} }, 400, "https://"},
		"user name":       {func(f map[string][]string) { f["hub.callback"] = []string{"https://me:x@b.example/"} }, 400, "user name"},
		"fragment":        {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example/#x"} }, 400, "fragment"},
		"line break":      {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example/\r\nX: y"} }, 400, "cannot be read"},
		"long callback":   {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example/" + long} }, 400, "hub.callback"},
		"long topic":      {func(f map[string][]string) { f["hub.topic"] = []string{"https://b.example/" + long} }, 400, "hub.topic"},
		"not UTF-8":       {func(f map[string][]string) { f["hub.secret"] = []string{"\xff"} }, 400, "hub.secret is not UTF-8"},
		"secret of 199":   {func(f map[string][]string) { f["hub.secret"] = []string{strings.Repeat("x", 199)} }, 202, ""},
		"secret of 200":   {func(f map[string][]string) { f["hub.secret"] = []string{strings.Repeat("x", 200)} }, 400, "less than 200"},
		"lease in words":  {func(f map[string][]string) { f["hub.lease_seconds"] = []string{"ten days"} }, 400, "hub.lease_seconds"},
		"negative lease":  {func(f map[string][]string) { f["hub.lease_seconds"] = []string{"-1"} }, 400, "hub.lease_seconds"},
		"a lot":           {func(f map[string][]string) { f["x"] = []string{strings.Repeat("x", maxRequest)} }, 413, "16 KiB"},
		"nothing at all":  {func(f map[string][]string) { clear(f) }, 400, "hub.mode"},
		"a closed port":   {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example:8443/"} }, 400, "hub.callback names port 8443, to which"},
		"no such port":    {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example:99999/"} }, 400, "hub.callback must name a port from 1 to 65535"},
		"an open port":    {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example:443/"} }, 202, ""},
		"an inside":       {func(f map[string][]string) { f["hub.callback"] = []string{"http://127.0.0.1/"} }, 202, "accepted"}, // else anybody could ask what we reach
		"unsubscribe too": {func(f map[string][]string) { f["hub.mode"] = []string{"unsubscribe"} }, 202, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newHubRig(t)
			f := form()
			tt.change(f)
			status, text := r.post(f)
			if status != tt.status || !strings.Contains(text, tt.says) {
				t.Errorf("got %d %s, want %d with %q", status, text, tt.status, tt.says)
			}
			if kept := r.count(); kept != 0 && status != 202 || kept != 1 && status == 202 {
				t.Errorf("%d subscriptions after %d", kept, status)
			}
			for _, secret := range []string{"t0ken", "s3cret"} {
				if strings.Contains(text+r.log.String(), secret) {
					t.Errorf("%s is repeated", secret)
				}
			}
		})
	}
}

func TestHubTakesFormsOnly(t *testing.T) {
	r := newHubRig(t)
	for _, tt := range []struct {
		method, contentType, body string
		status                    int
	}{
		{"GET", "", "", 405},
		{"PUT", "application/x-www-form-urlencoded", form().Encode(), 405},
		{"POST", "", form().Encode(), 415},
		{"POST", "application/json", form().Encode(), 415},
		{"POST", "application/x-www-form-urlencoded", "%zz", 400},
		{"POST", "application/x-www-form-urlencoded; charset=utf-8", form().Encode(), 202},
	} {
		request := httptest.NewRequest(tt.method, "/hub?"+form().Encode(), strings.NewReader(tt.body)) // the query does not count
		request.Header.Set("Content-Type", tt.contentType)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request)
		if w.Code != tt.status || w.Header().Get("X-Content-Type-Options") != "nosniff" || (w.Code == 405) != (w.Header().Get("Allow") == "POST") {
			t.Errorf("%s %s: got %d %v, want %d", tt.method, tt.contentType, w.Code, w.Header(), tt.status)
		}
	}
}

func TestLease(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": defaultLease, "0": defaultLease, "1": shortestLease, "3600": time.Hour, "864000": defaultLease, "2592000": longestLease,
		"99999999": longestLease, "9223372036854775807": longestLease, "99999999999999999999999": longestLease,
	} {
		if got, err := lease(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"-1", "1.5", "1e3", " 1", "0x10", "x"} {
		if got, err := lease(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}
