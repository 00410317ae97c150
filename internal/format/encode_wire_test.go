package format

import (
	"regexp"
	"testing"
)

func TestWireURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.example":                         "https://a.example",
		"https://a.example/p?sig=a%2Fb+c&x=~(1)*":   "https://a.example/p?sig=a%2Fb+c&x=~(1)*",
		"http://a.example/[1]|{2}^`":                "http://a.example/%5B1%5D%7C%7B2%7D%5E%60",
		"https://a.example/50%":                     "https://a.example/50%25",
		"https://münchen.example:8443/straße?q=ü#ß": "https://xn--mnchen-3ya.example:8443/stra%C3%9Fe?q=%C3%BC#%C3%9F",
		"HTTPS://A.example/":                        "https://a.example/",
		"https://me:secret@a.example/x":             "https://a.example/x",
		" https://a.example/ a ":                    "https://a.example/%20a",
		"http://[::1]:8080/x":                       "http://[::1]:8080/x",
		"//a.example/x":                             "",
		"/x":                                        "",
		"":                                          "",
		"https://":                                  "",
		"https:///x":                                "",
		"http://:80/":                               "",
		"javascript:alert(1)":                       "",
		"data:text/html,x":                          "",
		"ftp://a.example/":                          "",
		"mailto:a@a.example":                        "",
		"https://a.example/\x00\u202e":              "https://a.example/",
	} {
		if got := wireURL(raw); got != want {
			t.Errorf("wireURL(%q) = %q, want %q", raw, got, want)
		}
	}
}

func FuzzWireURL(f *testing.F) {
	for _, s := range []string{"https://a.example/x", "http://ü/%zz#[", "https://a@b:9/?|", "http://[::1]/\""} {
		f.Add(s)
	}
	legal := regexp.MustCompile(`^https?://[^/?#\s"<>]+([/?#]([-._~:/?#@!$&'()*+,;=A-Za-z0-9]|%[0-9A-Fa-f]{2})*)?$`)
	f.Fuzz(func(t *testing.T, raw string) {
		got := wireURL(raw)
		if got != "" && !legal.MatchString(got) {
			t.Errorf("wireURL(%q) = %q, want a URI", raw, got)
		}
		if again := wireURL(got); again != got {
			t.Errorf("wireURL(%q) = %q, and of that %q", raw, got, again)
		}
	})
}

func TestWireValues(t *testing.T) {
	for _, c := range []struct {
		name       string
		rule       func(string) string
		given, got string
	}{
		{"language", wireLanguage, "de", "de"},
		{"language", wireLanguage, "de-at", "de-AT"},
		{"language", wireLanguage, "zh-hant-tw", "zh-Hant-TW"},
		{"language", wireLanguage, "gsw", "gsw"},
		{"language", wireLanguage, "deutsch", ""},
		{"language", wireLanguage, "xx", ""},
		{"language", wireLanguage, "und", ""},
		{"language", wireLanguage, "x-klingon", ""},
		{"language", wireLanguage, `de" onload="`, ""},
		{"type", wireType, "Audio/MPEG; codecs=x", "audio/mpeg"},
		{"type", wireType, "image/svg+xml", "image/svg+xml"},
		{"type", wireType, "mp3", ""},
		{"type", wireType, "a/b/c", ""},
		{"type", wireType, "a b/c", ""},
		{"type", wireType, "/", ""},
		{"file", typeByExtension, "https://a.example/x.MP3?a=b.pdf#c", "audio/mpeg"},
		{"file", typeByExtension, "https://a.example/x", "application/octet-stream"},
		{"mail", wireEmail, "a.b+c@d.example", "a.b+c@d.example"},
		{"mail", wireEmail, "A <a@d.example>", ""},
		{"mail", wireEmail, "a@localhost", ""},
		{"mail", wireEmail, "a@d.example, b@d.example", ""},
		{"mail", wireEmail, `"a b"@d.example`, ""},
		{"mail", wireEmail, "ä@d.example", ""},
	} {
		if got := c.rule(c.given); got != c.got {
			t.Errorf("%s %q: got %q, want %q", c.name, c.given, got, c.got)
		}
	}
}

// The fast check and the exact rule agree on every character.
func TestWireText(t *testing.T) {
	for r := rune(0); r <= 0x10ffff; r++ {
		if r >= 0xd800 && r <= 0xdfff {
			continue
		}
		given := "a" + string(r) + "b"
		want := given
		switch {
		case r == '\r':
			want = "a\nb"
		case illegal(r):
			want = "ab"
		}
		if got := wireText(given); got != want {
			t.Fatalf("wireText(%q) = %q, want %q", given, got, want)
		}
	}
	if got, want := wireText("a\r\nb\xffc\xc2"), "a\nb\ufffdc\ufffd"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
