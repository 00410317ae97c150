package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tributary/internal/news"
)

// hands is a world in which people correct stories, with the invariants that must hold.
type hands struct {
	*world
	keys  map[string]int64 // row of every story that ever existed, by key
	guids map[string]int64 // sequence that subscribers saw, by feed and guid
	kept  map[int64]int64  // sequence of each entry in the feed with duplicates: keep
	acts  int
}

// act makes a correction by hand and checks what subscribers see of it. A merge
// shows nothing new. A split removes nothing, except that a Publication that was
// set aside may replace another. A pin does neither.
func (h *hands) act() {
	h.t.Helper()
	h.round()
	before := h.shown()
	what := h.correct()
	h.round()
	after := h.shown()
	for p := range after {
		if !before[p] && what != news.Split {
			h.t.Errorf("%s: publication %s was not shown before", what, p)
		}
	}
	for p := range before {
		if !after[p] && (what == news.Pinned || strings.HasPrefix(p, "kept")) {
			h.t.Errorf("%s: publication %s is not shown any more", what, p)
		}
	}
	if what == news.Split && len(after) < len(before) {
		h.t.Errorf("after a split %d publications are shown of %d", len(after), len(before))
	}
	h.pinned()
	h.acts++
}

// shown returns what all feeds show.
func (h *hands) shown() map[string]bool {
	all := map[string]bool{}
	for name := range h.feeds {
		for _, s := range h.edition(name).Shown {
			all[fmt.Sprint(name, " ", s.Sequence)] = true
		}
	}
	return all
}

// correct merges, splits, pins or unpins random stories and entries.
func (h *hands) correct() news.Act {
	h.t.Helper()
	entries := h.stories()
	ids := slices.Sorted(maps.Keys(entries))
	if len(ids) < 3 {
		return news.Pinned
	}
	pick := func() int64 { return ids[h.rand.IntN(len(ids))] }
	var err error
	what := news.Pinned
	switch h.rand.IntN(6) {
	case 0, 1:
		what = news.Merged
		stories := []int64{entries[pick()], entries[pick()]}
		if h.rand.IntN(3) == 0 {
			stories = append(stories, entries[pick()])
		}
		_, err = h.db.Merge(h.t.Context(), stories, h.now)
		if err == ErrSameStory {
			err = nil
		}
	case 2, 3:
		what = news.Split
		story := entries[pick()]
		mates := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return entries[id] != story })
		if len(mates) > 1 {
			h.rand.Shuffle(len(mates), func(i, j int) { mates[i], mates[j] = mates[j], mates[i] })
			_, err = h.db.Split(h.t.Context(), mates[:1+h.rand.IntN(len(mates)-1)], h.now)
		}
	case 4:
		_, err = h.db.Pin(h.t.Context(), pick(), h.now)
	case 5:
		if err = h.db.Unpin(h.t.Context(), pick(), h.now); err == ErrNotPinned {
			err = nil
		}
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return what
}

// stories returns the story of every entry.
func (h *hands) stories() map[int64]int64 {
	h.t.Helper()
	of := map[int64]int64{}
	err := h.db.each(h.t.Context(), `SELECT id, story_id FROM entry`, nil, func(scan scan) error {
		var id, story int64
		err := scan(&id, &story)
		of[id] = story
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return of
}

// automatic does one random thing that is no correction. It must leave every entry in its story.
func (h *hands) automatic() {
	h.t.Helper()
	before := h.stories()
	h.step()
	after := h.stories()
	for id, story := range before {
		if after[id] != story {
			h.t.Errorf("entry %d went from story %d to %d by itself", id, story, after[id])
		}
	}
}

// sound checks invariants of the tables.
func (h *hands) sound() {
	h.t.Helper()
	for what, query := range map[string]string{
		"publications made for an entry of another story": `SELECT count(*) FROM publication p JOIN entry e ON e.id = p.first WHERE e.story_id <> p.story_id`,
		"aliases that have or wait for something": `SELECT count(*) FROM story s WHERE alias_of IS NOT NULL AND (EXISTS (SELECT 1 FROM entry WHERE story_id = s.id)
			OR EXISTS (SELECT 1 FROM publication WHERE story_id = s.id) OR EXISTS (SELECT 1 FROM waiting WHERE story_id = s.id))`,
		"aliases of an alias":         `SELECT count(*) FROM story s JOIN story t ON t.id = s.alias_of WHERE t.alias_of IS NOT NULL`,
		"publications without a guid": `SELECT count(*) FROM publication p JOIN story s ON s.id = p.story_id WHERE coalesce(p.guid, s.guid) IS NULL`,
		"guids twice in a feed": `SELECT count(*) FROM (SELECT 1 FROM publication p JOIN story s ON s.id = p.story_id
			GROUP BY p.feed_id, coalesce(p.guid, s.guid) HAVING count(*) > 1)`,
	} {
		var n int
		if err := h.db.engine.Read.QueryRowContext(h.t.Context(), query).Scan(&n); err != nil || n > 0 {
			h.t.Errorf("%d %s (%v)", n, what, err)
		}
	}
	h.rows()
	h.sequences()
}

// rows checks that every key stays with its story.
func (h *hands) rows() {
	h.t.Helper()
	err := h.db.each(h.t.Context(), `SELECT key, id FROM story`, nil, func(scan scan) error {
		var key string
		var id int64
		err := scan(&key, &id)
		if was, ok := h.keys[key]; ok && was != id {
			h.t.Errorf("the key %s went from story %d to %d", key, was, id)
		}
		h.keys[key] = id
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// sequences checks that in a feed a guid always belongs to the same Publication,
// and that in the feed with duplicates: keep an entry has one Publication.
func (h *hands) sequences() {
	h.t.Helper()
	err := h.db.each(h.t.Context(), `SELECT p.feed_id, coalesce(p.guid, s.guid), p.sequence, p.first FROM publication p JOIN story s ON s.id = p.story_id`,
		nil, func(scan scan) error {
			var feed, sequence, first int64
			var guid string
			err := scan(&feed, &guid, &sequence, &first)
			key := fmt.Sprint(feed, " ", guid)
			if was, ok := h.guids[key]; ok && was != sequence {
				h.t.Errorf("the guid %s of feed %d went from %d to %d", guid, feed, was, sequence)
			}
			h.guids[key] = sequence
			if feed != h.feeds["kept"].ID {
				return err
			}
			if was, ok := h.kept[first]; ok && was != sequence {
				h.t.Errorf("entry %d was published again: at %d, then at %d", first, was, sequence)
			}
			h.kept[first] = sequence
			return err
		})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestCorrectionsByHandMoveNothingThatSubscribersSaw uses the store at random,
// with random corrections in between.
func TestCorrectionsByHandMoveNothingThatSubscribersSaw(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			h := &hands{world: newWorld(t, 100+seed, true), keys: map[string]int64{}, guids: map[string]int64{}, kept: map[int64]int64{}}
			for i := range 120 {
				if i > 20 && h.rand.IntN(3) == 0 {
					h.act()
				} else {
					h.automatic()
				}
				if h.sound(); t.Failed() {
					t.FailNow()
				}
			}
			h.round()
			if len(h.seen) < 60 || h.acts < 20 {
				t.Errorf("%d publications were seen and %d things done by hand: the test tests little", len(h.seen), h.acts)
			}
		})
	}
}

// pinned checks that a feed shows the pinned entry of a story, if it may show that entry.
func (h *hands) pinned() {
	h.t.Helper()
	for _, feed := range []string{"all", "part"} {
		for _, s := range h.edition(feed).Shown {
			var n int
			err := h.db.engine.Read.QueryRowContext(h.t.Context(), `SELECT count(*) FROM entry e JOIN feed_source fs ON fs.source_id = e.source_id
				WHERE fs.feed_id = $1 AND e.story_id = $2 AND e.pinned <> 0 AND e.withdrawn_at = 0 AND e.id <> $3`,
				h.feeds[feed].ID, s.StoryID, s.Entry.ID).Scan(&n)
			if err != nil || n > 0 {
				h.t.Errorf("%s shows entry %d, although another is pinned (%v)", feed, s.Entry.ID, err)
			}
		}
	}
}
