package store

import (
	"cmp"
	"time"

	"tributary/internal/news"
)

// pastRow is a Publication from before the database was lost, as Resume stored it.
type pastRow struct {
	news.Publication
	claim claim
}

// claim is by what a story is recognised as one that was published before. The lowest is
// the strongest.
type claim int

const (
	claimShown  claim = iota // it has the entry that was shown
	claimMember              // it has another entry of the story of then
	claimGUID                // one of its entries has, or would get, the guid
)

const pastColumns = `p.guid, p.key, p.sequence, p.entered, p.published, p.updated, p.signature`

func pastDest(p *news.Publication) []any {
	return []any{&p.GUID, &p.StoryKey, &p.Sequence, asTime(&p.Entered), asTime(&p.Published), asTime(&p.Updated), asHash(&p.Signature)}
}

// findPast finds what a story was published as before the database was lost; nil when it
// was not. cs are its entries; in a feed that keeps duplicates, the one entry. Any of them
// may lead to it. Guids are tried only when no entry is recognised, because entries of
// two sources may have the same guid.
func (p *publishing) findPast(n fresh, cs []news.Candidate) (*pastRow, error) {
	if !p.resumed {
		return nil, nil
	}
	found, err := p.findPastByEntries(n, cs)
	if found == nil && err == nil {
		found, err = p.findPastByGUIDs(n, cs)
	}
	return found, err
}

func (p *publishing) findPastByEntries(n fresh, cs []news.Candidate) (found *pastRow, err error) {
	for _, c := range cs {
		source, entry := entryParts(entryKey(c))
		err = p.each(`SELECT `+pastColumns+`, 1 - e.shown FROM past_entry e JOIN past p ON p.feed_id = e.feed_id AND p.guid = e.guid
			WHERE e.feed_id = $1 AND e.source = $2 AND e.entry = $3 AND (e.shown = 1 OR NOT $4)`,
			[]any{p.feed.ID, source, entry, n.kept}, func(scan scan) error {
				var b pastRow
				err := scan(append(pastDest(&b.Publication), &b.claim)...)
				if found == nil || b.Sequence < found.Sequence { // two stories of then are one now: the first stands
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

// findPastByGUIDs is for documents that an older version wrote, which name no entries, and
// for a source that has another address by now.
func (p *publishing) findPastByGUIDs(n fresh, cs []news.Candidate) (found *pastRow, err error) {
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
			b, err := p.pastOf(guid, cs)
			if err != nil {
				return nil, err
			}
			if b != nil && (found == nil || b.Sequence < found.Sequence) {
				found = b
			}
		}
		if found != nil {
			break
		}
	}
	return found, nil
}

// pastOf returns the Publication of the past with a guid, unless that is kept for a source
// other than those of the candidates; nil for none.
func (p *publishing) pastOf(guid string, cs []news.Candidate) (*pastRow, error) {
	b := pastRow{claim: claimGUID}
	err := p.get(`SELECT `+pastColumns+` FROM past p WHERE p.feed_id = $1 AND p.guid = $2`, []any{p.feed.ID, guid}, pastDest(&b.Publication)...)
	if err != nil {
		return nil, ignoreNoRows(err)
	}
	if theirs, err := p.belongsElsewhere(guid, cs); theirs || err != nil {
		return nil, err
	}
	return &b, nil
}

// belongsElsewhere reports whether the entry that was shown under a guid came from another
// source that is still followed: the guid is kept for that one.
func (p *publishing) belongsElsewhere(guid string, cs []news.Candidate) (bool, error) {
	var source string
	err := p.get(`SELECT source FROM past_entry WHERE feed_id = $1 AND guid = $2 AND shown = 1`, []any{p.feed.ID, guid}, &source)
	if err != nil {
		return false, ignoreNoRows(err)
	}
	for _, c := range cs {
		if news.SourceMark(sourceOf(c)) == source {
			return false, nil
		}
	}
	if p.followed == nil {
		p.followed = map[string]bool{}
		err = p.each(selectMarks, nil, addMarkTo(p.followed))
	}
	return p.followed[source], err
}

// selectMarks reads what the marks of the sources in use are made of, for addMarkTo.
const selectMarks = `SELECT kind, url, name FROM source WHERE retired_at = 0`

// addMarkTo returns a function for each that adds the mark of every source to a set.
func addMarkTo(set map[string]bool) func(scan) error {
	return func(scan scan) error {
		var s news.Source
		err := scan(&s.Kind, &s.URL, &s.Name)
		set[news.SourceMark(s)] = true
		return err
	}
}

// sourceOf returns as much of the source of a candidate as news.EntryKey needs.
func sourceOf(c news.Candidate) news.Source {
	return news.Source{Kind: c.Kind, URL: c.Origin, Name: c.Origin}
}

func entryKey(c news.Candidate) string { return news.EntryKey(sourceOf(c), c.GUID) }

// settleContests decides when several stories of now were one Publication then: the one
// with the strongest claim continues it, the others go into history and are no news. In
// a feed of digests each of them was told of, so each keeps its past.
func (p *publishing) settleContests() {
	if p.feed.Digest != nil {
		return
	}
	best := map[string]*fresh{}
	for i := range p.fresh {
		n := &p.fresh[i]
		if n.past == nil {
			continue
		}
		switch other := best[n.past.GUID]; {
		case other == nil:
			best[n.past.GUID] = n
		case cmp.Less(n.past.claim, other.past.claim):
			best[n.past.GUID], other.past = n, nil
		default:
			n.past = nil
		}
	}
}

// guidReserved reports whether a guid is kept for a Publication of the past that may come
// back.
func (p *publishing) guidReserved(guid string, n *fresh) (bool, error) {
	if !p.resumed || n.past != nil && n.past.GUID == guid {
		return false, nil
	}
	return p.holds(`SELECT EXISTS (SELECT 1 FROM past WHERE feed_id = $1 AND guid = $2)`, p.feed.ID, guid)
}

// cameMeanwhile reports whether all of the entries were published while there was no
// database, so that they are news although they came with a first document. That can be
// told of a source that had stories in the document that was published last: an entry
// that is dated after the oldest of these entered would have been in it, too. It cannot be
// told where max_per_source_day left stories out of that document.
func (p *publishing) cameMeanwhile(cs []news.Candidate) (bool, error) {
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

// publishedSince returns when the oldest of the stories entered that a source had in the
// document that was published last; zero when it had none there.
func (p *publishing) publishedSince(c news.Candidate) (time.Time, error) {
	if since, ok := p.since[c.SourceID]; ok {
		return since, nil
	}
	oldest, err := p.number(`SELECT coalesce(min(entered), 0) FROM past_entry WHERE feed_id = $1 AND source = $2`,
		p.feed.ID, news.SourceMark(sourceOf(c)))
	p.since[c.SourceID] = at(oldest)
	return at(oldest), err
}
