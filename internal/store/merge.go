package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"tributary/internal/news"
)

// MergeResult is the result of Merge.
type MergeResult struct {
	Key    string   // of the story that they are now
	Pages  []string // keys of the others that had a page: it leads there
	Silent []string // keys of the others that had none, because no public feed had shown them
}

// ErrSameStory says that there is nothing to merge.
var ErrSameStory = errors.New("they are one story already")

// Merge makes one story of several, which are given by row number. The one that was
// published first survives. The others become aliases of it: their keys and guids are
// never used for anything else. Publications stay as subscribers have seen them, except
// that of several in one feed only one is shown from now on.
func (db *DB) Merge(ctx context.Context, stories []int64, now time.Time) (m MergeResult, err error) {
	err = db.update(ctx, func(t *tx) error {
		g := merging{tx: t, now: now}
		err := g.merge(stories)
		m = g.result
		return err
	})
	return m, err
}

// merging is the state of one Merge.
type merging struct {
	*tx
	now    time.Time
	into   int64
	others []int64 // in the order in which they were first published
	result MergeResult
}

func (m *merging) merge(stories []int64) error {
	if err := m.rank(stories); err != nil {
		return err
	}
	stories = append([]int64{m.into}, m.others...)
	pubs, err := m.affectedBy(stories...)
	if err != nil {
		return err
	}
	if err := m.pins(stories); err != nil {
		return err
	}
	for _, other := range m.others {
		if err := m.absorb(other); err != nil {
			return err
		}
	}
	m.rehome(pubs)
	m.requeueStory(m.into)
	m.result.Key, err = m.keyOf(m.into)
	return err
}

// rank decides which story survives: the one that a public feed published first, else the
// one that a private feed did, else the one whose first entry was seen first.
func (m *merging) rank(stories []int64) error {
	const public, private, never = 0, 1, 2
	type claim struct {
		story, since int64
		published    int
	}
	var claims []claim
	for _, story := range stories {
		story, err := m.number(`SELECT coalesce(alias_of, id) FROM story WHERE id = $1`, story)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(claims, func(c claim) bool { return c.story == story }) {
			continue
		}
		first, ok, err := m.firstEntered(story)
		published := public
		switch {
		case err == nil && !ok:
			published = never
			first.when, err = m.number(`SELECT coalesce(min(first_seen), 0) FROM entry WHERE story_id = $1`, story)
		case first.private:
			published = private
		}
		if err != nil {
			return err
		}
		claims = append(claims, claim{story, first.when, published})
	}
	if len(claims) < 2 {
		return ErrSameStory
	}
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.published, b.published), cmp.Compare(a.since, b.since), cmp.Compare(a.story, b.story))
	})
	m.into = claims[0].story
	for _, c := range claims[1:] {
		m.others = append(m.others, c.story)
	}
	return nil
}

// pins removes all pins but one, since a story can have only one: that of the survivor
// stays, else that of the first of the others.
func (m *merging) pins(stories []int64) error {
	pinned := false
	for _, story := range stories {
		entries, err := m.ids(`SELECT id FROM entry WHERE story_id = $1 AND pinned <> 0`, story)
		if err != nil {
			return err
		}
		for _, id := range entries {
			if pinned {
				m.unpin(id, story, m.now)
			}
			pinned = true
		}
	}
	return m.err
}

// absorb moves the entries of another story to the survivor and makes that story an alias.
// Aliases of it lead to the survivor, too, so that no alias leads to an alias.
func (m *merging) absorb(other int64) error {
	entries, err := m.ids(`SELECT id FROM entry WHERE story_id = $1 ORDER BY id`, other)
	if err != nil {
		return err
	}
	for _, id := range entries {
		m.regroup(id, news.Merged, other, m.into, m.now)
	}
	m.wait(other)
	m.do(`UPDATE story SET alias_of = $2 WHERE alias_of = $1`, other, m.into)
	var key string
	var had bool
	if err := m.get(`UPDATE story SET alias_of = $2, had_page = EXISTS (
			SELECT 1 FROM publication p JOIN feed f ON f.id = p.feed_id WHERE p.story_id = $1 AND f.private = 0)
		WHERE id = $1 RETURNING key, had_page`, []any{other, m.into}, &key, &had); err != nil {
		return err
	}
	if had {
		m.result.Pages = append(m.result.Pages, key)
	} else {
		m.result.Silent = append(m.result.Silent, key)
	}
	return nil
}

// wait has the survivor wait in the feeds that hold another story back: what waits is news
// as part of the survivor as well. If such a feed shows the survivor already, the next
// round of publishing ends the wait.
func (m *merging) wait(other int64) {
	m.do(`INSERT INTO waiting (feed_id, story_id, since) SELECT feed_id, $2, since FROM waiting WHERE story_id = $1
		ON CONFLICT (feed_id, story_id) DO UPDATE SET since = excluded.since WHERE excluded.since < waiting.since`, other, m.into)
	m.do(`DELETE FROM waiting WHERE story_id = $1`, other)
}

// rehome gives the Publications to the survivor; each keeps the guid that subscribers know.
// Where a feed that shows a story once has Publications of several of the stories, the
// first one that is shown stays and the others step aside.
func (m *merging) rehome(byFeed map[int64][]affected) {
	for _, pubs := range byFeed {
		several := slices.ContainsFunc(pubs, func(h affected) bool { return h.story != pubs[0].story })
		stands := max(0, slices.IndexFunc(pubs, func(h affected) bool { return !h.removed }))
		for i, h := range pubs {
			m.take(h)
			if several && !h.keeps {
				m.yield(h, i != stands)
			}
		}
	}
}

// take gives a Publication to the survivor.
func (m *merging) take(h affected) {
	if h.story == m.into {
		return
	}
	m.do(`UPDATE publication SET story_id = $3, guid = coalesce(guid, (SELECT guid FROM story WHERE id = $4))
		WHERE feed_id = $1 AND sequence = $2`, h.feed, h.sequence, m.into, h.story)
}

// yield has a Publication stay or step aside. What the one that stays shows is decided in
// the next round of publishing.
func (m *merging) yield(h affected, aside bool) {
	m.do(`UPDATE publication SET aside = $3, removed = CASE WHEN $3 THEN 1 ELSE removed END WHERE feed_id = $1 AND sequence = $2`,
		h.feed, h.sequence, aside)
}
