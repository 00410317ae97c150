package news

import (
	"strings"
	"time"
)

// FileFacts are what came of asking a server about a file that an entry brings. They
// are kept, so that a file is asked about once, and are never part of the entry.
type FileFacts struct {
	URL     string
	Asked   time.Time
	Tries   int     // so far
	Outcome Outcome // of the latest one
	Type    string  // media type; empty is unknown
	Length  int64   // bytes; 0 is unknown
}

// Bounds of asking about files: a failure that may pass is asked about so often, and
// not sooner than that after the last time.
const (
	fileTries = 3
	fileRetry = time.Hour
)

// Due reports whether the file is to be asked about again.
func (f FileFacts) Due(now time.Time) bool {
	return f.Outcome.Passing() && f.Tries < fileTries && now.Sub(f.Asked) >= fileRetry
}

// Lacking reports whether the file is of unknown type or length.
func (f Enclosure) Lacking() bool { return f.Type == "" || f.Length == 0 }

// Unheard reports whether only the server of the file can say whether it plays.
func (f Enclosure) Unheard() bool { return f.Type == "" && TypeByEnding(f.URL) == "" }

// Learn adds to a file what is not known of it. A page is not the file, whatever it
// says of itself: servers send one where they want consent or a log-in.
func (f *Enclosure) Learn(facts FileFacts) {
	if facts.Type == "text/html" && !strings.HasPrefix(f.Type, "text/") {
		return
	}
	if f.Type == "" {
		f.Type = facts.Type
	}
	if f.Length == 0 {
		f.Length = facts.Length
	}
}
