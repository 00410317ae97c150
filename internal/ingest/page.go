package ingest

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/discover"
	"tributary/internal/fetch"
	"tributary/internal/news"
	"tributary/internal/story"
)

// Bounds of the work of one pull on pages. Pages are fetched for the newest entries first; entries
// beyond the bounds keep the feed's own text.
const (
	maxPages  = 30
	pagesTime = 2 * time.Minute // well within leaseTime

	pageTries = 3                // attempts in all at a page whose failure may pass
	pageRetry = 10 * time.Minute // minimum time between two attempts
	pageGap   = time.Second      // minimum time between two pages of a host
	pageWait  = 20 * time.Second // if a host wants a longer pause, its page is left for another pull
	pageTypes = "text/html, application/xhtml+xml, */*;q=0.1"
)

// Pages is the part of the store that holds the texts of pages.
type Pages interface {
	KnownKeys(ctx context.Context, source int64, keys []string) (map[string]bool, error)
	Pages(ctx context.Context, scope int64, links []string) (map[string]news.PageText, error)
	SavePage(ctx context.Context, scope int64, p news.PageText) error
}

// pageReader gives the entries of a document the texts of the pages that they link to.
type pageReader struct {
	*Ingester
	src   config.Source
	scope int64      // 0 for shared pages, else the ID of the source
	host  *news.Host // the host that limited us; nil if none did
}

// fullTexts replaces the text of each entry by that of its page, for a source with content: page.
// The page of a new entry is fetched once. Entries that the source already had keep their text. If
// a page fails, the entry keeps the feed's own text. A host that limited us is noted in h. An error
// is our own or that of ctx.
func (in *Ingester) fullTexts(ctx context.Context, src config.Source, doc *news.Document, h *story.Harvest) error {
	if src.Content != config.ContentPage || src.Kind != news.KindFeed {
		return nil
	}
	r := pageReader{Ingester: in, src: src}
	if !src.Public || len(src.Headers) > 0 {
		r.scope = src.ID // what this source's credentials open is not for others
	}
	pages, err := in.Store.Pages(ctx, r.scope, links(doc.Entries))
	if err != nil {
		return err
	}
	if !h.Reread { // a reread does not use the network
		if err := r.fetchAll(ctx, doc.Entries, pages); err != nil {
			return err
		}
	}
	h.Host = r.host
	for i := range doc.Entries {
		e := &doc.Entries[i]
		fill(e, pages[e.Link])
	}
	return nil
}

func links(entries []news.Entry) []string {
	var all []string
	for _, e := range entries {
		if e.Link != "" {
			all = append(all, e.Link)
		}
	}
	return all
}

// wanted returns the links of the pages to fetch now, newest entry first, without duplicates.
func (r *pageReader) wanted(ctx context.Context, entries []news.Entry, pages map[string]news.PageText) ([]string, error) {
	ids := story.Identify(entries)
	var keys []string
	for _, id := range ids {
		keys = append(keys, id.Keys...)
	}
	held, err := r.Store.KnownKeys(ctx, r.src.ID, keys)
	if err != nil {
		return nil, err
	}
	var fresh []news.Entry
	seen := map[string]bool{"": true}
	for i, e := range entries {
		known := slices.ContainsFunc(ids[i].Keys, func(key string) bool { return held[key] })
		if !seen[e.Link] && r.missing(pages, e.Link, known) {
			seen[e.Link] = true
			fresh = append(fresh, e)
		}
	}
	slices.SortStableFunc(fresh, func(a, b news.Entry) int { return b.Published.Compare(a.Published) })
	return links(fresh), nil
}

// missing reports whether a page should be fetched: if its entry is new, or if the page failed in a
// way that may have passed. Entries held before content: page was set do not change.
func (r *pageReader) missing(pages map[string]news.PageText, link string, held bool) bool {
	p, asked := pages[link]
	if !asked {
		return !held
	}
	return p.HTML == "" && p.Outcome.Passing() && p.Tries < pageTries && r.Now().Sub(p.Fetched) >= pageRetry
}

// fetchAll fetches the wanted pages within the bounds and adds them to pages.
func (r *pageReader) fetchAll(ctx context.Context, entries []news.Entry, pages map[string]news.PageText) error {
	wanted, err := r.wanted(ctx, entries, pages)
	if err != nil {
		return err
	}
	if len(wanted) > 1 {
		r.stalled(r.src.ID) // most of the time is spent waiting for the next page's turn
	}
	begun := r.Now()
	for n, link := range wanted {
		if n >= maxPages || r.Now().Sub(begun) > pagesTime {
			return nil
		}
		p, err := r.read(ctx, link)
		if err != nil {
			return err
		}
		p.Tries = pages[link].Tries + 1
		if err := r.Store.SavePage(ctx, r.scope, p); err != nil {
			return err
		}
		pages[link] = p
		r.Log.LogAttrs(ctx, slog.LevelDebug, "page", slog.String("source", r.src.Name), slog.String("url", news.SafeURL(link)),
			slog.String("outcome", string(p.Outcome)), slog.String("note", p.Note))
	}
	return nil
}

// read fetches a page and extracts the article. An error is that of ctx.
func (r *pageReader) read(ctx context.Context, link string) (news.PageText, error) {
	p := news.PageText{URL: link, Outcome: news.OutcomeOK}
	html, err := r.article(ctx, link)
	p.Fetched = r.Now()
	if failure, ok := errors.AsType[*news.Failure](err); ok {
		p.Outcome = failure.Outcome
	}
	if err != nil {
		p.Note = err.Error()
	}
	p.HTML = html
	return p, ctx.Err()
}

// article fetches a page and returns its article. An error is a *news.Failure if the page could not
// be fetched; otherwise it says why the page has no article.
func (r *pageReader) article(ctx context.Context, link string) (text string, err error) {
	policy := r.src.Policy()
	host := Group(link)
	if known, err := r.Store.Host(ctx, host); err == nil && known.NotBefore.After(r.Now()) {
		return "", news.Failf(news.OutcomeLimited, "its site asked us to wait")
	}
	delay, failure := r.Robots.Allowed(ctx, link, policy)
	if failure != nil {
		return "", failure
	}
	if !r.paces.wait(ctx, host, max(delay, pageGap), r.Now) {
		return "", news.Failf(news.OutcomeLimited, "its site asks for more time between two pages")
	}
	got := r.Client.Get(ctx, fetch.Request{
		URL: link, Headers: headersFor(r.src, link), UserAgent: r.src.UserAgent, Accept: pageTypes, Policy: policy,
	})
	if got.Fetch.Outcome == news.OutcomeLimited {
		r.paces.hold(host, max(got.RetryAfter, time.Minute), r.Now())
		if limited := r.limited(ctx, got, r.Now()); limited != nil {
			r.host = limited
		}
	}
	if got.Fetch.Outcome != news.OutcomeOK {
		return "", news.Failf(got.Fetch.Outcome, "%s", cmp.Or(got.Fetch.Error, string(got.Fetch.Outcome)))
	}
	r.work(func() {
		text, err = discover.Article(discover.Page{URL: got.URL, ContentType: got.ContentType, Body: got.Body}, r.src.Selector)
	})
	return text, err
}

// fill gives an entry the text of its page if that is longer than the feed's. The feed's text
// becomes the summary, unless the entry has one.
func fill(e *news.Entry, p news.PageText) {
	if p.HTML == "" {
		return
	}
	if len(clean.Text(p.HTML)) <= len(clean.Text(e.Body())) {
		return
	}
	e.Summary = cmp.Or(e.Summary, e.Content)
	e.Content = p.HTML
}
