package story

import (
	"cmp"

	"tributary/internal/news"
)

// Recall prepares the entries of a Source that feeds showed before the database was lost. It
// leaves out those of which the key within the Source cannot be told: they would come a
// second time when the Source brings them. The Document says what the items told of the
// Source.
func Recall(s news.Source, past []news.PastPublication) (*news.Document, []Arrival) {
	d := &news.Document{}
	var signatures []uint64
	for _, p := range past {
		e, ok := asBrought(s, p)
		if !ok {
			continue
		}
		if o := e.Origin; o != nil && isSource(s, o) {
			if e.Origin = nil; d.Title == "" {
				d.ID, d.Title, d.Link, d.Rights, d.Image = o.ID, o.Title, o.Link, o.Rights, o.Image
			}
		}
		d.Entries = append(d.Entries, e)
		signatures = append(signatures, p.Signature)
	}
	arrivals := Arrive(s, d)
	for i := range arrivals { // the feed may show less than the words that came
		a := &arrivals[i]
		a.Signature = cmp.Or(signatures[a.Position], a.Signature)
	}
	return d, arrivals
}

// asBrought returns the entry that a Publication showed with the guid that the Source gave
// it: none, or the one in the document.
func asBrought(s news.Source, p news.PastPublication) (news.Entry, bool) {
	e := *p.Shown
	for _, guid := range []string{"", p.Shown.GUID} {
		e.GUID = guid
		a := Arrival{Entry: e, Identity: Identify([]news.Entry{e})[0]}
		if news.EntryKey(s, a.GUID()) == p.Entries[0] {
			return e, true
		}
	}
	return e, false
}

// isSource reports whether what an item names as its source is the Source itself, and not a
// feed that the entry was copied from.
func isSource(s news.Source, o *news.Origin) bool {
	if o.URL != "" {
		return news.FeedKey(o.URL) == news.FeedKey(s.URL)
	}
	return o.ID == news.URN("source", s.Name) // its address holds a secret
}
