package format

import (
	"net/url"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// wireOriginOf returns what may be published about the feed in which an entry first
// appeared. from is the same about the source that passed the entry on. An entry that
// was copied before keeps its source (RFC 4287 section 4.2.11) and carries the rights
// of no other. An origin that has only a name cannot replace from.
func wireOriginOf(s *news.Shown, from news.Origin) news.Origin {
	o := s.Entry.Origin
	if o == nil || ofItself(s, o) {
		return from
	}
	told := news.Origin{Title: clean.Line(o.Title), Rights: clean.Line(o.Rights), Updated: wireTime(o.Updated)}
	feed, home, id := tellable(o.URL), tellable(o.Link), o.ID
	if home == "" && bareHost(feed) { // many give their site as the feed
		feed, home = "", feed
	}
	if !news.IsIRI(id) || news.HasSecret(id) {
		id = first(feed, home)
	}
	if id == "" {
		from.Rights = ""
		return from
	}
	told.Title = first(told.Title, clean.Outlet(home), clean.Outlet(feed), id)
	if !s.Source.Public { // the origin's addresses may lead to private content
		told.ID = news.URN("source", s.Source.Name, id)
		return told
	}
	told.ID, told.URL, told.Link = id, feed, home
	told.Icon, told.Image = tellable(o.Icon), tellable(o.Image)
	return told
}

// ofItself reports whether the origin of an entry is the feed in which it was read.
func ofItself(s *news.Shown, o *news.Origin) bool {
	return o.ID != "" && o.ID == s.SourceID ||
		o.URL != "" && (o.URL == s.Source.URL || o.ID == "" && o.URL == s.Source.Site)
}

// tellable returns an address as it may be published, or "" if it holds a secret.
func tellable(raw string) string { return wireURL(news.Publishable(raw)) }

// bareHost reports whether an address is that of a whole site.
func bareHost(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}
