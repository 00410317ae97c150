package daemon

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"tributary/internal/config"
	"tributary/internal/page"
)

// maxThemeFile bounds a file of a theme: its style sheet stands in every page.
const maxThemeFile = 256 << 10

// LoadTheme reads the folder of theme:, every file of it or nothing; nil, which is
// the built-in theme, when there is none. The error is *config.Problems with
// everything that is wrong.
func LoadTheme(cfg *config.Config) (*page.Theme, error) {
	if cfg.Theme == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(cfg.Theme)
	if err != nil {
		return nil, &config.Problems{List: []config.Problem{{Path: cfg.Theme, Text: err.Error()}}}
	}
	var problems config.Problems
	files := map[string]string{}
	for _, e := range entries {
		path := filepath.Join(cfg.Theme, e.Name())
		if e.Name()[0] == '.' || e.Name() == "README.md" {
			continue
		}
		text, err := themeFile(path, e.Name())
		if err != nil {
			problems.List = append(problems.List, config.Problem{Path: path, Text: err.Error()})
			continue
		}
		files[e.Name()] = text
	}
	theme, flaws := page.NewTheme(files)
	for _, f := range flaws {
		problems.List = append(problems.List, config.Problem{Path: filepath.Join(cfg.Theme, f.File), Line: f.Line, Col: max(f.Col, 1), Text: f.Text})
	}
	if len(problems.List) > 0 {
		return nil, &problems
	}
	return theme, nil
}

// themeFile reads one file of a theme.
func themeFile(path, name string) (string, error) {
	if known := page.ThemeFiles(); !slices.Contains(known, name) {
		if better := config.Nearest(name, known); better != "" {
			return "", fmt.Errorf("no file of a theme has this name; did you mean %s?", better)
		}
		return "", errors.New("no file of a theme has this name; docs/publishing.md lists them")
	}
	data, err := config.ReadFile(path, maxThemeFile)
	return string(data), err
}

// newTheme reads the theme of a configuration and has it tell the log what it
// could not show.
func (d *Daemon) newTheme(cfg *config.Config) (*page.Theme, error) {
	theme, err := LoadTheme(cfg)
	if theme != nil {
		theme.Failed = func(err error) {
			d.opts.Log.Warn("the theme cannot show a page; the built-in one is shown", "error", err)
		}
	}
	return theme, err
}
