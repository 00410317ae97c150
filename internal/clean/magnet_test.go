package clean

import "testing"

func TestMagnet(t *testing.T) {
	const hash = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a"
	for ref, want := range map[string]string{
		"magnet:?xt=urn:btih:" + hash:                                  "magnet:?xt=urn:btih:" + hash,
		" MAGNET:?dn=a b&xt=urn:btih:" + hash + "\n":                   "magnet:?dn=a%20b&xt=urn:btih:" + hash,
		"magnet:?xt=urn%3Abtih%3AYNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C":     "magnet:?xt=urn%3Abtih%3AYNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C",
		"magnet:?xt=urn:btmh:1220" + hash + "c12fe1c06bba254a9dc9f519": "magnet:?xt=urn:btmh:1220" + hash + "c12fe1c06bba254a9dc9f519",
		"magnet:?xt=urn:btih:" + hash + "&tr=udp%3A%2F%2Ft.example":    "magnet:?xt=urn:btih:" + hash + "&tr=udp%3A%2F%2Ft.example",
		"magnet:?xt=urn:btih:" + hash + "0":                            "",
		"magnet:?dn=urn:btih:" + hash:                                  "",
		"magnet:xt=urn:btih:" + hash:                                   "",
		"javascript:?xt=urn:btih:" + hash:                              "",
		"https://a.example/?xt=urn:btih:" + hash:                       "",
		"":                                                             "",
	} {
		if got := Magnet(ref); got != want {
			t.Errorf("%q: got %q, want %q", ref, got, want)
		}
		if CanonicalURL(ref) != "" && want != "" {
			t.Errorf("%q has a canonical URL: it could be taken for a page", ref)
		}
	}
}
