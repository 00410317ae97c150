// Package publish turns Publications into bytes and keeps them: rendered once
// per change, with their packed variants, entity tag and time of last change, in
// memory for the web server and as files in the feeds folder for any other.
//
// Outputs never touch the network, and requests never touch the database: a
// request is answered from a Document in the Shelf. What a subscriber sees
// changes only when a new Document is put there, whole.
//
// A private feed is rendered once for all who may read it, with a mask where the
// token of each belongs; the web server puts the token there while it sends. Such
// a Document never leaves as it is, and never lies in the folder.
package publish

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/zeebo/xxh3"

	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/page"
)

// Document is one representation of a feed, ready to be sent.
type Document struct {
	Name        string // file name in the feeds folder: "all.atom", "all/index.html"
	ContentType string
	Body        []byte
	Variants    []Variant // shorter ones, the shortest first; none before they are made
	ETag        string    // quoted; a hash of Body
	Modified    time.Time // when the bytes last changed, whole seconds
	MaxAge      time.Duration
	Immutable   bool     // a copy need not be checked before MaxAge is over
	Link        []string // the Link field: hub and self (WebSub section 4); nil without a hub
	Policy      string   // Content-Security-Policy of a page: it names the style sheet that stands in Body
}

// A representation is one way to write an Edition.
type representation struct {
	ext         string // of the URL; "" is the HTML twin
	contentType string
	write       func(format.Prepared, io.Writer) error
}

// representations lists what every feed is rendered to. RFC 4287 section 7, the
// JSON Feed 1.1 specification and the RSS Advisory Board name the media types;
// OPML has none of its own.
func representations(theme *page.Theme) []representation {
	return []representation{
		{"atom", "application/atom+xml; charset=utf-8", format.Prepared.Atom},
		{"rss", "application/rss+xml; charset=utf-8", format.Prepared.RSS},
		{"json", "application/feed+json; charset=utf-8", format.Prepared.JSON},
		{"", "text/html; charset=utf-8", func(p format.Prepared, w io.Writer) error { return theme.Twin(w, p.Edition) }},
	}
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

// Feed judges what changed since the last time, and renders the feed when its
// Publications changed or when the shelf does not hold it up to date. subs
// gives the sources that it names in its OPML. After an error the next call
// makes up for what was left undone.
func (p *Publisher) Feed(ctx context.Context, site news.Site, f news.Feed, subs func() ([]format.Subscription, error)) (rendered bool, err error) {
	if f.Private {
		site.Token, site.Hub = p.Mask, "" // a topic would tell of the token
	}
	generation := p.Shelf.current()
	for more := true; more; {
		var changed bool
		if changed, more, err = p.Store.Publish(ctx, f, p.Now()); err != nil {
			p.Shelf.spoil(f.Name) // it may be done, with only the answer lost
			return false, fmt.Errorf("feed %s: %w", f.Name, err)
		}
		if changed { // the store tells it once: remembered here until it is rendered
			p.Shelf.spoil(f.Name)
		}
	}
	if !f.Private { // which keep none
		if err := p.archive(ctx, site, f); err != nil {
			p.Shelf.spoil(f.Name)
			return false, fmt.Errorf("archive of feed %s: %w", f.Name, err)
		}
	}
	if p.Shelf.Holds(site, f) {
		return false, nil
	}
	list, err := subs()
	if err == nil {
		err = p.render(ctx, site, f, list, generation)
	}
	if err != nil {
		p.Shelf.spoil(f.Name)
		return false, fmt.Errorf("feed %s: %w", f.Name, err)
	}
	return true, nil
}

// render puts the feed on the shelf, again when its variants are made, and then
// into the folder: what takes time or may fail keeps nothing from the web server.
func (p *Publisher) render(ctx context.Context, site news.Site, f news.Feed, subs []format.Subscription, generation int) error {
	e, err := p.Store.Edition(ctx, site, f)
	if err != nil {
		return err
	}
	e.TTL = Rhythm(e.Shown)
	docs, err := documents(e, subs, p.Theme)
	if err != nil {
		return err
	}
	tags := map[string]string{}
	for ext, d := range docs {
		tags[ext] = d.ETag
	}
	modified, err := p.Store.Rendered(ctx, f.ID, tags, p.Now())
	if err != nil {
		return err
	}
	for ext, d := range docs {
		d.Modified = modified[ext]
		d.MaxAge = e.TTL
	}
	p.Shelf.put(f, e, docs, generation)
	if f.Private { // what is sent is not yet known, and never lies in the folder
		return nil
	}
	if docs, err = packed(docs); err != nil {
		return err
	}
	p.Shelf.put(f, e, docs, generation)
	if err := p.writePages(ctx, f); err != nil { // before the document that leads there
		return err
	}
	return p.Folder.Write(docs)
}

// documents renders every representation of an Edition.
func documents(e *news.Edition, subs []format.Subscription, theme *page.Theme) (map[string]*Document, error) {
	all := append(representations(theme), representation{"opml", opmlType, func(p format.Prepared, w io.Writer) error {
		return format.WriteOPML(w, p.Edition.Feed.Title, subs, time.Time{})
	}})
	docs, prepared := map[string]*Document{}, format.Prepare(e)
	var b bytes.Buffer // one for all: each keeps a copy that is no longer than it
	for _, r := range all {
		b.Reset()
		if err := r.write(prepared, &b); err != nil {
			return nil, fmt.Errorf("write %s: %w", fileName(e.Feed.Name, r.ext), err)
		}
		d := NewDocument(fileName(e.Feed.Name, r.ext), r.contentType, bytes.Clone(b.Bytes()))
		if e.Site.Hub != "" && !e.Feed.Private && slices.Contains(Topics(), r.ext) {
			d.Link = []string{news.HubLinks(e.Site.Hub, e.URL(r.ext))}
		}
		if r.ext == "" {
			d.Policy = theme.CSP()
		}
		docs[r.ext] = d
	}
	return docs, nil
}

// Topics lists the representations that may be subscribed to at the hub.
func Topics() []string { return []string{"atom", "rss", "json"} }

// Part renders one representation of an Edition that shows a part of a feed, as our hub
// delivers it.
func Part(e *news.Edition, ext string) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	for _, r := range representations(nil) {
		if r.ext == ext {
			err = r.write(format.Prepare(e), &b)
			return b.Bytes(), r.contentType, err
		}
	}
	return nil, "", fmt.Errorf("there is no representation %q", ext)
}

// Found renders what a search found, as "atom", "rss" or "json". It is made for one
// request: nobody keeps when its bytes last changed, so only the entity tag tells.
func Found(e *news.Edition, ext string) (*Document, error) {
	e.TTL = Rhythm(e.Shown)
	for _, r := range representations(nil) {
		if r.ext != ext || ext == "" {
			continue
		}
		var b bytes.Buffer
		if err := r.write(format.Prepare(e), &b); err != nil {
			return nil, fmt.Errorf("write what a search found as %s: %w", ext, err)
		}
		d := NewDocument("", r.contentType, b.Bytes())
		d.MaxAge = e.TTL
		return d, nil
	}
	return nil, nil
}

// Sources renders the list of all public sources.
func Sources(title string, subs []format.Subscription) (*Document, error) {
	var b bytes.Buffer
	if err := format.WriteOPML(&b, title, subs, time.Time{}); err != nil {
		return nil, fmt.Errorf("write sources.opml: %w", err)
	}
	d := NewDocument("sources.opml", opmlType, b.Bytes())
	d.MaxAge = maxTTL
	return d.Packed(Brotli, Zstd, Gzip)
}

// opmlType is the media type that OPML readers expect.
const opmlType = "text/x-opml; charset=utf-8"

func fileName(feed, ext string) string {
	if ext == "" {
		return feed + "/index.html"
	}
	return feed + "." + ext
}

// NewDocument prepares bytes for sending.
func NewDocument(name, contentType string, body []byte) *Document {
	sum := xxh3.Hash128(body).Bytes()
	return &Document{Name: name, ContentType: contentType, Body: body, ETag: `"` + hex.EncodeToString(sum[:]) + `"`}
}

// Bounds of how often we ask subscribers to come back.
const (
	minTTL = 10 * time.Minute
	maxTTL = time.Hour
)

// Rhythm says how often it is worth coming back: half the usual distance
// between the latest arrivals, between ten minutes and an hour, in whole
// minutes. It depends on what is shown only, so that it is the same until
// something changes.
func Rhythm(shown []news.Shown) time.Duration {
	const latest = 20
	n := min(len(shown), latest)
	if n < 2 {
		return maxTTL
	}
	span := shown[0].Entered.Sub(shown[n-1].Entered)
	return min(max(span/time.Duration(n-1)/2, minTTL), maxTTL).Round(time.Minute)
}
