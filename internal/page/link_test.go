package page

import "testing"

// TestHost shows hosts as people write them, as long as nobody is misled.
func TestHost(t *testing.T) {
	for address, want := range map[string]string{
		"https://www.ufer.example/a?b":       "ufer.example",
		"https://www.xn--mhle-0ra.example/":  "mühle.example",
		"http://xn--pypal-4ve.example:8080/": "xn--pypal-4ve.example", // а of Cyrillic
		"https://xn--zzzz.example/":          "xn--zzzz.example",      // no Punycode
		"https://[2001:db8::1]/":             "2001:db8::1",
		"mailto:anna@ufer.example":           "",
	} {
		if got := host(address); got != want {
			t.Errorf("the host of %s is shown as %q, want %q", address, got, want)
		}
	}
}
