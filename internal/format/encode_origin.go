package format

import (
	"net/url"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// wireOriginOf is what may be told of the feed that an entry was first published in,
// given what may be told of the source that passed it on: an entry that was copied
// before keeps the source that it has (RFC 4287 section 4.2.11), and nobody's rights
// but those of that. An origin with a name alone is no feed that could be named
// instead of ours.
func wireOriginOf(s *news.Shown, from wireSource) wireSource {
	o := s.Entry.Origin
	if o == nil || ofItself(s, o) {
		return from
	}
	told := wireSource{title: clean.Line(o.Title), rights: clean.Line(o.Rights), updated: wireTime(o.Updated)}
	feed, home, id := tellable(o.URL), tellable(o.Link), o.ID
	if home == "" && bareHost(feed) { // many name their site where the feed belongs
		feed, home = "", feed
	}
	if !news.IsIRI(id) || news.HasSecret(id) {
		id = first(feed, home)
	}
	if id == "" {
		from.rights = ""
		return from
	}
	told.title = first(told.title, clean.Outlet(home), clean.Outlet(feed), id)
	if !s.Source.Public { // whatever it names may lead to what is not for everybody
		told.id = news.URN("source", s.Source.Name, id)
		return told
	}
	told.id, told.feed, told.home = id, feed, home
	told.icon, told.picture = tellable(o.Icon), tellable(o.Image)
	return told
}

// ofItself reports whether the origin that an entry names is the feed that it was
// read in.
func ofItself(s *news.Shown, o *news.Origin) bool {
	switch {
	case o.ID != "" && o.ID == s.SourceID, o.URL != "" && o.URL == s.Source.URL:
		return true
	}
	return o.ID == "" && o.URL != "" && o.URL == s.Source.Site
}

// tellable is an address as it may be published, "" for one with a secret.
func tellable(raw string) string {
	if raw == "" || news.HasSecret(raw) {
		return ""
	}
	return wireURL(raw)
}

// bareHost reports whether an address is that of a whole site.
func bareHost(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}
