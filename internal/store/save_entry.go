package store

import (
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/story"
)

// refresh brings a known entry up to date. Its story, first seen and published times
// stay.
func (s *saving) refresh(k *knownRow, a *story.Arrival) error {
	if !k.keys[a.Identity.New] {
		s.addGUID(k.id, a.Identity.New)
	}
	if k.hash == int64(a.Hash) && k.clean == clean.Version && k.withdrawn == 0 {
		return s.err
	}
	s.ensureRevision()
	if k.published == 0 { // its text was deleted for good
		return s.err
	}
	updated := s.updatedTime(k, a)
	undated, err := s.undated(k.id)
	if err != nil {
		return err
	}
	s.writeContent(k.id, a, at(k.published), updated, undated)
	s.searchIndex.add(k.id, s.h.Source.ID, s.public, &a.Entry, true)
	s.writeEvidence(k.id, a, s.hides(a, at(k.published), updated, at(k.seen)))
	if k.signature != int64(a.Signature) || k.words != int64(a.Evidence.Words) { // a recalled one may have been cut
		if err := s.reviseSketch(k.id, a); err != nil {
			return err
		}
	}
	if k.hash != int64(a.Hash) || k.withdrawn != 0 {
		s.changed++
	}
	return s.touch(k.story, s.ensureRevision())
}

// updatedTime returns the updated time of a known entry. It moves only if the publisher
// changed the words: those that we only read otherwise than before do not count as
// revised. The Publications that show them take the new signature, and their times stay.
func (s *saving) updatedTime(k *knownRow, a *story.Arrival) time.Time {
	updated := at(k.updated)
	if k.signature == int64(a.Signature) {
		return updated
	}
	if s.h.Reread {
		s.do(`UPDATE publication SET signature = $4 WHERE story_id = $1 AND entry_id = $2 AND signature = $3`,
			k.story, k.id, k.signature, int64(a.Signature))
		return updated
	}
	return news.RevisedTime(updated, a.Entry.Updated, s.now)
}

// reviseSketch has later entries compared with the present text of an entry.
func (s *saving) reviseSketch(entry int64, a *story.Arrival) error {
	x, err := s.sketchIndex()
	if err != nil || a.Evidence.Sketch == nil {
		return err
	}
	return x.revise(entry, a.Evidence.Sketch)
}

// insert stores a new entry and the decision which story it belongs to. was is what is known
// of it from before the database was lost.
func (s *saving) insert(a *story.Arrival, was former) error {
	if echo, err := s.isEcho(a); echo || err != nil {
		s.echoes++
		return err
	}
	v, err := s.decide(a, was)
	if err != nil {
		return err
	}
	ev := a.Evidence
	published, updated := s.times(a)
	seen := s.now
	if s.h.Recalled {
		seen = a.Entry.FirstSeen
	}
	id := s.put(`INSERT INTO entry (source_id, story_id, first_seen, born, backlog, url_key, fingerprint,
			outlet, page, title_hash, text_hash, words, reason, matched, score, detail, guarded, hidden)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id`,
		s.h.Source.ID, v.story, ms(seen), s.ensureRevision(), s.backlog || s.h.Recalled, urlKey(ev.URL), nullHash(a.Identity.Fingerprint),
		ev.Outlet, ev.Page, int64(ev.Title), int64(ev.Text), ev.Words,
		string(v.match.Reason), v.match.With, v.match.Score, v.match.Detail, string(a.Guard), s.hides(a, published, updated, seen))
	s.sharedURLs[urlKey(ev.URL)] = true
	s.addGUID(id, a.Identity.New)
	if err := s.sketches.keep(v.compared, id, v.story, v.match); err != nil {
		return err
	}
	for _, story := range v.related { // about the same page
		s.do(`INSERT INTO related (entry_id, story_id) VALUES ($1, $2)`, id, story)
	}
	s.added++
	s.searchIndex.add(id, s.h.Source.ID, s.public, &a.Entry, false)
	return s.writeContent(id, a, published, updated, statesNoTime(a) || a.Entry.Extra.Undated)
}

// writeEvidence stores what later decisions need to know of a changed entry.
func (s *saving) writeEvidence(id int64, a *story.Arrival, hidden bool) {
	ev := a.Evidence
	s.sharedURLs[urlKey(ev.URL)] = true
	s.do(`UPDATE entry SET url_key = $2, fingerprint = $3, outlet = $4, page = $5, title_hash = $6, text_hash = $7,
			words = $8, hidden = $9, withdrawn_at = 0 WHERE id = $1`,
		id, urlKey(ev.URL), nullHash(a.Identity.Fingerprint), ev.Outlet, ev.Page, int64(ev.Title), int64(ev.Text), ev.Words, hidden)
}

func (s *saving) addGUID(entry int64, key string) {
	s.do(`INSERT INTO guid (source_id, hash, entry_id) VALUES ($1, $2, $3)
		ON CONFLICT (source_id, hash) DO UPDATE SET entry_id = excluded.entry_id`, s.h.Source.ID, keyHash(key), entry)
}

func (s *saving) writeContent(id int64, a *story.Arrival, published, updated time.Time, undated bool) error {
	e := &a.Entry
	extra := e.Extra
	extra.Undated = undated
	return s.do(`INSERT INTO content (entry_id, published, updated, clean, signature, hash, guid, link, language, title,
			authors, categories, enclosures, origin, extra, summary, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (entry_id) DO UPDATE SET published = excluded.published, updated = excluded.updated, clean = excluded.clean,
			signature = excluded.signature, hash = excluded.hash, guid = excluded.guid, link = excluded.link,
			language = excluded.language, title = excluded.title, authors = excluded.authors, categories = excluded.categories,
			enclosures = excluded.enclosures, origin = excluded.origin, extra = excluded.extra, summary = excluded.summary, content = excluded.content`,
		id, ms(published), ms(updated), clean.Version, int64(a.Signature), int64(a.Hash), a.GUID(), e.Link, e.Language, e.Title,
		listColumn(e.Authors), listColumn(e.Categories), listColumn(e.Enclosures), objectColumn(e.Origin), objectColumn(extra), e.Summary, e.Content)
}

// times returns the published and updated times that a new entry is stored with.
func (s *saving) times(a *story.Arrival) (published, updated time.Time) {
	if s.backlog && statesNoTime(a) && s.h.Source.Kind == news.KindFeed { // a folder has no order that tells of time
		at := news.UndatedTime(a.Position, s.now)
		return at, at
	}
	return news.PlausibleTimes(a.Entry.Published, a.Entry.Updated, s.now)
}

// statesNoTime reports whether the document gives the entry no time at all.
func statesNoTime(a *story.Arrival) bool {
	return a.Entry.Published.IsZero() && a.Entry.Updated.IsZero()
}

// undated reports whether a stored entry states no time, so that its published time is ours.
func (t *tx) undated(entry int64) (bool, error) {
	var extra news.Extra
	err := t.get(`SELECT extra FROM content WHERE entry_id = $1`, []any{entry}, asJSON(&extra))
	return extra.Undated, err
}
