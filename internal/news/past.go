package news

import "time"

// Past is what was last published of a Feed, read back from its own document when
// the database is lost: newest first. Of each Publication the GUID, StoryKey,
// Sequence, Entered, Published, Updated and Signature are known, of one made by an older
// version only GUID, Published and Updated.
type Past struct {
	UUID         string    // of the feed; empty when it is not told
	Generation   int       // of its archive that had no pages; 0 when it is not told
	Updated      time.Time // highest ever published in the feed
	Publications []PastPublication
	Digests      []Digest // newest first, without the numbers of the store
}

// PastPublication is a Publication as it was last published. Entries are the keys of
// those that its story had (EntryKey), the one shown first; an older version told none.
type PastPublication struct {
	Publication
	Entries []string
}
