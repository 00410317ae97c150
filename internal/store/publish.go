package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"tributary/internal/news"
)

// publishLimit is about how many stories one transaction judges, so that a
// large backlog never holds the writer for long.
const publishLimit = 2000

// Publish judges the stories that changed since the feed was last judged, and
// those that it held back until now, and writes its Publications: new ones, those
// whose entry or words changed, those that have no entry left. It does a bounded
// part and reports whether there is more; changed says that the feed must be
// rendered again.
func (db *DB) Publish(ctx context.Context, f news.Feed, now time.Time) (changed, more bool, err error) {
	if f.Kind == news.FeedOfHealth {
		changed, err = db.publishHealth(ctx, f)
		return changed, false, err
	}
	behind, err := db.behind(ctx, f, now)
	if err != nil || !behind {
		return false, false, err
	}
	err = db.update(ctx, func(t *tx) error {
		p := publishing{tx: t, feed: f, now: now, guids: map[int64]string{}, given: map[int64]bool{}, taken: map[string]bool{},
			waits: map[int64]time.Time{}, held: map[int64]time.Time{}, since: map[int64]time.Time{}}
		if err := p.run(); err != nil {
			return err
		}
		changed, more = p.changed, p.more
		return nil
	})
	return changed, more, err
}

// behind reports, without the writer, whether there is anything to judge.
func (db *DB) behind(ctx context.Context, f news.Feed, now time.Time) (bool, error) {
	var behind, due bool
	var closed int64
	err := db.engine.Read.QueryRowContext(ctx, `SELECT f.scanned < c.value, f.closed,
			EXISTS (SELECT 1 FROM waiting w WHERE w.feed_id = f.id AND (w.since <= $2 OR w.since > $3))
		FROM feed f, counter c WHERE f.id = $1 AND c.name = 'revision'`, f.ID, ms(now.Add(-f.Settle)), ms(now)).Scan(&behind, &closed, &due)
	if f.Digest != nil {
		due = f.Digest.Last(now).After(at(closed))
	}
	return behind || due, err
}

// publishing is the state of one Publish.
type publishing struct {
	*tx
	feed     news.Feed
	now      time.Time
	scanned  int64 // stories changed after this revision
	upto     int64 // and until this one are judged
	due      int64 // and those that wait since then
	boundary int64 // entries born until then are the feed's past
	sequence int64 // highest given
	change   int64 // of the feed, the last number given: see news.Edition.Change
	updated  time.Time
	changed  bool
	more     bool
	guids    map[int64]string // of the stories, as minted; empty where only private entries were published
	given    map[int64]bool   // the story's guid is that of a Publication in this feed
	taken    map[string]bool  // guids that entries got in this run as their own
	placed   int64            // sequence last given in history
	history  []placed         // what went there in this run, or gets room in it
	fresh    []fresh
	waits    map[int64]time.Time // stories that waited, and since when
	held     map[int64]time.Time // stories that wait from now on
	resumed  bool                // stories are known from before the database was lost, see past_recall.go
	followed map[string]bool     // the marks of all sources; nil until they are asked for
	since    map[int64]time.Time // of sources, see publishedSince

	// of a feed that shows digests
	closed     time.Time     // the end of its last period
	closing    time.Time     // of the period that this run ends; zero: it ends none
	digest     int64         // sequence of the digest; 0: there is none, because nothing came
	importance map[int64]int // of the entries that it tells of, from 0
	passed     int           // stories that it has no room for
}

// fresh is a story, or in a feed that keeps duplicates an entry, that is about
// to become a Publication.
type fresh struct {
	story int64
	lead  news.Candidate
	guid  string
	kept  bool // an entry of its own in a feed that keeps duplicates
	own   bool // the guid is the Publication's, not the story's
	live  bool
	past  *bygone // what it was before the database was lost

	outlets  int   // that report it; counted for digests only
	sequence int64 // given with its Publication
}

// printed is a Publication as stored.
type printed struct {
	sequence, story, first, entry int64
	change                        int64
	own                           bool // its guid is its own, not the story's
	updated, signature            int64
	removed                       bool
	aside                         bool // another one stands in its place since a merge
}

func (p *publishing) run() error {
	var updated, closed int64
	var rule string
	err := p.get(`SELECT scanned, boundary, sequence, change, updated, selection, kind, rule, closed, EXISTS (SELECT 1 FROM past WHERE feed_id = $1)
		FROM feed WHERE id = $1`, []any{p.feed.ID}, &p.scanned, &p.boundary, &p.sequence, &p.change, &updated, &p.feed.Duplicates, &p.feed.Kind, &rule, &closed, &p.resumed) // as stored: a reload may just have changed it
	if err != nil || rule != p.feed.Judged || (closed != 0) != (p.feed.Digest != nil) { // what was replaced judges nothing any more
		return err
	}
	p.updated, p.closed = at(updated), at(closed)
	for _, step := range []func() error{p.bound, p.boundDue, p.waiting} {
		if err := step(); err != nil {
			return err
		}
	}
	candidates, err := p.candidates()
	if err != nil {
		return err
	}
	if err := p.sift(candidates); err != nil {
		return err
	}
	have, err := p.printed()
	if err != nil {
		return err
	}
	for _, id := range storiesOf(candidates, have) {
		if err := p.story(id, candidates[id], have[id]); err != nil {
			return err
		}
	}
	for _, step := range []func() error{p.outdate, p.place, p.tell, p.settle, p.closeDigest} {
		if err := step(); err != nil {
			return err
		}
	}
	_, err = p.exec(`UPDATE feed SET scanned = $2, sequence = $3, updated = $4, change = $5,
			revision = revision + CASE WHEN $6 THEN 1 ELSE 0 END WHERE id = $1`,
		p.feed.ID, p.upto, p.sequence, ms(p.updated), p.change, p.changed)
	return err
}

// bound finds the revision up to which this run judges.
func (p *publishing) bound() error {
	err := p.get(`SELECT revision FROM story WHERE revision > $1 ORDER BY revision LIMIT 1 OFFSET $2`,
		[]any{p.scanned, publishLimit}, &p.upto)
	p.more = err == nil
	if errors.Is(err, sql.ErrNoRows) {
		return p.get(`SELECT value FROM counter WHERE name = 'revision'`, nil, &p.upto)
	}
	return err
}

// The two queries below go from the few stories that are judged to what belongs to
// them; CROSS JOIN and + keep a planner from going through a whole feed instead.

// candidates are the entries that the feed selects of the stories that are judged.
func (p *publishing) candidates() (map[int64][]news.Candidate, error) {
	found := map[int64][]news.Candidate{}
	brought := map[int64]string{} // the files of entries, for a podcast
	err := p.each(`SELECT s.id, coalesce(s.guid, ''), e.id, e.source_id, src.origin, c.guid, src.public, src.kind, fs.rank, c.published, c.updated,
			e.first_seen, e.born, e.backlog = 1 OR e.guarded = 'flood', e.guarded = 'flood', e.words, c.signature, e.pinned <> 0, e.outlet,
			CASE WHEN $5 THEN c.enclosures ELSE '' END
		FROM story s CROSS JOIN entry e CROSS JOIN feed_source fs CROSS JOIN source src CROSS JOIN content c
		WHERE `+judged+` AND e.story_id = s.id AND e.withdrawn_at = 0 AND e.guarded <> 'backlog' AND e.hidden = 0
		AND fs.feed_id = $3 AND fs.source_id = e.source_id AND src.id = e.source_id AND c.entry_id = e.id`,
		append(p.judging(), p.feed.Kind == news.Podcast), func(scan scan) error {
			var story, published, updated, seen, signature int64
			var guid, files string
			var c news.Candidate
			err := scan(&story, &guid, &c.EntryID, &c.SourceID, &c.Origin, &c.GUID, &c.Public, &c.Kind, &c.Rank, &published, &updated,
				&seen, &c.Born, &c.Backlog, &c.Flood, &c.Length, &signature, &c.Pinned, &c.Outlet, &files)
			c.Published, c.Updated, c.FirstSeen, c.Signature = at(published), at(updated), at(seen), uint64(signature)
			p.guids[story] = guid
			found[story] = append(found[story], c)
			brought[c.EntryID] = files
			return err
		})
	if err == nil && p.feed.Kind == news.Podcast {
		err = p.keepPlayable(found, brought)
	}
	if err != nil {
		return nil, err
	}
	cited, err := p.cited()
	for _, cs := range found {
		for i := range cs {
			cs[i].Cited = cited[cs[i].EntryID]
		}
	}
	return found, err
}

// printed are the Publications that the feed has of the stories that are judged.
func (p *publishing) printed() (map[int64][]printed, error) {
	have := map[int64][]printed{}
	err := p.each(`SELECT p.sequence, p.story_id, p.first, p.entry_id, p.guid IS NOT NULL, p.updated, p.signature, p.removed, p.aside, p.change
		FROM story s CROSS JOIN publication p
		WHERE `+judged+` AND p.story_id = s.id AND +p.feed_id = $3`,
		p.judging(), func(scan scan) error {
			var r printed
			err := scan(&r.sequence, &r.story, &r.first, &r.entry, &r.own, &r.updated, &r.signature, &r.removed, &r.aside, &r.change)
			p.given[r.story] = p.given[r.story] || !r.own
			have[r.story] = append(have[r.story], r)
			return err
		})
	for _, pubs := range have {
		slices.SortFunc(pubs, standing)
	}
	return have, err
}

func storiesOf(candidates map[int64][]news.Candidate, have map[int64][]printed) []int64 {
	ids := make([]int64, 0, len(candidates)+len(have))
	for id := range candidates {
		ids = append(ids, id)
	}
	for id := range have {
		if candidates[id] == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// story brings the Publications of one story up to date.
func (p *publishing) story(id int64, cs []news.Candidate, have []printed) error {
	if p.feed.Duplicates == news.Keep {
		return p.kept(id, cs, have)
	}
	lead := news.Lead(cs)
	for i, pub := range have {
		show := -1
		if i == 0 {
			show = lead // of several, left by another setting, the first stands
		}
		if err := p.revise(pub, cs, show); err != nil {
			return err
		}
	}
	if len(have) == 0 && lead >= 0 {
		return p.enter(fresh{story: id, lead: cs[lead]}, cs)
	}
	return nil
}

// kept shows every entry of a story on its own.
func (p *publishing) kept(id int64, cs []news.Candidate, have []printed) error {
	shown := map[int64]bool{}
	for _, pub := range have {
		shown[pub.first] = true
		show := slices.IndexFunc(cs, func(c news.Candidate) bool { return c.EntryID == pub.first })
		if err := p.revise(pub, cs, show); err != nil {
			return err
		}
	}
	for _, c := range cs {
		if !shown[c.EntryID] {
			if err := p.enter(fresh{story: id, lead: c, kept: true}, []news.Candidate{c}); err != nil {
				return err
			}
		}
	}
	return nil
}

// live reports whether any of the entries is news to this feed: not part of
// the backlog of its source, nor of the feed's own past. What waited is none of
// it, although the feed may have been bounded meanwhile.
func (p *publishing) live(story int64, cs []news.Candidate) bool {
	since, waits := p.waits[story]
	return slices.ContainsFunc(cs, func(c news.Candidate) bool {
		return !c.Backlog && (c.Born > p.boundary || waits && !c.FirstSeen.Before(since))
	})
}

// revise brings one Publication up to date with the candidate at index show;
// -1 removes it. Its guid, published time and sequence stay; updated moves
// only when the words change.
func (p *publishing) revise(pub printed, cs []news.Candidate, show int) error {
	if show < 0 && pub.removed {
		return nil
	}
	p.changed = true // a member came, went or changed: bytes may differ
	if show < 0 {
		if _, err := p.exec(`UPDATE publication SET removed = 1 WHERE feed_id = $1 AND sequence = $2`, p.feed.ID, pub.sequence); err != nil {
			return err
		}
		return p.makeRoom(pub)
	}
	c := cs[show]
	updated := at(pub.updated)
	if pub.signature != int64(c.Signature) {
		var err error
		if updated, err = p.apart(news.Revised(updated, c.Updated, p.now)); err != nil {
			return err
		}
		if err := p.renewFooter(pub, c.EntryID); err != nil {
			return err
		}
	}
	p.shows(updated)
	if pub.entry == c.EntryID && pub.updated == ms(updated) && pub.signature == int64(c.Signature) && !pub.removed {
		return nil
	}
	if p.feed.Digest == nil && (updated.After(at(pub.updated)) || pub.removed) { // who never got it before it left gets it now
		pub.change = p.nextChange()
	}
	_, err := p.exec(`UPDATE publication SET entry_id = $3, updated = $4, signature = $5, change = $6, removed = 0
		WHERE feed_id = $1 AND sequence = $2`, p.feed.ID, pub.sequence, c.EntryID, ms(updated), int64(c.Signature), pub.change)
	return err
}

// shows notes when a Publication was updated that the feed shows as such: a digest
// stays as it was written.
func (p *publishing) shows(updated time.Time) {
	if p.feed.Digest == nil {
		p.updated = later(p.updated, updated)
	}
}

// mint gives a new Publication its guid: the story's, which is minted with its
// first Publication in any feed that shows an entry of a public source, or one of
// its own for a private entry, and for a further entry of a story in a feed that
// keeps duplicates.
func (p *publishing) mint(n *fresh) error {
	source := news.Source{Public: n.lead.Public, Kind: n.lead.Kind}
	guid, fallback := news.GUID(source, n.lead.Origin, n.lead.GUID)
	have := p.guids[n.story]
	if have != "" && (!n.kept || (have == guid || have == fallback) && !p.given[n.story]) {
		if free, err := p.free(have); free || err != nil {
			n.guid, p.given[n.story] = have, true
			return err
		}
	}
	// What only subscribers of a private feed know names nothing that is public.
	n.own = have != "" || !n.lead.Public
	if n.past != nil {
		guid = n.past.guid
	}
	for i, try := 0, guid; ; i++ {
		free, err := p.claim(try, n)
		if free || err != nil {
			n.guid = try
			return err
		}
		if try = fallback; i > 0 {
			try = news.URN(n.lead.Origin, n.lead.GUID, strconv.Itoa(i))
		}
	}
}

// claim takes a guid for a Publication unless a story or another entry has it.
func (p *publishing) claim(guid string, n *fresh) (bool, error) {
	if p.taken[guid] { // and not written yet
		return false, nil
	}
	if reserved, err := p.reserved(guid, n); reserved || err != nil {
		return false, err
	}
	if n.own { // the entry has the same one in every feed
		var free bool
		err := p.get(`SELECT NOT EXISTS (SELECT 1 FROM story WHERE guid = $1)
			AND NOT EXISTS (SELECT 1 FROM publication WHERE guid = $1 AND first <> $2)`, []any{guid, n.lead.EntryID}, &free)
		p.taken[guid] = free
		return free, err
	}
	claimed, err := p.exec(`UPDATE story SET guid = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM story WHERE guid = $1)
		AND NOT EXISTS (SELECT 1 FROM publication WHERE guid = $1)`, guid, n.story)
	if claimed == 1 {
		p.guids[n.story], p.given[n.story] = guid, true
	}
	return claimed == 1, err
}
