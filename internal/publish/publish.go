// Package publish renders feeds. Each representation of a feed is rendered once per change,
// with its compressed variants, entity tag and time of last change. The result is kept in
// memory, on a Shelf, for the web server, and as files in the feeds folder for any other
// server.
//
// A request for a feed is answered from a Document on the Shelf and never touches the
// database. What a subscriber sees changes only when a new Document replaces the old one as
// a whole.
//
// A private feed is rendered once for all its subscribers, with a mask where the token of
// each belongs; the web server puts the token there while it sends the Document. Such a
// Document is never sent as it is, and never written to the folder.
package publish

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/page"
)

// Document is one representation of a feed, ready to be sent.
type Document struct {
	Name        string // file name in the feeds folder: "all.atom", "all/index.html"
	ContentType string
	Body        []byte
	Variants    []Variant // compressed ones, the shortest first; none until they are made
	ETag        string    // quoted; a hash of Body
	Modified    time.Time // when the bytes last changed, whole seconds
	MaxAge      time.Duration
	Immutable   bool     // a copy need not be checked before MaxAge is over
	Link        []string // the Link field: hub and self (WebSub section 4); nil without a hub
	Policy      string   // Content-Security-Policy of a page: it names the style sheet that stands in Body
}

// Store is what publishing needs of the store.
type Store interface {
	Publish(ctx context.Context, f news.Feed, now time.Time) (changed, more bool, err error)
	Edition(ctx context.Context, site news.Site, f news.Feed) (*news.Edition, error)
	Rendered(ctx context.Context, feed int64, tags map[string]string, now time.Time) (map[string]time.Time, error)
	Archive
}

// Archive is what the closed pages of feeds need of the store.
type Archive interface {
	NextPage(ctx context.Context, site news.Site, f news.Feed, now time.Time) (*news.Edition, error)
	ClosePage(ctx context.Context, e *news.Edition, docs []news.PageDocument, now time.Time) (replaced bool, err error)
	DropPages(ctx context.Context, f news.Feed) (int64, error)
	ArchiveVersion(ctx context.Context, feed int64) (int64, error)
	PageDocuments(ctx context.Context, feed int64) ([]news.PageDocument, error)
	PageDocument(ctx context.Context, feed int64, p news.Part, format string) (*news.PageDocument, error)
}

// Publisher brings feeds up to date. It is used by one goroutine at a time.
type Publisher struct {
	Store  Store
	Shelf  *Shelf
	Folder *Folder     // nil: nothing is written
	Theme  *page.Theme // of the twins; nil is the built-in one
	Mask   string      // stands for the token in private feeds; as long as one
	Now    func() time.Time
	Log    *slog.Logger // tells of the archive; nil: nobody
}

// Feed has the store judge what changed since the last call, and renders the feed if its
// Publications changed or if the shelf does not have it up to date. subs returns the sources
// for its OPML.
//
// What was rendered is on the shelf at once. The rest of the work, compressed variants and
// files, is returned as a Finish, so that the caller can do it after all feeds are on the
// shelf; it is nil for a feed that did not change. After an error the next call does what
// was left undone.
func (p *Publisher) Feed(ctx context.Context, site news.Site, f news.Feed, subs func() ([]format.Subscription, error)) (finish Finish, err error) {
	if f.Private {
		site.Token, site.Hub = p.Mask, "" // a topic would tell of the token
	}
	generation := p.Shelf.current()
	for more := true; more; {
		var changed bool
		if changed, more, err = p.Store.Publish(ctx, f, p.Now()); err != nil {
			p.Shelf.spoil(f.Name) // it may be done, with only the answer lost
			return nil, fmt.Errorf("feed %s: %w", f.Name, err)
		}
		if changed { // the store says so only once, so the shelf keeps it until the feed is rendered
			p.Shelf.spoil(f.Name)
		}
	}
	if err := p.archive(ctx, site, f); err != nil {
		p.Shelf.spoil(f.Name)
		return nil, fmt.Errorf("archive of feed %s: %w", f.Name, err)
	}
	if p.Shelf.Holds(site, f) {
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
	return func(ctx context.Context) error {
		err := p.finish(ctx, made)
		if err != nil {
			p.Shelf.spoil(f.Name)
			err = fmt.Errorf("feed %s: %w", f.Name, err)
		}
		return err
	}, nil
}

// Finish does the rest of the work for a feed that is on the shelf. It is called once,
// before the feed is published again.
type Finish func(context.Context) error

// render renders the feed and puts it on the shelf, without compressed variants.
func (p *Publisher) render(ctx context.Context, site news.Site, f news.Feed, subs []format.Subscription, generation int) (*shelved, error) {
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

// finish makes the variants of a feed, puts it on the shelf again with them, and writes its
// files, which may fail. A private feed has neither: what is compressed depends on the
// token.
func (p *Publisher) finish(ctx context.Context, plain *shelved) error {
	if plain.feed.Private {
		return p.writePages(ctx, plain.feed)
	}
	docs, err := packed(plain.docs, Brotli, Zstd, Gzip)
	if err != nil {
		return err
	}
	whole := *plain
	whole.docs = docs
	p.Shelf.put(&whole)
	if err := p.writePages(ctx, plain.feed); err != nil { // before the document that leads there
		return err
	}
	return p.Folder.Write(docs)
}

// Bounds of how often subscribers are asked to come back.
const (
	minTTL = 10 * time.Minute
	maxTTL = time.Hour
)

// Rhythm returns how often it is worth coming back: half the average time between the latest
// arrivals, at least ten minutes and at most an hour, in whole minutes. It depends only on
// what is shown, so that it stays the same until something changes.
func Rhythm(shown []news.Shown) time.Duration {
	const latest = 20
	n := min(len(shown), latest)
	if n < 2 {
		return maxTTL
	}
	span := shown[0].Entered.Sub(shown[n-1].Entered)
	return min(max(span/time.Duration(n-1)/2, minTTL), maxTTL).Round(time.Minute)
}
