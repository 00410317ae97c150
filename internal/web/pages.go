package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
)

// pageAge is how long a page may be kept by a cache.
const pageAge = time.Minute

// sendPage renders a page and sends it.
func (s *Server) sendPage(w http.ResponseWriter, r *http.Request, render func(io.Writer) error) error {
	d, err := rendered(render)
	if err != nil {
		return err
	}
	pageHeader(w.Header())
	return s.send(w, r, d)
}

// rendered makes a document of a page.
func rendered(render func(io.Writer) error) (*publish.Document, error) {
	var b bytes.Buffer
	if err := render(&b); err != nil {
		return nil, err
	}
	d, err := publish.NewDocument("", "text/html; charset=utf-8", b.Bytes())
	if err == nil {
		d.MaxAge = pageAge
	}
	return d, err
}

// latest is how many stories the front page shows.
const latest = 30

// front is the page that greets people: the feeds, and what is new in them.
func (s *Server) front(w http.ResponseWriter, r *http.Request) error {
	snap := s.current.Load()
	v := &page.FrontView{Site: snap.Site}
	v.Read, v.Total = snap.Read()
	seen := map[string]bool{}
	for _, f := range snap.Feeds {
		e := s.Shelf.Edition(f.Name)
		if e == nil {
			e = &news.Edition{Feed: f}
		}
		v.Feeds = append(v.Feeds, page.FeedRow{Feed: f, Stories: len(e.Shown), Changed: e.Updated})
		for _, shown := range e.Shown[:min(latest, len(e.Shown))] {
			if !seen[shown.StoryKey] {
				seen[shown.StoryKey] = true
				v.Latest = append(v.Latest, shown)
			}
		}
	}
	slices.SortStableFunc(v.Latest, func(a, b news.Shown) int { return b.Entered.Compare(a.Entered) })
	v.Latest = v.Latest[:min(latest, len(v.Latest))]
	return s.sendPage(w, r, func(out io.Writer) error { return page.Front(out, v) })
}

// story is the page of a story: the permalink of a seed document, and who else
// reported it. A story that no public feed has shown does not exist here.
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
	return s.sendPage(w, r, func(out io.Writer) error { return page.Story(out, v) })
}

// storyView gathers what an audience may see of a story, or names the story that
// it was merged into.
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
		return nil, "", notFound("story")
	case len(entries) == 0:
		return nil, "", gone("story")
	}
	v = newStoryView(site, entries)
	v.Feeds = feedsOf(s.current.Load(), a, entries[0].In)
	others, err := s.Views.RelatedPages(ctx, a, v.Story.StoryID)
	for _, p := range others {
		v.Related = append(v.Related, p.Shown)
	}
	return v, "", err
}

// newStoryView shows the entry that the first feed shows, and the others as
// members.
func newStoryView(site news.Site, entries []news.Placement) *page.StoryView {
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
	}
	for i, e := range entries {
		if i != lead {
			shown.Members = append(shown.Members, e.Member(site))
		}
	}
	return &page.StoryView{Site: site, Story: shown}
}

// feedsOf names the feeds of an audience that show a story now.
func feedsOf(snap *Snapshot, a news.Audience, pubs []news.Publication) []news.Feed {
	known := slices.Clone(snap.Feeds)
	for _, f := range snap.Private {
		if f.Audience() == a {
			known = append(known, f)
		}
	}
	var feeds []news.Feed
	for _, f := range known {
		if slices.ContainsFunc(pubs, func(p news.Publication) bool { return p.FeedID == f.ID && !p.Removed }) {
			feeds = append(feeds, f)
		}
	}
	return feeds
}

// verdicts is how many entries of a source its page lists.
const verdicts = 20

// source is the page of a public source, for people who wonder where their
// post is.
func (s *Server) source(w http.ResponseWriter, r *http.Request) error {
	snap := s.current.Load()
	state, err := s.Views.State(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	if state == nil || !state.Public {
		return notFound("source")
	}
	if news.HasSecret(state.Site) { // some feeds repeat the token of their address
		state.Site = ""
	}
	v := &page.SourceView{Site: snap.Site, Now: s.Now(), State: *state}
	entries, err := s.Views.Latest(r.Context(), state.ID, verdicts)
	if err != nil {
		return err
	}
	for _, e := range entries {
		verdict := page.Verdict{Entry: e.Entry, Feeds: feedsOf(snap, news.Everybody, e.In)}
		if len(verdict.Feeds) == 0 {
			verdict.Note = "in no feed: none of our feeds selects this source"
			if e.Entry.Guard == news.GuardBacklog {
				verdict.Note = "in no feed: it was old already when this source was new here"
			}
		}
		v.Entries = append(v.Entries, verdict)
	}
	return s.sendPage(w, r, func(out io.Writer) error { return page.Source(out, v) })
}
