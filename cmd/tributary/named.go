package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/store"
)

// oneStory returns the entries of the story that what names: as for `tributary
// why`, or by the number of one of its entries. It is an error if what names no
// story or several.
func oneStory(ctx context.Context, db *store.DB, what string) ([]news.Placement, error) {
	what = strings.TrimSpace(what)
	stories, err := findStories(ctx, db, what)
	if err != nil {
		return nil, err
	}
	numbered, err := byNumber(ctx, db, what)
	if err != nil {
		return nil, err
	}
	for _, p := range numbered {
		if !slices.ContainsFunc(stories, func(s []news.Placement) bool { return s[0].Entry.StoryID == p.Entry.StoryID }) {
			stories = append(stories, []news.Placement{p})
		}
	}
	switch len(stories) {
	case 0:
		return nil, fmt.Errorf("nothing is stored under %q; give a story's id, a guid, the address of an article, or the number of an entry as `tributary why` prints it",
			oneLine(safeGUID(what)))
	case 1:
		return stories[0], nil
	}
	var list []string
	for _, s := range stories {
		list = append(list, fmt.Sprintf("%s (%s)", s[0].Entry.StoryKey, orUntitled(s[0].Entry.Title)))
	}
	return nil, fmt.Errorf("%q names %s: %s; give the id of one", oneLine(safeGUID(what)), count(len(list), "story"), strings.Join(list, ", "))
}

// oneEntry returns the entry that what names: by its number, or by a guid or
// address that no other entry has. It is an error if what names no entry or
// several.
func oneEntry(ctx context.Context, db *store.DB, what string) (news.Placement, error) {
	what = strings.TrimSpace(what)
	found, err := db.FindEntries(ctx, what, clean.CanonicalURL(what))
	if err != nil {
		return news.Placement{}, err
	}
	numbered, err := byNumber(ctx, db, what)
	if err != nil {
		return news.Placement{}, err
	}
	for _, p := range numbered {
		if !slices.ContainsFunc(found, func(f news.Placement) bool { return f.Entry.ID == p.Entry.ID }) {
			found = append(found, p)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	name := "names " + count(len(found), "entry")
	if len(found) == 0 {
		if found, err = oneStory(ctx, db, what); err != nil {
			return news.Placement{}, err
		}
		name = "names a story"
	}
	return news.Placement{}, fmt.Errorf("%q %s: %s; give the number of one", oneLine(safeGUID(what)), name, named(found))
}

// byNumber returns the entry with this number, or nothing if what is not the number of an entry.
func byNumber(ctx context.Context, db *store.DB, what string) ([]news.Placement, error) {
	id, err := strconv.ParseInt(what, 10, 64)
	if err != nil {
		return nil, nil
	}
	return db.Entry(ctx, id)
}

// named lists entries by number and source.
func named(entries []news.Placement) string {
	words := make([]string, len(entries))
	for i, p := range entries {
		words[i] = fmt.Sprintf("%d of %s", p.Entry.ID, p.Source.Name)
	}
	return strings.Join(words, ", ")
}
