package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// Export writes the public site into a folder, as a visitor finds it who follows every link from
// the front page: feeds, their pages and archives, stories, sources and lists. The page /stories/ID
// becomes stories/ID.html, and /feeds/NAME/ becomes feeds/NAME/index.html, so that any web server
// can serve the result. Whatever needs a query or a request body is left out, as are the links to
// it: the search form and the link to /why. It returns the names of the files that make up the
// site. After an error, files already written remain.
func (s *Server) Export(ctx context.Context, folder *publish.Folder) (files []string, err error) {
	own := s.static()
	views := exportViews{Views: s.Views, older: map[olderPage]news.Pages{}}
	own.Views = views
	snap := own.current.Load()
	x := export{handler: own.Handler(), site: snap.Site.URL, seen: map[string]bool{}}
	x.follow("/", "/sources.opml")
	for _, f := range snap.Feeds {
		if err := views.leaf(ctx, own.Shelf.Edition(f.Name)); err != nil {
			return nil, fmt.Errorf("export the past of %s: %w", f.Name, err)
		}
		for _, ext := range []string{".atom", ".rss", ".json", ".opml"} {
			x.follow("/feeds/" + f.Name + ext)
		}
	}
	for len(x.queue) > 0 {
		at := x.queue[0]
		x.queue = x.queue[1:]
		d, err := x.visit(ctx, at)
		if err != nil {
			return nil, fmt.Errorf("export %s: %w", at, err)
		}
		if d == nil {
			continue
		}
		if err := folder.Write(map[string]*publish.Document{"": d}); err != nil {
			return nil, err
		}
		files = append(files, d.Name)
	}
	return files, nil
}

// static returns a server for a frozen copy of the present site, whose pages are made to be files.
// It has nothing private.
func (s *Server) static() *Server {
	own := &Server{Shelf: s.Shelf.Copy(), Views: s.Views, Private: publish.NewShelf(), Tokens: NewTokens(), Now: s.Now, Log: s.Log}
	snap := *s.current.Load()
	snap.Site.Static, snap.Private = true, nil
	own.Show(&snap)
	return own
}

// export is a crawl of the whole site.
type export struct {
	handler http.Handler
	site    string
	queue   []string // paths below the base URL
	seen    map[string]bool
}

// olderPages bounds how far back an export goes in a feed without an archive. The addresses of
// these pages change with every new story, so all of them are written anew each time.
const olderPages = 10

// exportViews are what an export reads of the store. They have only the older pages that live
// documents lead back to, and each of these leads to its neighbours alone. There is a page before
// every sequence number, but a link in the text of an entry is no reason to export one.
type exportViews struct {
	Views
	older map[olderPage]news.Pages
}

// olderPage is a page of what came before a Publication of a feed.
type olderPage struct{ feed, before int64 }

// leaf finds the older pages of a feed, back from its live document.
func (v exportViews) leaf(ctx context.Context, live *news.Edition) error {
	if live == nil {
		return nil
	}
	pages := news.Pages{Part: live.Older}
	for n := 1; n <= olderPages && pages.Part.Before > 0; n++ {
		e, err := v.Views.Older(ctx, live.Site, live.Feed, pages.Part.Before)
		if err != nil {
			return err
		}
		if n < olderPages {
			pages.Older = e.Older
		}
		v.older[olderPage{live.Feed.ID, pages.Part.Before}] = pages
		pages = news.Pages{Part: e.Older, Newer: pages.Part}
	}
	return nil
}

// Older implements Views.
func (v exportViews) Older(ctx context.Context, site news.Site, f news.Feed, before int64) (*news.Edition, error) {
	pages, exported := v.older[olderPage{f.ID, before}]
	if !exported {
		return &news.Edition{}, nil
	}
	e, err := v.Views.Older(ctx, site, f, before)
	if err == nil {
		e.Pages = pages
	}
	return e, err
}

// exported lists the first path elements of exported documents.
var exported = []string{"feeds", "stories", "sources", "sources.opml", "icon.svg", ""}

func (x *export) follow(paths ...string) {
	for _, p := range paths {
		part, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
		if x.seen[p] || !strings.HasPrefix(p, "/") || !slices.Contains(exported, part) {
			continue
		}
		x.seen[p] = true
		x.queue = append(x.queue, p)
	}
}

// visit returns the document at a path, or nil if there is none, and follows its links.
func (x *export) visit(ctx context.Context, at string) (*publish.Document, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://export.invalid", nil)
	if err != nil {
		return nil, err
	}
	r.URL = &url.URL{Path: at}
	a := capture{header: http.Header{}}
	x.handler.ServeHTTP(&a, r)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch {
	case a.code == http.StatusPermanentRedirect:
		x.follow(x.below(at, a.header.Get("Location")))
		return nil, nil
	case a.code >= 500:
		return nil, fmt.Errorf("status %d", a.code)
	case a.code != http.StatusOK:
		return nil, nil
	case a.header.Get("Content-Length") != strconv.Itoa(a.body.Len()):
		return nil, fmt.Errorf("it is not complete: %d bytes", a.body.Len())
	}
	kind := a.header.Get("Content-Type")
	isPage := strings.HasPrefix(kind, "text/html")
	if isPage {
		x.links(at, a.body.Bytes())
	} else {
		x.addresses(at, a.body.Bytes())
	}
	return publish.NewDocument(exportName(at, isPage), kind, a.body.Bytes()).Packed(publish.Brotli, publish.Zstd, publish.Gzip)
}

// exportName returns the name of the file that a static web server sends for a path.
func exportName(at string, isPage bool) string {
	name := strings.TrimPrefix(at, "/")
	switch {
	case name == "" || strings.HasSuffix(name, "/"):
		return name + "index.html"
	case isPage && path.Ext(name) == "":
		return name + ".html"
	}
	return name
}

// links follows the links of a page.
func (x *export) links(at string, page []byte) {
	z := html.NewTokenizer(bytes.NewReader(page))
	for z.Next() != html.ErrorToken {
		t := z.Token()
		for _, a := range t.Attr {
			if a.Key == "href" || a.Key == "src" {
				x.follow(x.below(at, a.Val))
			}
		}
	}
}

// addresses follows everything in a feed that looks like an address of this site, such as archives
// and story pages.
func (x *export) addresses(at string, doc []byte) {
	for rest := string(doc); ; {
		i := strings.Index(rest, x.site+"/")
		if i < 0 {
			return
		}
		rest = rest[i:]
		end := strings.IndexAny(rest, "\"'<>]) \n\\")
		if end < 0 {
			end = len(rest)
		}
		x.follow(x.below(at, rest[:end]))
		rest = rest[end:]
	}
}

// below returns the path of a reference below our base URL. It is empty for a reference that leads
// elsewhere or has a query.
func (x *export) below(at, reference string) string {
	to, err := url.Parse(x.site + at)
	if err == nil {
		to, err = to.Parse(reference)
	}
	if err != nil || to.RawQuery != "" {
		return ""
	}
	to.Fragment = ""
	rest, ok := strings.CutPrefix(to.String(), x.site)
	if !ok {
		return ""
	}
	plain, err := url.PathUnescape(rest)
	if err != nil || plainPath(plain) != plain || strings.Contains(plain, "/.") {
		return ""
	}
	return plain
}

// capture records the response of a handler.
type capture struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *capture) Header() http.Header { return a.header }

func (a *capture) WriteHeader(code int) {
	a.code = cmp.Or(a.code, code)
}

func (a *capture) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}
