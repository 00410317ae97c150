package story

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// Relation says what the page behind an entry's link is to its outlet. The values
// are stored.
type Relation uint8

// The relations.
const (
	Foreign Relation = iota // somebody else's: the entry links it
	Own                     // its own, or that of the origin whose text it passes on
	Pointer                 // somebody else's, reached through an aggregator's redirect that holds its address
)

// Evidence is what a decision needs to know of one entry. The store keeps it
// beside the entry, so that no text has to be read again for a candidate.
type Evidence struct {
	EntryID  int64 // 0 while undecided
	StoryID  int64 // 0 while undecided
	SourceID int64
	GUID     string // white space folded
	URL      string // canonical, of the page that the link leads to; empty without one
	Outlet   string // of its Source, see [Outlet]
	Page     Relation
	Title    uint64 // hash of the headline, case and white space aside; 0 without one
	Text     uint64 // hash of the text, likewise
	Words    int    // of the text
	Sketch   *Sketch
	Apart    bool // its Source never merges with others
	// Published is the publisher's word and used for explanations only; zero when
	// unknown. Seen orders candidates, EntryID where it is equal.
	Published time.Time
	Seen      time.Time
}

// Gather collects the evidence of an entry published by outlet.
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

// original is the link of an entry, or the page that the entry says it leads to in
// the end. The root of a site, which some name for all entries, is not believed.
func original(e news.Entry) string {
	for _, l := range e.Extra.Links {
		if l.Rel == news.Canonical && clean.Outlet(l.URL) != "" && !clean.IsRoot(clean.CanonicalURL(l.URL)) {
			return l.URL
		}
	}
	return e.Link
}

// sketch is made of the fullest text of an entry, with a summary that is none of
// its sentences in front.
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

// queryKey names a page without its query; 0 for one that has none.
func queryKey(canonical string) uint32 {
	address, _, ok := strings.Cut(canonical, "?")
	if !ok {
		return 0
	}
	return hash32("query", address)
}

// twinKey names a page without the language in its path or in front of its host,
// "/de/" or "de."; 0 for one that has none.
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

// relation judges a page. An entry that names the origin of its text
// (atom:source, RFC 4287 section 4.2.11; RSS 2.0 source) passes on what that wrote.
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

// Outlet says who publishes what a Source brings: the configured outlet, else
// the site that more than half of at least five links of its document share, else
// the site of its home page or of the feed. So a blog of links, whose entries
// lead everywhere, is an outlet of its own and not that of each page it links.
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

// fewLinks is how many links say nothing yet about where a Source links.
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

// mark hashes a folded text, and keeps 0 for none.
func mark(folded string) uint64 {
	if folded == "" {
		return 0
	}
	return hash(folded)
}

// countWords counts the words of a folded text, and two letters as one word in
// the scripts that write none apart.
func countWords(text string) int {
	if text == "" {
		return 0
	}
	letters := 0
	for _, r := range text {
		if r >= '\u0E00' && unicode.In(r, unicode.Thai, unicode.Hiragana, unicode.Katakana, unicode.Han) {
			letters++
		}
	}
	return strings.Count(text, " ") + 1 + letters/2
}
