package story

import (
	"cmp"
	"html"
	"slices"
	"time"

	"tributary/internal/news"
)

// Item is one line of the input of `tributary cluster`; decodeItem names the keys. ID and
// Outlet are required. An empty value means an absent one.
type Item struct {
	ID        string
	Outlet    string
	Feed      string // the Source within the outlet; by default the outlet
	URL       string
	GUID      string
	Title     string
	Summary   string // HTML
	Content   string // HTML
	Text      string // plain; used when there is no Content
	Published string // RFC 3339, or ISO 8601 without zone, which is UTC
	Language  string
	Media     []File // an extension of the contract
}

// File is an audio or video file of an Item.
type File struct {
	URL      string `json:"url"`
	Type     string `json:"type"`
	Duration int64  `json:"duration"` // seconds
}

// Verdict is the line that answers an Item. It is never revised.
type Verdict struct {
	ID      string      `json:"id"`
	Story   string      `json:"story"` // id of the story's first item
	Reason  news.Reason `json:"reason"`
	Score   float64     `json:"score"`          // 0 to 1; 0 for the first of a story
	With    string      `json:"with,omitempty"` // the item it was attached to
	Explain string      `json:"explain"`
	Related []string    `json:"related,omitempty"` // first items of other stories of its page
}

// Clusterer decides on a stream of items. It keeps in memory what it needs for the next
// ones: a few hundred bytes an item, about two thousand more while the item is within
// the window, and no text.
type Clusterer struct {
	names   []string // ids of the items; an EntryID or StoryID is a position here, from 1
	known   []Evidence
	sources map[[2]string]int64 // outlet and feed
	byID    map[string]int64
	byGUID  map[[2]string][]int64 // outlet and guid
	byURL   map[string][]int64
	latest  time.Time

	matching news.Matching
	memory   *memory
	members  map[int64][]int64 // by story, those within the window
}

// NewClusterer returns a Clusterer that has seen no items.
func NewClusterer(m news.Matching) *Clusterer {
	return &Clusterer{
		matching: m,
		memory:   newMemory(m.Window),
		members:  map[int64][]int64{},
		sources:  map[[2]string]int64{},
		byID:     map[string]int64{},
		byGUID:   map[[2]string][]int64{},
		byURL:    map[string][]int64{},
	}
}

// Add decides on one item, which must have an ID and an Outlet. published is its time;
// zero stands for the latest time seen so far.
func (c *Clusterer) Add(item Item, published time.Time) Verdict {
	e := c.gather(item, published)
	finds := c.memory.find(e.Sketch)
	d, ok := c.identified(item.ID, e)
	if !ok {
		d = Decide(e, c.candidates(e), c.evidence(c.withMates(finds.Best())), c.matching)
	}
	e.StoryID = cmp.Or(d.StoryID, e.EntryID)
	e.Sketch.Derived = Derived(d.Match)
	c.index(e, finds)
	c.keep(item.ID, e)
	return c.verdict(e, d)
}

func (c *Clusterer) gather(item Item, published time.Time) Evidence {
	undated := published.IsZero()
	if undated {
		published = c.latest
	} else if published.After(c.latest) {
		c.latest = published
	}
	e := news.Entry{
		ID:        int64(len(c.known) + 1),
		SourceID:  c.source(item),
		GUID:      item.GUID,
		Link:      item.URL,
		Title:     item.Title,
		Summary:   item.Summary,
		Content:   cmp.Or(item.Content, html.EscapeString(item.Text)),
		Published: published,
		Language:  item.Language,
		FirstSeen: c.latest,
	}
	for _, f := range item.Media {
		e.Enclosures = append(e.Enclosures, news.Enclosure{URL: f.URL, Type: f.Type, Duration: f.Duration})
	}
	evidence := Gather(item.Outlet, e)
	evidence.Sketch.Undated = undated
	for _, id := range c.memory.forget(c.latest) {
		c.leave(c.at(id))
	}
	c.memory.mark(evidence)
	return evidence
}

// leave forgets what an entry says, once it has left the window.
func (c *Clusterer) leave(e *Evidence) {
	e.Sketch = nil
	left := slices.DeleteFunc(c.members[e.StoryID], func(i int64) bool { return i == e.EntryID })
	if len(left) == 0 {
		delete(c.members, e.StoryID)
		return
	}
	c.members[e.StoryID] = left
}

func (c *Clusterer) source(item Item) int64 {
	key := [2]string{item.Outlet, cmp.Or(item.Feed, item.Outlet)}
	if id, ok := c.sources[key]; ok {
		return id
	}
	c.sources[key] = int64(len(c.sources) + 1)
	return c.sources[key]
}

// identified finds an item that came before under the same id, or with the same guid in
// the same feed. It is then not another entry but this one again.
func (c *Clusterer) identified(id string, e Evidence) (Decision, bool) {
	at, detail := c.byID[id], "the same id came before"
	if at == 0 && e.GUID != "" {
		for _, i := range c.byGUID[[2]string{e.Outlet, e.GUID}] {
			if c.at(i).SourceID == e.SourceID {
				at, detail = i, "same guid in the same feed"
				break
			}
		}
	}
	if at == 0 {
		return Decision{}, false
	}
	first := c.at(at)
	return Decision{StoryID: first.StoryID, Match: news.Match{
		Reason: news.ReasonGUID,
		With:   at,
		Score:  1,
		Detail: detail + apart(e.Published, first.Published),
	}}, true
}

func (c *Clusterer) candidates(e Evidence) []Evidence {
	ids := slices.Concat(c.byGUID[[2]string{e.Outlet, e.GUID}], c.byURL[e.URL])
	slices.Sort(ids)
	return c.evidence(slices.Compact(ids))
}

func (c *Clusterer) evidence(ids []int64) []Evidence {
	var found []Evidence
	for _, i := range ids {
		found = append(found, *c.at(i))
	}
	return found
}

// withMates adds the latest other members of the stories of these entries, up to MaxMates.
func (c *Clusterer) withMates(ids []int64) []int64 {
	var mates []int64
	for _, i := range ids {
		mates = append(mates, c.members[c.at(i).StoryID]...)
	}
	slices.Sort(mates)
	all := slices.Clone(ids)
	for _, mate := range slices.Backward(slices.Compact(mates)) {
		if len(all) < MaxMates && !slices.Contains(ids, mate) {
			all = append(all, mate)
		}
	}
	return all
}

// index enters a decided entry among those that later ones are compared with.
func (c *Clusterer) index(e Evidence, finds *Finds) {
	mates := map[int64]bool{}
	for _, i := range finds.Best() {
		mates[i] = e.StoryID == c.at(i).StoryID
	}
	var before []*Sketch // recent entries of the same story and source
	for _, i := range c.members[e.StoryID] {
		if m := c.at(i); m.SourceID == e.SourceID && e.Seen.Sub(m.Seen) < SeriesPause {
			before = append(before, m.Sketch)
		}
	}
	c.memory.keep(e, finds.Keep(e.Sketch, mates))
	if len(before) == 0 || Retold(e.Sketch, before) {
		c.memory.learn(e)
	}
	c.members[e.StoryID] = append(c.members[e.StoryID], e.EntryID)
}

func (c *Clusterer) keep(id string, e Evidence) {
	c.known = append(c.known, e)
	c.names = append(c.names, id)
	if _, ok := c.byID[id]; !ok {
		c.byID[id] = e.EntryID
	}
	if e.GUID != "" {
		remember(c.byGUID, [2]string{e.Outlet, e.GUID}, e.EntryID)
	}
	if e.URL != "" {
		remember(c.byURL, e.URL, e.EntryID)
	}
}

// remember notes the earliest ids that share a key. Decide looks at no others.
func remember[K comparable](index map[K][]int64, key K, id int64) {
	if len(index[key]) < MaxCandidates {
		index[key] = append(index[key], id)
	}
}

func (c *Clusterer) verdict(e Evidence, d Decision) Verdict {
	v := Verdict{
		ID:      c.name(e.EntryID),
		Story:   c.name(e.StoryID),
		Reason:  d.Match.Reason,
		Score:   d.Match.Score,
		Explain: d.Match.Detail,
	}
	if d.Match.With != 0 {
		v.With = c.name(d.Match.With)
	}
	for _, id := range d.Related {
		v.Related = append(v.Related, c.name(id))
	}
	return v
}

func (c *Clusterer) at(id int64) *Evidence { return &c.known[id-1] }
func (c *Clusterer) name(id int64) string  { return c.names[id-1] }
