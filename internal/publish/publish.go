// Package publish turns Publications into bytes and keeps them: rendered once
// per change, with their gzip variant, entity tag and time of last change, in
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
	"compress/gzip"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
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
	Gzip        []byte    // nil when it would not be shorter
	ETag        string    // quoted; a hash of Body
	Modified    time.Time // when the bytes last changed, whole seconds
	MaxAge      time.Duration
}

// A representation is one way to write an Edition.
type representation struct {
	ext         string // of the URL; "" is the HTML twin
	contentType string
	write       func(io.Writer, *news.Edition) error
}

// representations lists what every feed is rendered to. RFC 4287 section 7, the
// JSON Feed 1.1 specification and the RSS Advisory Board name the media types;
// OPML has none of its own.
func representations() []representation {
	return []representation{
		{"atom", "application/atom+xml; charset=utf-8", format.WriteAtom},
		{"rss", "application/rss+xml; charset=utf-8", format.WriteRSS},
		{"json", "application/feed+json; charset=utf-8", format.WriteJSON},
		{"", "text/html; charset=utf-8", page.Twin},
	}
}

// Store is what publishing needs of the store.
type Store interface {
	Publish(ctx context.Context, f news.Feed, now time.Time) (changed, more bool, err error)
	Edition(ctx context.Context, site news.Site, f news.Feed) (*news.Edition, error)
	Rendered(ctx context.Context, feed int64, tags map[string]string, now time.Time) (map[string]time.Time, error)
}

// Publisher brings feeds up to date. It is used by one goroutine at a time.
type Publisher struct {
	Store  Store
	Shelf  *Shelf
	Folder *Folder // nil: nothing is written
	Mask   string  // stands for the token in private feeds; as long as one
	Now    func() time.Time
}

// Feed judges what changed since the last time, and renders the feed when its
// Publications changed or when the shelf does not hold it up to date. subs
// gives the sources that it names in its OPML. After an error the next call
// makes up for what was left undone.
func (p *Publisher) Feed(ctx context.Context, site news.Site, f news.Feed, subs func() ([]format.Subscription, error)) (rendered bool, err error) {
	if f.Private {
		site.Token = p.Mask
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

// render puts the feed on the shelf and then into the folder, so that a folder
// that cannot be written keeps nothing from the web server.
func (p *Publisher) render(ctx context.Context, site news.Site, f news.Feed, subs []format.Subscription, generation int) error {
	e, err := p.Store.Edition(ctx, site, f)
	if err != nil {
		return err
	}
	e.TTL = Rhythm(e.Shown)
	docs, err := documents(e, subs)
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
	if f.Private {
		return nil
	}
	return p.Folder.Write(docs)
}

// documents renders every representation of an Edition.
func documents(e *news.Edition, subs []format.Subscription) (map[string]*Document, error) {
	all := append(representations(), representation{"opml", opmlType, func(w io.Writer, e *news.Edition) error {
		return format.WriteOPML(w, e.Feed.Title, subs, time.Time{})
	}})
	docs := map[string]*Document{}
	var b bytes.Buffer // one for all: each keeps a copy that is no longer than it
	for _, r := range all {
		b.Reset()
		if err := r.write(&b, e); err != nil {
			return nil, fmt.Errorf("write %s: %w", fileName(e.Feed.Name, r.ext), err)
		}
		prepare := NewDocument
		if e.Feed.Private {
			prepare = newMasked
		}
		d, err := prepare(fileName(e.Feed.Name, r.ext), r.contentType, bytes.Clone(b.Bytes()))
		if err != nil {
			return nil, err
		}
		docs[r.ext] = d
	}
	return docs, nil
}

// Sources renders the list of all public sources.
func Sources(title string, subs []format.Subscription) (*Document, error) {
	var b bytes.Buffer
	if err := format.WriteOPML(&b, title, subs, time.Time{}); err != nil {
		return nil, fmt.Errorf("write sources.opml: %w", err)
	}
	d, err := NewDocument("sources.opml", opmlType, b.Bytes())
	if err == nil {
		d.MaxAge = maxTTL
	}
	return d, err
}

// opmlType is the media type that OPML readers expect.
const opmlType = "text/x-opml; charset=utf-8"

func fileName(feed, ext string) string {
	if ext == "" {
		return feed + "/index.html"
	}
	return feed + "." + ext
}

// packer compresses one Document after another: a new one each time takes more
// memory than most pages.
type packer struct {
	z *gzip.Writer
	b bytes.Buffer
}

var packers = sync.Pool{New: func() any { return &packer{z: gzip.NewWriter(nil)} }}

// NewDocument prepares bytes for sending: entity tag and gzip variant.
func NewDocument(name, contentType string, body []byte) (*Document, error) {
	d, err := newMasked(name, contentType, body)
	if err != nil {
		return nil, err
	}
	p := packers.Get().(*packer)
	defer packers.Put(p)
	p.b.Reset()
	p.z.Reset(&p.b)
	if _, err := p.z.Write(body); err != nil {
		return nil, err
	}
	if err := p.z.Close(); err != nil {
		return nil, err
	}
	if p.b.Len() < len(body) {
		d.Gzip = bytes.Clone(p.b.Bytes())
	}
	return d, nil
}

// newMasked is NewDocument without a gzip variant: what is sent is not yet known.
func newMasked(name, contentType string, body []byte) (*Document, error) {
	sum := xxh3.Hash128(body).Bytes()
	return &Document{Name: name, ContentType: contentType, Body: body, ETag: `"` + hex.EncodeToString(sum[:]) + `"`}, nil
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
