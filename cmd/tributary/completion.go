package main

import (
	"slices"

	"github.com/spf13/cobra"

	"tributary/internal/config"
)

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

// complete completes those names of a configuration in a shell that are not given yet.
func (a *app) complete(names func(*config.Config) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
		cfg, err := a.load()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		left := slices.DeleteFunc(names(cfg), func(name string) bool { return slices.Contains(given, name) })
		return left, cobra.ShellCompDirectiveNoFileComp
	}
}

// completePrivate completes the names of private feeds in a shell.
func (a *app) completePrivate(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	cfg, err := a.load()
	if err != nil || len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, f := range cfg.Feeds {
		if f.Private {
			names = append(names, f.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
