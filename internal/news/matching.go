package news

import "time"

// Level says how alike two texts must be to be one Story.
type Level string

// The levels.
const (
	Strict Level = "strict" // rather two stories than one too many
	Normal Level = "normal"
	Loose  Level = "loose" // rather one story than the same one twice
)

// Matching says which entries may be one Story, whatever their feed. The zero
// value is no setting: begin with DefaultMatching.
type Matching struct {
	Level  Level
	Window time.Duration // how far apart the entries of one story may be
}

// Bounds of Matching.Window: entries come hours apart also of the same event,
// and what is a month old is compared with too much.
const (
	MinWindow = time.Hour
	MaxWindow = 30 * 24 * time.Hour
)

// DefaultMatching is what holds where nothing is configured.
func DefaultMatching() Matching { return Matching{Level: Normal, Window: 7 * 24 * time.Hour} }
