package store

import (
	"fmt"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// relocate recognises entries by their texts when a publisher changed guids and links of
// many at once, or when a newer reader finds others in a stored document, and fills in
// their ids. It does nothing for ordinary documents, of which half seems known, so that
// they cost nothing here.
func (s *saving) relocate(ids []int64, known *known) error {
	fresh := 0
	for _, id := range ids {
		if id == 0 {
			fresh++
		}
	}
	recognise, words := story.Relocate, story.RelocateWords
	if s.h.Reread {
		recognise, words = story.Reidentify, 0
	} else if s.backlog || 2*fresh < len(ids) {
		return nil
	}
	held, err := s.knownTexts(ids, words)
	if err != nil || recognise(s.h.Arrivals, ids, held) == 0 {
		return err
	}
	var missing []any
	for _, id := range ids {
		if id != 0 && known.rows[id] == nil {
			missing = append(missing, id)
		}
	}
	return s.lookUp(selectKnown+`NULL FROM entry e LEFT JOIN content c ON c.entry_id = e.id
		WHERE e.source_id = $1 AND e.id IN (`+placeholders+`)`, missing, known.add)
}

// knownTexts returns the stored entries with the text of an arrival that seems new and has
// so many words at least.
func (s *saving) knownTexts(ids []int64, words int) (held []story.KnownText, err error) {
	var texts []any
	for i, a := range s.h.Arrivals {
		if key, ok := a.TextKey(words); ok && ids[i] == 0 {
			texts = append(texts, int64(key.Text))
		}
	}
	err = s.lookUp(`SELECT id, title_hash, text_hash FROM entry WHERE source_id = $1 AND text_hash IN (`+placeholders+`)`,
		texts, collect(&held, func(h *story.KnownText) []any { return []any{&h.ID, asHash(&h.Title), asHash(&h.Text)} }))
	return held, err
}

// markFlood marks the new entries that came with a flood of old ones, see news.Flood.
func (s *saving) markFlood(ids []int64) error {
	if s.backlog || s.h.Seeds != nil || s.h.Reread {
		return nil
	}
	var fresh []int
	var published []time.Time
	for i, id := range ids {
		if id == 0 {
			fresh = append(fresh, i)
			published = append(published, s.h.Arrivals[i].Entry.Published)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	var newest time.Time
	var most int
	if err := s.get(`SELECT latest, burst FROM source WHERE id = $1`, []any{s.h.Source.ID}, asTime(&newest), &most); err != nil {
		return err
	}
	live := len(fresh)
	for i, old := range news.Flood(published, newest, most) {
		if old {
			s.h.Arrivals[fresh[i]].Guard = news.GuardFlood
			live--
		}
	}
	if live <= most {
		return nil
	}
	return s.do(`UPDATE source SET burst = $2 WHERE id = $1`, s.h.Source.ID, live)
}

// minted begins the guids that we make ourselves.
const minted = "urn:uuid:"

// isEcho reports whether a new entry is a Publication of ours that came back:
// its guid is one that we made, because no source ever brought it. Two
// Tributaries that read each other would otherwise publish it for ever anew.
func (s *saving) isEcho(a *story.Arrival) (bool, error) {
	guid := a.GUID()
	if !strings.HasPrefix(guid, minted) {
		return false, nil
	}
	return s.holds(`SELECT (EXISTS (SELECT 1 FROM story WHERE guid = $1) OR EXISTS (SELECT 1 FROM publication WHERE guid = $1))
		AND NOT EXISTS (SELECT 1 FROM guid WHERE hash = $2)`, guid, keyHash(story.GUIDKey(guid)))
}

// remark says for the operator what the guards did to a fetch; "" for nothing.
func (s *saving) remark() string {
	flooded := 0
	for _, a := range s.h.Arrivals {
		if a.Guard == news.GuardFlood {
			flooded++
		}
	}
	var remarks []string
	if flooded > 0 {
		remarks = append(remarks, fmt.Sprintf("%d old entries came at once and went into the history of the feeds", flooded))
	}
	if s.echoes > 0 {
		remarks = append(remarks, fmt.Sprintf("%d of its entries are publications of ours that came back, and were not taken", s.echoes))
	}
	return strings.Join(remarks, "; ")
}
