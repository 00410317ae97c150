// Package publish renders feeds and keeps the results.
//
// A [Publisher] brings one feed up to date: it lets the store decide what the feed shows, closes
// full archive pages (RFC 5005 section 4) and renders the feed as Atom, RSS, JSON Feed, OPML and an
// HTML page, which the code calls the feed's twin. Each result is a [Document]: the bytes, their
// compressed variants, an entity tag and the time of the last change. Documents are kept in memory
// on a [Shelf] for the web server, large ones only in their variants, and as files in a [Folder] for
// any other web server.
//
// Rendering never touches the network, and serving a feed never touches the database: a request is
// answered from a Document on the Shelf. What subscribers see changes only when a complete new
// Document is put there.
//
// A private feed is rendered once for all its subscribers, with a mask of the same length in place
// of the token. The web server replaces the mask with the subscriber's token as it sends the
// document. Such a Document is never sent unchanged and never written to the folder.
package publish

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
)

// Document is one representation of a feed, ready to be sent.
type Document struct {
	Name        string // file name in the feeds folder: "all.atom", "all/index.html"
	ContentType string
	Body        []byte    // plain; nil if only variants are kept, see [Document.Plain]
	Length      int       // of the plain bytes
	Variants    []Variant // compressed, the shortest first; empty until they are made
	ETag        string    // quoted; a hash of the plain bytes
	Modified    time.Time // when the bytes last changed, in whole seconds
	MaxAge      time.Duration
	Immutable   bool     // a cache need not revalidate its copy before MaxAge has passed
	Link        []string // the Link header: hub and self (WebSub section 4); nil without a hub
	Policy      string   // Content-Security-Policy of a page, which allows the style sheet in it
}

// Store is the part of the store that a Publisher uses.
type Store interface {
	Publish(ctx context.Context, f news.Feed, now time.Time) (changed, more bool, err error)
	Edition(ctx context.Context, site news.Site, f news.Feed) (*news.Edition, error)
	Rendered(ctx context.Context, feed int64, tags map[string]string, now time.Time) (map[string]time.Time, error)
	Archive
}

// Archive is the part of the store that keeps the closed pages of feeds.
type Archive interface {
	NextPage(ctx context.Context, site news.Site, f news.Feed, now time.Time) (*news.Edition, error)
	ClosePage(ctx context.Context, e *news.Edition, docs []news.PageDocument, now time.Time) (replaced bool, err error)
	DropPages(ctx context.Context, f news.Feed) (int64, error)
	ArchiveVersion(ctx context.Context, feed int64) (int64, error)
	PageDocuments(ctx context.Context, feed int64) ([]news.PageDocument, error)
	PageDocument(ctx context.Context, feed int64, p news.Part, format string) (*news.PageDocument, error)
}

// Publisher brings feeds up to date. It must not be used concurrently.
type Publisher struct {
	Store  Store
	Shelf  *Shelf
	Folder *Folder     // nil: no files are written
	Theme  *page.Theme // for HTML pages; nil is the built-in theme
	Mask   string      // stands in for the token in private feeds; has the length of one
	Now    func() time.Time
	Log    *slog.Logger // messages about the archive; nil discards them
}

// Feed decides what has changed in f since the last call. It renders the feed when its Publications
// changed or when the shelf does not hold it up to date. subs returns the sources to list in its
// OPML.
//
// The rendered feed is on the shelf, uncompressed, when Feed returns. The work that remains, making
// the variants and writing the files, is returned as finish, so that other feeds can reach the web
// server first; finish is nil if nothing was rendered. After an error the next call makes up for
// what was left undone.
func (p *Publisher) Feed(ctx context.Context, site news.Site, f news.Feed, subs func() ([]news.Listed, error)) (finish *Finish, err error) {
	if f.Private {
		site.Token, site.Hub = p.Mask, "" // a topic URL would reveal the token
	}
	generation := p.Shelf.current()
	for more := true; more; {
		var changed bool
		if changed, more, err = p.Store.Publish(ctx, f, p.Now()); err != nil {
			p.Shelf.spoil(f.Name) // it may have been committed, with only the answer lost
			return nil, fmt.Errorf("feed %s: %w", f.Name, err)
		}
		if changed { // the store reports a change once, so remember it until it is rendered
			p.Shelf.spoil(f.Name)
		}
	}
	if err := p.archive(ctx, site, f); err != nil {
		p.Shelf.spoil(f.Name)
		return nil, fmt.Errorf("archive of feed %s: %w", f.Name, err)
	}
	if p.Shelf.holds(site, f) {
		return nil, nil
	}
	list, err := subs()
	var made *shelved
	if err == nil {
		made, err = p.render(ctx, site, f, list, generation)
	}
	if err != nil {
		p.Shelf.spoil(f.Name)
		return nil, fmt.Errorf("feed %s: %w", f.Name, err)
	}
	finish = &Finish{Do: func(ctx context.Context) error {
		err := p.finish(ctx, made)
		if err != nil {
			p.Shelf.spoil(f.Name)
			err = fmt.Errorf("feed %s: %w", f.Name, err)
		}
		return err
	}}
	for _, d := range made.docs {
		finish.Size += d.Length
	}
	return finish, nil
}

// Finish is the work that remains for a feed that is already being served.
type Finish struct {
	Size int                         // of the plain documents, which are in memory until then
	Do   func(context.Context) error // to be called once, before the feed is published again
}

// render renders the feed and puts it on the shelf, without compressed variants.
func (p *Publisher) render(ctx context.Context, site news.Site, f news.Feed, subs []news.Listed, generation int) (*shelved, error) {
	e, err := p.Store.Edition(ctx, site, f)
	if err != nil {
		return nil, err
	}
	e.TTL = Rhythm(e.Shown)
	docs, err := documents(e, subs, p.Theme)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for ext, d := range docs {
		tags[ext] = d.ETag
	}
	modified, err := p.Store.Rendered(ctx, f.ID, tags, p.Now())
	if err != nil {
		return nil, err
	}
	for ext, d := range docs {
		d.Modified = modified[ext]
		d.MaxAge = e.TTL
	}
	made := &shelved{feed: f, edition: e, docs: docs, made: generation}
	p.Shelf.put(made)
	return made, nil
}

// finish puts the feed on the shelf again with its variants, and then writes it to the folder,
// which may fail. A private feed gets neither: its bytes depend on the subscriber, and it has no
// files. Its large documents are compressed only to save memory.
func (p *Publisher) finish(ctx context.Context, plain *shelved) error {
	if plain.feed.Private {
		docs, err := packed(large(plain.docs), Gzip)
		if err != nil {
			return err
		}
		p.Shelf.put(plain.lean(docs))
		return p.writePages(ctx, plain.feed)
	}
	docs, err := packed(plain.docs, Brotli, Zstd, Gzip)
	if err != nil {
		return err
	}
	p.Shelf.put(plain.lean(docs))
	if err := p.writePages(ctx, plain.feed); err != nil { // before the document that links there
		return err
	}
	return p.Folder.Write(docs)
}

// Bounds of the interval at which subscribers are asked to return.
const (
	minTTL = 10 * time.Minute
	maxTTL = time.Hour
)

// Rhythm returns the interval at which polling a feed is worthwhile: half the mean time between its
// 20 latest arrivals, but at least ten minutes and at most an hour, in whole minutes. It depends
// only on what is shown, so the value is stable until something changes.
func Rhythm(shown []news.Shown) time.Duration {
	const latest = 20
	n := min(len(shown), latest)
	if n < 2 {
		return maxTTL
	}
	span := shown[0].Entered.Sub(shown[n-1].Entered)
	return min(max(span/time.Duration(n-1)/2, minTTL), maxTTL).Round(time.Minute)
}
