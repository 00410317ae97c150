package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"tributary/internal/config"
)

// app holds what the commands share: the streams and the global flags.
type app struct {
	streams
	config string // path of the configuration file
}

// defaultConfig is the configuration file in the working directory.
const defaultConfig = "config.yaml"

// newRoot builds the command tree.
func newRoot(std streams) *cobra.Command {
	a := &app{streams: std}
	root := &cobra.Command{
		Use:   "tributary",
		Short: "many sources in, clean feeds out",
		Long: "Tributary pulls feeds and folders of documents on schedules, recognises each story\n" +
			"wherever it appears, and publishes merged RSS, Atom, JSON and HTML feeds.",
		Version:                    versionText(),
		SilenceErrors:              true,
		SilenceUsage:               true,
		DisableFlagsInUseLine:      true,
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:                       unknownCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.Flags().Bool("version", false, "print the version") // cobra's own flag would take -v
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentFlags().StringVar(&a.config, "config", defaultConfig, "`FILE` with the configuration")
	_ = root.MarkPersistentFlagFilename("config", "yaml", "yml") // the error is only for an unknown flag
	root.SetFlagErrorFunc(unknownFlag)
	root.AddCommand(
		a.serveCommand(), a.runCommand(), a.checkCommand(), a.addCommand(), a.importCommand(), a.exportCommand(),
		a.sourcesCommand(), a.feedsCommand(), a.whyCommand(), a.mergeCommand(), a.splitCommand(), a.pinCommand(), a.tokenCommand(),
		a.parseCommand(), a.clusterCommand(), a.versionCommand(), a.completionCommand(),
	)
	root.SetHelpCommand(helpCommand())
	for _, cmd := range root.Commands() {
		cmd.DisableFlagsInUseLine = true
	}
	return root
}

// load reads the configuration. Its warnings are left to `tributary check`.
func (a *app) load() (*config.Config, error) {
	cfg, _, err := config.Load(a.config, os.LookupEnv)
	return cfg, a.problems(err)
}

// problems prints the problems of a configuration, one a line, and returns an
// error that counts them. It returns any other error, and nil, as it is.
func (a *app) problems(err error) error {
	p, ok := errors.AsType[*config.Problems](err)
	if !ok {
		return err
	}
	if _, err := os.Stat(a.config); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: no such file; run this beside your config.yaml, or name another one with --config FILE", cmp.Or(a.config, `""`))
	}
	fmt.Fprintln(a.err, p)
	return fmt.Errorf("%s in %s; nothing was done", count(len(p.List), "problem"), a.config)
}
