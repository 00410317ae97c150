package daemon

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tributary/internal/news"
)

// progress counts how far the first reading of the sources has come.
type progress struct {
	total   int
	fetched map[int64]bool
	needs   map[int64]string // names of sources whose latest attempt failed
}

func newProgress(states []news.SourceState) progress {
	p := progress{total: len(states), fetched: map[int64]bool{}, needs: map[int64]string{}}
	for _, s := range states {
		if !s.Last.Started.IsZero() {
			p.note(s.ID, s.Name, s.Last)
		}
	}
	return p
}

func (p *progress) note(id int64, name string, f news.Fetch) {
	if f.Outcome == news.OutcomeInterrupted {
		return
	}
	p.fetched[id] = true
	delete(p.needs, id)
	if f.Outcome.Failed() {
		p.needs[id] = name
	}
}

// String is the line for the operator: "137 of 200 sources fetched, 2 need
// you: a, b".
func (p *progress) String() string {
	text := fmt.Sprintf("%d of %d sources fetched", len(p.fetched), p.total)
	if len(p.needs) == 0 {
		return text
	}
	names := slices.Sorted(maps.Values(p.needs))
	const named = 8
	list := strings.Join(names[:min(named, len(names))], ", ")
	if len(names) > named {
		list += ", …"
	}
	return fmt.Sprintf("%s, %d %s you: %s", text, len(names), news.Plural(len(names), "needs", "need"), list)
}

// firstReading returns how many sources have been read, of how many.
func (d *Daemon) firstReading() (read, total int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.progress.fetched), d.progress.total
}

// Progress is the line for the operator.
func (d *Daemon) Progress() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.progress.String()
}
