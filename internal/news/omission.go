package news

// Omission is the reason why a document of a feed leaves out a story that the feed has
// published.
type Omission int

// The reasons to leave a story out.
const (
	OmittedForNewer  Omission = iota // newer stories have taken its place
	OmittedForSource                 // MaxPerSource: the document shows enough newer ones of its source
	OmittedForDay                    // MaxPerSourceDay: its source had enough earlier ones on that day
)

// WhyOmitted returns why the Edition does not show a Publication of its feed. source is that of
// the entry which the Publication would show.
func (e *Edition) WhyOmitted(p Publication, source int64) Omission {
	newer, before := 0, 0
	for _, s := range e.Shown {
		switch {
		case s.Entry.SourceID != source:
		case s.Sequence > p.Sequence:
			newer++
		case DayOf(s.Entered).Equal(DayOf(p.Entered)):
			before++
		}
	}
	switch f := e.Feed; {
	case f.MaxPerSourceDay > 0 && before >= f.MaxPerSourceDay:
		return OmittedForDay
	case f.MaxPerSource > 0 && newer >= f.MaxPerSource:
		return OmittedForSource
	}
	return OmittedForNewer
}
