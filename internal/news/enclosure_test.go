package news

import "testing"

// What a file is follows from its type, and where that says nothing from its name.
func TestMedium(t *testing.T) {
	for _, c := range []struct{ kind, url, want string }{
		{"", "https://a.example/1.wav", "audio"},
		{"", "https://a.example/1.AAC?x=.pdf", "audio"},
		{"", "https://a.example/1.oga#t", "audio"},
		{"", "https://a.example/1.ogv", "video"},
		{"", "https://a.example/1.svg", "image"},
		{"", "https://a.example/1.txt", ""},
		{"", "https://a.example/1", ""},
		{"application/ogg", "https://a.example/1", "audio"},
		{"application/ogg; charset=binary", "https://a.example/1", "audio"},
		{"application/ogg", "https://a.example/1.ogv", "video"},
		{"application/octet-stream", "https://a.example/1.mp3", "audio"},
		{"application/pdf", "https://a.example/1", ""},
		{"Audio/MPEG", "https://a.example/1.mp4", "audio"},
		{"text/html", "https://a.example/1.mp3", ""},
	} {
		if got := MediumOf(c.kind, c.url); got != c.want {
			t.Errorf("%q of type %q is %q, want %q", c.url, c.kind, got, c.want)
		}
	}
	for ending, kind := range typesByEnding { // one list, so that what is told of a file and what it counts as agree
		if got, want := MediumOf("", "https://a.example/1"+ending), MediumOf(kind, ""); got != want {
			t.Errorf("%s is %q, its type %s %q", ending, got, kind, want)
		}
	}
}

// A file in a network of peers has no server that could be asked about it.
func TestNobodyIsAskedAboutAMagnetLink(t *testing.T) {
	for _, tt := range []struct {
		file                Enclosure
		incomplete, unknown bool
	}{
		{Enclosure{URL: "https://e.example/a"}, true, true},
		{Enclosure{URL: "https://e.example/a.mp3"}, true, false},
		{Enclosure{URL: "https://e.example/a", Type: "audio/mpeg", Length: 9}, false, false},
		{Enclosure{URL: "magnet:?xt=urn:btih:c12f"}, false, false},
		{Enclosure{URL: "magnet:?xt=urn:btih:c12f", Type: Torrent}, false, false},
	} {
		if tt.file.Incomplete() != tt.incomplete || tt.file.MediumUnknown() != tt.unknown {
			t.Errorf("%+v: incomplete %v, medium unknown %v", tt.file, tt.file.Incomplete(), tt.file.MediumUnknown())
		}
	}
}
