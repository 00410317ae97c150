package story

import "tributary/internal/clean"

// Known is an entry that the Source brought before, as the store holds it. An entry
// that is stored under several keys may occur several times.
type Known struct {
	ID          int64
	Key         string
	Link        string // as stored; compared in canonical form
	Title       string
	Fingerprint uint64
}

// Assign returns for each entry of a document the ID of the known entry that it is, or
// 0 for a new one. known holds the entries of the Source that are stored under any of
// the Keys or with any of the Fingerprints of ids. No known entry is assigned to two
// different ones. An entry that was found under another key than its New should be
// stored under New as well, so that it is found at once the next time.
func Assign(ids []Identity, known []Known) []int64 {
	a := assignment{
		ids:     ids,
		byKey:   make(map[string]Known, len(known)),
		claimed: map[int64]bool{},
		result:  make([]int64, len(ids)),
	}
	for _, k := range known {
		a.byKey[k.Key] = k
	}
	// All entries try their finest key before any tries its second, so that a coarse key of one
	// does not claim what a fine key of another names.
	for rank, more := 0, true; more; rank++ {
		more = a.claim(rank)
	}
	a.claimChanged(known)
	for i, id := range ids {
		if id.Repeats >= 0 {
			a.result[i] = a.result[id.Repeats]
		}
	}
	return a.result
}

type assignment struct {
	ids     []Identity
	byKey   map[string]Known
	claimed map[int64]bool
	result  []int64
}

// claim lets every undecided entry try its key of this rank, and reports whether any
// entry may have further keys.
func (a *assignment) claim(rank int) (more bool) {
	for i, id := range a.ids {
		if !a.open(i) || rank >= len(id.Keys) {
			continue
		}
		more = true
		k, ok := a.byKey[id.Keys[rank]]
		if ok && !a.claimed[k.ID] && (rank < id.sure || id.agrees(k)) {
			a.take(i, k.ID)
		}
	}
	return more
}

func (a *assignment) open(i int) bool { return a.result[i] == 0 && a.ids[i].Repeats < 0 }

func (a *assignment) take(i int, id int64) {
	a.result[i] = id
	a.claimed[id] = true
}

func (id Identity) agrees(k Known) bool {
	return id.title == fold(k.Title) && id.link == clean.CanonicalURL(k.Link)
}

// claimChanged recognises entries whose guids changed in mass: at least two entries,
// which are at least half of the document, look exactly like known ones that the document
// no longer names. An entry that looks like two of those proves nothing. Neither does a
// single entry: a daily quiz has the same link, title and text under a new guid each day.
func (a *assignment) claimChanged(known []Known) {
	alike := a.unclaimed(known)
	found := map[int]int64{}
	taken := map[int64]bool{}
	distinct := 0
	for i, id := range a.ids {
		if id.Repeats < 0 {
			distinct++
		}
		k := alike[id.Fingerprint]
		if a.open(i) && k > 0 && !taken[k] {
			found[i], taken[k] = k, true
		}
	}
	if len(found) < 2 || 2*len(found) < distinct {
		return
	}
	for i, k := range found {
		a.take(i, k)
	}
}

// unclaimed returns the known entries that the document does not name, by fingerprint.
func (a *assignment) unclaimed(known []Known) sole[uint64] {
	alike := sole[uint64]{}
	for _, k := range known {
		if k.Fingerprint != 0 && !a.claimed[k.ID] {
			alike.add(k.Fingerprint, k.ID)
		}
	}
	return alike
}

// sole maps what an entry says to the ID of the only entry that says it, or to -1 if several do.
type sole[K comparable] map[K]int64

func (s sole[K]) add(says K, id int64) {
	if have := s[says]; have != 0 && have != id {
		id = -1
	}
	s[says] = id
}

// KnownText is a stored entry by what it says, regardless of its keys.
type KnownText struct {
	ID    int64
	Title uint64 // as in Evidence
	Text  uint64
}

// What Relocate requires in order to be sure.
const (
	relocateLeast = 3  // entries; one or two may be reports that repeat each other
	RelocateWords = 10 // words of text; less may be a template
)

// TextKey returns what an arrival says. ok is false if that is less than a headline and so
// many words of text.
func (a Arrival) TextKey(words int) (h KnownText, ok bool) {
	e := a.Evidence
	return KnownText{Title: e.Title, Text: e.Text}, e.Title != 0 && e.Words >= words
}

// Relocate recognises the entries of a publisher that changed guids and links, and
// perhaps dates, in mass: at least three of the arrivals, which are at least half of
// them, have exactly the title and text of a held entry that the document does not
// name. What two held entries or two arrivals have in common proves nothing.
//
// ids is what Assign returned for the arrivals. Relocate fills in those that it
// recognises and returns their number.
func Relocate(arrivals []Arrival, ids []int64, held []KnownText) int {
	found := byText(arrivals, ids, held, RelocateWords)
	if len(found) < relocateLeast || 2*len(found) < len(arrivals) {
		return 0
	}
	return fillIn(ids, found)
}

// Reidentify is Relocate for a document that is read again after an upgrade of the reader.
// Its entries are held already, so one is enough, however little it says: guid or link may
// be read differently than before.
func Reidentify(arrivals []Arrival, ids []int64, held []KnownText) int {
	return fillIn(ids, byText(arrivals, ids, held, 0))
}

// byText returns, by the index of an arrival without an id, the held entry that no other
// arrival names and that alone has its title and text. Texts of fewer words do not count.
func byText(arrivals []Arrival, ids []int64, held []KnownText, words int) map[int]int64 {
	claimed := map[int64]bool{}
	for _, id := range ids {
		claimed[id] = true
	}
	says := sole[KnownText]{}
	for _, h := range held {
		if !claimed[h.ID] {
			says.add(KnownText{Title: h.Title, Text: h.Text}, h.ID)
		}
	}
	found, taken := map[int]int64{}, map[int64]bool{}
	for i, a := range arrivals {
		key, ok := a.TextKey(words)
		if id := says[key]; ok && ids[i] == 0 && id > 0 && !taken[id] {
			found[i], taken[id] = id, true
		}
	}
	return found
}

func fillIn(ids []int64, found map[int]int64) int {
	for i, id := range found {
		ids[i] = id
	}
	return len(found)
}
