package daemon

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

const secret = "SECRETSECRETSECRETSECRET22"

// token gives out a token as a command would, beside the daemon.
func (r *running) token(feed string) (id int64) {
	r.t.Helper()
	id, err := r.db.AddToken(r.t.Context(), news.Token{Feed: feed, Name: "anna", Hash: news.HashToken(secret), Made: time.Now()})
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// TestTokensTakeEffect: one that is added opens the feed, one that is revoked closes it,
// and what was read by it is stored.
func TestTokensTakeEffect(t *testing.T) {
	h := newHome(t, "sources:", "  - {seeds: seeds/*, name: seeds, public: false}", "feeds:", "  - {name: all}", "  - {name: club, access: private}")
	h.seed("a.txt", "Ein Titel\n\nUnd ein Satz, der darunter steht.")
	r := h.serve()
	address := "/private/" + secret + "/club.json"
	status := func() int { s, _ := r.get(address); return s }
	r.await("it is ready", func() bool { s, _ := r.get("/readyz"); return s == http.StatusOK })
	if got := status(); got != http.StatusNotFound {
		t.Errorf("before there is a token: got %d", got)
	}
	id := r.token("club")
	r.await("the token opens the feed", func() bool { return status() == http.StatusOK })
	r.await("the feed shows the document", func() bool { _, body := r.get(address); return strings.Contains(body, "der darunter steht") })
	if err := r.db.RevokeTokens(t.Context(), []int64{id}, time.Now()); err != nil {
		t.Fatal(err)
	}
	r.await("the token is gone", func() bool { return status() == http.StatusGone })
	if tokens, err := r.db.Tokens(t.Context()); err != nil || tokens[0].Requests != 0 {
		t.Errorf("got %+v (%v): a request wrote to the database", tokens, err)
	}
	r.noteReaders(t.Context())
	if tokens, err := r.db.Tokens(t.Context()); err != nil || tokens[0].Requests < 2 || tokens[0].Used.IsZero() {
		t.Errorf("got %+v (%v), want what was read", tokens, err)
	}
	if text := h.log.String(); strings.Contains(text, secret) {
		t.Errorf("the log holds the token:\n%s", text)
	}
}

// TestUsesOutliveTheEnd: who read until the daemon was told to stop is stored, and what
// cannot be stored is kept for the next time.
func TestUsesOutliveTheEnd(t *testing.T) {
	h := newHome(t, "sources:", "  - {seeds: seeds/*, name: seeds}", "feeds:", "  - {name: club, access: private}")
	h.seed("a.txt", "Ein Titel\n\nUnd ein Satz, der darunter steht.")
	r := h.serve()
	r.token("club")
	r.await("it is read", func() bool { s, _ := r.get("/private/" + secret + "/club.json"); return s == http.StatusOK })
	r.end()
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	if tokens, err := d.db.Tokens(t.Context()); err != nil || tokens[0].Requests != 1 {
		t.Errorf("got %+v (%v), want one use", tokens, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d.tokens.GiveBack([]news.TokenUse{{TokenID: 1, Requests: 3}})
	d.noteReaders(t.Context()) // into a database that is closed
	if uses := d.tokens.Take(); len(uses) != 1 || uses[0].Requests != 3 {
		t.Errorf("got %+v, want what could not be stored", uses)
	}
}

// TestAccessChanges: a feed that turns private leaves its public addresses and the
// folder at once, and comes back as the one that it was.
func TestAccessChanges(t *testing.T) {
	const seeds = "  - {seeds: seeds/*, name: seeds}"
	h := newHome(t, "sources:", seeds, "feeds:", "  - {name: all}", "  - {name: club}")
	h.seed("a.txt", "Ein Titel\n\nUnd ein Satz, der darunter steht.")
	r := h.serve()
	file := filepath.Join(h.dir, "feeds", "club.atom")
	r.await("it is public", func() bool { _, err := os.Stat(file); s, _ := r.get("/feeds/club.atom"); return err == nil && s == 200 })
	r.await("with its story", func() bool { return r.titles("club") != "" })
	_, public := r.get("/feeds/club.atom")
	r.token("club")

	h.configure("sources:", seeds, "feeds:", "  - {name: all}", "  - {name: club, access: private}")
	r.reloaded()
	for path, want := range map[string]int{"/feeds/club.atom": 410, "/feeds/club/": 410, "/feeds/all.atom": 200} {
		if s, _ := r.get(path); s != want {
			t.Errorf("%s: got %d, want %d", path, s, want)
		}
	}
	r.await("its files are gone", func() bool { // a round under way may write one more, and takes it away
		left, _ := filepath.Glob(filepath.Join(h.dir, "feeds", "club*"))
		return len(left) == 0
	})
	if _, front := r.get("/"); strings.Contains(front, "club") {
		t.Error("the front page names the private feed")
	}
	r.await("it is there for who has a token", func() bool { s, _ := r.get("/private/" + secret + "/club.atom"); return s == 200 })

	h.configure("sources:", seeds, "feeds:", "  - {name: all}", "  - {name: club}")
	r.reloaded()
	r.await("it is public again", func() bool { s, body := r.get("/feeds/club.atom"); return s == 200 && body == public })
	if s, _ := r.get("/private/" + secret + "/club.atom"); s != http.StatusGone {
		t.Errorf("its private address: got %d, want 410", s)
	}
}

// TestAFollowedFeedTurnsPrivate: with an archive, files and a subscription at the hub. Its
// pages go with it and come back with it, byte for byte; the subscriber is told, and of
// what only token holders may read the hub knows no document at all.
func TestAFollowedFeedTurnsPrivate(t *testing.T) {
	t.Parallel()
	p := newPair(t, "atom")
	var many []string
	for i := range 130 {
		many = append(many, fmt.Sprint("B", i))
	}
	p.up.Handle("/a", feedtest.Response{Body: rss(append(many, "A1")...)})
	plain := p.first.text()
	public := strings.Replace(plain, "sources:", "feeds: [{name: other}, {name: all, archive: true, limit: 5, window: 0}]\nsources:", 1)
	p.first.write(public)
	p.first.trigger(1)
	p.first.await("it is reloaded", func() bool { s, _ := p.first.get("/feeds/other.atom"); return s == http.StatusOK })
	p.first.await("everything is there", func() bool { _, body := p.first.get("/feeds/all.json"); return strings.Contains(body, "B129") })
	if _, err := p.first.db.RebuildArchive(t.Context(), news.Feed{Name: "all"}); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(p.first.dir, "feeds", "all", "archive", "1.atom")
	p.first.await("a page is closed", func() bool { _, err := os.Stat(page); return err == nil })
	_, closed := p.first.get("/feeds/all/archive/1.atom")

	id := p.first.token("all")
	p.first.write(strings.Replace(plain, "sources:", "feeds: [{name: other}, {name: all, access: private, archive: true, limit: 5, window: 0}]\nsources:", 1))
	p.first.await("it is private", func() bool { s, _ := p.first.get("/private/" + secret + "/all.atom"); return s == http.StatusOK })
	p.first.await("the subscription ends", func() bool { return len(p.first.subscriptions()) == 0 })
	p.other.await("the subscriber knows", func() bool {
		all, err := p.other.db.Pushes(t.Context())
		return err == nil && len(all) == 1 && all[0].State == news.PushDenied
	})
	for _, path := range []string{"/feeds/all.atom", "/feeds/all/", "/feeds/all/archive/1.atom", "/feeds/all/older/9999999999999999", "/search?q=B1&feed=all", "/feeds/all.rss?q=B1"} {
		if s, _ := p.first.get(path); s != http.StatusGone {
			t.Errorf("%s: got %d, want 410", path, s)
		}
	}
	p.first.await("it has its stories", func() bool {
		_, body := p.first.get("/private/" + secret + "/all.json")
		return strings.Contains(body, "B129")
	})
	if s, _ := p.first.get("/private/" + secret + "/all/archive/1.atom"); s != http.StatusNotFound {
		t.Errorf("the page of the public feed below a token: got %d, want 404", s)
	}
	if _, err := p.first.db.RebuildArchive(t.Context(), news.Feed{Name: "all", Private: true}); err != nil {
		t.Fatal(err)
	}
	p.first.await("it closes a page of its own", func() bool {
		s, _ := p.first.get("/private/" + secret + "/all/archive/1.atom")
		return s == http.StatusOK
	})
	if s, _ := p.first.get("/feeds/all/archive/1.atom"); s != http.StatusGone {
		t.Errorf("that page for everybody: got %d, want 410", s)
	}
	if left, _ := filepath.Glob(filepath.Join(p.first.dir, "feeds", "all*")); len(left) > 0 {
		t.Errorf("the folder has %v", left)
	}
	_, topics, _ := (&hubPublisher{Daemon: p.first.Daemon}).Published()
	for _, topic := range topics {
		if topic.Feed != "other" || !strings.HasSuffix(topic.URL, "/feeds/other."+topic.Format) {
			t.Errorf("the hub offers %+v", topic)
		}
	}
	if len(topics) != 3 {
		t.Errorf("the hub offers %d documents, want 3", len(topics))
	}

	p.first.write(public)
	p.first.await("it is public again", func() bool { s, _ := p.first.get("/feeds/all.atom"); return s == http.StatusOK })
	p.first.await("its page is there", func() bool { _, err := os.Stat(page); return err == nil })
	if s, again := p.first.get("/feeds/all/archive/1.atom"); s != http.StatusOK || again != closed {
		t.Errorf("the closed page: got %d, with other bytes: %v", s, again != closed)
	}
	if s, _ := p.first.get("/private/" + secret + "/all.atom"); s != http.StatusGone {
		t.Errorf("its private address: got %d, want 410", s)
	}
	for _, r := range []*running{p.first, p.other} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("a log has token %d", id)
		}
	}
}

// TestTheFeedOfProblemsTells: a source that fails is told within a moment, and that
// it is well again.
func TestTheFeedOfProblemsTells(t *testing.T) {
	up := feedtest.New(t)
	h := newHome(t, "sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: all}", "  - {name: problems, kind: health, access: private}")
	r := h.serve()
	r.token("problems")
	told := func() string { _, body := r.get("/private/" + secret + "/problems.atom"); return body }
	r.await("the failure is told", func() bool { return strings.Contains(told(), "a is failing") })
	for _, want := range []string{"status 404", "tributary run a", "http://river.example/sources/a"} {
		if !strings.Contains(told(), want) {
			t.Errorf("it lacks %q:\n%s", want, told())
		}
	}
	up.Handle("/a", feedtest.Response{Body: rss("A1")})
	r.request("a")
	r.await("the recovery is told", func() bool { return strings.Contains(told(), "is well again") })
	if s, body := r.get("/feeds/all.atom"); s != http.StatusOK || strings.Contains(body, "failing") {
		t.Errorf("an error is content: %d\n%s", s, body)
	}
	if s, _ := r.get("/feeds/problems.atom"); s != http.StatusNotFound {
		t.Errorf("the feed of problems has a public address: %d", s)
	}
}

// TestOutagesAreRecorded: that we were offline is one event and that we are back
// another one, through the processes that saw it.
func TestOutagesAreRecorded(t *testing.T) {
	up := feedtest.New(t)
	there := strings.Replace(source(up, "two", "/b", ""), "127.0.0.1", "localhost", 1)
	h := newHome(t, "sources:", source(up, "one", "/a", ""), there)
	cycle := func() string {
		t.Helper()
		d := h.cycle()
		defer d.Close()
		events, err := d.db.HealthEvents(t.Context(), 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, e := range events {
			if e.SourceID != 0 || e.At.IsZero() || e.Cause == "" {
				t.Errorf("got %+v", e)
			}
			list = append(list, string(e.Is))
		}
		return strings.Join(list, " ")
	}
	dead := feedtest.Response{Fault: feedtest.HangUp}
	for i, c := range []struct {
		a, b feedtest.Response
		want string
	}{
		{feedtest.Response{Body: rss("A1")}, feedtest.Response{Body: rss("B1")}, ""},
		{dead, dead, "offline"},
		{dead, dead, "offline"},
		{feedtest.Response{Body: rss("A1")}, feedtest.Response{Body: rss("B1")}, "ok offline"},
		{feedtest.Response{Body: rss("A1")}, feedtest.Response{Body: rss("B1")}, "ok offline"},
	} {
		up.Handle("/a", c.a)
		up.Handle("/b", c.b)
		if got := cycle(); got != c.want {
			t.Errorf("cycle %d: got %q, want %q", i, got, c.want)
		}
	}
}

func TestReaderNote(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var many []news.Aggregator
	for i := range 7 {
		many = append(many, news.Aggregator{Client: fmt.Sprint("S", i), Subscribers: 10 - i})
	}
	used := news.Token{Feed: "club", TokenUse: news.TokenUse{Used: now}}
	for want, c := range map[string]struct {
		feed      news.Feed
		announced []news.Aggregator
		tokens    []news.Token
	}{
		"":                     {news.Feed{Name: "all"}, nil, []news.Token{{Feed: "all"}}},
		"15 announced (S0 15)": {news.Feed{Name: "all"}, []news.Aggregator{{Client: "S0", Subscribers: 15}}, nil},
		"49 announced (S0 10, S1 9, S2 8, S3 7, S4 6, …)": {news.Feed{Name: "all"}, many, nil},
		"private, 0 tokens, 0 in use":                     {news.Feed{Name: "club", Private: true}, nil, []news.Token{{Feed: "x"}, {Feed: "club", Revoked: now}}},
		"private, 1 token, 1 in use":                      {news.Feed{Name: "club", Private: true}, nil, []news.Token{used}},
		"private, 2 tokens, 1 in use, 1 announced (S 1)": {news.Feed{Name: "club", Private: true}, []news.Aggregator{{Client: "S", Subscribers: 1}},
			[]news.Token{used, {Feed: "club"}}},
	} {
		if got := ReaderNote(c.feed, c.announced, c.tokens, now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
