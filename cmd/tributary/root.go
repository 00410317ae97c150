package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tributary/internal/config"
)

// app is what the commands share: the streams and the global flags.
type app struct {
	streams
	config string // path of the configuration
}

// newRoot builds the command tree.
func newRoot(io streams) *cobra.Command {
	a := &app{streams: io}
	root := &cobra.Command{
		Use:   "tributary",
		Short: "many sources in, clean feeds out",
		Long: "Tributary pulls feeds and folders of documents on schedules, recognises each story\n" +
			"wherever it appears, and publishes merged RSS, Atom, JSON and HTML feeds.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.PersistentFlags().StringVar(&a.config, "config", "config.yaml", "the configuration `file`")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{fmt.Errorf("%w; `%s --help` lists the flags", err, cmd.CommandPath())}
	})
	root.AddCommand(
		a.serveCommand(), a.runCommand(), a.checkCommand(), a.addCommand(), a.importCommand(), a.exportCommand(),
		a.sourcesCommand(), a.feedsCommand(), a.whyCommand(), a.parseCommand(), a.clusterCommand(), a.versionCommand(),
	)
	return root
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("there is no command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	} else {
		text += "; `tributary help` lists them"
	}
	return &usageError{errors.New(text)}
}

// args wraps a check of arguments so that a wrong number is a usage error.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if err := check(cmd, given); err != nil {
			return &usageError{fmt.Errorf("%w; usage: %s", err, cmd.UseLine())}
		}
		return nil
	}
}

// load reads the configuration; warnings go to standard error.
func (a *app) load() (*config.Config, error) {
	cfg, warnings, err := config.Load(a.config, os.LookupEnv)
	if err != nil {
		return nil, a.problems(err)
	}
	for _, w := range warnings {
		fmt.Fprintln(a.err, w)
	}
	return cfg, nil
}

// problems prints what is wrong with a configuration, a line each.
func (a *app) problems(err error) error {
	var p *config.Problems
	if !errors.As(err, &p) {
		return err
	}
	for _, one := range p.List {
		fmt.Fprintln(a.err, one)
	}
	n := "1 problem"
	if len(p.List) != 1 {
		n = fmt.Sprintf("%d problems", len(p.List))
	}
	fmt.Fprintf(a.err, "tributary: %s in %s; nothing was done\n", n, a.config)
	return errSilent
}

// isTerminal reports whether a stream is a terminal that a person looks at.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
