package store

import (
	"context"
	"slices"
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
		p := newPublishing(t, f, now)
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
	var closed time.Time
	err := db.get(ctx, `SELECT f.scanned < c.value, f.closed,
			EXISTS (SELECT 1 FROM waiting w WHERE w.feed_id = f.id AND (w.since <= $2 OR w.since > $3))
		FROM feed f, counter c WHERE f.id = $1 AND c.name = 'revision'`, []any{f.ID, ms(now.Add(-f.Settle)), ms(now)}, &behind, asTime(&closed), &due)
	if f.Digest != nil {
		due = f.Digest.Last(now).After(closed)
	}
	return behind || due, err
}

// publishing is the state of one Publish: one transaction that judges a bounded number
// of stories for one feed. run is its order of events.
type publishing struct {
	*tx
	feed news.Feed
	now  time.Time

	// Which stories are judged.
	scanned int64               // those that changed after this revision
	upto    int64               // and not after this one,
	due     int64               // and those that wait since this time or before
	waits   map[int64]time.Time // of these, those that waited until now, and since when
	held    map[int64]time.Time // and those that wait from now on

	// What the feed has, and what this run adds to it.
	boundary int64     // the revision that ends the past of the feed: entries stored until then are no news
	sequence int64     // the highest one given
	placed   int64     // the one given last in history
	change   int64     // the last change number given: see news.Edition.Change
	updated  time.Time // of the feed
	fresh    []fresh   // what enters
	history  []placed  // what went into history or is shown again: see numberChanges

	// Guids, see mintGUID.
	guids map[int64]string // of the stories; empty where only private entries were published
	given map[int64]bool   // stories whose guid a Publication of this feed has
	taken map[string]bool  // guids that Publications got in this run as their own

	// What was published before the database was lost, see past_find.go.
	resumed  bool                // there is something of it
	awaits   bool                // entries of its stories have not arrived since
	followed map[string]bool     // marks of all sources in use; nil until they are needed
	selected map[string]bool     // likewise, of those that the feed selects
	since    map[int64]time.Time // of sources, see publishedSince

	// Digests, see digest.go.
	closed     time.Time     // the end of the last period
	closing    time.Time     // the end of the period that this run closes; zero: it closes none
	digest     int64         // sequence of the digest of that period; 0: it has none, because nothing came
	importance map[int64]int // place of an entry among those that the digest tells of, from 0
	passed     int           // stories that the digest has no room for

	// The result.
	changed bool // the feed must be rendered again
	more    bool // there are more stories to judge than one run takes
}

func newPublishing(t *tx, f news.Feed, now time.Time) *publishing {
	return &publishing{
		tx: t, feed: f, now: now,
		waits: map[int64]time.Time{}, held: map[int64]time.Time{},
		guids: map[int64]string{}, given: map[int64]bool{}, taken: map[string]bool{},
		since: map[int64]time.Time{},
	}
}

// fresh is a story that is about to become a Publication; in a feed that keeps
// duplicates, it is one entry.
type fresh struct {
	story int64
	lead  news.Candidate // the entry that is shown
	kept  bool           // it is one entry of a feed that keeps duplicates
	live  bool           // it is news; else it goes into the history of the feed
	past  *pastRow       // what it was published as before the database was lost; nil: it was not

	guid     string // see mintGUID
	own      bool   // the guid is the Publication's, not the story's
	sequence int64  // of its Publication, once that is written
	outlets  int    // how many report it; counted for digests only
}

// publicationRow is a Publication as it is stored.
type publicationRow struct {
	sequence, story    int64
	first, entry       int64 // the entry that it was made for, and the one that it shows
	updated, signature int64
	change             int64
	own                bool // its guid is its own, not the story's
	removed            bool
	aside              bool // another one stands in its place since a merge
}

// run judges the stories and writes what follows from it. The order of its steps matters:
// what enters is collected by story, and written together by enterFresh.
func (p *publishing) run() error {
	replaced, err := p.read()
	if replaced || err != nil {
		return err
	}
	if err := inOrder(p.boundRevision, p.boundWaiting, p.readWaiting); err != nil {
		return err
	}
	candidates, err := p.candidates()
	if err != nil {
		return err
	}
	if err := p.applyRule(candidates); err != nil {
		return err
	}
	have, err := p.publications()
	if err != nil {
		return err
	}
	for _, id := range storiesOf(candidates, have) {
		if err := p.story(id, candidates[id], have[id]); err != nil {
			return err
		}
	}
	if err := inOrder(p.outdatePages, p.enterFresh, p.numberChanges, p.storeWaiting, p.closeDigest); err != nil {
		return err
	}
	return p.do(`UPDATE feed SET scanned = $2, sequence = $3, updated = $4, change = $5,
			revision = revision + CASE WHEN $6 THEN 1 ELSE 0 END WHERE id = $1`,
		p.feed.ID, p.upto, p.sequence, ms(p.updated), p.change, p.changed)
}

// story brings the Publications of one story up to date.
func (p *publishing) story(id int64, cs []news.Candidate, have []publicationRow) error {
	if p.feed.Duplicates == news.Keep {
		return p.keepAll(id, cs, have)
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

// keepAll brings the Publications of a story up to date in a feed that keeps
// duplicates: every entry has one of its own.
func (p *publishing) keepAll(id int64, cs []news.Candidate, have []publicationRow) error {
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

// live reports whether any of the entries is news to this feed: it is neither backlog of
// its source, nor was it stored before the boundary that ends the feed's past. An entry
// that came while its story waited is news too, even if that boundary has moved since.
func (p *publishing) live(story int64, cs []news.Candidate) bool {
	since, waits := p.waits[story]
	return slices.ContainsFunc(cs, func(c news.Candidate) bool {
		return !c.Backlog && (c.Born > p.boundary || waits && !c.FirstSeen.Before(since))
	})
}

// remove removes a Publication that no entry is left for.
func (p *publishing) remove(pub publicationRow) error {
	if pub.removed {
		return nil
	}
	p.changed = true
	p.do(`UPDATE publication SET removed = 1 WHERE feed_id = $1 AND sequence = $2`, p.feed.ID, pub.sequence)
	return p.noteRevealed(pub)
}

// revise makes one Publication show the candidate at index show, or removes it when show
// is -1. Its guid, published time and sequence stay; updated moves only when the words
// change.
func (p *publishing) revise(pub publicationRow, cs []news.Candidate, show int) error {
	if show < 0 {
		return p.remove(pub)
	}
	p.changed = true // a member came, went or changed: bytes may differ
	c := cs[show]
	updated := at(pub.updated)
	if pub.signature != int64(c.Signature) {
		var err error
		if updated, err = p.distinctUpdated(news.RevisedTime(updated, c.Updated, p.now)); err != nil {
			return err
		}
		if err := p.renewFooter(pub, c.EntryID); err != nil {
			return err
		}
	}
	p.noteUpdated(updated)
	if pub.entry == c.EntryID && pub.updated == ms(updated) && pub.signature == int64(c.Signature) && !pub.removed {
		return nil
	}
	if p.feed.Digest == nil && (updated.After(at(pub.updated)) || pub.removed) { // who never got it before it left gets it now
		pub.change = p.nextChange()
	}
	return p.do(`UPDATE publication SET entry_id = $3, updated = $4, signature = $5, change = $6, removed = 0
		WHERE feed_id = $1 AND sequence = $2`, p.feed.ID, pub.sequence, c.EntryID, ms(updated), int64(c.Signature), pub.change)
}

// noteUpdated moves the updated time of the feed forward with that of a Publication.
// A feed of digests does not show Publications, and a digest never changes.
func (p *publishing) noteUpdated(updated time.Time) {
	if p.feed.Digest == nil {
		p.updated = news.Later(p.updated, updated)
	}
}
