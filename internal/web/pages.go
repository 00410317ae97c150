package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
)

// pageAge is how long caches may keep a page.
const pageAge = time.Minute

// sendPage renders a page and sends it.
func (s *Server) sendPage(w http.ResponseWriter, r *http.Request, theme *page.Theme, render func(io.Writer) error) error {
	d, err := rendered(render)
	if err != nil {
		return err
	}
	pageHeader(w.Header(), theme.CSP())
	return s.sendMade(w, r, d, pageAge)
}

// rendered returns the page that render writes as a document.
func rendered(render func(io.Writer) error) (*publish.Document, error) {
	var b bytes.Buffer
	if err := render(&b); err != nil {
		return nil, err
	}
	d := publish.NewDocument("", "text/html; charset=utf-8", b.Bytes())
	d.MaxAge = pageAge
	return d, nil
}

// sendMade sends a document made for this request, with gzip if the client accepts it.
func (s *Server) sendMade(w http.ResponseWriter, r *http.Request, d *publish.Document, age time.Duration) error {
	d.MaxAge = age
	if weightOf(r.Header["Accept-Encoding"], publish.Gzip) > 0 { // for a 304 too: it has the ETag of the 200
		var err error
		if d, err = d.Packed(publish.Gzip); err != nil {
			return err
		}
	}
	return s.send(w, r, d)
}

// latest is the number of stories on the front page.
const latest = 30

// front sends the front page: the feeds, and the latest stories in them.
func (s *Server) front(w http.ResponseWriter, r *http.Request) error {
	snap := s.current.Load()
	v := &page.FrontView{Site: snap.Site}
	v.Read, v.Total = snap.Read()
	seen := map[string]bool{}
	var editions []*news.Edition
	for _, f := range snap.Feeds {
		e := s.Shelf.Edition(f.Name)
		editions = append(editions, e)
		if e == nil {
			e = &news.Edition{Feed: f}
		}
		v.Feeds = append(v.Feeds, page.FeedRow{Feed: f, Stories: len(e.Shown), Changed: e.Updated})
		if f.Digest != nil { // a digest repeats stories of other feeds
			continue
		}
		for _, shown := range e.Shown[:min(latest, len(e.Shown))] {
			if !seen[shown.StoryKey] {
				seen[shown.StoryKey] = true
				v.Latest = append(v.Latest, shown)
			}
		}
	}
	slices.SortStableFunc(v.Latest, func(a, b news.Shown) int { return b.Entered.Compare(a.Entered) })
	v.Latest = v.Latest[:min(latest, len(v.Latest))]
	var err error
	if v.Days, err = s.days.of(r.Context(), s.Views, editions, s.Now()); err != nil && r.Context().Err() == nil {
		s.Log.Error("days of the front page", "error", err) // the page is shown without them
	}
	return s.sendPage(w, r, snap.Theme, func(out io.Writer) error { return snap.Theme.Front(out, v) })
}

// story sends the page of a story: the permalink of a seed document, and the other sources that
// reported it. A story that no public feed has shown is not found.
func (s *Server) story(w http.ResponseWriter, r *http.Request) error {
	snap := s.current.Load()
	v, into, err := s.storyView(r.Context(), news.Everybody, snap.Site, r.PathValue("key"))
	if err != nil {
		return err
	}
	if into != "" {
		http.Redirect(w, r, snap.base+"/stories/"+into, http.StatusPermanentRedirect)
		return nil
	}
	return s.sendPage(w, r, snap.Theme, func(out io.Writer) error { return snap.Theme.Story(out, v) })
}

// storyView returns what an audience may see of a story, or in into the key of the story that it
// was merged into.
func (s *Server) storyView(ctx context.Context, a news.Audience, site news.Site, key string) (v *page.StoryView, into string, err error) {
	into, err = s.Views.AliasOf(ctx, a, key)
	if err != nil || into != "" {
		return nil, into, err
	}
	entries, known, err := s.Views.StoryEntries(ctx, a, key)
	switch {
	case err != nil:
		return nil, "", err
	case !known:
		v, err = s.digestView(ctx, a, site, key)
		return v, "", err
	case len(entries) == 0:
		return nil, "", gone("story")
	}
	snap := s.current.Load()
	v = newStoryView(site, entries, extent(snap, a, entries[0].In))
	v.Feeds = feedsOf(snap, a, entries[0].In)
	others, err := s.Views.RelatedPages(ctx, a, v.Story.StoryID)
	for _, p := range others {
		v.Related = append(v.Related, p.Shown)
	}
	return v, "", err
}

// digestView returns what an audience may see of a digest.
func (s *Server) digestView(ctx context.Context, a news.Audience, site news.Site, key string) (*page.StoryView, error) {
	d, err := s.Views.Digest(ctx, a, key)
	switch {
	case err != nil:
		return nil, err
	case d == nil:
		return nil, notFound("story")
	case len(d.Stories) == 0:
		return nil, gone("story")
	}
	feeds := everyFeedOf(s.current.Load(), a, []news.Publication{{FeedID: d.FeedID}})
	if len(feeds) == 0 {
		return nil, notFound("story")
	}
	return &page.StoryView{Site: site, Story: d.Shown(site, feeds[0]), Feeds: feeds}, nil
}

// newStoryView returns a view of the entry that the first feed shows, with the other entries as
// members. Content that is not our own is cut to the extent most.
func newStoryView(site news.Site, entries []news.Placement, most news.Extent) *page.StoryView {
	lead := 0
	pub := entries[0].In[0]
	for _, p := range entries[0].In {
		if !p.Removed {
			pub = p
			break
		}
	}
	for i, e := range entries {
		if e.Entry.ID == pub.EntryID {
			lead = i
		}
	}
	shown := entries[lead].Shown
	shown.Publication = pub
	shown.StoryKey = shown.Entry.StoryKey
	if shown.Entry.Link == "" {
		shown.Entry.Link = site.StoryURL(shown.StoryKey)
	} else {
		clean.Cut(&shown.Entry, most)
	}
	for i, e := range entries {
		if i != lead {
			shown.Members = append(shown.Members, e.Member(site))
		}
	}
	return &page.StoryView{Site: site, Story: shown}
}

// feedsOf returns the feeds of an audience that show a story at present.
func feedsOf(snap *Snapshot, a news.Audience, pubs []news.Publication) []news.Feed {
	standing := slices.DeleteFunc(slices.Clone(pubs), func(p news.Publication) bool { return p.Removed })
	return everyFeedOf(snap, a, standing)
}

// everyFeedOf returns the feeds of an audience that the Publications belong to.
func everyFeedOf(snap *Snapshot, a news.Audience, pubs []news.Publication) []news.Feed {
	known := slices.Clone(snap.Feeds)
	for _, f := range snap.Private {
		if f.Audience() == a {
			known = append(known, f)
		}
	}
	return slices.DeleteFunc(known, func(f news.Feed) bool {
		return !slices.ContainsFunc(pubs, func(p news.Publication) bool { return p.FeedID == f.ID })
	})
}

// extent returns how much of a story the most generous feed of an audience shows.
func extent(snap *Snapshot, a news.Audience, pubs []news.Publication) news.Extent {
	feeds := everyFeedOf(snap, a, pubs)
	for _, extent := range []news.Extent{news.Full, "", news.SummaryOnly, news.LinkOnly} {
		if slices.ContainsFunc(feeds, func(f news.Feed) bool { return f.Content == extent }) {
			return extent
		}
	}
	return news.Full
}

// The page of a source shows its latest entries and days, at most so many.
const (
	verdicts = 20
	days     = 28
)

// source sends the page of a public source, for people who wonder where their post is.
func (s *Server) source(w http.ResponseWriter, r *http.Request) error {
	snap := s.current.Load()
	state, err := s.publicState(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	if state == nil {
		return notFound("source")
	}
	v := &page.SourceView{Site: snap.Site, Now: s.Now(), State: *state}
	if v.Days, err = s.Views.SourceDays(r.Context(), state.ID, days, v.Now); err != nil {
		return err
	}
	entries, err := s.Views.Latest(r.Context(), state.ID, verdicts)
	if err != nil {
		return err
	}
	if v.Entries, err = s.judge(r.Context(), snap, entries); err != nil {
		return err
	}
	return s.sendPage(w, r, snap.Theme, func(out io.Writer) error { return snap.Theme.Source(out, v) })
}

// publicState returns a source as the public may see it, or nil if there is no such public source.
func (s *Server) publicState(ctx context.Context, name string) (*news.SourceState, error) {
	state, err := s.Views.State(ctx, name)
	if err != nil || state == nil || !state.Public {
		return nil, err
	}
	if news.HasSecret(state.Site) { // some feeds repeat the token of their address as their site
		state.Site = ""
	}
	return state, nil
}

// frontDays is the number of days counted on the front page.
const frontDays = 30

// storyDays caches the stories per day until a feed is rendered again or the day ends. It is safe
// for concurrent use.
type storyDays struct {
	mu    sync.Mutex
	day   time.Time
	shown []*news.Edition
	days  []news.StoryDay
}

// of returns the days up to now, for a site that shows these editions. With an error it returns the
// previous count.
func (c *storyDays) of(ctx context.Context, views Views, shown []*news.Edition, now time.Time) ([]news.StoryDay, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	day := news.DayOf(now)
	if c.days != nil && c.day.Equal(day) && slices.Equal(c.shown, shown) {
		return c.days, nil
	}
	days, err := views.StoryDays(ctx, frontDays, now)
	if err != nil {
		return c.days, err
	}
	c.day, c.shown, c.days = day, shown, days
	return days, nil
}
