package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/store"
)

func (a *app) mergeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "merge A B…",
		Short: "join several stories into one, for good",
		Long: "Each argument names a story as for `tributary why`: by its id, a guid, the address of an article or of\n" +
			"the story's page, or the number of an entry. The story that was published first remains, and the pages\n" +
			"of the others redirect to it. A feed that showed several of them shows one. Nothing automatic separates\n" +
			"them again.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              atLeast(2, "two stories or more"),
		RunE:              func(cmd *cobra.Command, given []string) error { return a.merge(cmd.Context(), given) },
	}
}

func (a *app) splitCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "split ENTRY…",
		Short: "make entries a story of their own, for good",
		Long: "Each argument names an entry: by its number, as `tributary why` prints it, or by its guid or address if\n" +
			"only one entry has it. The entries leave their story and form a new one together. The part that was\n" +
			"published first keeps the id, the page and its place in feeds; the other one enters the feeds as a\n" +
			"story of its own.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              atLeast(1, "one entry or more"),
		RunE:              func(cmd *cobra.Command, given []string) error { return a.split(cmd.Context(), given) },
	}
}

func (a *app) pinCommand() *cobra.Command {
	var off bool
	cmd := &cobra.Command{
		Use:   "pin ENTRY",
		Short: "choose the entry that is shown of a story, for good",
		Long: "ENTRY is the number of an entry, as `tributary why` prints it, or its guid or address if only one entry\n" +
			"has it. Every feed that selects its source then shows this entry of the story, whatever the order of\n" +
			"the sources says. A story has one pin: a new one replaces the old.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              one("one entry"),
		RunE:              func(cmd *cobra.Command, given []string) error { return a.pin(cmd.Context(), given[0], off) },
	}
	cmd.Flags().BoolVar(&off, "off", false, "remove the pin, so that feeds choose again")
	return cmd
}

func (a *app) merge(ctx context.Context, given []string) error {
	cfg, db, err := a.correcting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	var rows []int64
	for _, what := range given {
		entries, err := oneStory(ctx, db, what)
		if err != nil {
			return err
		}
		rows = append(rows, entries[0].Entry.StoryID)
	}
	m, err := db.Merge(ctx, rows, time.Now())
	if errors.Is(err, store.ErrSameStory) {
		return fmt.Errorf("nothing was merged: %s name one story already, as `tributary why %s` shows", quoted(given), safeGUID(given[0]))
	}
	if err != nil {
		return err
	}
	all, err := db.Find(ctx, m.Key, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "story %s is now %s: %s\n", m.Key, count(len(all), "entry"), named(all))
	for _, key := range m.Pages {
		fmt.Fprintf(a.out, "story %s is part of it: %s leads to %s\n", key, cfg.Site.StoryURL(key), cfg.Site.StoryURL(m.Key))
	}
	for _, key := range m.Silent {
		fmt.Fprintf(a.out, "story %s is part of it; no feed had shown it\n", key)
	}
	return nil
}

func (a *app) split(ctx context.Context, given []string) error {
	cfg, db, err := a.correcting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	var rows []int64
	for _, what := range given {
		p, err := oneEntry(ctx, db, what)
		if err != nil {
			return err
		}
		rows = append(rows, p.Entry.ID)
	}
	p, err := db.Split(ctx, rows, time.Now())
	if err != nil {
		return fmt.Errorf("nothing was split off with %s: %w", quoted(given), err)
	}
	for _, side := range []struct{ key, what string }{
		{p.Key, "goes on, with its page and its place in the feeds"},
		{p.New, "is new, and enters the feeds that did not show it yet"},
	} {
		entries, err := db.Find(ctx, side.key, "")
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "story %s %s: %s\n  page: %s\n", side.key, side.what, named(entries), cfg.Site.StoryURL(side.key))
	}
	return nil
}

func (a *app) pin(ctx context.Context, given string, off bool) error {
	_, db, err := a.correcting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := oneEntry(ctx, db, given)
	if err != nil {
		return err
	}
	e := p.Entry
	if off {
		if err := db.Unpin(ctx, e.ID, time.Now()); err != nil {
			return fmt.Errorf("entry %d: %w", e.ID, err)
		}
		fmt.Fprintf(a.out, "entry %d of %s is no longer pinned: feeds choose again which entry of story %s they show\n", e.ID, p.Source.Name, e.StoryKey)
		return nil
	}
	instead, err := db.Pin(ctx, e.ID, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "entry %d of %s is the one shown of story %s, wherever a feed selects its source", e.ID, p.Source.Name, e.StoryKey)
	if instead != 0 {
		fmt.Fprintf(a.out, "; entry %d was until now", instead)
	}
	if why := unavailable(p); why != "" {
		fmt.Fprintf(a.out, "; no feed can show it now: %s", why)
	}
	fmt.Fprintln(a.out)
	return nil
}

func quoted(given []string) string {
	words := make([]string, len(given))
	for i, what := range given {
		words[i] = fmt.Sprintf("%q", oneLine(safeGUID(what)))
	}
	return strings.Join(words, ", ")
}
