package news

import (
	"strings"
	"time"
)

// SeedFile is what is remembered of one seed document: which file it lives in,
// which entries it owns and enough of its text to know it again after an edit
// or a rename. Records are kept when the file vanishes, so that a document that
// comes back comes back with its id.
type SeedFile struct {
	Path     string    // relative to the glob's fixed folder, separated by slashes
	GUID     string    // of its one entry; of a feed document the common prefix of its entries' guids, which ends in '#'
	TextHash string    // hex, of the normalised text; of a feed document of its bytes
	Runs     []uint32  // sorted hashes of the text's five-word runs; empty for a feed document
	Size     int64     // bytes on disk when it was last read
	ModTime  time.Time // on disk when it was last read, whole milliseconds, UTC
	Present  bool      // false: the file vanished, its entries are withdrawn
}

// Owns reports whether the entry with this guid came from the document.
func (f SeedFile) Owns(guid string) bool { return SeedOwns(f.GUID, guid) }

// SeedOwns reports whether the document known as id (the GUID of a SeedFile)
// owns the entry with this guid: the entry itself, or one of a feed document.
func SeedOwns(id, guid string) bool {
	if strings.HasSuffix(id, "#") {
		return strings.HasPrefix(guid, id)
	}
	return id != "" && id == guid
}

// SeedState is what a scan of a seed folder found.
type SeedState struct {
	Files     []SeedFile
	Withdrawn []string // guids whose file vanished
	Returned  []string // guids whose file came back unchanged
}
