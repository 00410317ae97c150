package store

import (
	"tributary/internal/news"
)

// resumeDigests stores the digests that a feed had before the database was lost, as they
// were written, and their stories, so that no digest tells of them again. The open period
// is the one after the last digest.
func (t *tx) resumeDigests(f news.Feed, past *news.Past) error {
	var last int64
	for _, d := range past.Digests {
		d.Sequence = d.Closed.UnixMicro() // as if it had been closed in time
		for i := range d.Stories {
			s := &d.Stories[i]
			s.EntryID, s.Sequence = 0, d.Sequence+int64(i)+1
			err := t.rememberPublication(f.ID, news.Publication{GUID: s.GUID, StoryKey: s.StoryKey, Sequence: s.Sequence,
				Entered: d.Closed, Published: s.Published, Updated: s.Published})
			if err != nil {
				return err
			}
		}
		if _, err := t.insertDigest(f.ID, d, 0); err != nil {
			return err
		}
		last = max(last, d.Sequence+int64(len(d.Stories)))
	}
	if f.Digest == nil || past.Updated.IsZero() {
		return nil
	}
	_, err := t.exec(`UPDATE feed SET sequence = max(sequence, $2), closed = $3 WHERE id = $1`,
		f.ID, last, ms(f.Digest.Last(past.Updated)))
	return err
}
