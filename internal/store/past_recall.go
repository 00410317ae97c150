package store

import (
	"cmp"
	"database/sql"
	"errors"
	"strings"
	"time"

	"tributary/internal/news"
)

// bygone is a Publication of the time before the database was lost.
type bygone struct {
	guid, key                   string
	sequence                    int64
	entered, published, updated int64
	signature                   int64
	claim                       claim
}

// claim is what makes a story one that was published before. The lowest is the best.
type claim int

const (
	claimShown  claim = iota // it has the entry that was shown
	claimMember              // another one that the story had
	claimGUID                // the guid is that of one of its entries
)

const bygoneColumns = `p.guid, p.key, p.sequence, p.entered, p.published, p.updated, p.signature`

func (b *bygone) columns() []any {
	return []any{&b.guid, &b.key, &b.sequence, &b.entered, &b.published, &b.updated, &b.signature}
}

// recall finds what the story, or in a feed that keeps duplicates the entry, was
// published as before; nil when it was not. cs are its entries. Any of them will do;
// guids count where the entries are not known, because two sources may have one.
func (p *publishing) recall(n fresh, cs []news.Candidate) (*bygone, error) {
	if !p.resumed {
		return nil, nil
	}
	found, err := p.recallEntries(n, cs)
	if found == nil && err == nil {
		found, err = p.recallGUIDs(n, cs)
	}
	return found, err
}

func (p *publishing) recallEntries(n fresh, cs []news.Candidate) (found *bygone, err error) {
	for _, c := range cs {
		source, entry, _ := strings.Cut(entryKey(c), ".")
		err = p.each(`SELECT `+bygoneColumns+`, 1 - e.shown FROM past_entry e JOIN past p ON p.feed_id = e.feed_id AND p.guid = e.guid
			WHERE e.feed_id = $1 AND e.source = $2 AND e.entry = $3 AND (e.shown = 1 OR NOT $4)`,
			[]any{p.feed.ID, source, entry, n.kept}, func(scan scan) error {
				var b bygone
				err := scan(append(b.columns(), &b.claim)...)
				if found == nil || b.sequence < found.sequence { // two stories of then are one now: the first stands
					found = &b
				}
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// recallGUIDs is for what an older version published, and for a source that has
// another address by now.
func (p *publishing) recallGUIDs(n fresh, cs []news.Candidate) (found *bygone, err error) {
	var own, shared []string // guids that nobody else can have, and others
	if !n.kept {             // the story's may be that of another entry
		shared = append(shared, p.guids[n.story])
	}
	for _, c := range cs {
		first, fallback := news.GUID(news.Source{Public: c.Public, Kind: c.Kind}, c.Origin, c.GUID)
		own = append(own, fallback)
		if first != fallback {
			shared = append(shared, first)
		}
	}
	for _, guids := range [][]string{own, shared} {
		for _, guid := range guids {
			b := bygone{claim: claimGUID}
			err := p.get(`SELECT `+bygoneColumns+` FROM past p WHERE p.feed_id = $1 AND p.guid = $2`, []any{p.feed.ID, guid}, b.columns()...)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return nil, err
			}
			theirs, err := p.theirs(guid, cs)
			if err != nil {
				return nil, err
			}
			if !theirs && (found == nil || b.sequence < found.sequence) {
				found = &b
			}
		}
		if found != nil {
			break
		}
	}
	return found, nil
}

// theirs reports whether the entry that was shown under a guid is of another source
// that we follow, which then has it still.
func (p *publishing) theirs(guid string, cs []news.Candidate) (bool, error) {
	var source string
	err := p.get(`SELECT source FROM past_entry WHERE feed_id = $1 AND guid = $2 AND shown = 1`, []any{p.feed.ID, guid}, &source)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, c := range cs {
		if news.SourceMark(sourceOf(c)) == source {
			return false, nil
		}
	}
	if p.followed == nil {
		p.followed = map[string]bool{}
		err = p.each(`SELECT kind, url, name FROM source WHERE retired_at = 0`, nil, func(scan scan) error {
			var s news.Source
			err := scan(&s.Kind, &s.URL, &s.Name)
			p.followed[news.SourceMark(s)] = true
			return err
		})
	}
	return p.followed[source], err
}

// sourceOf is as much of the source of an entry as its keys are made of.
func sourceOf(c news.Candidate) news.Source {
	return news.Source{Kind: c.Kind, URL: c.Origin, Name: c.Origin}
}

func entryKey(c news.Candidate) string { return news.EntryKey(sourceOf(c), c.GUID) }

// contest leaves what was published before to one story where several are now what
// was one then: to that with the entry that was shown, else to the first. For readers
// the others are no news. A digest has told of all of them.
func (p *publishing) contest() {
	if p.feed.Digest != nil {
		return
	}
	best := map[string]*fresh{}
	for i := range p.fresh {
		n := &p.fresh[i]
		if n.past == nil {
			continue
		}
		switch other := best[n.past.guid]; {
		case other == nil:
			best[n.past.guid] = n
		case cmp.Less(n.past.claim, other.past.claim):
			best[n.past.guid], other.past = n, nil
		default:
			n.past = nil
		}
	}
}

// reserved reports whether a guid is that of a Publication which may come back.
func (p *publishing) reserved(guid string, n *fresh) (reserved bool, err error) {
	if !p.resumed || n.past != nil && n.past.guid == guid {
		return false, nil
	}
	err = p.get(`SELECT EXISTS (SELECT 1 FROM past WHERE feed_id = $1 AND guid = $2)`, []any{p.feed.ID, guid}, &reserved)
	return reserved, err
}

// arrived reports whether all of the entries came while there was no database: the
// first document of a source is no backlog where that source was published before. Then
// news is what its publisher dates after the oldest of its stories entered that were
// there, because whatever had left the published document was older. Where
// max_per_source_day left something out, that does not hold.
func (p *publishing) arrived(cs []news.Candidate) (bool, error) {
	if p.feed.MaxPerSourceDay > 0 || p.feed.Digest != nil {
		return false, nil
	}
	for _, c := range cs {
		since, err := p.publishedSince(c)
		if err != nil || since.IsZero() || c.Flood || !c.Published.After(since) || !c.Published.Before(c.FirstSeen) {
			return false, err
		}
		if undated, err := p.undated(c.EntryID); undated || err != nil {
			return false, err
		}
	}
	return true, nil
}

// publishedSince is when the oldest story entered that a source had in the published
// document; zero where it had none.
func (p *publishing) publishedSince(c news.Candidate) (time.Time, error) {
	if since, ok := p.since[c.SourceID]; ok {
		return since, nil
	}
	var oldest int64
	err := p.get(`SELECT coalesce(min(entered), 0) FROM past_entry WHERE feed_id = $1 AND source = $2`,
		[]any{p.feed.ID, news.SourceMark(sourceOf(c))}, &oldest)
	p.since[c.SourceID] = at(oldest)
	return at(oldest), err
}
