package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// maxSecret is the maximum size of a file that holds a value.
const maxSecret = 64 << 10

// hasVariable reports whether a value contains ${…}, so that part of it comes
// from outside the file.
func hasVariable(raw string) bool {
	return strings.Contains(strings.ReplaceAll(raw, "$$", ""), "${")
}

// expand replaces ${VAR}, ${VAR:-fallback}, ${file:PATH} and $$ in a value. Any
// other dollar sign stands for itself. The text of a variable is not expanded
// again, and no error shows it.
func (r *reader) expand(raw string) (string, error) {
	var out strings.Builder
	for {
		at := strings.IndexByte(raw, '$')
		if at < 0 {
			out.WriteString(raw)
			return out.String(), nil
		}
		out.WriteString(raw[:at])
		raw = raw[at+1:]
		switch {
		case strings.HasPrefix(raw, "$"):
			out.WriteByte('$')
			raw = raw[1:]
		case strings.HasPrefix(raw, "{"):
			expression, rest, ok := strings.Cut(raw[1:], "}")
			if !ok {
				return "", errors.New(`"${" without "}"; write $$ for a dollar sign`)
			}
			value, err := r.variable(expression)
			if err != nil {
				return "", err
			}
			out.WriteString(value)
			raw = rest
		default:
			out.WriteByte('$')
		}
	}
}

// variable returns the text that the expression between ${ and } stands for. As
// in a shell, the fallback also replaces a variable that is set but empty.
func (r *reader) variable(expression string) (string, error) {
	if path, ok := strings.CutPrefix(expression, "file:"); ok {
		return r.secretFile(path)
	}
	name, fallback, hasFallback := strings.Cut(expression, ":-")
	if !isVariableName(name) {
		return "", fmt.Errorf(`${%s} names no variable; write ${VAR}, ${VAR:-fallback}, ${file:PATH}, or $$ for a dollar sign`, clip(name))
	}
	value, set := r.env(name)
	switch {
	case hasFallback && value == "":
		return fallback, nil
	case !set:
		return "", fmt.Errorf("the variable %s is not set; set it, or give a fallback: ${%s:-…}", name, name)
	}
	return value, nil
}

// secretFile returns the text of a file without line breaks at its end.
func (r *reader) secretFile(path string) (string, error) {
	if path == "" {
		return "", errors.New("${file:} names no file; write ${file:secrets/token}")
	}
	file := r.resolvePath(path)
	r.others.files = append(r.others.files, file)
	data, err := ReadFile(file, maxSecret)
	if err != nil {
		return "", fmt.Errorf("${file:%s}: %w", clip(path), err)
	}
	if !utf8.Valid(data) {
		return "", fmt.Errorf("${file:%s}: not UTF-8 text", clip(path))
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// resolvePath resolves a path relative to the folder of the file that contains it.
func (r *reader) resolvePath(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.dir, path)
}

// isVariableName reports whether s is a POSIX variable name: letters, digits and
// underscores, not beginning with a digit.
func isVariableName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// clip shortens a text from the file for a message, like shown, but without quotes.
func clip(s string) string {
	quoted := shown(s)
	return quoted[1 : len(quoted)-1]
}
