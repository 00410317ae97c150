package clean

import (
	"net/url"
	"strings"
	"testing"
)

func TestCanonicalURLMakesSpellingsEqual(t *testing.T) {
	for name, group := range map[string][]string{
		"https://example.org/a": {
			"https://example.org/a", "http://example.org/a", "HTTP://EXAMPLE.org:80/a", "https://example.org:443/a/", "https://www.example.org/a",
			"https://m.example.org/a", "https://mobile.example.org/a", "https://amp.example.org/a", "https://example.org/a/amp", "https://example.org/a/amp/",
			"https://example.org/a?amp=1", "https://example.org/a?amp", "https://example.org/a#top", "https://example.org/a?utm_source=x&utm_medium=y",
			"https://example.org/a?fbclid=1", "https://example.org/a?wt_mc=rss.x", "https://user:pw@example.org/a", "https://example.org/b/../a", "https://example.org../a",
			" https://example.org/a\n", "https://example.org/%61", "https://example.org./a", "https://example.org/a?", "https://example.org/a?UTM_Campaign=q",
			"https://example.org/a?gclid=1&msclkid=2&mc_cid=3&mc_eid=4&_hsenc=5&_hsmi=6&igshid=7&yclid=8&dclid=9",
		},
		"https://example.org":                  {"https://example.org", "http://example.org/", "http://www.example.org/?utm_source=rss", "https://example.org/amp"},
		"https://example.org/a?b=2&id=1":       {"https://example.org/a?id=1&b=2", "https://www.example.org/a/?b=2&utm_term=x&id=1"},
		"https://xn--mller-kva.example/%C3%BC": {"https://müller.example/ü", "https://MÜLLER.example/%c3%bc", "https://xn--mller-kva.example/%C3%BC"},
		"https://example.org/s?q=a%20b":        {"https://example.org/s?q=a+b", "https://example.org/s?q=a%20b", "https://example.org/s?q=a b"},
		"https://example.org/s?a%5Bb%5D=1":     {"https://example.org/s?a[b]=1", "https://example.org/s?a%5Bb%5D=1", "https://example.org/s?a%5bb]=1"},
		"https://de.wikipedia.org/wiki/Fluss":  {"https://de.wikipedia.org/wiki/Fluss", "https://de.m.wikipedia.org/wiki/Fluss"},
		"https://example.org:8443/a":           {"https://example.org:8443/a"},
		"https://127.0.0.1:8080/a":             {"http://127.0.0.1:8080/a"},
		"https://[::1]:8080/a":                 {"http://[::1]:8080/a"},
		"https://example.org#!/artikel/1":      {"https://example.org/#!/artikel/1"},
	} {
		for _, raw := range group {
			if got := CanonicalURL(raw); got != name {
				t.Errorf("CanonicalURL(%q) = %q, want %q", raw, got, name)
			}
		}
	}
}

// TestResolveSpellsHosts checks that every program understands the host of a URL.
func TestResolveSpellsHosts(t *testing.T) {
	for ref, want := range map[string]string{
		"http://MÜLLER.example/ü":     "http://xn--mller-kva.example/%C3%BC",
		"//müller.example:8080":       "http://xn--mller-kva.example:8080",
		"http://例え.example/":          "http://xn--r8jz45g.example/",
		"http://Example.org/A":        "http://Example.org/A",
		"http://[2001:db8::1]:8080/a": "http://[2001:db8::1]:8080/a",
	} {
		if got := Resolve(&url.URL{Scheme: "http", Host: "a.example"}, ref); got != want {
			t.Errorf("Resolve(%q) = %q, want %q", ref, got, want)
		}
	}
}

func TestCanonicalURLKeepsPagesApart(t *testing.T) {
	seen := map[string]string{}
	for _, raw := range []string{
		"https://example.org/a", "https://example.org/A", "https://example.org/a.html", "https://example.org/a?id=1", "https://example.org/a?id=2",
		"https://example.org/a?p=1", "https://example.org/a?amp=2", "https://example.org/a?q=a%26b", "https://example.org/a?q=a&b", "https://news.example.org/a",
		"https://example.com/a", "https://example.org:8080/a", "https://example.org/a%2Fb", "https://example.org/a/b", "https://example.org/camp", "https://m.de/a",
		"https://www.co.uk/a", "https://example.org/a?q=a%2Bb", "https://example.org/a?q=a+b", "https://example.org/a?ref=x", "https://example.org/a?source=x",
		"https://example.org/a?id", "https://example.org/a//b", "https://example.org//x/./a", "https://example.org//y/./a",
	} {
		key := CanonicalURL(raw)
		if key == "" || seen[key] != "" {
			t.Errorf("CanonicalURL(%q) = %q, the same as that of %q", raw, key, seen[key])
		}
		seen[key] = raw
	}
}

func TestCanonicalURLRefuses(t *testing.T) {
	for _, raw := range []string{"", "a/b", "/a", "mailto:x@example.org", "ftp://example.org/a", "urn:uuid:1", "https://", "http:///a", "javascript:alert(1)", "tag:example.org,2005:1", "https:example.org/a", "://x", "https://example.org/" + strings.Repeat("ü", maxURL/3)} {
		if got := CanonicalURL(raw); got != "" {
			t.Errorf("CanonicalURL(%q) = %q, want none", raw, got)
		}
	}
}

func TestIsRoot(t *testing.T) {
	for raw, want := range map[string]bool{"https://example.org/": true, "https://www.example.org/?utm_source=x": true, "https://example.org/a": false, "https://example.org/?p=1": false} {
		if got := IsRoot(CanonicalURL(raw)); got != want {
			t.Errorf("IsRoot of %q = %v, want %v", raw, got, want)
		}
	}
	if IsRoot("") {
		t.Error("IsRoot(\"\") = true, want false")
	}
}

func TestOutlet(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.tagesschau.de/inland/x": "tagesschau.de", "https://news.bbc.co.uk/a": "bbc.co.uk", "https://me.github.io/a": "me.github.io",
		"https://WWW.Example.ORG.": "example.org", "http://127.0.0.1:99/a": "127.0.0.1", "http://localhost/a": "localhost", "": "", "a/b": "", "https://müller.example/": "xn--mller-kva.example",
	} {
		if got := Outlet(raw); got != want {
			t.Errorf("Outlet(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	for ref, want := range map[string]string{
		"x":                        "https://example.org/blog/2025/x",
		"//cdn.example/y":          "https://cdn.example/y",
		"HTTP://Example.org/a b":   "http://Example.org/a%20b",
		"http://a.example/100%":    "http://a.example/100%25",
		" \n/x\t":                  "https://example.org/x",
		"http://a.ex\nample/":      "http://a.example/",
		"http://u:p@a.example/":    "http://a.example/",
		"https:x":                  "https://example.org/blog/2025/x",
		"https:/x":                 "https://example.org/x",
		"http:x":                   "", // another scheme: browsers take x for a host
		"javascript:alert(1)":      "",
		"mailto:a@b.example":       "",
		"data:text/html,x":         "",
		"http://":                  "",
		"https://":                 "", // not the document
		"http://[::1":              "",
		"":                         "",
		"http://a.example/ü?q=ä#ß": "http://a.example/%C3%BC?q=ä#%C3%9F",
	} {
		if got := Resolve(base(t), ref); got != want {
			t.Errorf("Resolve(%q) = %q, want %q", ref, got, want)
		}
	}
	if got := Resolve(nil, "x"); got != "" {
		t.Errorf("Resolve(nil, x) = %q, want none", got)
	}
}

func FuzzCanonicalURL(f *testing.F) {
	for _, s := range []string{"https://example.org/a?b=c&utm_x=1#f", "http://www.m.example.org:80/%zz/../amp/", "https://müller.example/ü?a=%", "http://[::1]/?a+b=[c]", "https://a.example/?&&=&x", "http://a.example/#!x y", "http://\x99../a", "http://a.example../a", "http://bücher.example。/a", "http://a.example//b/./c/../.d", "http://de.m.m.example.org/", "http://example.org\u3000:/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		key := CanonicalURL(raw)
		if key == "" {
			return
		}
		if again := CanonicalURL(key); again != key {
			t.Errorf("CanonicalURL(%q) = %q, whose own is %q", raw, key, again)
		}
		if _, err := url.Parse(key); err != nil {
			t.Errorf("CanonicalURL(%q) = %q is no URL: %v", raw, key, err)
		}
		if !strings.HasPrefix(key, "https://") || strings.ContainsAny(key, " \t\r\n\"<>") {
			t.Errorf("CanonicalURL(%q) = %q", raw, key)
		}
	})
}

func BenchmarkCanonicalURL(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		CanonicalURL("https://www.example.org/politik/artikel-123.html?utm_source=rss&utm_medium=feed&id=7#comments")
	}
}
