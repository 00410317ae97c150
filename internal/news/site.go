package news

import (
	"net/url"
	"strconv"
	"strings"
)

// Site is the site that publishes.
type Site struct {
	Title    string
	URL      string // public base URL without a trailing slash; may have a path
	Contact  string
	Hub      string     // address of our WebSub hub; empty while there is none
	Logo     string     // a picture for the pages: its address, or the picture itself as a data: URL; empty for none
	Intro    string     // a few words on the front page, Markdown; empty for none
	Language string     // of our own words on the pages, one of Languages; empty means English
	Links    []SiteLink // at the foot of every page: join, imprint, privacy
	Static   bool       // its pages are files, behind a server that answers no questions

	// Token is the secret part of the addresses of a private feed and of its
	// stories, or the placeholder for it in documents that are rendered once for
	// all subscribers; empty for everything public.
	Token string
}

// SiteLink is a link of the site's own.
type SiteLink struct {
	Title string
	URL   string // http, https or mailto
}

// URL returns the address of one representation of the feed, "atom", "rss",
// "json" or "opml", or its HTML twin for "". A private feed has none without a
// token.
func (e Edition) URL(ext string) string {
	if e.Search != nil {
		return e.Site.SearchURL(*e.Search, ext)
	}
	file := e.Feed.Name + "." + ext
	if ext == "" {
		file = e.Feed.Name + "/"
	}
	switch {
	case !e.Feed.Private:
		return e.Site.URL + "/feeds/" + file
	case e.Site.Token == "":
		return ""
	}
	return e.Site.privateURL() + "/" + file
}

// SourcesURL returns the address of the page that lists the sources of a public feed.
func (e Edition) SourcesURL() string { return e.Site.URL + "/feeds/" + e.Feed.Name + "/sources" }

// privateURL is what the addresses below the token begin with.
func (s Site) privateURL() string { return s.URL + "/private/" + s.Token }

// PartURL returns the address of one representation of a document of the feed.
// A page of the archive has none for people: the twin stands for it.
func (e Edition) PartURL(p Part, ext string) string {
	var url string
	switch {
	case p.Page > 0 && ext != "":
		url = e.URL("") + "archive/" + p.PageName()
	case p.Before > 0:
		url = e.URL("") + "older/" + strconv.FormatInt(p.Before, 10)
	default:
		return e.URL(ext)
	}
	if ext != "" {
		url += "." + ext
	}
	return url
}

// SearchURL returns the address of what a search finds, "atom", "rss" or "json",
// or its page for "". Below a token, which opens one feed, the page need not name it.
func (s Site) SearchURL(in Search, ext string) string {
	base, feeds := s.URL, s.URL+"/feeds"
	if s.Token != "" {
		base, feeds = s.privateURL(), s.privateURL()
	}
	switch {
	case ext != "" && in.In != "":
		return feeds + "/" + in.In + "." + ext + "?q=" + in.Query
	case ext != "":
		return base + "/search." + ext + "?q=" + in.Query
	case in.In != "" && s.Token == "":
		return base + "/search?q=" + in.Query + "&feed=" + in.In
	}
	return base + "/search?q=" + in.Query
}

// StoryURL returns the address of a story's page: below the token where there is
// one, so that who may read a private feed may read its stories.
func (s Site) StoryURL(key string) string {
	if s.Token != "" {
		return s.privateURL() + "/stories/" + key
	}
	return s.URL + "/stories/" + key
}

// StoryAt returns the key of the story that an address names, either as its page or as its place
// on the page of a feed; "" if it names none.
func StoryAt(address *url.URL) string {
	if key, ok := strings.CutPrefix(address.Fragment, "s-"); ok {
		return key
	}
	_, key, _ := strings.Cut(address.Path, "/stories/")
	return strings.Trim(key, "/")
}

// SourceURL returns the address of a source's page, which only public ones have.
func (s Site) SourceURL(name string) string { return s.URL + "/sources/" + name }

// HasFeed reports whether an address is below those of our feeds, however it is spelt.
func (s Site) HasFeed(address string) bool {
	key := FeedKey(address)
	below := func(path string) bool { return strings.HasPrefix(key, FeedKey(s.URL+path)) }
	return s.URL != "" && (below("/feeds/") || below("/private/"))
}
