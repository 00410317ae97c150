package format

import (
	"fmt"
	"slices"
)

// Limits of one document. They bound time and memory before any library sees
// the document; real feeds stay far below them.
const (
	maxBytes      = 32 << 20 // of the document, decoded
	maxDepth      = 64       // elements in each other, outside of texts
	maxElements   = 200_000  // outside of texts
	maxAttributes = 256      // of one element
	maxEntries    = 2_000    // kept; the rest of the document is not read
	maxTitle      = 1 << 10  // bytes of a title
	maxText       = 1 << 20  // bytes of one text
	maxRepairs    = 20       // sentences
)

// repairs collects what had to be mended, each kind once.
type repairs struct{ list []string }

// note adds a sentence unless it is there already.
func (r *repairs) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if len(r.list) < maxRepairs && !slices.Contains(r.list, text) {
		r.list = append(r.list, text)
	}
}
