package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/news"
)

// Resume reads back what was published last, from a folder or from the address of a site,
// so that subscribers get nothing twice from a database that begins empty. It returns the
// names of the feeds that are not there. A feed that the database has already is left
// alone, and so are private feeds, which are in no folder. A document that cannot be read
// is an error: to begin anew would be worse than to wait.
func (d *Daemon) Resume(ctx context.Context, from string) (missing []string, err error) {
	c := *d.current.Load()
	c.public = slices.Clone(c.public)
	for i, f := range c.public {
		doc, err := d.lastPublishedOf(ctx, from, f)
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, f.Name)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("resume feed %s: %w", f.Name, err)
		}
		if c.public[i], err = d.resumeFeed(ctx, f, doc); err != nil {
			return nil, fmt.Errorf("resume feed %s from %s: %w", f.Name, news.SafeURL(from), err)
		}
	}
	d.current.Store(&c)
	return missing, nil
}

// Awaited returns, by feed, how many of the stories that were published last are left out now,
// because their sources have not answered since the feed was resumed.
func (d *Daemon) Awaited() map[string]int {
	awaited := map[string]int{}
	for _, f := range d.current.Load().public {
		if e := d.publicShelf.Edition(f.Name); e != nil && len(e.Absent) > 0 {
			awaited[f.Name] = len(e.Absent)
		}
	}
	return awaited
}

// resumeFeed stores what a document says of a feed, and returns the feed with its former
// id.
func (d *Daemon) resumeFeed(ctx context.Context, f news.Feed, doc []byte) (news.Feed, error) {
	past, err := format.ReadPast(bytes.NewReader(doc))
	if err != nil {
		return f, err
	}
	taken, err := d.db.Resume(ctx, f, past)
	if err != nil || !taken {
		return f, err
	}
	d.opts.Log.Info("resumed", "feed", f.Name, "stories", len(past.Publications))
	if f, err = d.db.Feed(ctx, f); err == nil {
		d.resumed = append(d.resumed, resumed{f, past.Publications})
	}
	return f, err
}

// resumed is a feed with what it published last.
type resumed struct {
	feed news.Feed
	past []news.PastPublication
}

// recall stores the entries that resumed feeds showed, before any source is pulled. So
// neither a source that fails, nor one that lists only its latest entries, takes anything
// from a feed. The documents of a folder are not recalled: what is gone from it was taken
// out, and a feed does not tell their guids.
//
// Then the feeds publish them, before an entry that arrives can be called otherwise than it
// was. A feed of digests publishes nothing before its time.
func (d *Daemon) recall(ctx context.Context) error {
	bySource := map[string][]news.PastPublication{}
	for _, p := range fullest(d.resumed) {
		mark, _, _ := strings.Cut(p.Entries[0], ".")
		bySource[mark] = append(bySource[mark], p)
	}
	sources := d.current.Load().sources
	for _, id := range slices.Sorted(maps.Keys(sources)) {
		src := sources[id]
		if past := bySource[news.SourceMark(src.Source)]; len(past) > 0 {
			if err := d.ingest.Recall(ctx, src, past); err != nil {
				return fmt.Errorf("bring back what feeds showed: %w", err)
			}
		}
	}
	for _, r := range d.resumed {
		for more := r.feed.Digest == nil; more; {
			var err error
			if _, more, err = d.db.Publish(ctx, r.feed, d.opts.Now()); err != nil {
				return fmt.Errorf("bring back what feed %s showed: %w", r.feed.Name, err)
			}
		}
	}
	d.resumed = nil
	return nil
}

// fullest returns the Publications of which the entry can be read back; of those of several
// feeds that show the same one, that with the longest text.
func fullest(feeds []resumed) []news.PastPublication {
	var kept []news.PastPublication
	at := map[string]int{} // by the key of the entry
	for _, r := range feeds {
		for _, p := range r.past {
			if p.Shown == nil {
				continue
			}
			i, known := at[p.Entries[0]]
			switch {
			case !known:
				at[p.Entries[0]] = len(kept)
				kept = append(kept, p)
			case len(p.Shown.Body()) > len(kept[i].Shown.Body()):
				kept[i] = p
			}
		}
	}
	return kept
}

// lastPublishedOf reads the last document of a feed, under its name or under one that it had
// before; fs.ErrNotExist when there is none.
func (d *Daemon) lastPublishedOf(ctx context.Context, from string, f news.Feed) (doc []byte, err error) {
	for _, name := range append([]string{f.Name}, f.MovedFrom...) {
		if doc, err = d.lastPublished(ctx, from, name+".json"); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return doc, err
}

// lastPublished reads a document of a feed; fs.ErrNotExist when there is none.
func (d *Daemon) lastPublished(ctx context.Context, from, name string) ([]byte, error) {
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		return d.download(ctx, strings.TrimSuffix(from, "/")+"/feeds/"+name)
	}
	doc, err := readBounded(filepath.Join(from, name))
	if errors.Is(err, fs.ErrNotExist) { // an export holds the whole site
		doc, err = readBounded(filepath.Join(from, "feeds", name))
	}
	return doc, err
}

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, format.MaxPast+1))
}

func (d *Daemon) download(ctx context.Context, address string) ([]byte, error) {
	got := d.client.Get(ctx, fetch.Request{URL: address, Policy: d.current.Load().cfg.Defaults.Policy(), Accept: "application/feed+json, application/json"})
	switch {
	case got.Fetch.Status == http.StatusNotFound, got.Fetch.Status == http.StatusGone:
		return nil, fs.ErrNotExist
	case got.Fetch.Outcome != news.OutcomeOK:
		return nil, fmt.Errorf("%s: %s: %s; nothing was pulled, so that nothing is published twice", news.SafeURL(address), got.Fetch.Outcome, got.Fetch.Error)
	}
	return got.Body, nil
}
