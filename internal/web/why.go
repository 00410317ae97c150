package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/page"
)

// Bounds of a question and of its answer.
const (
	maxAsked   = 2000 // bytes of an address
	maxAnswers = 10   // entries, or sources of a site
)

// why answers an author whose post does not show up. It reveals nothing about private sources and
// stories, not even that they exist: the answer is the same as for something unknown.
func (s *Server) why(w http.ResponseWriter, r *http.Request, sc *scope) error {
	w.Header().Set("X-Robots-Tag", "noindex")
	v := &page.WhyView{Site: sc.site, Now: s.Now(), Asked: typed(r, "url")}
	if len(v.Asked) > maxAsked {
		v.Asked, v.Problem = "", news.Say("This address is too long.")
	}
	if v.Asked != "" {
		if !s.asking.allow(clientOf(r), v.Now) {
			return &status{http.StatusTooManyRequests, "page"}
		}
		if err := s.lookUp(r.Context(), sc, v); err != nil {
			return err
		}
	}
	return s.sendPage(w, r, sc, func(out io.Writer) error { return sc.theme.Why(out, v) })
}

// lookUp answers the question in v. The address is normalised as those of entries are.
func (s *Server) lookUp(ctx context.Context, sc *scope, v *page.WhyView) error {
	asked := v.Asked
	if !strings.Contains(asked, "://") && strings.Contains(asked, ".") {
		asked = "https://" + asked
	}
	canonical := clean.CanonicalURL(asked)
	if canonical == "" || clean.Outlet(asked) == "" {
		v.Problem = news.Say("This is no address of a page on the web. Copy the address of the post from your browser, with https:// in front.")
		return nil
	}
	v.Looked = canonical
	key := storyKey(sc.site, asked)
	page := canonical
	if clean.IsRoot(canonical) { // the front page of a site is not a post
		page = ""
	}
	found, err := s.Views.FindPublic(ctx, page, v.Asked, key)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return s.tell(ctx, sc, v, found[:min(len(found), maxAnswers)])
	}
	names := s.current.Load().sites[clean.Outlet(asked)]
	for _, name := range names[:min(len(names), maxAnswers)] {
		state, err := s.publicState(ctx, name)
		if err != nil {
			return err
		}
		if state != nil {
			v.Sources = append(v.Sources, *state)
		}
	}
	return nil
}

// tell adds the entries that were found to the answer.
func (s *Server) tell(ctx context.Context, sc *scope, v *page.WhyView, found []news.Placement) error {
	all, err := s.judge(ctx, sc, found)
	if err != nil {
		return err
	}
	for i, verdict := range all {
		state, err := s.publicState(ctx, found[i].Source.Name)
		if err != nil {
			return err
		}
		if state != nil { // else it has just left the configuration
			v.Found = append(v.Found, page.WhyEntry{Verdict: verdict, State: *state})
		}
	}
	return nil
}

// storyKey returns the key of the story that an address on this site names.
func storyKey(site news.Site, address string) string {
	u, err := url.Parse(address)
	own, _ := url.Parse(site.URL)
	if err != nil || own == nil || !strings.EqualFold(u.Host, own.Host) {
		return ""
	}
	return news.StoryAt(u)
}

// sitesOf maps sites to the sources that publish there, by the addresses of their home pages and of
// their feeds.
func sitesOf(sources []news.Source) map[string][]string {
	sites := map[string][]string{}
	for _, src := range sources {
		if !src.Public || src.Kind != news.KindFeed {
			continue
		}
		for _, address := range []string{src.Site, src.URL} {
			if site := clean.Outlet(address); site != "" && !slices.Contains(sites[site], src.Name) {
				sites[site] = append(sites[site], src.Name)
			}
		}
	}
	return sites
}
