package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/store"
)

func (a *app) whyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "why ID|URL",
		Short: "show the journey of an entry or story, with the reason for each decision",
		Long: "Takes the id of a story (see its page), a guid, the address of an article or a story page, or the number\n" +
			"of an entry. Shows which fetches brought it, how it was parsed, what it was matched with and why, what\n" +
			"was corrected by hand, and by which rule each feed shows or hides it.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              one("one story id, guid or address"),
		RunE:              func(cmd *cobra.Command, given []string) error { return a.why(cmd.Context(), given[0]) },
	}
}

func (a *app) why(ctx context.Context, what string) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	stories, err := findStories(ctx, db, strings.TrimSpace(what))
	if err != nil {
		return err
	}
	if len(stories) == 0 {
		return a.whyNot(ctx, db, what)
	}
	editions, err := editionsOf(ctx, db, cfg)
	if err != nil {
		return err
	}
	told := journey{lines: a.lines(), cfg: cfg, db: db, documents: map[int64]*news.Document{}}
	for i, entries := range stories {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		if err := told.story(ctx, entries); err != nil {
			return err
		}
		for _, e := range editions {
			until, err := db.WaitsUntil(ctx, e.Feed, entries[0].StoryID, time.Now())
			if err != nil {
				return err
			}
			told.feed(e, entries, until)
		}
	}
	return nil
}

// editionsOf returns what each feed of stories shows.
func editionsOf(ctx context.Context, db *store.DB, cfg *config.Config) ([]*news.Edition, error) {
	var editions []*news.Edition
	for _, f := range cfg.Feeds {
		if f.Kind == news.FeedOfHealth {
			continue
		}
		stored, err := db.Feed(ctx, f)
		if err != nil {
			return nil, err
		}
		e, err := db.Edition(ctx, cfg.Site, stored)
		if err != nil {
			return nil, err
		}
		editions = append(editions, e)
	}
	return editions, nil
}

// journey prints the history of entries in the order of events: fetched, parsed,
// cleaned, identified, matched, corrected, shown.
type journey struct {
	lines
	cfg       *config.Config
	db        *store.DB
	documents map[int64]*news.Document // the stored document of each source seen so far; nil if there is none
}

func (j *journey) story(ctx context.Context, entries []news.Placement) error {
	key := entries[0].Entry.StoryKey
	j.plain("story %s: %s", key, count(len(entries), "entry"))
	j.labelled("page", "%s", j.cfg.Site.StoryURL(key))
	if err := j.related(ctx, entries[0].StoryID); err != nil {
		return err
	}
	fmt.Fprintln(j.w)
	for _, p := range entries {
		if err := j.arrived(ctx, p); err != nil {
			return err
		}
		if err := j.read(ctx, p); err != nil {
			return err
		}
		if err := j.matched(ctx, p.Entry, entries); err != nil {
			return err
		}
		if err := j.corrected(ctx, p); err != nil {
			return err
		}
		fmt.Fprintln(j.w)
	}
	return nil
}

// related prints the stories about the same page that are not the same story.
func (j *journey) related(ctx context.Context, story int64) error {
	others, err := j.db.Related(ctx, story)
	var named []string
	for _, p := range others {
		named = append(named, fmt.Sprintf("story %s of source %s: %s", p.StoryKey, p.Source.Name, orUntitled(p.Entry.Title)))
	}
	if len(named) > 0 {
		j.labelled("related", "%s (about the same page, or a translation of it, but not the same)", some(named))
	}
	return err
}

// findStories returns the stories that what may name, each with all of its entries.
func findStories(ctx context.Context, db *store.DB, what string) ([][]news.Placement, error) {
	found, err := db.Find(ctx, what, clean.CanonicalURL(what))
	if u, bad := url.Parse(what); bad == nil && err == nil && len(found) == 0 && news.StoryAt(u) != "" {
		found, err = db.Find(ctx, news.StoryAt(u), "")
	}
	if err == nil && len(found) == 0 {
		found, err = byNumber(ctx, db, what)
	}
	var keys []string
	for _, p := range found {
		if !slices.Contains(keys, p.Entry.StoryKey) {
			keys = append(keys, p.Entry.StoryKey)
		}
	}
	stories := make([][]news.Placement, len(keys))
	for i, key := range keys {
		if err == nil {
			stories[i], err = db.Find(ctx, key, "")
		}
	}
	return stories, err
}

// whyNot prints the state of the sources from which what could have come. It
// always returns an error.
func (a *app) whyNot(ctx context.Context, db *store.DB, what string) error {
	outlet := clean.Outlet(what)
	states, err := db.States(ctx)
	if err != nil {
		return err
	}
	for _, s := range states {
		if outlet == "" || clean.Outlet(s.URL) != outlet && clean.Outlet(s.Site) != outlet {
			continue
		}
		fetched, line := "was never fetched", newSourceLine(s, time.Now())
		if line.Fetched != nil {
			fetched = "was last fetched " + moment(s.Last.Started) + ": " + outcome(line)
		}
		fmt.Fprintf(a.out, "source %s brings entries of %s; it %s; next due %s\n", s.Name, outlet, fetched, until(line.Due, time.Now()))
		if cause := s.Cause(time.Now()); cause != "" {
			fmt.Fprintf(a.out, "  %s: %s\n", s.Health(time.Now()), oneLine(cause))
		}
	}
	return fmt.Errorf("nothing is stored under %q; give a story's id, a guid, or the address of an article", oneLine(safeGUID(what)))
}
