package websub

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// start is what the clock of a test shows.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	topic = "https://example.org/feed"
	site  = "https://river.example/"
)

// asked is a subscription that the hub may confirm now.
func asked() news.Push {
	return news.Push{
		ID: "id", SourceID: 1, Hub: "https://hub.example/", Topic: topic, Callback: callback(site, "id"), Secret: "secret",
		State: news.PushAsked, Asked: start, Pending: start.Add(confirmTime), Next: start.Add(confirmTime),
	}
}

// in is asked in another state.
func in(state news.PushState, change func(*news.Push)) news.Push {
	p := asked()
	p.State = state
	if change != nil {
		change(&p)
	}
	return p
}

func TestReachable(t *testing.T) {
	for site, want := range map[string]bool{
		"https://river.example/":    true,
		"http://me.example.org/a":   true,
		"https://93.184.215.14":     true,
		"https://[2606:4700::1111]": true,
		"http://localhost:8080":     false,
		"http://LOCALHOST.":         false,
		"http://app.localhost":      false,
		"http://127.0.0.1":          false,
		"http://[::1]:8080":         false,
		"http://192.168.1.2":        false,
		"http://10.0.0.1":           false,
		"http://100.64.1.1":         false,
		"http://river":              false,
		"http://nas.local":          false,
		"http://nas.fritz.home":     false,
		"http://router.home.arpa.":  false,
		"http://x.internal":         false,
		"ftp://example.org":         false,
		"":                          false,
		"://":                       false,
	} {
		if got := Reachable(site); got != want {
			t.Errorf("%q: got %v, want %v", site, got, want)
		}
	}
}

func TestForm(t *testing.T) {
	p := asked()
	form := requestForm(p)
	for key, want := range map[string]string{
		"hub.callback": "https://river.example/websub/id", "hub.mode": "subscribe", "hub.topic": topic,
		"hub.lease_seconds": "864000", "hub.secret": "secret",
	} {
		if got := form.Get(key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	p.State = news.PushLeaving
	if form := requestForm(p); form.Get("hub.mode") != "unsubscribe" || form.Has("hub.secret") {
		t.Errorf("got %v, want an unsubscription without the secret", form)
	}
}

func TestIDsAndSecretsCannotBeGuessed(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id, secret := newID(), newSecret()
		if len(id) < 26 || len(secret) < 52 || len(secret) >= 200 || seen[id] || seen[secret] || secret[:26] == secret[26:] {
			t.Fatalf("got %q and %q", id, secret)
		}
		if url.PathEscape(id) != id {
			t.Fatalf("%q is no part of a path", id)
		}
		seen[id], seen[secret] = true, true
	}
}

// query is what a hub asks back; pairs change it, an empty value removes a key.
func query(pairs ...string) url.Values {
	q := url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.challenge": {"abc"}, "hub.lease_seconds": {"864000"},
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	return q
}

func TestConfirm(t *testing.T) {
	twice := query()
	twice.Add("hub.topic", topic)
	for name, test := range map[string]struct {
		push  news.Push
		query url.Values
		now   time.Time
		want  news.PushState // after it; "unasked" for a refusal
	}{
		"what we asked for":             {asked(), query(), start, news.PushActive},
		"a renewal":                     {in(news.PushActive, nil), query(), start, news.PushActive},
		"a goodbye":                     {in(news.PushLeaving, nil), query("hub.mode", "unsubscribe"), start, ""},
		"without a lease":               {asked(), query("hub.lease_seconds", ""), start, news.PushActive},
		"denied":                        {asked(), query("hub.mode", "denied", "hub.reason", "no"), start, news.PushDenied},
		"denied while active":           {in(news.PushActive, nil), query("hub.mode", "denied"), start, news.PushDenied},
		"denied while leaving":          {in(news.PushLeaving, nil), query("hub.mode", "denied"), start, ""},
		"another topic":                 {asked(), query("hub.topic", topic+"2"), start, "unasked"},
		"no topic":                      {asked(), query("hub.topic", ""), start, "unasked"},
		"two topics":                    {asked(), twice, start, "unasked"},
		"another topic denied":          {asked(), query("hub.mode", "denied", "hub.topic", "x"), start, "unasked"},
		"no challenge":                  {asked(), query("hub.challenge", ""), start, "unasked"},
		"a book for a challenge":        {asked(), query("hub.challenge", strings.Repeat("x", maxChallenge+1)), start, "unasked"},
		"a mode of its own":             {asked(), query("hub.mode", "publish"), start, "unasked"},
		"no mode":                       {asked(), query("hub.mode", ""), start, "unasked"},
		"an unsolicited goodbye":        {in(news.PushActive, nil), query("hub.mode", "unsubscribe"), start, "unasked"},
		"a subscription while we leave": {in(news.PushLeaving, nil), query(), start, "unasked"},
		"a subscription after a denial": {in(news.PushDenied, nil), query(), start, "unasked"},
		"too late":                      {asked(), query(), start.Add(confirmTime), "unasked"},
		"never asked":                   {in(news.PushAsked, func(p *news.Push) { p.Pending = time.Time{} }), query(), start, "unasked"},
	} {
		p := test.push
		challenge, err := confirm(&p, test.query, test.now)
		switch {
		case test.want == "unasked":
			if err == nil || challenge != "" || p != test.push {
				t.Errorf("%s: got %q, %v and %+v; want a refusal that changes nothing", name, challenge, err, p)
			}
		case err != nil || p.State != test.want:
			t.Errorf("%s: got %v and %v, want %v", name, p.State, err, test.want)
		case test.query.Get("hub.mode") != "denied" && challenge != "abc":
			t.Errorf("%s: echoed %q", name, challenge)
		}
	}
}

// What was confirmed cannot be confirmed again: nobody extends a lease by
// repeating what a hub once said.
func TestConfirmOnce(t *testing.T) {
	p := asked()
	if _, err := confirm(&p, query(), start); err != nil {
		t.Fatal(err)
	}
	was := p
	if _, err := confirm(&p, query(), start.Add(time.Second)); err == nil || p != was {
		t.Errorf("got %+v, %v; want a refusal", p, err)
	}
}

func TestLeases(t *testing.T) {
	for seconds, want := range map[string]time.Duration{
		"864000": 10 * 24 * time.Hour, "60": time.Minute, "3600": time.Hour,
		"": askedLease, "0": askedLease, "-5": askedLease, "forever": askedLease, "99999999999": askedLease, "2000000000": maxLease,
	} {
		p := asked()
		if _, err := confirm(&p, query("hub.lease_seconds", seconds), start); err != nil {
			t.Fatal(err)
		}
		if got := p.LeaseUntil.Sub(start); got != want {
			t.Errorf("%q: got %v, want %v", seconds, got, want)
		}
		due, lease := p.Next.Sub(start), max(want, minLease)
		if due > lease*2/3 || due < lease*3/5 {
			t.Errorf("%q: renewed after %v of %v, want about two thirds", seconds, due, lease)
		}
	}
}

func TestRenewalsAreSpread(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 100 {
		seen[renewAfter(askedLease, newID()).Truncate(time.Minute)] = true
	}
	if len(seen) < 80 {
		t.Errorf("100 subscriptions are renewed in %d minutes, want them apart", len(seen))
	}
}

// What a hub says reaches people as one line of plain text.
func TestReasonIsHostile(t *testing.T) {
	p := asked()
	reason := "no\r\nlevel=ERROR \x1b[31m" + strings.Repeat("ä", 5000)
	if _, err := confirm(&p, query("hub.mode", "denied", "hub.reason", reason), start); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(p.Error, "\r\n\x1b") || len([]rune(p.Error)) > maxReason+60 || !strings.Contains(p.Error, ": no level=ERROR") {
		t.Errorf("got %q", p.Error)
	}
}

func TestSigned(t *testing.T) {
	body := []byte("what is new")
	sign := func(h func() hash.Hash, secret string) string {
		mac := hmac.New(h, []byte(secret))
		mac.Write(body)
		return hex.EncodeToString(mac.Sum(nil))
	}
	right := sign(sha256.New, "secret")
	for field, want := range map[string]bool{
		"sha1=" + sign(sha1.New, "secret"):        true,
		"sha256=" + right:                         true,
		"sha384=" + sign(sha512.New384, "secret"): true,
		"sha512=" + sign(sha512.New, "secret"):    true,
		"SHA256=" + strings.ToUpper(right):        true,
		"sha256=" + sign(sha256.New, "other"):     false,
		"sha256=" + sign(sha256.New, ""):          false,
		"sha256=" + sign(sha1.New, "secret"):      false, // one method called another
		"sha1=" + right:                           false,
		"sha256=" + right[:62]:                    false,
		"sha256=" + right[:40]:                    false,
		"sha256=" + right + "00":                  false,
		"md5=" + right:                            false,
		"sha224=" + right:                         false,
		"=" + right:                               false,
		right:                                     false,
		"sha256=":                                 false,
		"sha256=zz":                               false,
		"sha256":                                  false,
		"":                                        false,
	} {
		if got := isSigned(field, "secret", body); got != want {
			t.Errorf("%q: got %v, want %v", field, got, want)
		}
	}
	if isSigned("sha256="+right, "secret", append(body, ' ')) {
		t.Error("one byte more is taken for the same body")
	}
}

func want(hubs ...string) Want {
	return Want{Announcement: news.Announcement{SourceID: 1, Topic: topic, Hubs: hubs}}
}

func TestPlan(t *testing.T) {
	hub := asked().Hub
	active := in(news.PushActive, func(p *news.Push) { p.LeaseUntil = start.Add(askedLease) })
	due := in(news.PushActive, func(p *news.Push) { p.Next = start })
	leaving := in(news.PushLeaving, func(p *news.Push) { p.Next = start })
	for name, test := range map[string]struct {
		wants           []Want
		have            []news.Push
		add, leave, ask int
	}{
		"nothing":             {},
		"announced":           {[]Want{want(hub)}, nil, 1, 0, 0},
		"as it should be":     {[]Want{want(hub)}, []news.Push{active}, 0, 0, 0},
		"due":                 {[]Want{want(hub)}, []news.Push{due}, 0, 0, 1},
		"no longer wanted":    {nil, []news.Push{due}, 0, 1, 0},
		"another topic":       {[]Want{{Announcement: news.Announcement{SourceID: 1, Topic: "x", Hubs: []string{hub}}}}, []news.Push{active}, 1, 1, 0},
		"another hub":         {[]Want{want("https://other.example/")}, []news.Push{active}, 1, 1, 0},
		"a further hub":       {[]Want{want("https://other.example/", hub)}, []news.Push{active}, 0, 0, 0},
		"leaving":             {nil, []news.Push{leaving}, 0, 0, 1},
		"back before it left": {[]Want{want(hub)}, []news.Push{leaving}, 1, 0, 1},
	} {
		wants := map[int64]Want{}
		for _, w := range test.wants {
			wants[w.SourceID] = w
		}
		steps := plan(wants, test.have, site, start)
		if len(steps.Add) != test.add || len(steps.Leave) != test.leave || len(steps.Ask) != test.ask {
			t.Errorf("%s: got %+v", name, steps)
		}
	}
	if steps := plan(map[int64]Want{1: want(hub)}, []news.Push{active}, "https://elsewhere.example/", start); len(steps.Add) != 1 || len(steps.Leave) != 1 {
		t.Errorf("at another address of ours: got %+v", steps)
	}
}
