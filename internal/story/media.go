package story

import (
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// recordings are the audio and video files of an entry in the form in which they are compared.
type recordings struct {
	files  []uint32      // hashes of their addresses, ascending, see recordingAddress
	show   uint32        // hash of title and day; 0 if one of them or the length is unknown
	length time.Duration // of the first file
	host   uint32        // hash of the site that serves them
}

func recordingsOf(e news.Entry) recordings {
	var r recordings
	for _, f := range e.Enclosures {
		if f.Magnet() || !isRecording(f) {
			continue
		}
		address := recordingAddress(f.URL)
		r.files = append(r.files, hash32("file", address))
		if r.host == 0 {
			r.host = hash32("host", clean.Outlet(address))
			r.length = lasting(max(f.Duration, e.Extra.Episode.Duration))
			r.show = showOf(e, r.length)
		}
	}
	slices.Sort(r.files)
	r.files = slices.Compact(r.files)
	r.files = r.files[:min(len(r.files), maxRecordings)]
	return r
}

// lasting converts a length in seconds as feeds give it. An impossible one is 0, unknown.
func lasting(seconds int64) time.Duration {
	if seconds < 0 || seconds > longest {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// longest is a month, in seconds.
const longest = 31 * 24 * 60 * 60

// maxRecordings is how many files of one entry are compared.
const maxRecordings = 8

// showOf identifies an episode by title and day, which stay when a publisher moves to
// another host, as the length does. It returns 0 if one of these is unknown.
func showOf(e news.Entry, length time.Duration) uint32 {
	if title := fold(e.Title); title != "" && length > 0 && !e.Published.IsZero() {
		return hash32("show", title, e.Published.UTC().Format(time.DateOnly))
	}
	return 0
}

func hash32(parts ...string) uint32 { return mix(hash(parts...)) }

// isRecording reports whether a file is audio or video, by its type or else its name.
func isRecording(f news.Enclosure) bool {
	if kind, _, ok := strings.Cut(f.Type, "/"); ok && kind != "application" && kind != "text" {
		return kind == "audio" || kind == "video"
	}
	name, _, _ := strings.Cut(f.URL, "?")
	switch strings.ToLower(path.Ext(name)) {
	case ".mp3", ".m4a", ".m4b", ".aac", ".ogg", ".oga", ".opus", ".wav", ".flac", ".mp4", ".m4v", ".mov", ".webm", ".ogv", ".mkv":
		return true
	}
	return false
}

// recordingAddress returns the canonical address of a file. Services that count
// downloads stand in front of it as hosts of their own, with the rest of the address in
// their path ("count.example/redirect.mp3/media.example/1.mp3"). Access keys in the
// query change from day to day. Both are removed.
func recordingAddress(link string) string {
	canonical := clean.CanonicalURL(link)
	address, query, _ := strings.Cut(canonical, "?")
	segments := strings.Split(strings.TrimPrefix(address, "https://"), "/")
	for i := len(segments) - 2; i > 0; i-- { // a host is followed by a path
		if isHost(segments[i]) {
			address = clean.CanonicalURL("https://" + strings.Join(segments[i:], "/"))
			break
		}
	}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if pair != "" && !passing[strings.ToLower(key)] {
			kept = append(kept, pair)
		}
	}
	return strings.Join(append([]string{address}, kept...), "?")
}

// isHost reports whether a segment of a path is the name of a site.
func isHost(segment string) bool {
	dot := strings.LastIndexByte(segment, '.')
	if dot <= 0 || strings.ContainsAny(segment, "%@:") {
		return false
	}
	suffix, icann := publicsuffix.PublicSuffix(segment)
	return (icann || segment[dot+1:] == "example") && suffix != segment
}

// passing are query keys that do not identify a file: they say who may fetch it, until
// when, or by way of which feed.
var passing = map[string]bool{
	"token": true, "sig": true, "signature": true, "expires": true, "exp": true, "policy": true, "key-pair-id": true, "hdnea": true,
	"x-amz-algorithm": true, "x-amz-credential": true, "x-amz-date": true, "x-amz-expires": true, "x-amz-signature": true,
	"x-amz-signedheaders": true, "x-amz-security-token": true, "updated": true, "session": true, "sessionid": true, "rss_browser": true,
	"dest-id": true, "aid": true, "feed": true, "awcollectionid": true, "awepisodeid": true,
}
