package store

import (
	"context"
	"encoding/binary"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// saveSeeds stores the state of a seed folder: its files, and which documents are
// withdrawn or back.
func (s *saving) saveSeeds() error {
	if s.h.Seeds == nil {
		return nil
	}
	for _, guid := range s.h.Seeds.Withdrawn {
		if err := s.withdraw(guid, ms(s.now)); err != nil {
			return err
		}
	}
	for _, guid := range s.h.Seeds.Returned {
		if err := s.withdraw(guid, 0); err != nil {
			return err
		}
	}
	s.do(`DELETE FROM seed_file WHERE source_id = $1`, s.h.Source.ID)
	for _, f := range s.h.Seeds.Files {
		s.do(`INSERT INTO seed_file (source_id, path, guid, text_hash, runs, size, modified, present)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			s.h.Source.ID, f.Path, f.GUID, f.TextHash, packRuns(f.Runs), f.Size, f.ModTime.UnixNano(), f.Present)
	}
	return s.err
}

// withdraw sets or clears the time of withdrawal of the entries that a seed
// document owns.
func (s *saving) withdraw(document string, when int64) error {
	var entries []member
	collect := func(scan scan) error {
		var m member
		var guid string
		var withdrawn int64
		err := scan(&m.entry, &m.story, &withdrawn, &guid)
		if news.SeedOwns(document, guid) && (withdrawn == 0) != (when == 0) {
			entries = append(entries, m)
		}
		return err
	}
	const owner = `SELECT e.id, e.story_id, e.withdrawn_at, c.guid FROM guid g JOIN entry e ON e.id = g.entry_id
		JOIN content c ON c.entry_id = e.id WHERE g.source_id = $1`
	var err error
	if strings.HasSuffix(document, "#") { // a feed document: all entries with its prefix
		err = s.each(owner, []any{s.h.Source.ID}, collect)
	} else {
		err = s.each(owner+` AND g.hash = $2`, []any{s.h.Source.ID, keyHash(story.GUIDKey(document))}, collect)
	}
	if err != nil {
		return err
	}
	for _, m := range entries {
		s.do(`UPDATE entry SET withdrawn_at = $2 WHERE id = $1`, m.entry, when)
		s.touch(m.story, s.ensureRevision())
		s.changed++
	}
	return s.err
}

// SeedFiles returns what the last scan of a seed folder found.
func (db *DB) SeedFiles(ctx context.Context, source int64) ([]news.SeedFile, error) {
	return readRows(ctx, db, `SELECT path, guid, text_hash, runs, size, modified, present FROM seed_file WHERE source_id = $1 ORDER BY path, guid`,
		[]any{source}, func(scan scan, f *news.SeedFile) error {
			var runs []byte
			var modified int64
			err := scan(&f.Path, &f.GUID, &f.TextHash, &runs, &f.Size, &modified, &f.Present)
			f.Runs, f.ModTime = unpackRuns(runs), time.Unix(0, modified).UTC()
			return err
		})
}

// packRuns returns the column of runs, which is empty rather than NULL for a document without any.
func packRuns(runs []uint32) []byte {
	b := make([]byte, 0, 4*len(runs))
	for _, r := range runs {
		b = binary.LittleEndian.AppendUint32(b, r)
	}
	return b
}

func unpackRuns(b []byte) []uint32 {
	runs := make([]uint32, 0, len(b)/4)
	for ; len(b) >= 4; b = b[4:] {
		runs = append(runs, binary.LittleEndian.Uint32(b))
	}
	return runs
}
