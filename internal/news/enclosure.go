package news

import (
	"path"
	"strings"
)

// Enclosure is a media file that belongs to an entry.
type Enclosure struct {
	URL      string `json:"url"`
	Type     string `json:"type,omitempty"`     // media type
	Length   int64  `json:"length,omitempty"`   // bytes; 0 is unknown
	Title    string `json:"title,omitempty"`    // plain text
	Duration int64  `json:"duration,omitempty"` // seconds; 0 is unknown
	Width    int    `json:"width,omitempty"`    // pixels; 0 is unknown
	Height   int    `json:"height,omitempty"`
}

// Medium is what the file is for those who look at it or listen: "image",
// "audio", "video", or "" for anything else.
func (f Enclosure) Medium() string { return MediumOf(f.Type, f.URL) }

// Playable reports whether the file is sound or film.
func (f Enclosure) Playable() bool {
	medium := f.Medium()
	return medium == "audio" || medium == "video"
}

// MainFile returns the index of the file that an entry is about where only one
// can be told of: the first that plays, else the first. It is -1 without any.
func MainFile(files []Enclosure) int {
	for i, f := range files {
		if f.Playable() {
			return i
		}
	}
	return min(0, len(files)-1)
}

// MediumOf tells the medium of a file by its media type or, where that says
// nothing, by the ending of its name, when that leaves no doubt.
func MediumOf(mediaType, url string) string {
	major, _, _ := strings.Cut(strings.ToLower(mediaType), "/")
	switch major {
	case "image", "audio", "video":
		return major
	case "", "application", "binary":
		file, _, _ := strings.Cut(url, "?")
		file, _, _ = strings.Cut(file, "#")
		return mediaByEnding[strings.ToLower(path.Ext(file))]
	}
	return ""
}

var mediaByEnding = map[string]string{".jpg": "image", ".jpeg": "image", ".png": "image", ".gif": "image", ".webp": "image", ".avif": "image",
	".mp3": "audio", ".m4a": "audio", ".ogg": "audio", ".opus": "audio", ".flac": "audio", ".mp4": "video", ".m4v": "video", ".webm": "video", ".mov": "video"}
