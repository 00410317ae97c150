package news

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"
)

// Enclosure is a media file that belongs to an entry.
type Enclosure struct {
	URL      string `json:"url"`                // http, https or magnet
	Type     string `json:"type,omitempty"`     // media type
	Length   int64  `json:"length,omitempty"`   // bytes; 0 is unknown
	Title    string `json:"title,omitempty"`    // plain text
	Alt      string `json:"alt,omitempty"`      // plain text: what it shows, for those who do not see it
	Credit   string `json:"credit,omitempty"`   // plain text: who made it
	Duration int64  `json:"duration,omitempty"` // seconds; 0 is unknown
	Width    int    `json:"width,omitempty"`    // pixels; 0 is unknown
	Height   int    `json:"height,omitempty"`
	Adult    bool   `json:"adult,omitempty"` // not to be shown unasked
}

// Medium is what the file is for those who look at it or listen: "image",
// "audio", "video", or "" for anything else.
func (f Enclosure) Medium() string { return MediumOf(f.Type, f.URL) }

// Torrent is the media type of what BitTorrent programs download.
const Torrent = "application/x-bittorrent"

// Magnet reports whether the file is in a network of peers instead of on a server, so that
// only BitTorrent programs can get it. BEP 9.
func (f Enclosure) Magnet() bool { return strings.HasPrefix(f.URL, "magnet:") }

// Playable reports whether the file is sound or film.
func (f Enclosure) Playable() bool {
	medium := f.Medium()
	return medium == "audio" || medium == "video"
}

// Incomplete reports whether the type or the length of the file is unknown and its server can be
// asked.
func (f Enclosure) Incomplete() bool { return (f.Type == "" || f.Length == 0) && !f.Magnet() }

// MediumUnknown reports whether it is unknown if the file is sound or film, so that only its
// server can tell.
func (f Enclosure) MediumUnknown() bool {
	return f.Type == "" && TypeByEnding(f.URL) == "" && !f.Magnet()
}

// Learn fills in what is unknown of the file. Facts about an HTML page are ignored: servers
// send one instead of the file when they want consent or a log-in.
func (f *Enclosure) Learn(facts FileFacts) {
	if facts.Type == "text/html" && !strings.HasPrefix(f.Type, "text/") {
		return
	}
	f.Type = cmp.Or(f.Type, facts.Type)
	f.Length = cmp.Or(f.Length, facts.Length)
}

// MainFile returns the index of the file that an entry is about where only one
// can be told of: the first that plays, else the first on a server. It is -1 without any.
func MainFile(files []Enclosure) int {
	if i := slices.IndexFunc(files, Enclosure.Playable); i >= 0 {
		return i
	}
	return slices.IndexFunc(files, func(f Enclosure) bool { return !f.Magnet() })
}

// MediumOf tells the medium of a file by its media type or, where that says
// nothing, by the ending of its name, when that leaves no doubt. Ogg without such an
// ending is taken for sound, as it nearly always is (RFC 5334 section 10.1).
func MediumOf(mediaType, url string) string {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	mediaType = strings.TrimSpace(mediaType)
	major, _, _ := strings.Cut(mediaType, "/")
	if major == "" || major == "application" || major == "binary" {
		major, _, _ = strings.Cut(TypeByEnding(url), "/")
	}
	switch {
	case major == "image", major == "audio", major == "video":
		return major
	case mediaType == "application/ogg":
		return "audio"
	}
	return ""
}

// TypeByEnding guesses the media type of a file by the ending of its name, "" for one
// that is not known. The list is our own: that of the system differs between
// machines, and the same Edition must give the same bytes on each.
func TypeByEnding(url string) string {
	file, _, _ := strings.Cut(url, "?")
	file, _, _ = strings.Cut(file, "#")
	return typesByEnding[strings.ToLower(path.Ext(file))]
}

var typesByEnding = map[string]string{
	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".m4b": "audio/mp4", ".aac": "audio/aac", ".ogg": "audio/ogg", ".oga": "audio/ogg",
	".opus": "audio/ogg", ".flac": "audio/flac", ".wav": "audio/wav",
	".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm", ".ogv": "video/ogg",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
	".avif": "image/avif", ".svg": "image/svg+xml",
	".vtt": "text/vtt", ".srt": "application/x-subrip", ".html": "text/html", ".txt": "text/plain", ".json": "application/json",
	".pdf": "application/pdf", ".epub": "application/epub+zip", ".zip": "application/zip",
}

// FileFacts are what the server of an enclosure said of the file when it was asked. They are
// stored apart from the entry, so that a file is asked about only once.
type FileFacts struct {
	URL     string
	Asked   time.Time
	Tries   int     // so far
	Outcome Outcome // of the latest one
	Type    string  // media type; empty is unknown
	Length  int64   // bytes; 0 is unknown
}

// How often a file is asked about when the attempt fails in a way that may pass.
const (
	fileTries = 3         // at most
	fileRetry = time.Hour // at least between two attempts
)

// Due reports whether the file is to be asked about again.
func (f FileFacts) Due(now time.Time) bool {
	return f.Outcome.Passing() && f.Tries < fileTries && now.Sub(f.Asked) >= fileRetry
}
