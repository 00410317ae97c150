package daemon

import (
	"context"
	"slices"
	"sync"

	"tributary/internal/news"
	"tributary/internal/publish"
	"tributary/internal/search"
	"tributary/internal/web"
)

// snapshot returns what the web server knows of a configuration.
func (d *Daemon) snapshot(ctx context.Context, c *inForce, sources []news.Source) (*web.Snapshot, error) {
	removed, err := d.db.RemovedFeeds(ctx)
	if err != nil {
		return nil, err
	}
	former, err := d.db.FormerNames(ctx)
	if err != nil {
		return nil, err
	}
	snap := &web.Snapshot{
		Site: c.cfg.Site, Theme: c.theme, Feeds: c.public, Private: c.private, Public: public(sources),
		Gone: map[string]bool{}, Moved: map[string]string{}, Read: d.firstReading,
	}
	present := map[int64]string{}
	for _, f := range snap.Feeds {
		present[f.ID] = f.Name
	}
	for name, id := range former {
		if to, there := present[id]; there {
			snap.Moved[name] = to
		} else {
			removed = append(removed, name)
		}
	}
	for _, name := range removed {
		snap.Gone[name] = true
	}
	snap.Names = sync.OnceValue(func() []search.SourceName {
		return searchNames(sources, func(s news.Source) bool { return s.Public })
	})
	snap.PrivateNames = func(f news.Feed) []search.SourceName {
		return searchNames(sources, func(s news.Source) bool { return !s.Public && f.Selects(s) })
	}
	snap.Sources, err = publish.Sources(c.cfg.Site.Title, listable(sources, nil))
	return snap, err
}

// public returns the public ones of the sources.
func public(sources []news.Source) []news.Source {
	return slices.DeleteFunc(slices.Clone(sources), func(s news.Source) bool { return !s.Public })
}

// listable returns the public feeds among sources as entries of an OPML list, those
// for which selected is true or, when it is nil, all. A feed whose address holds a secret
// is left out.
func listable(sources []news.Source, selected func(news.Source) bool) []news.Listed {
	var subs []news.Listed
	for _, s := range sources {
		if s.Kind != news.KindFeed || !s.Public || news.HasSecret(s.URL) || selected != nil && !selected(s) {
			continue
		}
		subs = append(subs, news.Listed{Title: s.Title, URL: s.URL, Site: news.Publishable(s.Site), Tags: s.Tags})
	}
	return subs
}

// searchNames returns the names by which a search knows those of the sources for which
// known is true.
func searchNames(sources []news.Source, known func(news.Source) bool) []search.SourceName {
	var names []search.SourceName
	for _, s := range sources {
		if known(s) {
			s.Site = news.Publishable(s.Site)
			names = append(names, search.NewSourceName(s))
		}
	}
	return names
}
