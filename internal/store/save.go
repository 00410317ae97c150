package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

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
		f.Error = cmp.Or(f.Error, s.remark())
		if h.Reread {
			return nil
		}
		t.recordFetch(h.Source.Kind, f)
		return s.saveVitals(f)
	})
	if errors.Is(err, news.ErrSuperseded) && !h.Reread {
		f.Outcome, f.Error = news.OutcomeInterrupted, news.ErrSuperseded.Error()
		if failed := db.update(ctx, func(t *tx) error { return t.recordFetch(h.Source.Kind, f) }); failed != nil {
			err = failed // the graver one: not even the attempt is recorded
		}
	}
	return f, err
}

// saving is the state of one Save; save is its order of events.
type saving struct {
	*tx
	h        *story.Harvest // what is saved
	now      time.Time      // when the fetch began: what "first seen" means
	origin   string         // the source's key at first sight
	public   bool           // the source is public in the configuration of now
	backlog  bool           // this is the first document of the source
	revision int64          // of this transaction; 0 until something changes

	sharedURLs  map[any]bool    // by urlKey, those that other entries may have, too; see findShared
	sharedGUIDs map[string]bool // by keyHash, those that another source has
	sketches    *sketchIndex    // that texts are compared by; nil until it is needed
	searchIndex *indexing       // that the search looks into

	former map[string]former // see readFormer

	added, changed int // entries
	echoes         int // publications of ours that came back
}

func (s *saving) save() error {
	return inOrder(s.checkLease, s.saveEntries, s.saveDocument, s.saveSeeds, s.saveBody, s.savePush, s.savePace,
		s.rejudgeIfRuleChanged, s.savePostings, s.saveSource)
}

// checkLease checks that the source still is what was fetched: news.ErrSuperseded when it
// was leased again, has another address or has left the configuration.
func (s *saving) checkLease() error {
	var epoch, firstOK int64
	err := s.get(`SELECT epoch, first_ok, origin, public FROM source WHERE id = $1 AND retired_at = 0 AND url = $2`,
		[]any{s.h.Source.ID, s.h.Source.URL}, &epoch, &firstOK, &s.origin, &s.public)
	if errors.Is(err, sql.ErrNoRows) || err == nil && epoch != s.h.Epoch {
		return news.ErrSuperseded
	}
	s.backlog = firstOK == 0
	return err
}

// ensureRevision returns the revision of this transaction, which it takes at the first
// call: a Save that changes nothing takes none.
func (s *saving) ensureRevision() int64 {
	if s.revision == 0 {
		s.revision = s.nextRevision()
	}
	return s.revision
}

// saveEntries brings the entries up to date that arrived again, and stores the others as
// new.
func (s *saving) saveEntries() error {
	if s.h.Document == nil {
		return nil
	}
	known, err := s.known()
	if err != nil {
		return err
	}
	if s.searchIndex, err = s.indexing(); err != nil {
		return err
	}
	if err := s.readFormer(); err != nil {
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
	if err := s.markFlood(assigned); err != nil {
		return err
	}
	if err := s.findShared(assigned); err != nil {
		return err
	}
	for i, id := range assigned {
		a := &s.h.Arrivals[i]
		was, err := s.formerOf(a)
		switch {
		case err != nil:
		case id == 0:
			err = s.insert(a, was)
		case !s.h.Recalled: // what is stored is newer
			err = s.refresh(known.rows[id], a)
		}
		if err != nil {
			return fmt.Errorf("entry %q: %w", a.Identity.New, err)
		}
	}
	return s.searchIndex.flush()
}

// savePostings stores what this Save added to the index that texts are compared by.
func (s *saving) savePostings() error {
	if s.sketches == nil {
		return nil
	}
	return s.sketches.postings.flush()
}

// saveDocument stores what the document says of itself. The first one that was fetched
// whole ends the backlog of the source; after one that was cut off, the rest of the
// backlog is still to come.
//
// A delivery may hold one entry, and less of what the feed says of itself. What recalled
// items tell of it is better than nothing.
func (s *saving) saveDocument() error {
	d := s.h.Document
	if d == nil || s.h.Fetch.Pushed || s.h.Recalled && !s.backlog {
		return nil
	}
	whole := s.h.Fetch.Outcome != news.OutcomeTruncated && !s.h.Reread
	return s.do(`UPDATE source SET doc_id = $2, doc_title = $3, doc_link = $4, doc_language = $5, doc_rights = $8, doc_image = $9,
			first_ok = CASE WHEN first_ok = 0 AND $7 THEN $6 ELSE first_ok END WHERE id = $1`,
		s.h.Source.ID, d.ID, d.Title, d.Link, d.Language, ms(s.now), whole, d.Rights, d.Image)
}

func (s *saving) saveBody() error {
	b := s.h.Body
	if b == nil {
		return nil
	}
	if kept, err := s.keepsBody(b); kept || err != nil {
		return err
	}
	return s.do(`INSERT INTO body (source_id, url, content_type, reader, data) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (source_id) DO UPDATE SET url = excluded.url, content_type = excluded.content_type,
			reader = excluded.reader, data = excluded.data`, s.h.Source.ID, b.URL, b.ContentType, b.Reader, pack(b.Data))
}

// keepsBody reports whether the stored body need not be replaced by a new one, because both
// gave the same entries to the same reader. Many documents change with every request, if
// only by a time of day, and are not worth a write.
func (s *saving) keepsBody(b *news.Body) (bool, error) {
	if s.added+s.changed > 0 || s.h.Reread {
		return false, nil
	}
	return s.holds(`SELECT EXISTS (SELECT 1 FROM body WHERE source_id = $1 AND reader = $2 AND url = $3)`, s.h.Source.ID, b.Reader, b.URL)
}

// savePace stores what decides when the source is fetched next, adds up what conditional
// requests saved, and notes a host that limited us.
func (s *saving) savePace() error {
	if s.h.Reread {
		return nil
	}
	f := s.h.Fetch
	whole := f.Status > 0 && (f.Outcome == news.OutcomeOK || f.Outcome == news.OutcomeUnchanged)
	if whole && s.h.Body != nil {
		s.do(`UPDATE source SET size = $2 WHERE id = $1`, s.h.Source.ID, len(s.h.Body.Data))
	}
	if h := s.h.Hints; h != nil {
		s.do(`UPDATE source SET ttl = $2, skip_hours = $3, skip_days = $4 WHERE id = $1`,
			s.h.Source.ID, h.TTL.Milliseconds(), h.Hours, h.Days)
	}
	fresh := s.added
	if s.backlog {
		fresh = 0
	}
	s.do(`UPDATE source SET interval = CASE WHEN $2 > 0 THEN $2 ELSE interval END, fresh = fresh + $3, limited = limited + $4,
			saved = saved + CASE WHEN $5 AND size > $6 THEN size - $6 ELSE 0 END WHERE id = $1`,
		s.h.Source.ID, s.h.Interval.Milliseconds(), fresh, f.Outcome == news.OutcomeLimited, whole, f.Bytes)
	return s.noteLimited(s.h.Host)
}

// saveSource stores validators and the next due time, and ends the lease. A request to
// fetch the source (Request) is fulfilled if it was made before this fetch began.
func (s *saving) saveSource() error {
	if v := s.h.Validators; v != nil {
		s.do(`UPDATE source SET etag = $2, last_modified = $3, body_hash = $4 WHERE id = $1`,
			s.h.Source.ID, v.ETag, v.LastModified, v.BodyHash)
	}
	failed := s.h.Fetch.Outcome.Failed()
	// Some attempts say nothing about the source.
	kept := s.h.Reread || s.h.Ours || s.h.Fetch.Pushed || s.h.Fetch.Outcome == news.OutcomeInterrupted
	return s.do(`UPDATE source SET next_due = CASE WHEN $2 = 0 THEN next_due ELSE $2 END,
			failures = CASE WHEN $4 THEN failures WHEN $3 THEN failures + 1 ELSE 0 END, lease_owner = '', lease_until = 0,
			entries = entries + $5, newest = CASE WHEN $5 > 0 THEN $6 ELSE newest END,
			requested = CASE WHEN $4 OR requested > $6 THEN requested ELSE 0 END WHERE id = $1`,
		s.h.Source.ID, ms(s.h.NextDue), failed, kept, s.added, ms(s.now))
}
