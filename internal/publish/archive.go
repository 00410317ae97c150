package publish

import (
	"context"
	"log/slog"
	"slices"

	"tributary/internal/news"
)

// pageFormats are the formats in which closed pages are stored: Atom, for which RFC 5005 was
// written, and JSON Feed, which has next_url.
var pageFormats = []string{"atom", "json"}

// IsPageFormat reports whether closed pages are stored in the format.
func IsPageFormat(ext string) bool { return slices.Contains(pageFormats, ext) }

// archive closes the full pages of a feed, replaces pages that name an entry which has since been
// withdrawn or made private, and drops the oldest pages beyond the configured number. If this
// changed the archive, it marks the feed to be rendered again, because the live document links to
// the archive.
func (p *Publisher) archive(ctx context.Context, site news.Site, f news.Feed) error {
	for {
		e, err := p.Store.NextPage(ctx, site, f, p.Now())
		if err != nil {
			return err
		}
		if e == nil {
			break
		}
		if err := p.closePage(ctx, e); err != nil {
			return err
		}
	}
	if n, err := p.Store.DropPages(ctx, f); err != nil {
		return err
	} else if n > 0 {
		p.log().Info("archive pages were dropped", "feed", f.Name, "pages", n, "kept", f.ArchiveKeep)
	}
	version, err := p.Store.ArchiveVersion(ctx, f.ID)
	if err == nil && p.Shelf.archive(f.Name) != p.mark(version) {
		p.Shelf.spoil(f.Name)
	}
	return err
}

func (p *Publisher) closePage(ctx context.Context, e *news.Edition) error {
	var docs []news.PageDocument
	for _, ext := range pageFormats {
		d, err := Render(e, ext, p.Theme)
		if err != nil {
			return err
		}
		packed, err := gzipped(d.Body)
		if err != nil {
			return err
		}
		docs = append(docs, news.PageDocument{Part: e.Part, Format: ext, ETag: d.ETag, Length: len(d.Body), Packed: packed})
	}
	replaced, err := p.Store.ClosePage(ctx, e, docs, p.Now())
	if replaced {
		p.log().Warn("an archive page was replaced: it named what is withdrawn or private by now", "feed", e.Feed.Name, "page", logged(e))
	} else if err == nil {
		p.log().Info("an archive page was closed", "feed", e.Feed.Name, "page", logged(e), "stories", len(e.Shown))
	}
	return err
}

// Closed returns a closed page as it is stored: with its gzip variant only.
func Closed(p *news.PageDocument) *Document {
	variants := []Variant{{Coding: Gzip, Body: p.Packed, ETag: VariantTag(p.ETag, Gzip)}}
	return &Document{ContentType: ContentType(p.Format), Length: p.Length, Variants: variants, ETag: p.ETag, Modified: p.Modified}
}

// logged names a page in the log. A private feed has one address per token, and tokens must not be
// logged.
func logged(e *news.Edition) string {
	if e.Feed.Private {
		return e.Part.PageName()
	}
	return e.PartURL(e.Part, "atom")
}

func (p *Publisher) log() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}

// mark identifies a version of an archive and the folder that it was written to.
type mark struct {
	folder  string
	version int64
}

func (p *Publisher) mark(version int64) mark {
	if p.Folder == nil {
		return mark{"", version}
	}
	return mark{p.Folder.Path, version}
}

// writePages updates the files of a feed's archive if it has changed since they were written. A
// private feed has no files.
func (p *Publisher) writePages(ctx context.Context, f news.Feed) error {
	version, err := p.Store.ArchiveVersion(ctx, f.ID)
	if err != nil || p.Shelf.archive(f.Name) == p.mark(version) {
		return err
	}
	if p.Folder != nil && !f.Private && version > 0 {
		docs, err := p.Store.PageDocuments(ctx, f.ID)
		if err != nil {
			return err
		}
		err = p.Folder.writePages(f.Name, docs, func(d news.PageDocument) (*news.PageDocument, error) {
			return p.Store.PageDocument(ctx, f.ID, d.Part, d.Format)
		})
		if err != nil {
			return err
		}
	}
	p.Shelf.noteArchive(f.Name, p.mark(version))
	return nil
}
