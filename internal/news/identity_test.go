package news

import "testing"

func TestIsIRI(t *testing.T) {
	for s, want := range map[string]bool{
		"https://a.example/1": true, "https:///1": false, "one": false, "": false, "https://a.example/a b": false, "nntp://a.example/1": true, "mailto:a@a.example": false,
		"urn:isbn:0451450523": true, "URN:example:a%20b": true, "urn:x:1": false, "urn:example:": false, "urn:example:a/b": false, "urn:example": false,
		"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6": true, "urn:uuid:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6": true, "urn:uuid:17": false,
		"tag:a.example,2026:1": true, "tag:anna@a.example,2026-03-01:/blog/1?x=y": true, "tag:a.example:1": false, "tag:a.example,26:1": false,
	} {
		if got := IsIRI(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

func TestHostOf(t *testing.T) {
	for address, want := range map[string]string{"https://www.a.example:8443/x": "www.a.example", "http://[::1]:80/": "::1", "a.example": "", "%": ""} {
		if got := HostOf(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}
