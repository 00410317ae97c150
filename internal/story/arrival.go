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

// Arrival is an Entry on its way into the store, with everything about it that
// can be computed before the transaction that judges it.
type Arrival struct {
	Entry     news.Entry
	Identity  Identity // within its Source
	Evidence  Evidence // for the decision which story it belongs to
	Signature uint64   // hash of the words of title and text, see [clean.Signature]
	Hash      uint64   // hash of every field: equal means that nothing changed
	Position  int      // in its document, from 0
	Guard     news.Guard
}

// GUID is the entry's guid within its Source: the document's, or where that is
// missing or not unique the key that stands for it.
func (a Arrival) GUID() string {
	if guid := plain(a.Entry.GUID); GUIDKey(guid) == a.Identity.New {
		return guid
	}
	return a.Identity.New
}

// Harvest is everything that one attempt on a Source brought. It is stored in
// one transaction: entries, stories, validators, body and next due time stand
// or fall together.
type Harvest struct {
	Source     news.Source
	Epoch      int64 // of the lease under which it was fetched
	Fetch      news.Fetch
	Reread     bool               // read again from the stored body: no Fetch took place
	Matching   news.Matching      // which entries may be one story; the zero value stands for the default
	Ours       bool               // it failed because we were offline: nobody's fault but ours
	Move       *news.Move         // where the source went; nil leaves it
	Announced  *news.Announcement // of hubs; nil leaves what was announced
	NextDue    time.Time          // zero leaves it
	Hints      *news.Hints        // nil leaves them
	Interval   time.Duration      // at which it is asked; 0 leaves it
	Host       *news.Host         // that limited us; nil: none did
	Document   *news.Document     // nil: there was nothing to read
	Arrivals   []Arrival          // as Arrive orders them
	Validators *news.Validators   // nil leaves them
	Body       *news.Body         // nil leaves it
	Seeds      *news.SeedState    // of a seed folder; nil for a feed
}

// Arrive prepares the entries of a document. Repeats are left out; what remains
// is in the order in which a fetch cycle is judged: by published time, then by
// guid, so that the order within the document decides nothing.
func Arrive(s news.Source, d *news.Document) []Arrival {
	s.Site = cmp.Or(d.Link, s.Site) // a configured source has none, its document tells
	outlet := Outlet(s, d.Entries)
	looks := make([]look, len(d.Entries))
	for i, e := range d.Entries {
		looks[i] = lookOf(e)
	}
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

// fieldsHash hashes every field that an entry brings, see [settled].
func fieldsHash(e news.Entry) uint64 {
	h := xxh3.New()
	enc := json.NewEncoder(h)
	enc.SetEscapeHTML(false)
	// Strings, integers and times cannot fail to encode, nor the hash to take them.
	_ = enc.Encode([]any{
		e.GUID, e.Link, e.Title, e.Summary, e.Content, e.Published, e.Updated,
		e.Authors, e.Categories, e.Enclosures, e.Language, settled(e.Origin),
	})
	if !reflect.ValueOf(e.Extra).IsZero() { // the hash of what has none is as it was before there were any
		_ = enc.Encode(e.Extra)
	}
	return h.Sum64()
}

// settled is what an entry says of its origin without what changes while the entry
// does not.
func settled(o *news.Origin) *news.Origin {
	if o == nil {
		return nil
	}
	same := *o
	same.Updated = time.Time{}
	return &same
}

// GUIDKey is the key under which an entry with a usable guid is stored.
func GUIDKey(guid string) string { return bounded("guid:", plain(guid)) }
