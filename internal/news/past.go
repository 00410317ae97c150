package news

import "time"

// Past is what a Feed published last, as it is read back from its own document after the
// database was lost. Of each Publication the GUID, StoryKey, Sequence, Entered, Published,
// Updated and Signature are known; if an older version wrote the document, only GUID,
// Published and Updated.
type Past struct {
	UUID         string            // of the feed; empty when the document does not say it
	Generation   int               // the first one of its archive that has no pages yet; 0 likewise
	Updated      time.Time         // highest ever published in the feed
	Publications []PastPublication // newest first
	Digests      []Digest          // newest first, without the numbers of the store
}

// PastPublication is a Publication as it was published last. Entries are the keys
// (EntryKey) of the entries of its story, first that of the one shown; there are none if an
// older version wrote the document.
type PastPublication struct {
	Publication
	Entries []string
	Members []Member // the others, as far as the document lists them, without what only the store knows
	Shown   *Entry   // the one shown, its source as Origin; nil if that cannot be read back
}
