package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/store"
)

// tryExamples is how many entries that a rule keeps are shown, and how many that it drops.
const tryExamples = 5

// trial is the effect that a rule would have on stored entries. In JSON every key
// is always present.
type trial struct {
	Where   string     `json:"where"`
	Feed    string     `json:"feed"`    // "" for every public source
	Days    int        `json:"days"`    // how far back; as far as a changed rule reaches
	Entries int        `json:"entries"` // entries that the feed could take
	Keep    int        `json:"keep"`
	Drop    int        `json:"drop"`
	Enter   int        `json:"enter"` // kept, but dropped by the current rule
	Leave   int        `json:"leave"` // dropped, but kept by the current rule
	Warning string     `json:"warning"`
	Kept    []tryEntry `json:"kept"` // the latest few
	Dropped []tryEntry `json:"dropped"`
}

// tryEntry is an entry on which a rule was tried.
type tryEntry struct {
	Title     string    `json:"title"`
	Link      string    `json:"link"`
	Source    string    `json:"source"`
	Published time.Time `json:"published"`
	Why       string    `json:"why"` // which part of the rule is false; "" if it is true
}

// tryRule tries a rule on stored entries and prints the result. The entries are
// those that the named feed could take, or those of every public source if name
// is "".
func (a *app) tryRule(ctx context.Context, text, name string, asJSON bool) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	feed, err := feedNamed(cfg, name)
	if err != nil {
		return err
	}
	rule, problem := cfg.Where(text)
	if problem != nil {
		fmt.Fprintln(a.err, problem.Pointed())
		return usagef("%s", problem.Text)
	}
	t, err := try(ctx, db, feed, rule, time.Now())
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(t)
	}
	a.printTrial(t)
	return nil
}

// feedNamed returns a configured feed. For "" it returns the zero Feed, which
// selects every public source.
func feedNamed(cfg *config.Config, name string) (news.Feed, error) {
	if name == "" {
		return news.Feed{}, nil
	}
	if err := knownFeeds(cfg, []string{name}); err != nil {
		return news.Feed{}, err
	}
	f := cfg.Feeds[slices.IndexFunc(cfg.Feeds, func(f news.Feed) bool { return f.Name == name })]
	if f.Kind == news.FeedOfHealth {
		return news.Feed{}, usagef("feed %q tells of problems (kind: health), and no rule is for those", name)
	}
	return f, nil
}

func try(ctx context.Context, db *store.DB, feed news.Feed, rule news.Rule, now time.Time) (trial, error) {
	t := trial{Where: rule.String(), Feed: feed.Name, Days: int(store.RuleReach.Hours() / 24), Kept: []tryEntry{}, Dropped: []tryEntry{}}
	states, err := db.States(ctx)
	if err != nil {
		return t, err
	}
	var sources []int64
	for _, s := range states {
		if feed.Selects(s.Source) {
			sources = append(sources, s.ID)
		}
	}
	err = db.Subjects(ctx, sources, now.Add(-store.RuleReach), func(s news.Subject) {
		if feed.Wants(s.Entry) {
			t.add(s, rule, news.Takes(feed.Where, s))
		}
	})
	t.Entries = t.Keep + t.Drop
	switch {
	case t.Entries == 0:
		t.Warning = "there is nothing stored to try it on"
	case t.Keep == 0:
		t.Warning = "it keeps nothing: is it what you mean?"
	case t.Drop == 0:
		t.Warning = "it keeps everything: is it what you mean?"
	}
	return t, err
}

// add counts one entry; taken says whether the current rule takes it.
func (t *trial) add(s news.Subject, rule news.Rule, taken bool) {
	e := tryEntry{Title: s.Entry.Title, Link: s.Entry.Link, Source: s.Source.Name, Published: s.Entry.Published}
	if rule.Match(s) {
		t.Keep++
		if !taken {
			t.Enter++
		}
		if among(t.Kept, e) {
			t.Kept = latest(t.Kept, e)
		}
		return
	}
	t.Drop++
	if taken {
		t.Leave++
	}
	if among(t.Dropped, e) {
		e.Why = rule.Explain(s)
		t.Dropped = latest(t.Dropped, e)
	}
}

// among reports whether an entry belongs to the latest tryExamples of a list, newest first.
func among(list []tryEntry, e tryEntry) bool {
	return len(list) < tryExamples || e.Published.After(list[len(list)-1].Published)
}

// latest inserts an entry into a list, newest first, and cuts the list to tryExamples.
func latest(list []tryEntry, e tryEntry) []tryEntry {
	at, _ := slices.BinarySearchFunc(list, e, func(a, b tryEntry) int { return b.Published.Compare(a.Published) })
	list = slices.Insert(list, at, e)
	return list[:min(len(list), tryExamples)]
}

// printTrial prints a trial as text.
func (a *app) printTrial(t trial) {
	whose := "every public source"
	if t.Feed != "" {
		whose = "feed " + t.Feed
	}
	fmt.Fprintf(a.out, "where %s\n  on %s of the last %d days for %s: would keep %d (%s), would drop %d (%s)\n",
		sentence(t.Where), count(t.Entries, "entry"), t.Days, whose, t.Keep, share(t.Keep, t.Entries), t.Drop, share(t.Drop, t.Entries))
	if t.Feed != "" {
		fmt.Fprintf(a.out, "  compared with now: %d would enter, %d would leave\n", t.Enter, t.Leave)
	}
	for _, part := range []struct {
		name    string
		entries []tryEntry
		all     int
	}{{"keep", t.Kept, t.Keep}, {"drop", t.Dropped, t.Drop}} {
		if len(part.entries) == 0 {
			continue
		}
		fmt.Fprintf(a.out, "%s, the latest %d of %d:\n", part.name, len(part.entries), part.all)
		for _, e := range part.entries {
			why := ""
			if e.Why != "" {
				why = "  << " + sentence(e.Why)
			}
			fmt.Fprintf(a.out, "  %-16s  %s: %s%s\n", minute(e.Published), e.Source, orUntitled(e.Title), why)
		}
	}
	if t.Warning != "" {
		fmt.Fprintf(a.err, "warning: %s\n", t.Warning)
	}
}

// share returns n as a percentage. It says 0 % only for none, and 100 % only for all.
func share(n, of int) string {
	switch {
	case of == 0:
		return "0 %"
	case n > 0 && n*100 < of:
		return "< 1 %"
	case n < of && n*1000 >= of*995:
		return "> 99 %"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(n)/float64(of))
}
