package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"tributary/internal/config"
	"tributary/internal/daemon"
)

func (a *app) checkCommand() *cobra.Command {
	var c checking
	cmd := &cobra.Command{
		Use:   "check [--fetch]",
		Short: "validate the configuration; with --fetch try the sources",
		Long: "Reports every problem in the configuration with line and column, and how to fix it. With --fetch it also\n" +
			"tries every source and list without storing anything, and shows what each would bring, with warnings\n" +
			"about what its publisher could improve. With --only it shows the first entries in full.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.json && !c.fetch && len(c.only) == 0 {
				return usagef("--json is for what --fetch shows; give --fetch too")
			}
			return a.check(cmd.Context(), c)
		},
	}
	cmd.Flags().BoolVar(&c.fetch, "fetch", false, "try the sources and show what each would bring")
	cmd.Flags().StringSliceVar(&c.only, "only", nil, "try only the sources with these `NAMES`, as in bbc,lwn")
	cmd.Flags().BoolVar(&c.json, "json", false, "for scripts: print the results as one JSON array")
	_ = cmd.RegisterFlagCompletionFunc("only", a.complete(sourceNames)) // the error is only for an unknown flag
	return cmd
}

// checking is what check does besides reading the configuration.
type checking struct {
	fetch bool
	only  []string
	json  bool
}

func (a *app) check(ctx context.Context, c checking) error {
	cfg, warnings, err := config.Load(a.config, os.LookupEnv)
	if err == nil {
		_, err = daemon.LoadTheme(cfg)
	}
	if err != nil {
		return a.problems(err)
	}
	for _, w := range warnings {
		fmt.Fprintln(a.err, w)
	}
	lists := cfg.Lists
	if len(c.only) > 0 {
		cfg = a.listed(ctx, cfg) // sources that lists brought can be named too
		lists = slices.DeleteFunc(slices.Clone(lists), func(l config.List) bool { return !slices.Contains(c.only, l.Name) })
		isList := func(name string) bool {
			return slices.ContainsFunc(lists, func(l config.List) bool { return l.Name == name })
		}
		if err := known(cfg, a.config, slices.DeleteFunc(slices.Clone(c.only), isList)); err != nil {
			return err
		}
	}
	if !c.json {
		fmt.Fprintf(a.out, "%s is good: %s%s, %s\n", a.config, count(len(cfg.Sources), "source"), andLists(cfg), count(len(cfg.Feeds), "feed"))
	}
	if !c.fetch && len(c.only) == 0 {
		return nil
	}
	sources := slices.DeleteFunc(slices.Clone(cfg.Sources), func(s config.Source) bool {
		return len(c.only) > 0 && !slices.Contains(c.only, s.Name)
	})
	failed := a.try(ctx, cfg, lists, sources, c)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, count(len(lists)+len(sources), "source"))
	}
	return nil
}

func andLists(cfg *config.Config) string {
	if len(cfg.Lists) == 0 {
		return ""
	}
	return ", " + count(len(cfg.Lists), "list")
}
