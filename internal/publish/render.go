package publish

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/zeebo/xxh3"

	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/page"
)

// A representation is one way to write an Edition.
type representation struct {
	ext         string // of the URL; "" is the HTML twin
	contentType string
	policy      string // Content-Security-Policy, of a page
	write       func(format.Prepared, io.Writer) error
}

// render writes an Edition by way of b, to which the Body belongs.
func (r representation) render(p format.Prepared, b *bytes.Buffer) (*Document, error) {
	b.Reset()
	if err := r.write(p, b); err != nil {
		return nil, fmt.Errorf("write %s: %w", p.Edition.PartURL(p.Edition.Part, r.ext), err)
	}
	d := NewDocument("", r.contentType, b.Bytes())
	d.Policy = r.policy
	return d, nil
}

// representations lists what every feed is rendered to. RFC 4287 section 7, the
// JSON Feed 1.1 specification and the RSS Advisory Board name the media types;
// OPML has none of its own.
func representations(theme *page.Theme) []representation {
	return []representation{
		{ext: "atom", contentType: "application/atom+xml; charset=utf-8", write: format.Prepared.Atom},
		{ext: "rss", contentType: "application/rss+xml; charset=utf-8", write: format.Prepared.RSS},
		{ext: "json", contentType: "application/feed+json; charset=utf-8", write: format.Prepared.JSON},
		{contentType: "text/html; charset=utf-8", policy: theme.CSP(), write: func(p format.Prepared, w io.Writer) error { return theme.Twin(w, p.Edition) }},
	}
}

// Topics lists the representations that may be subscribed to at the hub.
func Topics() []string { return []string{"atom", "rss", "json"} }

// Render writes one representation of an Edition: "atom", "rss", "json" or, for "", the page
// for people in a theme, where nil is the built-in one. It is for one request or delivery,
// so the Document has an entity tag but no time of last change.
func Render(e *news.Edition, ext string, theme *page.Theme) (*Document, error) {
	for _, r := range representations(theme) {
		if r.ext == ext {
			return r.render(format.Prepare(e), new(bytes.Buffer))
		}
	}
	return nil, fmt.Errorf("write %s: no such format", e.PartURL(e.Part, ext))
}

// ContentType is the media type of a representation, "" of what is none.
func ContentType(ext string) string {
	for _, r := range representations(nil) {
		if r.ext == ext {
			return r.contentType
		}
	}
	return ""
}

// buffers are reused, because a new buffer copies more while it grows than is written to it.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// documents renders every representation of an Edition.
func documents(e *news.Edition, subs []format.Subscription, theme *page.Theme) (map[string]*Document, error) {
	all := append(representations(theme), representation{ext: "opml", contentType: opmlType, write: func(p format.Prepared, w io.Writer) error {
		return format.WriteOPML(w, p.Edition.Feed.Title, subs, time.Time{})
	}})
	docs, prepared := map[string]*Document{}, format.Prepare(e)
	b := buffers.Get().(*bytes.Buffer) // one for all: each keeps a copy that is no longer than it
	defer buffers.Put(b)
	for _, r := range all {
		d, err := r.render(prepared, b)
		if err != nil {
			return nil, err
		}
		d.Name, d.Body = fileName(e.Feed.Name, r.ext), bytes.Clone(d.Body)
		if e.Site.Hub != "" && slices.Contains(Topics(), r.ext) {
			d.Link = []string{news.HubLinks(e.Site.Hub, e.URL(r.ext))}
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
