package fetch

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestLinks(t *testing.T) {
	hub := func(at string) []Link { return []Link{{URL: at, Rel: []string{"hub"}}} }
	tests := []struct {
		name   string
		fields []string
		want   []Link
	}{
		{"none", nil, nil},
		{"quoted", []string{`<https://hub.example/>; rel="hub"`}, hub("https://hub.example/")},
		{"token", []string{`<https://hub.example/>;rel=hub`}, hub("https://hub.example/")},
		{"upper case", []string{`<https://hub.example/>; REL="HUB"`}, hub("https://hub.example/")},
		{"relative", []string{`</hub>; rel=hub`}, hub("https://example.org/hub")},
		{"several relations", []string{`<feed>; rel="self  alternate"; type="application/Atom+XML"`},
			[]Link{{URL: "https://example.org/a/feed", Rel: []string{"self", "alternate"}, Type: "application/atom+xml"}}},
		{"several links", []string{`<https://a.example/>; rel=hub, <https://b.example/>; rel=self`},
			[]Link{{URL: "https://a.example/", Rel: []string{"hub"}}, {URL: "https://b.example/", Rel: []string{"self"}}}},
		{"several fields", []string{`<https://a.example/>; rel=hub`, `<https://b.example/>; rel=self`},
			[]Link{{URL: "https://a.example/", Rel: []string{"hub"}}, {URL: "https://b.example/", Rel: []string{"self"}}}},
		{"comma in the address", []string{`<https://hub.example/a,b;c=d>; rel=hub`}, hub("https://hub.example/a,b;c=d")},
		{"comma in a text", []string{`<https://hub.example/>; title="a, b; rel=\"self\""; rel=hub`}, hub("https://hub.example/")},
		{"the first relation counts", []string{`<https://hub.example/>; rel=hub; rel=self`}, hub("https://hub.example/")},
		{"parameter without a value", []string{`<https://hub.example/>; crossorigin; rel=hub`}, hub("https://hub.example/")},
		{"white space", []string{" <https://hub.example/> \t;  rel = hub "}, hub("https://hub.example/")},
		{"fragment", []string{`<https://hub.example/#x>; rel=hub`}, hub("https://hub.example/")},
		{"about this document", []string{`</hub>; rel=hub; anchor="feed.xml"`}, hub("https://example.org/hub")},

		{"about another", []string{`</hub>; rel=hub; anchor="/other"`}, nil},
		{"no relation", []string{`<https://hub.example/>; rev=hub`, `<https://hub.example/>`, `<https://hub.example/>; rel=""`}, nil},
		{"other schemes", []string{`<javascript:alert(1)>; rel=hub, <data:,x>; rel=hub, <file:///etc>; rel=hub`}, nil},
		{"user name", []string{`<https://anna@hub.example/>; rel=hub`}, nil},
		{"no address", []string{`https://hub.example/; rel=hub`, `rel=hub`, `<`, `<>`, `;`, ``, `,,,`}, nil},
		{"not closed", []string{`<https://hub.example/; rel=hub`}, nil},
		{"quote not closed", []string{`<https://hub.example/>; rel="hub`}, hub("https://hub.example/")},
		{"the rest of a broken one", []string{`<http://[::1>; rel=hub, <https://hub.example/>; rel=hub`}, hub("https://hub.example/")},
	}
	base, err := url.Parse("https://example.org/a/feed.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		if got := Links(http.Header{"Link": tt.fields}, base); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	flood := http.Header{"Link": {strings.Repeat("<a>; rel=hub,", 5000)}}
	if got := Links(flood, base); len(got) != maxLinks {
		t.Errorf("got %d of a flood, want %d", len(got), maxLinks)
	}
	if l := hub("https://hub.example/")[0]; !l.Is("hub") || l.Is("self") {
		t.Error("a link does not know its relation")
	}
}

// FuzzLinks holds that every link can be fetched.
func FuzzLinks(f *testing.F) {
	f.Add(`<https://hub.example/>; title="a, b; \"c\""; rel="hub self", <x>;rel=y`)
	f.Add(`<>;=;"`)
	base, _ := url.Parse("https://example.org/a/feed.xml")
	f.Fuzz(func(t *testing.T, field string) {
		for _, link := range Links(http.Header{"Link": {field}}, base) {
			u, err := url.Parse(link.URL)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(link.Rel) == 0 {
				t.Errorf("got %+v", link)
			}
		}
	})
}

func TestPermanent(t *testing.T) {
	hop := func(status int, url string) Redirect { return Redirect{Status: status, URL: url} }
	tests := []struct {
		hops []Redirect
		want string
	}{
		{nil, ""},
		{[]Redirect{hop(301, "a")}, "a"},
		{[]Redirect{hop(308, "a"), hop(301, "b")}, "b"},
		{[]Redirect{hop(301, "a"), hop(302, "b"), hop(301, "c")}, "a"},
		{[]Redirect{hop(302, "a"), hop(301, "b")}, ""},
		{[]Redirect{hop(307, "a")}, ""},
		{[]Redirect{hop(303, "a")}, ""},
		{[]Redirect{hop(301, "start")}, ""},
		{[]Redirect{hop(301, "a"), hop(302, "start")}, ""},
		{[]Redirect{hop(301, "a"), hop(302, "start"), hop(302, "b")}, "a"},
	}
	for _, tt := range tests {
		if got := permanent("start", tt.hops); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.hops, got, tt.want)
		}
	}
}

func TestLimitsValidate(t *testing.T) {
	if invalid := DefaultLimits().Validate(); invalid != nil {
		t.Errorf("the defaults: %v", invalid)
	}
	l := DefaultLimits()
	l.Stall, l.Redirects = 0, 0
	if invalid := l.Validate(); invalid != nil {
		t.Errorf("without a stall or redirects: %v", invalid)
	}
	invalid := Limits{Stall: -1, Wire: 2 << 30, Redirects: 21}.Validate()
	got := ""
	for _, limit := range invalid {
		got += limit.Key + " "
	}
	if want := "dial tls header total stall wire decoded ratio redirects "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := (InvalidLimit{"wire", "must be from 1 bytes to 1024 MiB"}); !slices.Contains(invalid, want) {
		t.Errorf("got %q, want %q in it", invalid, want)
	}
}
