package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/daemon"
	"tributary/internal/news"
	"tributary/internal/store"
)

func (a *app) runCommand() *cobra.Command {
	var sel daemon.Selection
	var strict, verbose bool
	cmd := &cobra.Command{
		Use:   "run [NAME…]",
		Short: "one cycle: pull what is due, or the named sources, publish, exit",
		Long: "Pulls what is due, the named sources, or with --all every source, publishes and exits. A source that\n" +
			"fails is a line on standard error and no failure of the command, unless --strict is given. While\n" +
			"`tributary serve` runs, the named sources are fetched by it at once.",
		Args: args(func(_ *cobra.Command, names []string) error {
			if sel.All && len(names) > 0 {
				return errors.New("--all already means every source: give names or --all")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, names []string) error {
			sel.Names = names
			return a.run(cmd.Context(), sel, strict, verbose)
		},
	}
	cmd.Flags().BoolVar(&sel.All, "all", false, "pull every source, due or not")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 1 when a source failed")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "log every fetch")
	return cmd
}

func (a *app) run(ctx context.Context, sel daemon.Selection, strict, verbose bool) (err error) {
	level := slog.LevelError // what sources do is in the summary
	if verbose {
		level = slog.LevelDebug
	}
	d, err := daemon.Open(ctx, a.options("tributary run", level))
	var held *store.HeldError
	if errors.As(err, &held) && (len(sel.Names) > 0 || sel.All) {
		return a.ask(ctx, sel, held, strict)
	}
	if err != nil {
		return a.problems(err)
	}
	defer func() {
		if closed := d.Close(); err == nil {
			err = closed
		}
	}()
	var tell func()
	if isTerminal(a.err) {
		tell = func() { fmt.Fprintf(a.err, "\r\x1b[K%s", d.Progress()) }
	}
	states, err := d.RunOnce(ctx, sel, tell)
	if tell != nil {
		fmt.Fprintln(a.err)
	}
	if err != nil {
		return err
	}
	return a.summary(states, strict)
}

// summary says what a cycle brought: failures a line each, figures on standard
// output.
func (a *app) summary(states []news.SourceState, strict bool) error {
	added, changed, failed := 0, 0, 0
	for _, s := range states {
		added, changed = added+s.Last.New, changed+s.Last.Changed
		if s.Last.Outcome.Failed() {
			failed++
			fmt.Fprintf(a.err, "%s: %s: %s\n", s.Name, s.Last.Outcome, oneLine(s.Last.Error))
		}
	}
	fmt.Fprintf(a.out, "%d sources pulled: %d new entries, %d changed, %d failed\n", len(states), added, changed, failed)
	if strict && failed > 0 {
		return errSilent
	}
	return nil
}

// askTime is how long the running daemon may take to fetch what was asked for.
const askTime = 2 * time.Minute

// ask makes the daemon that holds the database fetch sources now, and waits
// for what they bring.
func (a *app) ask(ctx context.Context, sel daemon.Selection, held *store.HeldError, strict bool) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, daemon.DatabasePath(cfg.Data))
	if err != nil {
		return err
	}
	defer db.Close()
	names := sel.Names
	if sel.All {
		for _, s := range cfg.Sources {
			names = append(names, s.Name)
		}
	}
	now := time.Now()
	if err := db.Request(ctx, names, now); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "asked %s to fetch now\n", held.Holder)
	states, err := answered(ctx, db, names, now)
	if err != nil {
		return err
	}
	if len(states) < len(names) {
		return fmt.Errorf("%d of %d sources were not fetched within %s; the daemon's log says more", len(names)-len(states), len(names), askTime)
	}
	return a.summary(states, strict)
}

// answered waits until the named sources were fetched after asked.
func answered(ctx context.Context, db *store.DB, names []string, asked time.Time) ([]news.SourceState, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	done := map[string]news.SourceState{}
	for {
		for _, name := range names {
			s, err := db.State(ctx, name)
			if err != nil && ctx.Err() == nil {
				return nil, err
			}
			if s != nil && !s.Last.Started.Before(asked.Truncate(time.Millisecond)) {
				done[name] = *s
			}
		}
		var states []news.SourceState
		for _, name := range names {
			if s, ok := done[name]; ok {
				states = append(states, s)
			}
		}
		if len(done) == len(names) {
			return states, nil
		}
		select {
		case <-ctx.Done():
			return states, nil
		case <-tick.C:
		}
	}
}
