package ingest_test

import (
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/ingest"
	"tributary/internal/news"
)

// ask has the ingester ask about files of the upstream, and returns what is then known of them, by
// path.
func (r *rig) ask(paths ...string) map[string]news.FileFacts {
	r.t.Helper()
	s := r.feed("/feed")
	var files []ingest.File
	var urls []string
	for _, path := range paths {
		files = append(files, ingest.File{URL: r.upstream.URL + path, Source: s})
		urls = append(urls, r.upstream.URL+path)
	}
	if _, err := r.ingester.AskFiles(r.t.Context(), files); err != nil {
		r.t.Fatal(err)
	}
	known, err := r.db.Files(r.t.Context(), urls)
	if err != nil {
		r.t.Fatal(err)
	}
	facts := map[string]news.FileFacts{}
	for i, path := range paths {
		if f, ok := known[urls[i]]; ok {
			f.URL, f.Asked = "", time.Time{}
			facts[path] = f
		}
	}
	return facts
}

func TestFilesAreAskedAboutAtMostThreeTimes(t *testing.T) {
	r := newRig(t)
	r.upstream.Handle("/down", feedtest.Response{Status: 500})
	r.upstream.Handle("/gone", feedtest.Response{Status: 410})
	r.upstream.Handle("/bytes", feedtest.Response{Body: []byte("abc"), Header: map[string]string{"Content-Type": "application/octet-stream"}})
	r.upstream.Handle("/late", feedtest.Response{Status: 503}, feedtest.Response{Body: []byte("abc"), Header: map[string]string{"Content-Type": "Audio/OGG; codecs=opus"}})
	paths := []string{"/down", "/gone", "/bytes", "/late"}
	first := r.ask(paths...)
	for path, want := range map[string]news.FileFacts{
		"/down":  {Tries: 1, Outcome: news.OutcomeHTTPError},
		"/gone":  {Tries: 1, Outcome: news.OutcomeGone},
		"/bytes": {Tries: 1, Outcome: news.OutcomeOK, Length: 3},
		"/late":  {Tries: 1, Outcome: news.OutcomeHTTPError},
	} {
		if first[path] != want {
			t.Errorf("%s: got %+v, want %+v", path, first[path], want)
		}
	}
	r.ask(paths...) // too soon
	for range 5 {
		r.wait(2 * time.Hour)
		r.ask(paths...)
	}
	last := r.ask(paths...)
	if want := (news.FileFacts{Tries: 2, Outcome: news.OutcomeOK, Type: "audio/ogg", Length: 3}); last["/late"] != want {
		t.Errorf("/late: got %+v, want %+v", last["/late"], want)
	}
	for path, want := range map[string]int{"/down": 3, "/gone": 1, "/bytes": 1, "/late": 2} {
		if n := r.upstream.Count(path); n != want {
			t.Errorf("%s was asked about %d times, want %d", path, n, want)
		}
	}
}

// A host that limits us is left alone.
func TestFilesOfALimitedHostWait(t *testing.T) {
	r := newRig(t)
	r.upstream.Handle("/busy", feedtest.Response{Status: 429, Header: map[string]string{"Retry-After": "3600"}})
	r.upstream.Handle("/next", feedtest.Response{Body: []byte("abc")})
	got := r.ask("/busy", "/next")
	if _, known := got["/next"]; known || got["/busy"].Outcome != news.OutcomeLimited || r.upstream.Count("/next") != 0 {
		t.Errorf("got %+v and %d requests after 429, want none", got, r.upstream.Count("/next"))
	}
}

// Addresses that the source may not reach are not requested.
func TestFilesAreGuarded(t *testing.T) {
	r := newRig(t)
	s := r.feed("/feed")
	s.AllowNetworks = nil
	url := r.upstream.URL + "/guarded"
	if _, err := r.ingester.AskFiles(t.Context(), []ingest.File{{URL: url, Source: s}, {URL: "magnet:?xt=1", Source: s}}); err != nil {
		t.Fatal(err)
	}
	known, err := r.db.Files(t.Context(), []string{url, "magnet:?xt=1"})
	if err != nil || len(known) != 1 || known[url].Outcome != news.OutcomeBlocked || r.upstream.Count("") != 0 {
		t.Errorf("got %+v (%v) and %d requests, want one refusal", known, err, r.upstream.Count(""))
	}
}
