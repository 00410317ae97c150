package news

import (
	"path"
	"strings"
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

// MainFile returns the index of the file that an entry is about where only one
// can be told of: the first that plays, else the first on a server. It is -1 without any.
func MainFile(files []Enclosure) int {
	main := -1
	for i, f := range files {
		if f.Playable() {
			return i
		}
		if main < 0 && !f.Magnet() {
			main = i
		}
	}
	return main
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
