package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/store"
)

// lists prints the state of every list, with the sources it brings.
func (a *app) lists(ctx context.Context, db *store.DB, cfg *config.Config, now time.Time) error {
	if len(cfg.Lists) == 0 {
		return nil
	}
	held, err := db.Lists(ctx)
	if err != nil {
		return err
	}
	for _, l := range cfg.Lists {
		at := slices.IndexFunc(held, func(h news.ListState) bool { return h.Name == l.Name })
		if at < 0 {
			fmt.Fprintf(a.out, "list %s: not read yet\n", l.Name)
			continue
		}
		var names []string
		for _, s := range cfg.Sources {
			if slices.Contains(s.Lists, l.Name) {
				names = append(names, s.Name)
			}
		}
		fmt.Fprintf(a.out, "list %s: %s\n", l.Name, listLine(held[at], names, now))
	}
	return nil
}

// listLine returns the state of a list as one line.
func listLine(l news.ListState, names []string, now time.Time) string {
	text := count(len(names), "source")
	if len(names) > 0 {
		const named = 10
		text += " (" + strings.Join(names[:min(named, len(names))], ", ")
		if len(names) > named {
			text += ", …"
		}
		text += ")"
	}
	switch {
	case l.Last.Started.IsZero():
		return text + ", not read yet"
	case l.Loaded.IsZero():
		text += fmt.Sprintf(", never read: %s: %s", l.Last.Outcome, oneLine(l.Last.Error))
	case l.Failures > 0:
		text += fmt.Sprintf(", as of %s; since then %s: %s", ago(stated(l.Loaded), now), l.Last.Outcome, oneLine(l.Last.Error))
	default:
		text += ", read " + ago(stated(l.Last.Started), now)
		if l.Last.Error != "" {
			text += "; " + oneLine(l.Last.Error)
		}
	}
	return text + "; again " + until(stated(schedule.Reckoned(l.NextDue, l.Last.Started, now)), now)
}
