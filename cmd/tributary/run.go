package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/news"
	"tributary/internal/store"
)

func (a *app) runCommand() *cobra.Command {
	var sel daemon.Selection
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [--all | NAME…]",
		Short: "run one cycle: pull what is due or named, publish, exit",
		Long: "Pulls the sources that are due, the named ones, or with --all every source; then publishes and exits.\n" +
			"A source that fails is reported on standard error, but the command fails only with --strict. While\n" +
			"`tributary serve` is running, the daemon fetches the named sources at once. A feed with settle:\n" +
			"publishes the stories that have waited long enough by the end of the cycle; the others wait for the\n" +
			"next one.\n\n" +
			"With --resume an empty database learns from the feeds that are already published, in a folder or at\n" +
			"the address of a site, what their subscribers know. So it may be thrown away after each cycle.\n\n" +
			"--rebuild-archive FEED discards all pages of that feed's archive and writes them again, in order and\n" +
			"with the stories as they are now, under new addresses; the old ones answer 410. A running daemon does\n" +
			"this itself.",
		ValidArgsFunction: a.complete(sourceNames),
		Args: func(cmd *cobra.Command, names []string) error {
			if sel.All && len(names) > 0 {
				return usagef("--all already means every source; give names or --all")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, names []string) error {
			for _, name := range names {
				if !slices.Contains(sel.Names, name) {
					sel.Names = append(sel.Names, name)
				}
			}
			return a.run(cmd.Context(), sel, o)
		},
	}
	cmd.Flags().BoolVar(&sel.All, "all", false, "pull every source, due or not")
	cmd.Flags().BoolVar(&o.strict, "strict", false, "exit with 1 when a source failed")
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "log every fetch")
	cmd.Flags().StringSliceVar(&o.rebuild, "rebuild-archive", nil, "write the archive of this `FEED` again; may be repeated")
	cmd.Flags().StringVar(&o.resume, "resume", "", "start from what is published at `URL|DIR`, for feeds that the database lacks")
	return cmd
}

// runOptions are the flags of run, apart from the selection of sources.
type runOptions struct {
	strict, verbose bool
	resume          string   // a folder or the address of a site; "" for neither
	rebuild         []string // feeds whose archives are written again
}

func (a *app) run(ctx context.Context, sel daemon.Selection, o runOptions) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	cfg = a.listed(ctx, cfg)
	if err := known(cfg, a.config, sel.Names); err != nil {
		return err
	}
	if err := a.rebuild(ctx, cfg, o.rebuild); err != nil {
		return err
	}
	level := slog.LevelError // the summary reports what sources did
	if o.verbose {
		level = slog.LevelDebug
	}
	opts := a.options("tributary run", level)
	if !o.verbose {
		opts.Notice = a.notice
	}
	d, err := daemon.Open(ctx, opts)
	held, isHeld := errors.AsType[*store.HeldError](err)
	switch {
	case isHeld && o.resume == "" && (len(sel.Names) > 0 || sel.All):
		return a.ask(ctx, cfg, sel, held, o.strict)
	case isHeld && o.resume == "" && len(o.rebuild) > 0: // the daemon writes the pages when it publishes next
		fmt.Fprintf(a.err, "%s makes the pages\n", held.Holder)
		return nil
	case isHeld:
		return fmt.Errorf("%w; it pulls what is due by itself: name sources, or --all, to have it fetch them now", err)
	case err != nil:
		return a.problems(err)
	}
	return cmp.Or(a.cycle(ctx, d, sel, o), d.Close())
}

// rebuild drops the archives of feeds, in one short transaction each, which may
// run beside a daemon. Whichever process publishes next writes the pages again.
func (a *app) rebuild(ctx context.Context, cfg *config.Config, feeds []string) error {
	if err := knownFeeds(cfg, feeds); err != nil {
		return err
	}
	var kept []news.Feed
	for _, f := range cfg.Feeds {
		if !slices.Contains(feeds, f.Name) {
			continue
		}
		if !f.Archive {
			return fmt.Errorf("--rebuild-archive: feed %s keeps no archive; write archive: true at it in %s", f.Name, a.config)
		}
		kept = append(kept, f)
	}
	if kept == nil {
		return nil
	}
	_, db, err := a.correcting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, f := range kept {
		dropped, err := db.RebuildArchive(ctx, f)
		if errors.Is(err, store.ErrNoFeed) {
			return fmt.Errorf("--rebuild-archive: feed %s was not published yet, so there is nothing to make anew; run once without it", f.Name)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "archive of %s: %s dropped, and made anew\n", f.Name, count(int(dropped), "page"))
	}
	return nil
}

// cycle runs one cycle and prints what came of it.
func (a *app) cycle(ctx context.Context, d *daemon.Daemon, sel daemon.Selection, o runOptions) error {
	if err := a.resume(ctx, d, o.resume); err != nil {
		return err
	}
	var tell func()
	if isTerminal(a.err) && !o.verbose {
		tell = func() { showProgress(a.err, d.Progress()) }
	}
	states, err := d.RunOnce(ctx, sel, tell)
	if tell != nil {
		showProgress(a.err, "")
	}
	if err == nil {
		err = ctx.Err() // interrupted: what was pulled is published, but not every source was pulled
	}
	if err != nil {
		return err
	}
	if o.resume != "" {
		a.awaited(d.Awaited())
	}
	return a.summary(states, o.strict)
}

// awaited prints how many stories each feed leaves out until their sources answer.
func (a *app) awaited(stories map[string]int) {
	for _, name := range slices.Sorted(maps.Keys(stories)) {
		fmt.Fprintf(a.err, "feed %s: %s left out until %s\n", name, count(stories[name], "story"), news.Plural(stories[name], "its source answers", "their sources answer"))
	}
}

// notice prints a line in place of the progress line, if there is one.
func (a *app) notice(line string) {
	if isTerminal(a.err) {
		showProgress(a.err, "")
	}
	fmt.Fprintln(a.err, line)
}

// resume calls Daemon.Resume, and names the feeds of which nothing is published yet.
func (a *app) resume(ctx context.Context, d *daemon.Daemon, from string) error {
	if from == "" {
		return nil
	}
	missing, err := d.Resume(ctx, from)
	if len(missing) > 0 && err == nil {
		fmt.Fprintf(a.err, "nothing is published yet at %s of %s: begun anew\n", news.SafeURL(from), strings.Join(missing, ", "))
	}
	return err
}

// showProgress replaces the current line of a terminal. It cuts the new one to
// the width of the terminal, because a line that wraps cannot be replaced.
func showProgress(w io.Writer, line string) {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 1 && len(line) >= width {
			line = string([]rune(line)[:width-2]) + "…" // names and figures: each character is one column
		}
	}
	fmt.Fprintf(w, "\r\x1b[K%s", line)
}

// summary prints the failures of a cycle to standard error, one a line, and its
// totals to standard output.
func (a *app) summary(states []news.SourceState, strict bool) error {
	added, changed, failed := 0, 0, 0
	for _, s := range states {
		added, changed = added+s.Last.New, changed+s.Last.Changed
		if s.Last.Outcome.Failed() {
			failed++
		}
		if s.Last.Error != "" { // includes files skipped in a folder, and truncated feeds
			fmt.Fprintf(a.err, "%s: %s: %s\n", s.Name, s.Last.Outcome, oneLine(s.Last.Error))
		}
	}
	if len(states) == 0 {
		fmt.Fprintln(a.out, "0 sources pulled: none is due; `tributary run --all` pulls every source")
		return nil
	}
	fmt.Fprintf(a.out, "%s pulled: %s, %d changed, %d failed\n", count(len(states), "source"), count(added, "new entry"), changed, failed)
	if strict && failed > 0 {
		return errSilent
	}
	return nil
}
