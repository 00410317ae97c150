package news

import (
	"net/url"
	"strings"
	"testing"
)

func TestSafeURL(t *testing.T) {
	tests := []struct{ raw, want string }{
		// Nothing to hide.
		{"https://example.org/feed.xml", "https://example.org/feed.xml"},
		{"https://example.org/?author=anna&keyword=wald&page=2", "https://example.org/?author=anna&keyword=wald&page=2"},
		{"https://example.org/feed?token=", "https://example.org/feed?token="},
		{"https://example.org/a@b/feed", "https://example.org/a@b/feed"},
		{"https://example.org/passau/design/keys.xml", "https://example.org/passau/design/keys.xml"},
		{"mailto:redaktion@example.org", "mailto:redaktion@example.org"},
		{"seeds/*", "seeds/*"},
		{"", ""},

		// User names and passwords.
		{"https://anna:geheim@example.org/feed", "https://example.org/…"},
		{"https://anna@example.org:8443/feed", "https://example.org:8443/…"},
		{"//anna:geheim@example.org/feed", "…"},
		{"anna:geheim@example.org/feed", "…"},

		// The token of a private feed.
		{"https://example.org/private/ABCDEFGHIJKLMNOPQRSTUVWX23/club.atom", "https://example.org/…"},
		{"https://example.org/river/private/ABCDEFGHIJKLMNOPQRSTUVWX23", "https://example.org/…"},
		{"https://example.org/private/abcdefghijklmnopqrstuvwx23/club.atom", "https://example.org/private/abcdefghijklmnopqrstuvwx23/club.atom"},
		{"https://example.org/ABCDEFGHIJKLMNOPQRSTUVWX23/private/", "https://example.org/ABCDEFGHIJKLMNOPQRSTUVWX23/private/"},

		// Parameters.
		{"https://example.org/feed?token=abc", "https://example.org/…"},
		{"https://example.org/feed?TOKEN=abc", "https://example.org/…"},
		{"https://example.org/feed?x=1&key=abc", "https://example.org/…"},
		{"https://example.org/feed?a=1;secret=abc", "https://example.org/…"},
		{"https://example.org/feed?auth=abc", "https://example.org/…"},
		{"https://example.org/feed?access_token=abc", "https://example.org/…"},
		{"https://example.org/feed?feedKey=abc", "https://example.org/…"},
		{"https://example.org/feed?apikey=abc", "https://example.org/…"},
		{"https://example.org/feed?api%5Fkey=abc", "https://example.org/…"},
		{"https://example.org/feed?k%65y=abc", "https://example.org/…"},
		{"https://example.org/feed?user%5Bpassword%5D=abc", "https://example.org/…"},
		{"https://example.org/feed?sv=1&sig=abc", "https://example.org/…"},
		{"https://example.org/feed?X-Amz-Signature=abc", "https://example.org/…"},
		{"https://example.org/feed?Key-Pair-Id=abc", "https://example.org/…"},
		{"https://example.org/feed?oauth=abc", "https://example.org/…"},
		{"https://example.org/feed;jsessionid=abc", "https://example.org/…"},
		{"https://example.org/feed#access_token=abc", "https://example.org/…"},
		{"example.org/feed?token=abc", "…"},

		// Unreadable.
		{"http://[::1/feed", "…"},
		{"https://exa mple.org/?token=abc", "…"},
		{"https://example.org/%zz", "…"},
	}
	for _, tt := range tests {
		if got := SafeURL(tt.raw); got != tt.want {
			t.Errorf("SafeURL(%q) = %q, want %q", tt.raw, got, tt.want)
		}
		if got, want := HasSecret(tt.raw), tt.raw != tt.want; got != want {
			t.Errorf("HasSecret(%q) = %v, want %v", tt.raw, got, want)
		}
	}
}

// FuzzSafeURL holds that what is safe stays safe, and that a password never
// survives.
func FuzzSafeURL(f *testing.F) {
	for _, seed := range []string{"https://a:b@example.org/", "x?token=1", "//a@b", "a:b@c", "%", "https://h/?a=b#key=c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		safe := SafeURL(raw)
		if safe != "…" && HasSecret(safe) {
			t.Errorf("SafeURL(%q) = %q, which still has a secret", raw, safe)
		}
		u, err := url.Parse(raw)
		if err != nil || u.User == nil {
			return
		}
		if password, _ := u.User.Password(); len(password) > 3 && strings.Contains(safe, ":"+password+"@") {
			t.Errorf("SafeURL(%q) = %q shows the password", raw, safe)
		}
	})
}
