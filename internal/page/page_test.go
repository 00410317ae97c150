package page

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

var dump = flag.String("dump", "", "write the pages of the sample into this folder too, to look at them in a browser")

var styleHash = regexp.MustCompile(`sha256-[^=]*=`)

// allPages renders every page of the sample, those with the prefix "de_" for a German site. The
// sample feed is German, so that its page always is.
func allPages(t *testing.T) map[string]string {
	t.Helper()
	english := sampleEdition()
	english.Feed.Language = "en-GB"
	got := pagesOf(t, sampleSite)
	got["en_twin"] = written(t, func(w io.Writer) error { return builtin().Twin(w, english) })
	site := sampleSite
	site.Language = "de"
	for name, page := range pagesOf(t, site) {
		got["de_"+name] = page
	}
	return got
}

// pagesOf renders the pages of a site.
func pagesOf(t *testing.T, site news.Site) map[string]string {
	t.Helper()
	got := map[string]string{}
	for name, write := range map[string]func(io.Writer) error{
		"twin":  func(w io.Writer) error { return builtin().Twin(w, of(site, sampleEdition())) },
		"older": func(w io.Writer) error { return builtin().Twin(w, of(site, sampleOlder())) },
		"bare": func(w io.Writer) error {
			return builtin().Twin(w, &news.Edition{Site: news.Site{Language: site.Language}, Feed: news.Feed{Name: "bare"}})
		},
		"front":   func(w io.Writer) error { return builtin().Front(w, of(site, sampleFront())) },
		"first":   func(w io.Writer) error { return builtin().Front(w, &FrontView{Site: site}) },
		"story":   func(w io.Writer) error { return builtin().Story(w, of(site, sampleStory())) },
		"seed":    func(w io.Writer) error { return builtin().Story(w, of(site, sampleSeed())) },
		"source":  func(w io.Writer) error { return builtin().Source(w, of(site, sampleSourceView())) },
		"sources": func(w io.Writer) error { return builtin().Sources(w, of(site, sampleSources())) },
		"status":  func(w io.Writer) error { return builtin().Status(w, of(site, sampleStatus())) },
		"why":     func(w io.Writer) error { return builtin().Why(w, of(site, sampleWhy())) },
		"whynot":  func(w io.Writer) error { return builtin().Why(w, of(site, sampleWhyNot())) },
		"ask": func(w io.Writer) error {
			return builtin().Why(w, &WhyView{Site: site, Asked: `"><script>`, Problem: news.Say("This address is too long.")})
		},
		"search": func(w io.Writer) error { return builtin().Search(w, of(site, sampleSearch())) },
		"asking": func(w io.Writer) error { return builtin().Search(w, &SearchView{Site: site, Page: 1}) },
		"wrong": func(w io.Writer) error {
			return builtin().Search(w, &SearchView{Site: site, Text: `"<b>x`, Address: news.Search{Query: "%22%3Cb%3Ex"}, Page: 1, Problem: news.Say(`the quote is not closed: "%s"`, "<b>x")})
		},
		"missing": func(w io.Writer) error {
			return builtin().Message(w, &MessageView{Site: site, Status: 404, Thing: "feed"})
		},
		"gone": func(w io.Writer) error {
			return builtin().Message(w, &MessageView{Site: site, Status: 410, Thing: "story"})
		},
	} {
		got[name] = written(t, write)
	}
	return got
}

// of returns a view with the site in its field Site.
func of[V any](site news.Site, view *V) *V {
	reflect.ValueOf(view).Elem().FieldByName("Site").Set(reflect.ValueOf(site))
	return view
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for name, got := range allPages(t) {
		if *dump != "" {
			if err := os.WriteFile(filepath.Join(*dump, name+".html"), []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got = strings.Replace(got, builtin().style, "…", 1)
		got = styleHash.ReplaceAllString(got, "sha256-…") // else a new colour would change every file
		feedtest.Golden(t, filepath.Join("testdata", name+".golden"), []byte(got))
	}
}

// TestSameBytes checks that a page depends only on its view.
func TestSameBytes(t *testing.T) {
	a, b := allPages(t), allPages(t)
	for name := range a {
		if a[name] != b[name] {
			t.Errorf("%s: two renderings differ", name)
		}
	}
}

// TestOneWrite checks that a page is written whole or not at all, and that an error of the writer
// is returned.
func TestOneWrite(t *testing.T) {
	w := &refuser{}
	if err := builtin().Twin(w, sampleEdition()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want the writer's error", err)
	}
	if w.calls != 1 {
		t.Errorf("the page came in %d writes, want 1", w.calls)
	}
}

type refuser struct{ calls int }

func (r *refuser) Write(p []byte) (int, error) {
	r.calls++
	return 0, io.ErrClosedPipe
}

// TestNothingInternalIsPublic checks that no public page contains the text of an error, the address
// of a feed or a path on disk.
func TestNothingInternalIsPublic(t *testing.T) {
	all := allPages(t)
	for _, name := range []string{"twin", "front", "story", "seed", "source", "why", "whynot", "missing", "gone"} {
		for _, secret := range []string{"SECRET", "token=abc", "seeds/*", "/feed.xml", "timeout"} {
			if strings.Contains(all[name], secret) {
				t.Errorf("%s shows %q", name, secret)
			}
		}
	}
	if !strings.Contains(all["status"], "an HTML page titled &#34;&lt;script&gt;") {
		t.Error("the operator does not see the escaped text of the error")
	}
}

func TestPrivateSource(t *testing.T) {
	v := sampleSourceView()
	v.State.Public = false
	var b bytes.Buffer
	if err := builtin().Source(&b, v); err == nil || b.Len() > 0 {
		t.Errorf("a source that is not public has a page of %d bytes (error %v), want an error and nothing", b.Len(), err)
	}
	e := sampleEdition()
	e.Shown[0].Source.Public = false
	if err := builtin().Twin(&b, e); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.SplitAfter(b.String(), "</article>")[0], "/sources/ufer") {
		t.Error("the twin links the page of a source that has none")
	}
}

func BenchmarkTwin(b *testing.B) {
	e := longEdition(100)
	var n int64
	for b.Loop() {
		var w counter
		if err := builtin().Twin(&w, e); err != nil {
			b.Fatal(err)
		}
		n = int64(w)
	}
	b.ReportAllocs()
	b.SetBytes(n)
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// TestReasonsForPeople distinguishes matches of text, with the share that was copied, from matches
// by title and other names.
func TestReasonsForPeople(t *testing.T) {
	for _, tt := range []struct {
		match news.Match
		want  string
	}{
		{news.Match{Reason: news.ReasonText, Score: .842}, "same text, 84&nbsp;%"},
		{news.Match{Reason: news.ReasonTeaser, Score: .9}, "teaser and full text"},
		{news.Match{Reason: news.ReasonTeaser, Score: .41}, "the same report in other words"},
		{news.Match{Reason: news.ReasonUpdate, Score: 1}, "later version"},
		{news.Match{Reason: news.ReasonNew}, ""},
	} {
		if got := string(english().reason(tt.match)); got != tt.want {
			t.Errorf("%s at %.2f: got %q, want %q", tt.match.Reason, tt.match.Score, got, tt.want)
		}
	}
}
