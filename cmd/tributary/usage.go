package main

import (
	"errors"
	"fmt"
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
	return usagef("there is no command %q; `tributary help` lists them", given[0])
}

// flagNames matches the flags in a usage text.
var flagNames = regexp.MustCompile(`--([a-z-]+)`)

// unknownFlag words an error about flags, and suggests a flag for a misspelt one.
func unknownFlag(cmd *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return usagef("%w; `%s --help` lists the flags", err, cmd.CommandPath())
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

// one demands exactly one argument; what describes it.
func one(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if len(given) == 1 {
			return nil
		}
		return usagef("%s wants %s, got %s; usage: %s", called(cmd), what, count(len(given), "argument"), cmd.UseLine())
	}
}

// exactly demands n arguments; what describes them.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if len(given) == n {
			return nil
		}
		return usagef("%s wants %s, got %s; usage: %s", called(cmd), what, count(len(given), "argument"), cmd.UseLine())
	}
}

// atLeast demands n arguments or more; what describes them.
func atLeast(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if len(given) >= n {
			return nil
		}
		return usagef("%s wants %s, got %s; usage: %s", called(cmd), what, count(len(given), "argument"), cmd.UseLine())
	}
}

// atMostOne demands one argument or none; what describes it.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if len(given) <= 1 {
			return nil
		}
		return one(what)(cmd, given)
	}
}

// known refuses names that no source of the configuration has.
func known(cfg *config.Config, path string, given []string) error {
	names := sourceNames(cfg)
	for _, name := range given {
		if slices.Contains(names, name) {
			continue
		}
		if near := config.Nearest(name, names); near != "" {
			return usagef("no source in %s is named %q; did you mean %q?", path, name, near)
		}
		return usagef("no source in %s is named %q; `tributary sources` lists them", path, name)
	}
	return nil
}

// knownFeeds refuses names that no feed of the configuration has.
func knownFeeds(cfg *config.Config, given []string) error {
	names := feedNames(cfg)
	for _, name := range given {
		if slices.Contains(names, name) {
			continue
		}
		if near := config.Nearest(name, names); near != "" {
			return usagef("no feed is named %q; did you mean %q?", name, near)
		}
		return usagef("no feed is named %q; `tributary feeds` lists them", name)
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

// completeNames completes the names of sources in a shell.
func (a *app) completeNames(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	cfg, err := a.load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	left := slices.DeleteFunc(sourceNames(cfg), func(name string) bool { return slices.Contains(given, name) })
	return left, cobra.ShellCompDirectiveNoFileComp
}

// completeFeeds completes the names of feeds in a shell.
func (a *app) completeFeeds(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	cfg, err := a.load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	left := slices.DeleteFunc(feedNames(cfg), func(name string) bool { return slices.Contains(given, name) })
	return left, cobra.ShellCompDirectiveNoFileComp
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

// completionCommand prints the script that lets a shell complete commands, flags and names.
func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "print the completion script for your shell",
		Long: "Prints a script for the shell. To have it now and in every new shell:\n\n" +
			"  bash   tributary completion bash > ~/.local/share/bash-completion/completions/tributary\n" +
			"  zsh    tributary completion zsh > \"${fpath[1]}/_tributary\"\n" +
			"  fish   tributary completion fish > ~/.config/fish/completions/tributary.fish\n" +
			"  pwsh   tributary completion powershell >> $PROFILE",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      one("one shell"),
		RunE: func(cmd *cobra.Command, given []string) error {
			switch given[0] {
			case "bash":
				return cmd.Root().GenBashCompletionV2(a.out, true)
			case "zsh":
				return cmd.Root().GenZshCompletion(a.out)
			case "fish":
				return cmd.Root().GenFishCompletion(a.out, true)
			case "powershell":
				return cmd.Root().GenPowerShellCompletionWithDesc(a.out)
			}
			return usagef("there is no completion for %q; want bash, zsh, fish or powershell", given[0])
		},
	}
}

// errSilent makes a command exit with code 1. The command has printed the reason itself.
var errSilent = errors.New("failed")
