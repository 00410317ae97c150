package news

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Part is one document of a feed: the live one, which is the zero value, a closed page of
// its archive (RFC 5005 section 4), or a page of what came before a Publication (section 3).
type Part struct {
	Generation int   // of the archive, from 1; each rebuild of the archive begins another one
	Page       int   // number of the closed page, from 1; 0: the Part is no closed page
	Before     int64 // shows the Publications below this sequence; 0: the Part is no such page
}

// PageName returns the name of a closed page in its address: "7", in a later generation
// "2-7".
func (p Part) PageName() string {
	if p.Generation <= 1 {
		return strconv.Itoa(p.Page)
	}
	return strconv.Itoa(p.Generation) + "-" + strconv.Itoa(p.Page)
}

// ParsePage reads what PageName writes, and nothing else.
func ParsePage(name string) (Part, bool) {
	p := Part{Generation: 1}
	var err error
	generation, number, later := strings.Cut(name, "-")
	if later {
		p.Generation, err = strconv.Atoi(generation)
	} else {
		number = name
	}
	if err == nil {
		p.Page, err = strconv.Atoi(number)
	}
	return p, err == nil && p.Page > 0 && p.PageName() == name
}

// Next returns the page that is closed after p.
func (p Part) Next() Part { return Part{Generation: p.Generation, Page: p.Page + 1} }

// PageDocument is one format of a closed page, as it is stored and served.
type PageDocument struct {
	Part     Part
	Format   string // "atom" or "json"
	ETag     string // quoted; a hash of the unpacked bytes
	Length   int    // of the unpacked bytes
	Packed   []byte // gzip
	Modified time.Time
	Gone     bool // the page was dropped: there are no bytes any more
}

// Bounds of a closed page.
const (
	PageSize     = 100     // Publications
	maxPageBytes = 1 << 20 // of title, summary and content together
)

// ArchiveWait is how long Publications that went into the history of a feed wait for their
// page. So the backlogs of several new sources share pages, and the first pages of an
// archive are made only after every source was read once.
const ArchiveWait = time.Hour

// Unpaged is a Publication that is in no closed page yet.
type Unpaged struct {
	Sequence int64
	Entered  time.Time
	Bytes    int // of title, summary and content
}

// Archive is how far the archive of a feed has come.
type Archive struct {
	Upto   int64         // highest sequence in a closed page; 0: none is closed; -1: the archive has not begun
	Newest time.Time     // when the newest Publication of the feed entered
	Window time.Duration // of the feed
	Waited bool          // what waits for its page has waited for ArchiveWait
}

// NextPage returns the Publications of the next page to close; nil when none can be closed
// yet. open are those in no page, by sequence. waits says that some of them have to wait
// for ArchiveWait.
//
// A page is closed when it is full and its last Publication is older than the window of the
// feed, so that corrections of the first days are still in it. It is closed earlier when
// there are more open Publications than a live document can show, since that shows all
// that came after the last closed page. What was placed before that page, as the backlog
// of a new source is, gets pages of its own.
func NextPage(open []Unpaged, a Archive) (page []Unpaged, waits bool) {
	if a.Upto < 0 && !a.Waited {
		return nil, len(open) > 0
	}
	behind, _ := slices.BinarySearchFunc(open, a.Upto+1, func(u Unpaged, after int64) int { return cmp.Compare(u.Sequence, after) })
	late, rest := open[:behind], open[behind:]
	if n, full := fill(late); full || n > 0 && a.Waited {
		return late[:n], true
	}
	n, full := fill(rest)
	if full && (!rest[n-1].Entered.After(a.Newest.Add(-a.Window)) || crowded(rest)) {
		return rest[:n], len(late) > 0
	}
	return nil, len(late) > 0
}

// fill returns how many of the Publications one page takes, and whether they fill it.
func fill(open []Unpaged) (n int, full bool) {
	bytes := 0
	for i, u := range open {
		if bytes += u.Bytes; i == PageSize || i > 0 && bytes > maxPageBytes {
			return i, true
		}
	}
	return len(open), len(open) == PageSize || bytes > maxPageBytes
}

// crowded reports whether a live document cannot show all of the Publications.
func crowded(open []Unpaged) bool {
	bytes := 0
	for _, u := range open {
		bytes += u.Bytes
	}
	return len(open) > MaxShown || bytes > MaxShownBytes
}
