package story

// KnownText is a stored entry by what it says, regardless of its keys.
type KnownText struct {
	ID    int64
	Title uint64 // as in Evidence
	Text  uint64
}

// What Relocate requires in order to be sure.
const (
	relocateLeast = 3  // entries; one or two may be reports that repeat each other
	relocateWords = 10 // words of text; less may be a template
)

// TextKey returns what an arrival says. ok is false if that is too little to recognise it by.
func (a Arrival) TextKey() (h KnownText, ok bool) {
	e := a.Evidence
	return KnownText{Title: e.Title, Text: e.Text}, e.Title != 0 && e.Words >= relocateWords
}

// Relocate recognises the entries of a publisher that changed guids and links, and
// perhaps dates, in mass: at least three of the arrivals, which are at least half of
// them, have exactly the title and text of a held entry that the document does not
// name. What two held entries or two arrivals have in common proves nothing.
//
// ids is what Assign returned for the arrivals. Relocate fills in those that it
// recognises and returns their number.
func Relocate(arrivals []Arrival, ids []int64, held []KnownText) int {
	claimed := map[int64]bool{}
	for _, id := range ids {
		claimed[id] = true
	}
	says := map[KnownText]int64{} // the only entry that says this, -1 for several
	for _, h := range held {
		key := KnownText{Title: h.Title, Text: h.Text}
		switch {
		case claimed[h.ID]:
		case says[key] == 0:
			says[key] = h.ID
		default:
			says[key] = -1
		}
	}
	found, taken := map[int]int64{}, map[int64]bool{}
	for i, a := range arrivals {
		key, ok := a.TextKey()
		if id := says[key]; ok && ids[i] == 0 && id > 0 && !taken[id] {
			found[i], taken[id] = id, true
		}
	}
	if len(found) < relocateLeast || 2*len(found) < len(arrivals) {
		return 0
	}
	for i, id := range found {
		ids[i] = id
	}
	return len(found)
}
