package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// Export writes the public site into a folder, as a visitor finds it who follows
// every link from the front page: feeds, their pages and archives, stories, sources,
// lists. A page at /stories/ID becomes stories/ID.html, one at /feeds/NAME/
// feeds/NAME/index.html, so that any web server can stand in for us. What takes a
// question or a body is left out, and so is what asks one: the form of the search and
// the link to /why. It returns the names of the files that make the site; an error
// leaves what was written.
func (s *Server) Export(ctx context.Context, folder *publish.Folder) (files []string, err error) {
	own := s.static()
	snap := own.current.Load()
	x := export{handler: own.Handler(), site: snap.Site.URL, seen: map[string]bool{}, older: map[string]bool{}}
	x.follow("/", "/sources.opml")
	for _, f := range snap.Feeds {
		if err := x.leaf(ctx, own, f); err != nil {
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

// static is the server of the same site, as it is now, whose pages are files. It has
// nothing private.
func (s *Server) static() *Server {
	own := &Server{Shelf: s.Shelf.Copy(), Views: s.Views, Private: publish.NewShelf(), Tokens: NewTokens(), Now: s.Now, Log: s.Log}
	snap := *s.current.Load()
	snap.Site.Static, snap.Private = true, nil
	own.Show(&snap)
	return own
}

// export is a visit to the whole site.
type export struct {
	handler http.Handler
	site    string
	queue   []string // paths below the base URL
	seen    map[string]bool
	older   map[string]bool // pages of the past that are to be there, without their format
}

// olderPages is how far a feed without an archive can be leafed back in an export.
// Their addresses move with every new story, so all are written anew each time.
const olderPages = 10

// leaf leafs back in a feed, and has those pages of its past followed that its own
// documents lead to. There is a page before every number that a text may name, so what
// strangers link to tells nothing.
func (x *export) leaf(ctx context.Context, s *Server, f news.Feed) error {
	live := s.Shelf.Edition(f.Name)
	if live == nil {
		return nil
	}
	parts := []news.Part{live.Older}
	for pages := 0; len(parts) > 0 && pages < olderPages; parts = parts[1:] {
		at := fmt.Sprintf("/feeds/%s/older/%d", f.Name, parts[0].Before)
		if parts[0].Before == 0 || x.older[at] {
			continue
		}
		x.older[at] = true
		pages++
		e, err := s.Views.Older(ctx, live.Site, f, parts[0].Before)
		if err != nil {
			return err
		}
		parts = append(parts, e.Older, e.Newer)
	}
	return nil
}

// exported are the first parts of the paths that hold documents.
var exported = []string{"feeds", "stories", "sources", "sources.opml", "icon.svg", ""}

func (x *export) follow(paths ...string) {
	for _, p := range paths {
		part, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
		if x.seen[p] || !strings.HasPrefix(p, "/") || !slices.Contains(exported, part) {
			continue
		}
		if strings.Contains(p, "/older/") && !x.older[strings.TrimSuffix(p, path.Ext(p))] {
			continue
		}
		x.seen[p] = true
		x.queue = append(x.queue, p)
	}
}

// visit returns the document at a path, nil when none is there, and follows what
// it leads to.
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

// exportName is the file that a static web server would send for a path.
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

// links follows what a page refers to.
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

// addresses follows whatever looks like an address of ours in a feed: archives,
// pages of stories.
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

// below is the path below our base URL that a reference leads to; empty for one
// that leads elsewhere or asks a question.
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

// capture keeps what a handler writes.
type capture struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *capture) Header() http.Header { return a.header }

func (a *capture) WriteHeader(code int) {
	if a.code == 0 {
		a.code = code
	}
}

func (a *capture) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}
