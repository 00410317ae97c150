package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/story"
)

// Save stores one Harvest: the Fetch row always, and with it entries, their
// stories, validators, body and next due time, or none of them. It returns
// the Fetch with the numbers of new and changed entries filled in.
func (db *DB) Save(ctx context.Context, h *story.Harvest) (news.Fetch, error) {
	f := h.Fetch
	f.SourceID = h.Source.ID
	err := db.update(ctx, func(t *tx) error {
		s := saving{tx: t, h: h, now: h.Fetch.Started}
		if err := s.save(); err != nil {
			return err
		}
		f.New, f.Changed = s.added, s.changed
		if remark := s.remark(); f.Error == "" {
			f.Error = remark
		}
		if h.Reread {
			return nil
		}
		if err := t.recordFetch(h.Source.Kind, f); err != nil {
			return err
		}
		return s.vitals(f)
	})
	if errors.Is(err, news.ErrSuperseded) && !h.Reread {
		f.Outcome, f.Error = news.OutcomeInterrupted, news.ErrSuperseded.Error()
		if failed := db.update(ctx, func(t *tx) error { return t.recordFetch(h.Source.Kind, f) }); failed != nil {
			err = failed // the graver one: not even the attempt is recorded
		}
	}
	return f, err
}

// saving is the state of one Save.
type saving struct {
	*tx
	h           *story.Harvest
	now         time.Time // when the fetch began: what "first seen" means
	origin      string    // the source's key at first sight
	public      bool      // the source is, by the configuration of now
	backlog     bool      // this is the first document of the source
	revision    int64     // 0 until something changes
	added       int
	changed     int
	echoes      int // publications of ours that came back
	shared      shared
	sketches    *sketchIndex
	searchIndex *indexing // by what the entries can be found
}

func (s *saving) save() error {
	if err := s.claim(); err != nil {
		return err
	}
	if s.h.Document != nil {
		if err := s.entries(); err != nil {
			return err
		}
		if !s.h.Fetch.Pushed { // a delivery may hold one entry, and less of what the feed says of itself
			if err := s.document(); err != nil {
				return err
			}
		}
	}
	if s.h.Seeds != nil {
		if err := s.seeds(); err != nil {
			return err
		}
	}
	if s.h.Body != nil {
		if err := s.body(); err != nil {
			return err
		}
	}
	if err := s.push(); err != nil {
		return err
	}
	if err := s.storePace(); err != nil {
		return err
	}
	if err := s.rejudgeIfRuleChanged(); err != nil {
		return err
	}
	if s.sketches != nil {
		if err := s.sketches.postings.flush(); err != nil {
			return err
		}
	}
	return s.source()
}

// claim checks that the source is still what was fetched.
func (s *saving) claim() error {
	var epoch, firstOK int64
	err := s.get(`SELECT epoch, first_ok, origin, public FROM source WHERE id = $1 AND retired_at = 0 AND url = $2`,
		[]any{s.h.Source.ID, s.h.Source.URL}, &epoch, &firstOK, &s.origin, &s.public)
	if errors.Is(err, sql.ErrNoRows) || err == nil && epoch != s.h.Epoch {
		return news.ErrSuperseded
	}
	s.backlog = firstOK == 0
	return err
}

// change gives the revision of this transaction, raising it at the first call.
func (s *saving) change() (int64, error) {
	if s.revision > 0 {
		return s.revision, nil
	}
	var err error
	s.revision, err = s.nextRevision()
	return s.revision, err
}

// entries assigns every arrival to the entry that it is, and stores the rest
// as new.
func (s *saving) entries() error {
	known, err := s.known()
	if err != nil {
		return err
	}
	if s.searchIndex, err = s.indexing(); err != nil {
		return err
	}
	ids := make([]story.Identity, len(s.h.Arrivals))
	for i, a := range s.h.Arrivals {
		ids[i] = a.Identity
	}
	assigned := story.Assign(ids, known.list)
	if err := s.relocate(assigned, known); err != nil {
		return err
	}
	if err := s.guard(assigned); err != nil {
		return err
	}
	if err := s.findShared(assigned); err != nil {
		return err
	}
	for i, id := range assigned {
		a := &s.h.Arrivals[i]
		if id == 0 {
			err = s.insert(a)
		} else {
			err = s.refresh(known.rows[id], a)
		}
		if err != nil {
			return fmt.Errorf("entry %q: %w", a.Identity.New, err)
		}
	}
	return s.searchIndex.flush()
}

// refresh brings a known entry up to date. Its identity, story, first seen and
// published times stay.
func (s *saving) refresh(k *knownRow, a *story.Arrival) error {
	if !k.keys[a.Identity.New] {
		if err := s.addGUID(k.id, a.Identity.New); err != nil {
			return err
		}
	}
	if k.hash == int64(a.Hash) && k.clean == clean.Version && k.withdrawn == 0 {
		return nil
	}
	revision, err := s.change()
	if err != nil {
		return err
	}
	updated := at(k.updated)
	switch {
	case k.published == 0: // its text was deleted for good
		return nil
	case k.signature == int64(a.Signature):
	case s.h.Reread:
		err = s.keepRevised(k, a.Signature)
	default:
		updated = news.Revised(updated, a.Entry.Updated, s.now)
	}
	if err != nil {
		return err
	}
	undated, err := s.undated(k.id)
	if err != nil {
		return err
	}
	if err := s.writeContent(k.id, a, at(k.published), updated, undated); err != nil {
		return err
	}
	s.searchIndex.add(k.id, s.h.Source.ID, s.public, &a.Entry, true)
	if err := s.writeEvidence(k.id, a, s.hides(a, at(k.published), updated, at(k.seen))); err != nil {
		return err
	}
	if k.signature != int64(a.Signature) {
		if err := s.reviseSketch(k.id, a); err != nil {
			return err
		}
	}
	if k.hash != int64(a.Hash) || k.withdrawn != 0 {
		s.changed++
	}
	return s.touch(k.story, revision)
}

// retell lets later entries be compared with what an entry says now.
func (s *saving) reviseSketch(entry int64, a *story.Arrival) error {
	x, err := s.sketchIndex()
	if err != nil || a.Evidence.Sketch == nil {
		return err
	}
	return x.revise(entry, a.Evidence.Sketch)
}

// mend keeps words that only we read wrongly from counting as revised: the
// Publications that show them take the new signature, their times stay.
func (s *saving) keepRevised(k *knownRow, signature uint64) error {
	_, err := s.exec(`UPDATE publication SET signature = $4 WHERE story_id = $1 AND entry_id = $2 AND signature = $3`,
		k.story, k.id, k.signature, int64(signature))
	return err
}

// insert stores a new entry and the decision which story it belongs to.
func (s *saving) insert(a *story.Arrival) error {
	if echo, err := s.isEcho(a); echo || err != nil {
		s.echoes++
		return err
	}
	revision, err := s.change()
	if err != nil {
		return err
	}
	v, err := s.judge(a, revision)
	if err != nil {
		return err
	}
	ev := a.Evidence
	published, updated := s.times(a)
	var id int64
	err = s.get(`INSERT INTO entry (source_id, story_id, first_seen, born, backlog, url_key, fingerprint,
			outlet, page, title_hash, text_hash, words, reason, matched, score, detail, guarded, hidden)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id`,
		[]any{s.h.Source.ID, v.story, ms(s.now), revision, s.backlog, urlKey(ev.URL), nullHash(a.Identity.Fingerprint),
			ev.Outlet, ev.Page, int64(ev.Title), int64(ev.Text), ev.Words,
			string(v.match.Reason), v.match.With, v.match.Score, v.match.Detail, string(a.Guard), s.hides(a, published, updated, s.now)}, &id)
	if err != nil {
		return err
	}
	s.shared.urls[urlKey(ev.URL)] = true
	if err := s.addGUID(id, a.Identity.New); err != nil {
		return err
	}
	if err := s.sketches.keep(v.compared, id, v.story, v.match); err != nil {
		return err
	}
	if err := s.relate(id, v.related); err != nil {
		return err
	}
	s.added++
	s.searchIndex.add(id, s.h.Source.ID, s.public, &a.Entry, false)
	return s.writeContent(id, a, published, updated, statesNoTime(a))
}

// relate notes which other stories are about the page of a new entry.
func (s *saving) relate(entry int64, stories []int64) error {
	for _, story := range stories {
		if _, err := s.exec(`INSERT INTO related (entry_id, story_id) VALUES ($1, $2)`, entry, story); err != nil {
			return err
		}
	}
	return nil
}

// writeEvidence keeps what later decisions need to know of a changed entry.
func (s *saving) writeEvidence(id int64, a *story.Arrival, hidden bool) error {
	ev := a.Evidence
	s.shared.urls[urlKey(ev.URL)] = true
	_, err := s.exec(`UPDATE entry SET url_key = $2, fingerprint = $3, outlet = $4, page = $5, title_hash = $6, text_hash = $7,
			words = $8, hidden = $9, withdrawn_at = 0 WHERE id = $1`,
		id, urlKey(ev.URL), nullHash(a.Identity.Fingerprint), ev.Outlet, ev.Page, int64(ev.Title), int64(ev.Text), ev.Words, hidden)
	return err
}

func (s *saving) addGUID(entry int64, key string) error {
	_, err := s.exec(`INSERT INTO guid (source_id, hash, entry_id) VALUES ($1, $2, $3)
		ON CONFLICT (source_id, hash) DO UPDATE SET entry_id = excluded.entry_id`, s.h.Source.ID, guidHash(key), entry)
	return err
}

func (s *saving) writeContent(id int64, a *story.Arrival, published, updated time.Time, undated bool) error {
	e := &a.Entry
	extra := e.Extra
	extra.Undated = undated
	_, err := s.exec(`INSERT INTO content (entry_id, published, updated, clean, signature, hash, guid, link, language, title,
			authors, categories, enclosures, origin, extra, summary, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (entry_id) DO UPDATE SET published = excluded.published, updated = excluded.updated, clean = excluded.clean,
			signature = excluded.signature, hash = excluded.hash, guid = excluded.guid, link = excluded.link,
			language = excluded.language, title = excluded.title, authors = excluded.authors, categories = excluded.categories,
			enclosures = excluded.enclosures, origin = excluded.origin, extra = excluded.extra, summary = excluded.summary, content = excluded.content`,
		id, ms(published), ms(updated), clean.Version, int64(a.Signature), int64(a.Hash), a.GUID(), e.Link, e.Language, e.Title,
		list(e.Authors), list(e.Categories), list(e.Enclosures), object(e.Origin), object(extra), e.Summary, e.Content)
	return err
}

// document keeps what the document says of itself. The first that was fetched
// whole ends the backlog of the source: of one that was cut off the rest is
// still to come.
func (s *saving) document() error {
	d := s.h.Document
	whole := s.h.Fetch.Outcome != news.OutcomeTruncated && !s.h.Reread
	_, err := s.exec(`UPDATE source SET doc_id = $2, doc_title = $3, doc_link = $4, doc_language = $5, doc_rights = $8, doc_image = $9,
			first_ok = CASE WHEN first_ok = 0 AND $7 THEN $6 ELSE first_ok END WHERE id = $1`,
		s.h.Source.ID, d.ID, d.Title, d.Link, d.Language, ms(s.now), whole, d.Rights, d.Image)
	return err
}

func (s *saving) body() error {
	b := s.h.Body
	if kept, err := s.bodyUnchanged(b); kept || err != nil {
		return err
	}
	packed, err := pack(b.Data)
	if err != nil {
		return err
	}
	_, err = s.exec(`INSERT INTO body (source_id, url, content_type, reader, data) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (source_id) DO UPDATE SET url = excluded.url, content_type = excluded.content_type,
			reader = excluded.reader, data = excluded.data`, s.h.Source.ID, b.URL, b.ContentType, b.Reader, packed)
	return err
}

// source stores validators and the next due time, and gives the lease back. Who
// asked for a fetch before this one began has got it.
func (s *saving) source() error {
	if v := s.h.Validators; v != nil {
		if _, err := s.exec(`UPDATE source SET etag = $2, last_modified = $3, body_hash = $4 WHERE id = $1`,
			s.h.Source.ID, v.ETag, v.LastModified, v.BodyHash); err != nil {
			return err
		}
	}
	failed := s.h.Fetch.Outcome.Failed()
	// Some attempts say nothing about the source.
	kept := s.h.Reread || s.h.Ours || s.h.Fetch.Pushed || s.h.Fetch.Outcome == news.OutcomeInterrupted
	_, err := s.exec(`UPDATE source SET next_due = CASE WHEN $2 = 0 THEN next_due ELSE $2 END,
			failures = CASE WHEN $4 THEN failures WHEN $3 THEN failures + 1 ELSE 0 END, lease_owner = '', lease_until = 0,
			entries = entries + $5, newest = CASE WHEN $5 > 0 THEN $6 ELSE newest END,
			requested = CASE WHEN $4 OR requested > $6 THEN requested ELSE 0 END WHERE id = $1`,
		s.h.Source.ID, ms(s.h.NextDue), failed, kept, s.added, ms(s.now))
	return err
}

func guidHash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:16]
}

// nullHash stores "none" as NULL, which indexes leave out.
func nullHash(h uint64) any {
	if h == 0 {
		return nil
	}
	return int64(h)
}

// list renders a list column; an empty list is the empty text.
func list[T any](items []T) string {
	if len(items) == 0 {
		return ""
	}
	b, err := json.Marshal(items)
	if err != nil {
		return "" // strings and integers cannot fail
	}
	return string(b)
}

// object renders an object column; one in which nothing is said is the empty
// text.
func object(o any) string {
	b, err := json.Marshal(o)
	if err != nil || string(b) == "{}" || string(b) == "null" {
		return "" // strings and integers cannot fail
	}
	return string(b)
}
