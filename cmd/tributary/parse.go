package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/discover"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/seed"
)

func (a *app) parseCommand() *cobra.Command {
	var in format.Input
	var explain bool
	cmd := &cobra.Command{
		Use:   "parse FILE|URL|-",
		Short: "parse one document and print it as JSON",
		Long: "Reads a feed of any format, or a seed document, as the daemon would, and prints what it understood.\n" +
			"The exit code is 0 even if the feed was repaired or truncated, and 1 if the document is no feed.",
		Args: one("one FILE or URL, or - for standard input"),
		RunE: func(cmd *cobra.Command, given []string) error {
			if base, err := url.Parse(in.URL); in.URL != "" && (err != nil || !base.IsAbs()) {
				return usagef("--url %q is no absolute address; write it with its scheme, as in https://example.org/feed.xml", in.URL)
			}
			debug.SetMemoryLimit(parseMemory)
			doc, err := a.parse(cmd.Context(), given[0], in)
			if err != nil {
				return err
			}
			if explain {
				for _, r := range doc.Repairs {
					fmt.Fprintln(a.err, oneLine(r))
				}
			}
			return a.json(newParsed(doc))
		},
	}
	cmd.Flags().StringVar(&in.URL, "url", "", "the `URL` of the document, to resolve relative links")
	cmd.Flags().StringVar(&in.ContentType, "content-type", "", "the media `TYPE` it was served with")
	cmd.Flags().BoolVar(&explain, "explain", false, "report on standard error what was repaired")
	return cmd
}

func (a *app) parse(ctx context.Context, what string, in format.Input) (*news.Document, error) {
	if strings.HasPrefix(what, "http://") || strings.HasPrefix(what, "https://") {
		return a.parseURL(ctx, what, in)
	}
	data, err := a.read(ctx, what)
	if err != nil {
		return nil, err
	}
	doc, err := format.Decode(data, in)
	if err != nil && isSeed(what, in) {
		return seed.Parse(filepath.Base(what), data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", inputName(what), discover.SuggestFeed(err, data, in.URL))
	}
	return doc, nil
}

// isSeed reports whether a file that is no feed is to be read as a seed document.
// An HTML page with a media type came from the web, and is none.
func isSeed(path string, in format.Input) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".txt", ".text", ".md", ".markdown":
		return true
	case ".html", ".htm", ".xhtml":
		return in.ContentType == ""
	}
	return false
}

// parseMemory is the soft memory limit in bytes. It makes the garbage collector
// run earlier while a hostile document is parsed.
const parseMemory = 48 << 20

// maxParse is the maximum size in bytes of a document on disk, as the client limits a body.
const maxParse = 20 << 20

func (a *app) read(ctx context.Context, path string) ([]byte, error) {
	f, err := a.input(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var data bytes.Buffer
	if file, ok := f.(*os.File); ok { // the size is known: allocate once, or refuse
		info, err := file.Stat()
		switch {
		case err != nil:
		case info.IsDir():
			return nil, fmt.Errorf("%s is a folder; name one file in it", inputName(path))
		case info.Mode().IsRegular() && info.Size() > maxParse:
			return nil, fmt.Errorf("%s is larger than %d MB", inputName(path), maxParse>>20)
		case info.Mode().IsRegular():
			data.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	_, err = data.ReadFrom(io.LimitReader(f, maxParse+1))
	if err == nil && data.Len() > maxParse {
		err = fmt.Errorf("%s is larger than %d MB", inputName(path), maxParse>>20)
	}
	return data.Bytes(), err
}

// parseURL fetches and parses a document. It uses the defaults of the
// configuration, or the strictest policy if there is no configuration.
func (a *app) parseURL(ctx context.Context, address string, in format.Input) (*news.Document, error) {
	cfg := &config.Config{Limits: config.DefaultLimits()}
	if _, err := os.Stat(a.config); err == nil || a.config != defaultConfig {
		if cfg, err = a.load(); err != nil {
			return nil, err
		}
	}
	client := a.client(cfg)
	defer client.Close()
	got := client.Get(ctx, fetch.Request{URL: address, Policy: cfg.Defaults.Policy()})
	if in.URL != "" {
		got.URL = in.URL
	}
	if in.ContentType != "" {
		got.ContentType = in.ContentType
	}
	doc, err := decode(got)
	if err == nil || got.Fetch.Outcome.Failed() {
		return doc, err // the error of a failed fetch names the address itself
	}
	if news.OutcomeOf(err) == news.OutcomeNotAFeed {
		return nil, fmt.Errorf("%s: %w; `tributary add` finds the feed behind a page", news.SafeURL(address), err)
	}
	return nil, fmt.Errorf("%s: %w", news.SafeURL(address), err)
}

// parsed is the output of parse. Empty values are left out, except items.
type parsed struct {
	Format      string       `json:"format"`
	Outcome     news.Outcome `json:"outcome"`
	Title       string       `json:"title,omitempty"`
	Link        string       `json:"link,omitempty"`
	Description string       `json:"description,omitempty"`
	Language    string       `json:"language,omitempty"`
	Updated     *time.Time   `json:"updated,omitempty"`
	Items       []parsedItem `json:"items"`
}

type parsedItem struct {
	ID         string        `json:"id,omitempty"`
	Link       string        `json:"link,omitempty"`
	Title      string        `json:"title,omitempty"`
	Summary    string        `json:"summary,omitempty"`
	Content    string        `json:"content,omitempty"`
	Published  *time.Time    `json:"published,omitempty"`
	Updated    *time.Time    `json:"updated,omitempty"`
	Authors    []news.Person `json:"authors,omitempty"`
	Categories []string      `json:"categories,omitempty"`
	Enclosures []parsedFile  `json:"enclosures,omitempty"`
	Language   string        `json:"language,omitempty"`
}

// parsedFile is an enclosure in the output.
type parsedFile struct {
	URL    string `json:"url"`
	Type   string `json:"type,omitempty"`
	Length int64  `json:"length,omitempty"`
}

func newParsed(d *news.Document) parsed {
	p := parsed{
		Format: d.Format, Outcome: d.Outcome, Title: d.Title, Link: d.Link, Description: d.Description,
		Language: d.Language, Updated: stated(d.Updated.UTC()), Items: make([]parsedItem, 0, len(d.Entries)),
	}
	p.Outcome = cmp.Or(p.Outcome, news.OutcomeOK)
	for _, e := range d.Entries {
		item := parsedItem{
			ID: e.GUID, Link: e.Link, Title: e.Title, Summary: e.Summary, Content: e.Content,
			Published: stated(e.Published.UTC()), Updated: stated(e.Updated.UTC()),
			Authors: e.Authors, Language: e.Language,
		}
		for _, f := range e.Enclosures {
			item.Enclosures = append(item.Enclosures, parsedFile{f.URL, f.Type, f.Length})
		}
		for _, c := range e.Categories {
			if !slices.Contains(item.Categories, c.Term) {
				item.Categories = append(item.Categories, c.Term)
			}
		}
		p.Items = append(p.Items, item)
	}
	return p
}
