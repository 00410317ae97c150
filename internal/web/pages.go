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

// sendPage sends the page that render writes.
func (s *Server) sendPage(w http.ResponseWriter, r *http.Request, sc *scope, render func(io.Writer) error) error {
	var b bytes.Buffer
	if err := render(&b); err != nil {
		return err
	}
	d := publish.NewDocument("", "text/html; charset=utf-8", b.Bytes())
	d.MaxAge, d.Policy = pageAge, sc.theme.CSP()
	return s.sendMade(w, r, sc, d)
}

// sendMade sends a document made for this request, with gzip if the client accepts it.
func (s *Server) sendMade(w http.ResponseWriter, r *http.Request, sc *scope, d *publish.Document) error {
	if !sc.private && weightOf(r.Header["Accept-Encoding"], publish.Gzip) > 0 { // for a 304 too: it has the ETag of the 200
		var err error
		if d, err = d.Packed(publish.Gzip); err != nil {
			return err
		}
	}
	return s.send(w, r, sc, d)
}

// latest is the number of stories on the front page.
const latest = 30

// front sends the front page: the feeds, and the latest stories in them.
func (s *Server) front(w http.ResponseWriter, r *http.Request, sc *scope) error {
	v := &page.FrontView{Site: sc.site}
	v.Read, v.Total = s.current.Load().Read()
	seen := map[string]bool{}
	var editions []*news.Edition
	for _, f := range sc.feeds {
		e := sc.shelf.Edition(f.Name)
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
	return s.sendPage(w, r, sc, func(out io.Writer) error { return sc.theme.Front(out, v) })
}

// story sends the page of a story: the permalink of a seed document, and the other sources that
// reported it. A story that no feed of the scope has shown is not found.
func (s *Server) story(w http.ResponseWriter, r *http.Request, sc *scope) error {
	key := r.PathValue("key")
	into, err := s.Views.AliasOf(r.Context(), sc.audience, key)
	switch {
	case err != nil:
		return err
	case into != "":
		http.Redirect(w, r, sc.local().StoryURL(into), http.StatusPermanentRedirect)
		return nil
	}
	v, err := s.storyView(r.Context(), sc, key)
	if err != nil {
		return err
	}
	return s.sendPage(w, r, sc, func(out io.Writer) error { return sc.theme.Story(out, v) })
}

// storyView returns what may be seen of a story.
func (s *Server) storyView(ctx context.Context, sc *scope, key string) (*page.StoryView, error) {
	entries, known, err := s.Views.StoryEntries(ctx, sc.audience, key)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return s.digestView(ctx, sc, key)
	case len(entries) == 0:
		return nil, gone("story")
	}
	v := newStoryView(sc.site, entries, sc.extent(entries[0].In))
	v.Feeds = sc.feedsOf(entries[0].In)
	others, err := s.Views.RelatedPages(ctx, sc.audience, v.Story.StoryID)
	for _, p := range others {
		v.Related = append(v.Related, p.Shown)
	}
	return v, err
}

// digestView returns what may be seen of a digest.
func (s *Server) digestView(ctx context.Context, sc *scope, key string) (*page.StoryView, error) {
	d, err := s.Views.Digest(ctx, sc.audience, key)
	switch {
	case err != nil:
		return nil, err
	case d == nil:
		return nil, notFound("story")
	case len(d.Stories) == 0:
		return nil, gone("story")
	}
	feeds := sc.everyFeedOf([]news.Publication{{FeedID: d.FeedID}})
	if len(feeds) == 0 {
		return nil, notFound("story")
	}
	return &page.StoryView{Site: sc.site, Story: d.Shown(sc.site, feeds[0]), Feeds: feeds}, nil
}

// newStoryView returns a view of the entry that the first feed shows, with the other entries as
// members. Content that is not our own is cut to the extent most.
func newStoryView(site news.Site, entries []news.Placement, most news.Extent) *page.StoryView {
	in := entries[0].In
	pub := in[max(0, slices.IndexFunc(in, func(p news.Publication) bool { return !p.Removed }))]
	lead := max(0, slices.IndexFunc(entries, func(e news.Placement) bool { return e.Entry.ID == pub.EntryID }))
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

// The page of a source shows its latest entries and days, at most so many.
const (
	verdicts = 20
	days     = 28
)

// source sends the page of a public source, for people who wonder where their post is.
func (s *Server) source(w http.ResponseWriter, r *http.Request, sc *scope) error {
	state, err := s.publicState(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	if state == nil {
		return notFound("source")
	}
	v := &page.SourceView{Site: sc.site, Now: s.Now(), State: *state}
	if v.Days, err = s.Views.SourceDays(r.Context(), state.ID, days, v.Now); err != nil {
		return err
	}
	entries, err := s.Views.Latest(r.Context(), state.ID, verdicts)
	if err != nil {
		return err
	}
	if v.Entries, err = s.judge(r.Context(), sc, entries); err != nil {
		return err
	}
	return s.sendPage(w, r, sc, func(out io.Writer) error { return sc.theme.Source(out, v) })
}

// publicState returns a source as the public may see it, or nil if there is no such public source.
func (s *Server) publicState(ctx context.Context, name string) (*news.SourceState, error) {
	state, err := s.Views.State(ctx, name)
	if err != nil || state == nil || !state.Public {
		return nil, err
	}
	state.Site = news.Publishable(state.Site)
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
