package story

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/zeebo/xxh3"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// Arrival is an Entry on its way into the store, with everything about it that can be
// computed before the transaction that decides on it.
type Arrival struct {
	Entry     news.Entry
	Identity  Identity // within its Source
	Evidence  Evidence // for the decision to which story it belongs
	Signature uint64   // hash of the words of title and text, see [clean.Signature]
	Hash      uint64   // hash of every field: equal means that nothing changed
	Position  int      // in its document, from 0
	Guard     news.Guard
}

// GUID returns the entry's guid within its Source: that of the document, or if that is
// missing or not unique, the key that replaces it.
func (a Arrival) GUID() string {
	if guid := plain(a.Entry.GUID); GUIDKey(guid) == a.Identity.New {
		return guid
	}
	return a.Identity.New
}

// Harvest is everything that one fetch of a Source brought. It is stored in one transaction:
// entries, stories, validators, body and next due time are all stored or none of them.
type Harvest struct {
	Source     news.Source
	Epoch      int64 // of the lease under which it was fetched
	Fetch      news.Fetch
	Reread     bool               // decoded again from a stored document: no Fetch took place
	Recalled   bool               // Reread from what feeds showed before the database was lost, see Recall
	Matching   news.Matching      // which entries may be one story; the zero value stands for the default
	Ours       bool               // it failed because we were offline, which is not the Source's fault
	Move       *news.Move         // where the source went; nil leaves it
	Announced  *news.Announcement // of hubs; nil leaves what was announced
	NextDue    time.Time          // zero leaves it
	Hints      *news.Hints        // nil leaves them
	Interval   time.Duration      // at which it is asked; 0 leaves it
	Host       *news.Host         // that rate-limited us; nil: none did
	Document   *news.Document     // nil: there was nothing to read
	Arrivals   []Arrival          // as Arrive orders them
	Validators *news.Validators   // nil leaves them
	Body       *news.Body         // nil leaves it
	Seeds      *news.SeedState    // of a seed folder; nil for a feed
}

// Arrive prepares the entries of a document. It leaves out repetitions and sorts the
// rest in the order in which they are to be decided: by published time, then by the key
// of a new entry. Their order in the document thus decides nothing.
func Arrive(s news.Source, d *news.Document) []Arrival {
	s.Site = cmp.Or(d.Link, s.Site) // not configured; the document gives it
	outlet := Outlet(s, d.Entries)
	looks := looksOf(d.Entries)
	ids := identify(d.Entries, looks)
	arrivals := make([]Arrival, 0, len(d.Entries))
	for i, e := range d.Entries {
		if ids[i].Repeats >= 0 {
			continue
		}
		e.SourceID = s.ID
		arrivals = append(arrivals, Arrival{
			Entry:     e,
			Identity:  ids[i],
			Evidence:  gather(outlet, e, looks[i]),
			Signature: clean.Signature(e.Title, looks[i].words),
			Hash:      fieldsHash(e),
			Position:  i,
		})
	}
	slices.SortStableFunc(arrivals, func(a, b Arrival) int {
		return cmp.Or(a.Entry.Published.Compare(b.Entry.Published), cmp.Compare(a.Identity.New, b.Identity.New))
	})
	return arrivals
}

// fieldsHash hashes every field that an entry brings, its origin as [settled] leaves it.
func fieldsHash(e news.Entry) uint64 {
	h := xxh3.New()
	enc := json.NewEncoder(h)
	enc.SetEscapeHTML(false)
	// Strings, integers and times always encode, and the hash always takes them.
	_ = enc.Encode([]any{
		e.GUID, e.Link, e.Title, e.Summary, e.Content, e.Published, e.Updated,
		e.Authors, e.Categories, e.Enclosures, e.Language, settled(e.Origin),
	})
	if !reflect.ValueOf(e.Extra).IsZero() { // without extras, the hash is as it was before they existed
		_ = enc.Encode(e.Extra)
	}
	return h.Sum64()
}

// settled returns the origin of an entry without what changes while the entry does not.
func settled(o *news.Origin) *news.Origin {
	if o == nil {
		return nil
	}
	same := *o
	same.Updated = time.Time{}
	return &same
}

// GUIDKey returns the key under which an entry with a usable guid is stored.
func GUIDKey(guid string) string { return bounded("guid:", plain(guid)) }
