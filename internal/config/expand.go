package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// maxSecret bounds a file that a value is read from.
const maxSecret = 64 << 10

// hasVariable reports whether a value is made of something outside the file.
func hasVariable(raw string) bool {
	return strings.Contains(strings.ReplaceAll(raw, "$$", ""), "${")
}

// expand replaces ${VAR}, ${VAR:-fallback}, ${file:PATH} and $$ in a value. A
// dollar sign before anything else stands for itself. What a variable holds is
// not expanded again, and no error shows it.
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

// variable returns what the text between ${ and } stands for. As in a shell,
// a fallback also replaces a variable that is set but empty.
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

// secretFile returns the text of a file without the line break at its end.
func (r *reader) secretFile(path string) (string, error) {
	if path == "" {
		return "", errors.New("${file:} names no file; write ${file:secrets/token}")
	}
	data, err := readFile(r.resolvePath(path), maxSecret)
	if err != nil {
		return "", fmt.Errorf("${file:%s}: %w", clip(path), err)
	}
	if !utf8.Valid(data) {
		return "", fmt.Errorf("${file:%s}: not UTF-8 text", clip(path))
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// resolvePath makes a path of the file independent of the working directory's
// relation to it.
func (r *reader) resolvePath(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.dir, path)
}

// isVariableName follows POSIX: letters, digits and underscores, no digit
// first.
func isVariableName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// clip shortens text of the file for a message.
func clip(s string) string {
	quoted := shown(s)
	return quoted[1 : len(quoted)-1]
}
