package seed

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tributary/internal/filter"
	"tributary/internal/news"
)

// guidPrefix begins every GUID that is created here. It contains no colon, so that a seed's GUID is
// never mistaken for an absolute IRI.
const guidPrefix = "seed/"

// Bounds of what is stored about a text.
const (
	runLength = 5
	maxRuns   = 8192 // 32 KiB; of a longer text the runs with the lowest hashes
)

// wordsOf returns the normalised words of a text: lower case, letters and digits only. In scripts
// written without spaces each character is a word.
func wordsOf(text string) []string {
	text = strings.ReplaceAll(text, "\u00ad", "") // a soft hyphen separates nothing
	var words []string
	start := -1
	flush := func(end int) {
		if start >= 0 {
			words = append(words, strings.ToLower(text[start:end]))
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case filter.IsSingle(r):
			flush(i)
			words = append(words, string(r))
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			if start < 0 {
				start = i
			}
		default:
			flush(i)
		}
	}
	flush(len(text))
	return words
}

// hashWords identifies a text by its words: 128 bits of SHA-256 in hex, because GUIDs are public
// and permanent.
func hashWords(words []string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, " ")))
	return hex.EncodeToString(sum[:16])
}

// runsOf returns the sorted hashes of all runs of five words. A shorter text is a single run.
func runsOf(words []string) []uint32 {
	runs := make([]uint32, 0, len(words))
	for i := 0; i == 0 || i+runLength <= len(words); i++ {
		h := fnv.New32a()
		for _, word := range words[i:min(i+runLength, len(words))] {
			_, _ = h.Write([]byte(word))
			_, _ = h.Write([]byte{' '})
		}
		runs = append(runs, h.Sum32())
	}
	slices.Sort(runs)
	runs = slices.Compact(runs)
	return slices.Clip(runs[:min(len(runs), maxRuns)])
}

// remains returns the fraction of a text's runs that are still present, 0 to 1. For texts too long
// to be stored completely it compares only the range of hashes that both cover.
func remains(old, new []uint32) float64 {
	limit := ^uint32(0)
	for _, runs := range [][]uint32{old, new} {
		if len(runs) == maxRuns {
			limit = min(limit, runs[len(runs)-1])
		}
	}
	total, kept := 0, 0
	for _, run := range old {
		if run > limit {
			break
		}
		total++
		if _, found := slices.BinarySearch(new, run); found {
			kept++
		}
	}
	if total == 0 {
		return 0
	}
	return float64(kept) / float64(total)
}

// hold is the state of a record during a scan.
type hold int

const (
	free    hold = iota // its file is gone, or contains another document now
	kept                // its file exists but cannot be read now: the entry stays
	settled             // its document is present
)

// fresh is a file that was read in this scan.
type fresh struct {
	candidate
	*parsed
	hash   string
	runs   []uint32
	record int // index of its record; -1 for a new document
}

func newFresh(c candidate, p *parsed, data []byte) *fresh {
	f := &fresh{candidate: c, parsed: p, record: -1}
	if p.feed {
		sum := sha256.Sum256(data)
		f.hash = hex.EncodeToString(sum[:16])
		return f
	}
	words := wordsOf(p.text)
	f.hash, f.runs = hashWords(words), runsOf(words)
	return f
}

// matcher identifies the files that were read, by the rules of Read.
type matcher struct {
	records []news.SeedFile
	holds   []hold
	at      map[string][]int // records by path
	with    map[string][]int // records by text hash
	known   map[string]int   // records by GUID
	skipped []Skip
}

func newMatcher(records []news.SeedFile) *matcher {
	m := &matcher{records: records, holds: make([]hold, len(records)), at: map[string][]int{}, with: map[string][]int{}, known: map[string]int{}}
	for i, r := range records {
		m.at[r.Path] = append(m.at[r.Path], i)
		m.with[r.TextHash] = append(m.with[r.TextHash], i)
		m.known[r.GUID] = i
	}
	return m
}

// match applies the rules in order of certainty: a file with the text stored for its path; a path
// at which half of the runs remain; a known text at a new path; a feed with a known id; a new
// document. Files with equal texts are one document. It returns the files that are documents, each
// with its record.
func (m *matcher) match(files []*fresh) []*fresh {
	files = m.dropEqual(files)
	rules := []func(*fresh) int{
		func(f *fresh) int {
			return m.pick(m.with[f.hash], func(r news.SeedFile) bool { return r.Path == f.path && isFeed(r) == f.feed })
		},
		m.ofPath,
		func(f *fresh) int {
			return m.pick(m.with[f.hash], func(r news.SeedFile) bool { return isFeed(r) == f.feed })
		},
		m.ofFeed,
		m.mint,
	}
	for _, rule := range rules {
		for _, f := range files {
			if f.record < 0 {
				f.record = rule(f)
			}
			if f.record >= 0 {
				m.holds[f.record] = settled
			}
		}
	}
	return files
}

// dropEqual keeps one file of each text: one that is settled already, else the one that had it
// before, else the first by path.
func (m *matcher) dropEqual(files []*fresh) []*fresh {
	holder := map[string]string{} // text hash to path
	for i, r := range m.records {
		if m.holds[i] == settled {
			holder[r.TextHash] = r.Path
		}
	}
	for _, f := range files {
		for _, i := range m.at[f.path] {
			if holder[f.hash] == "" && m.records[i].TextHash == f.hash {
				holder[f.hash] = f.path
			}
		}
	}
	return slices.DeleteFunc(files, func(f *fresh) bool {
		path := holder[f.hash]
		if path == "" {
			holder[f.hash] = f.path
		}
		if path == "" || path == f.path {
			return false
		}
		m.skipped = append(m.skipped, Skip{Path: f.path, Reason: "the same text as " + path + "; equal texts are one document"})
		return true
	})
}

// pick returns the first of the numbered records that fits and whose document is not settled
// elsewhere, or -1. Present records take precedence over withdrawn ones.
func (m *matcher) pick(numbered []int, fits func(news.SeedFile) bool) int {
	found := -1
	for _, i := range numbered {
		r := m.records[i]
		if m.holds[i] == settled || !fits(r) {
			continue
		}
		if found < 0 || r.Present && !m.records[found].Present {
			found = i
		}
	}
	return found
}

// ofPath returns the record of a file's path with the largest remaining part, which must be at
// least half. For a feed document, which changes with every issue, the path is enough.
func (m *matcher) ofPath(f *fresh) int {
	if f.feed {
		return m.pick(m.at[f.path], isFeed)
	}
	best, score := -1, 0.5
	for _, i := range m.at[f.path] {
		r := m.records[i]
		if m.holds[i] == settled || isFeed(r) {
			continue
		}
		if left := remains(r.Runs, f.runs); left > score || left == score && (best < 0 || r.Present) {
			best, score = i, left
		}
	}
	return best
}

// ofFeed returns the record of a feed document that changed its path and content but kept its id.
func (m *matcher) ofFeed(f *fresh) int {
	if i, ok := m.known[guidPrefix+f.id()+"#"]; ok && f.feed && f.id() != "" && m.holds[i] != settled {
		return i
	}
	return -1
}

// mint creates a record for a new document. The GUID derives from the text, so that an empty
// database gives the same text the same GUID. Only if another document began with the same text,
// the path is included.
func (m *matcher) mint(f *fresh) int {
	guid := guidPrefix + f.hash
	again := func(n int) string { return guidPrefix + hashWords([]string{f.hash, f.path, strconv.Itoa(n)}) }
	if f.feed {
		guid = f.feedPrefix(f.path)
		again = func(n int) string { return guidPrefix + f.path + strings.Repeat("~", n) + "#" }
	}
	for n := 0; m.taken(guid); n++ {
		guid = again(n)
	}
	m.records = append(m.records, news.SeedFile{GUID: guid})
	m.holds = append(m.holds, settled)
	m.known[guid] = len(m.records) - 1
	return len(m.records) - 1
}

func (m *matcher) taken(guid string) bool {
	_, taken := m.known[guid]
	return taken
}

// isFeed reports whether a record is that of a feed document.
func isFeed(r news.SeedFile) bool { return strings.HasSuffix(r.GUID, "#") }

// sameWords reports whether two lines have the same words.
func sameWords(a, b string) bool { return slices.Equal(wordsOf(a), wordsOf(b)) }

// byPath orders records for storage.
func byPath(a, b news.SeedFile) int {
	return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.GUID, b.GUID))
}
