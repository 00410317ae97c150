package news

import "time"

// ListState is what we hold of a List: an OPML list of sources, which brings
// sources and is none.
type ListState struct {
	ID   int64  // row number; zero before it is stored
	Name string // unique among lists and sources
	URL  string // as configured: its address, or its path

	Sources    []Listed   // of its last good state
	Validators Validators // of that state
	Loaded     time.Time  // when it was last good; zero before
	Last       Fetch      // the latest attempt; SourceID is 0
	Failures   int        // attempts failed in a row
	NextDue    time.Time  // zero means never read: due at once
}

// Listed is a source as a list names it.
type Listed struct {
	Name  string   `json:"name,omitempty"` // that it got when it appeared, and keeps
	URL   string   `json:"url"`            // of the feed
	Title string   `json:"title,omitempty"`
	Site  string   `json:"site,omitempty"`
	Tags  []string `json:"tags,omitempty"` // its folders
}
