package news

import (
	"strings"
	"time"
)

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

// Lacking reports whether the type or the length of the file is unknown and its server can be
// asked.
func (f Enclosure) Lacking() bool { return (f.Type == "" || f.Length == 0) && !f.Magnet() }

// Unheard reports whether it is unknown if the file is sound or film, so that only its
// server can tell.
func (f Enclosure) Unheard() bool { return f.Type == "" && TypeByEnding(f.URL) == "" && !f.Magnet() }

// Learn fills in what is unknown of the file. Facts about an HTML page are ignored: servers
// send one instead of the file when they want consent or a log-in.
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
