package story

import (
	"strings"
	"time"

	"golang.org/x/text/language"

	"tributary/internal/clean"
	"tributary/internal/filter"
	"tributary/internal/news"
)

// Relation is how the page behind an entry's link relates to the entry's outlet. The
// values are stored.
type Relation uint8

// The relations.
const (
	Foreign Relation = iota // somebody else's: the entry links it
	Own                     // the outlet's own, or that of the origin whose text it passes on
	Pointer                 // somebody else's, named in the redirect of an aggregator
)

// Evidence is what a decision needs to know about one entry. The store keeps it beside
// the entry, so that no text has to be read again for a candidate.
type Evidence struct {
	EntryID  int64 // 0 while undecided
	StoryID  int64 // 0 while undecided
	SourceID int64
	GUID     string // white space folded
	URL      string // canonical, of the page to which the link leads; empty without one
	Outlet   string // of its Source, see [Outlet]
	Page     Relation
	Title    uint64 // hash of the headline, case and white space aside; 0 without one
	Text     uint64 // hash of the text, likewise
	Words    int    // of the text
	Sketch   *Sketch
	Apart    bool // its Source never merges with others
	// Published is what the publisher says, zero if unknown. It is used for explanations only.
	// Candidates are ordered by Seen, then by EntryID.
	Published time.Time
	Seen      time.Time
}

// Gather collects the evidence about an entry that outlet published.
func Gather(outlet string, e news.Entry) Evidence { return gather(outlet, e, lookOf(e)) }

func gather(outlet string, e news.Entry, look look) Evidence {
	canonical := page(original(e))
	return Evidence{
		EntryID:   e.ID,
		StoryID:   e.StoryID,
		SourceID:  e.SourceID,
		GUID:      plain(e.GUID),
		URL:       canonical,
		Outlet:    outlet,
		Page:      relation(outlet, canonical, e),
		Title:     mark(look.title),
		Text:      mark(look.text),
		Words:     countWords(look.text),
		Sketch:    sketch(outlet, canonical, e, look),
		Published: e.Published,
		Seen:      e.FirstSeen,
	}
}

// original returns the link of an entry, or the canonical page that the entry names.
// The root of a site, which some feeds name in all entries, is not believed.
func original(e news.Entry) string {
	for _, l := range e.Extra.Links {
		if l.Rel == news.Canonical && clean.Outlet(l.URL) != "" && !clean.IsRoot(clean.CanonicalURL(l.URL)) {
			return l.URL
		}
	}
	return e.Link
}

// sketch makes the sketch of an entry from its headline and its fullest text.
func sketch(outlet, canonical string, e news.Entry, look look) *Sketch {
	media := recordingsOf(e)
	s := &Sketch{
		Feed:      uint32(e.SourceID),
		Published: e.Published,
		Undated:   e.Published.IsZero() && e.Updated.IsZero(),
		Query:     queryKey(canonical),
		Twin:      twinKey(canonical),
		Media:     media.files, Show: media.show, Length: media.length, Host: media.host,
	}
	if outlet != "" {
		s.Outlet = hash32("outlet", outlet)
	}
	if primary, _, _ := strings.Cut(strings.ToLower(e.Language), "-"); primary != "" {
		s.Language = hash32("language", primary)
	}
	s.write(e.Title, look.words)
	return s
}

// queryKey returns a hash of the page without its query, or 0 if it has none.
func queryKey(canonical string) uint32 {
	address, _, ok := strings.Cut(canonical, "?")
	if !ok {
		return 0
	}
	return hash32("query", address)
}

// twinKey returns a hash of the page without the language in its path or host, "/de/"
// or "de.", or 0 if it has none.
func twinKey(canonical string) uint32 {
	rest := strings.TrimPrefix(canonical, "https://")
	parts := strings.Split(rest, "/")
	if len(parts) < 3 {
		return 0
	}
	switch label, host, _ := strings.Cut(parts[0], "."); {
	case isLanguage(parts[1]):
		parts[1] = ""
	case isLanguage(label) && strings.Contains(host, "."):
		parts[0] = host
	default:
		return 0
	}
	return hash32("twin", strings.Join(parts, "/"))
}

func isLanguage(s string) bool {
	primary, region, _ := strings.Cut(s, "-")
	letters := func(s string) bool {
		return strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
	}
	if len(primary) != 2 || len(region) != 0 && len(region) != 2 || !letters(primary) || !letters(region) {
		return false
	}
	tag, err := language.ParseBase(primary)
	return err == nil && tag.String() == primary
}

// relation judges the page of an entry. An entry that names the origin of its text
// (atom:source, RFC 4287 section 4.2.11; RSS 2.0 source) passes on what that origin wrote.
func relation(outlet, canonical string, e news.Entry) Relation {
	host := clean.Outlet(canonical)
	home := clean.Outlet("https://" + outlet + "/")
	switch {
	case host == "":
		return Foreign
	case outlet == host, home == host:
		return Own
	case e.Origin != nil && (clean.Outlet(e.Origin.Link) == host || clean.Outlet(e.Origin.URL) == host):
		return Own
	case unwrap(original(e)) != "":
		return Pointer
	}
	return Foreign
}

// Outlet returns who publishes what a Source brings: the configured outlet, else the
// site that more than half of at least five links of its document share, else the site
// of its home page or its feed. A link blog, whose entries lead everywhere, is thus an
// outlet of its own, and not that of every page that it links.
func Outlet(s news.Source, entries []news.Entry) string {
	if s.Outlet != "" {
		return s.Outlet
	}
	if shared := sharedSite(entries); shared != "" {
		return shared
	}
	for _, link := range []string{s.Site, s.URL} {
		if host := clean.Outlet(link); host != "" {
			return host
		}
	}
	return s.Name
}

// fewLinks is the number of links below which they do not tell to which site a Source links.
const fewLinks = 5

func sharedSite(entries []news.Entry) string {
	count := map[string]int{}
	links := 0
	for _, e := range entries {
		if host := clean.Outlet(original(e)); host != "" {
			count[host]++
			links++
		}
	}
	if links < fewLinks {
		return ""
	}
	for host, n := range count {
		if 2*n > links {
			return host
		}
	}
	return ""
}

// mark hashes a folded text. It returns 0 for an empty one.
func mark(folded string) uint64 {
	if folded == "" {
		return 0
	}
	return hash(folded)
}

// countWords counts the words of a folded text. In scripts that do not separate words,
// it counts two letters as one.
func countWords(text string) int {
	if text == "" {
		return 0
	}
	letters := 0
	for _, r := range text {
		if filter.IsSingle(r) {
			letters++
		}
	}
	return strings.Count(text, " ") + 1 + letters/2
}
