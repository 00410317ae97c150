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

// A representation is one format that an Edition can be written in.
type representation struct {
	ext         string // extension in the URL; "" is the HTML page
	contentType string
	policy      string // Content-Security-Policy; pages only
	write       func(format.Prepared, io.Writer) error
}

// render writes an Edition through b. The returned Body shares memory with b.
func (r representation) render(p format.Prepared, b *bytes.Buffer) (*Document, error) {
	b.Reset()
	if err := r.write(p, b); err != nil {
		return nil, fmt.Errorf("write %s: %w", p.Edition.PartURL(p.Edition.Part, r.ext), err)
	}
	d := NewDocument("", r.contentType, b.Bytes())
	d.Policy = r.policy
	return d, nil
}

// representations lists the formats that every feed is rendered to. The media types are from RFC
// 4287 section 7, the JSON Feed 1.1 specification and the RSS Advisory Board.
func representations(theme *page.Theme) []representation {
	return []representation{
		{ext: "atom", contentType: "application/atom+xml; charset=utf-8", write: format.Prepared.Atom},
		{ext: "rss", contentType: "application/rss+xml; charset=utf-8", write: format.Prepared.RSS},
		{ext: "json", contentType: "application/feed+json; charset=utf-8", write: format.Prepared.JSON},
		{contentType: "text/html; charset=utf-8", policy: theme.CSP(), write: func(p format.Prepared, w io.Writer) error { return theme.Twin(w, p.Edition) }},
	}
}

// FeedFormats lists the extensions of the representations for feed readers. These can be subscribed to
// at the hub, and a search is published in them, too.
func FeedFormats() []string { return []string{"atom", "rss", "json"} }

// Render writes one representation of an Edition: "atom", "rss", "json", or "" for the HTML page. A
// nil theme is the built-in one. The Document is for a single request or delivery: no time of last
// change is recorded for it, so its only validator is the entity tag.
func Render(e *news.Edition, ext string, theme *page.Theme) (*Document, error) {
	for _, r := range representations(theme) {
		if r.ext == ext {
			return r.render(format.Prepare(e), new(bytes.Buffer))
		}
	}
	return nil, fmt.Errorf("write %s: no such format", e.PartURL(e.Part, ext))
}

// ContentType returns the media type of a representation, or "" if ext is unknown.
func ContentType(ext string) string {
	for _, r := range representations(nil) {
		if r.ext == ext {
			return r.contentType
		}
	}
	return ""
}

// buffers are reused for rendering: growing a new buffer each time copies more bytes than the
// document has.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// documents renders every representation of an Edition, by extension.
func documents(e *news.Edition, subs []news.Listed, theme *page.Theme) (map[string]*Document, error) {
	all := append(representations(theme), representation{ext: "opml", contentType: opmlType, write: func(p format.Prepared, w io.Writer) error {
		return format.WriteOPML(w, p.Edition.Feed.Title, subs, time.Time{})
	}})
	docs, prepared := map[string]*Document{}, format.Prepare(e)
	b := buffers.Get().(*bytes.Buffer) // shared: each Document keeps a copy of exactly its size
	defer buffers.Put(b)
	for _, r := range all {
		d, err := r.render(prepared, b)
		if err != nil {
			return nil, err
		}
		d.Name, d.Body = fileName(e.Feed.Name, r.ext), bytes.Clone(d.Body)
		if e.Site.Hub != "" && slices.Contains(FeedFormats(), r.ext) {
			d.Link = []string{news.HubLinks(e.Site.Hub, e.URL(r.ext))}
		}
		docs[r.ext] = d
	}
	return docs, nil
}

// Sources renders the OPML list of all public sources.
func Sources(title string, subs []news.Listed) (*Document, error) {
	var b bytes.Buffer
	if err := format.WriteOPML(&b, title, subs, time.Time{}); err != nil {
		return nil, fmt.Errorf("write sources.opml: %w", err)
	}
	d := NewDocument("sources.opml", opmlType, b.Bytes())
	d.MaxAge = maxTTL
	return d.Packed(Brotli, Zstd, Gzip)
}

// opmlType is the media type that OPML readers expect; none is registered.
const opmlType = "text/x-opml; charset=utf-8"

func fileName(feed, ext string) string {
	if ext == "" {
		return feed + "/index.html"
	}
	return feed + "." + ext
}

// NewDocument returns a Document with the given bytes and their entity tag.
func NewDocument(name, contentType string, body []byte) *Document {
	sum := xxh3.Hash128(body).Bytes()
	return &Document{Name: name, ContentType: contentType, Body: body, Length: len(body), ETag: `"` + hex.EncodeToString(sum[:]) + `"`}
}
