package main

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tributary/internal/config"
)

// usageError is an error in the command line. The exit code is then 2.
type usageError struct{ error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// unknownCommand refuses arguments where only the name of a command may stand.
func unknownCommand(cmd *cobra.Command, given []string) error {
	if len(given) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(given[0]); len(near) > 0 {
		return usagef("there is no command %q; did you mean %s?", given[0], strings.Join(near, " or "))
	}
	return usagef("there is no command %q; `%s --help` lists them", given[0], cmd.CommandPath())
}

// flagNames matches the flags in a usage text.
var flagNames = regexp.MustCompile(`--([a-z-]+)`)

// unknownFlag words an error about flags, and suggests a flag for a misspelt one.
func unknownFlag(cmd *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		text, _, _ := strings.Cut(err.Error(), ": strconv.") // what follows is for programmers
		return usagef("%s; `%s --help` lists the flags", text, cmd.CommandPath())
	}
	var names []string
	for _, flag := range flagNames.FindAllStringSubmatch(cmd.Flags().FlagUsages(), -1) {
		names = append(names, flag[1])
	}
	if near := config.Nearest(name, names); near != "" {
		return usagef("there is no flag --%s; did you mean --%s?", name, near)
	}
	return usagef("there is no flag --%s; `%s --help` lists them", name, cmd.CommandPath())
}

// called returns the name of a command without the program: "check", or "token add".
func called(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// none refuses any argument.
func none(cmd *cobra.Command, given []string) error {
	if len(given) == 0 {
		return nil
	}
	return usagef("%s takes no argument, got %q; usage: %s", called(cmd), given[0], cmd.UseLine())
}

// between demands from least to most arguments; what describes them.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if len(given) >= least && len(given) <= most {
			return nil
		}
		return usagef("%s wants %s, got %s; usage: %s", called(cmd), what, count(len(given), "argument"), cmd.UseLine())
	}
}

// one demands exactly one argument; what describes it.
func one(what string) cobra.PositionalArgs { return between(1, 1, what) }

// atMostOne demands one argument or none; what describes it.
func atMostOne(what string) cobra.PositionalArgs { return between(0, 1, what) }

// atLeast demands n arguments or more; what describes them.
func atLeast(n int, what string) cobra.PositionalArgs { return between(n, math.MaxInt, what) }

// known refuses names that no source of the configuration has.
func known(cfg *config.Config, path string, given []string) error {
	return knownNames(sourceNames(cfg), given, "no source in "+path, "`tributary sources`")
}

// knownFeeds refuses names that no feed of the configuration has.
func knownFeeds(cfg *config.Config, given []string) error {
	return knownNames(feedNames(cfg), given, "no feed", "`tributary feeds`")
}

// knownNames refuses names that are not among those given. noSuch begins its message, and
// the command lister lists the names.
func knownNames(names, given []string, noSuch, lister string) error {
	for _, name := range given {
		if slices.Contains(names, name) {
			continue
		}
		if near := config.Nearest(name, names); near != "" {
			return usagef("%s is named %q; did you mean %q?", noSuch, name, near)
		}
		return usagef("%s is named %q; %s lists them", noSuch, name, lister)
	}
	return nil
}

func feedNames(cfg *config.Config) []string {
	names := make([]string, len(cfg.Feeds))
	for i, f := range cfg.Feeds {
		names[i] = f.Name
	}
	return names
}

func sourceNames(cfg *config.Config) []string {
	names := make([]string, len(cfg.Sources))
	for i, s := range cfg.Sources {
		names[i] = s.Name
	}
	return names
}

// helpCommand replaces cobra's own, for which an unknown command is no error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "show what a command does, and its flags",
		RunE: func(cmd *cobra.Command, given []string) error {
			about, rest, err := cmd.Root().Find(given)
			if err != nil || about == cmd.Root() && len(rest) > 0 {
				return unknownCommand(cmd.Root(), given)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, c := range cmd.Root().Commands() {
				if len(given) == 0 && c.IsAvailableCommand() {
					names = append(names, c.Name()+"\t"+c.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}
