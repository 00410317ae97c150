package news

import "time"

// Past is what was last published of a Feed, read back from its own document when
// the database is lost: newest first. Of each Publication the GUID, StoryKey,
// Entered, Published, Updated and Signature are known, of one made by an older
// version only GUID, Published and Updated.
type Past struct {
	UUID         string    // of the feed; empty when it is not told
	Generation   int       // of its archive that had no pages; 0 when it is not told
	Updated      time.Time // highest ever published in the feed
	Publications []Publication
	Digests      []Digest // newest first, without the numbers of the store
}
