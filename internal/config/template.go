package config

import (
	"errors"
	"strings"

	"tributary/internal/format"
)

// itemTitle reads a template for titles.
func (r *reader) itemTitle(n node) (string, bool) {
	text, ok := r.template(n, format.CheckTitle)
	if ok && text != "" && !strings.Contains(text, "{title}") {
		r.warnf(n.Node, "item_title: without {title} readers cannot tell the items apart; write %s", n.example)
	}
	return text, ok
}

// itemFooter reads an HTML template for the end of items.
func (r *reader) itemFooter(n node) (string, bool) { return r.template(n, format.CheckFooter) }

// template reads a template and validates it with check. "" means none.
func (r *reader) template(n node, check func(string) error) (string, bool) {
	if isEmptyText(n) {
		return "", true
	}
	s, ok := r.scalar(n)
	switch {
	case !ok:
		return "", false
	case s.tag != "!!str":
		r.notText(n)
		return "", false
	}
	text := strings.TrimSpace(s.text)
	var bad *format.TemplateError
	switch err := check(s.text); {
	case !errors.As(err, &bad):
		return text, true
	case s.expanded: // the text of a variable may be secret
		r.errorf(n.Node, "%s what the variables in it make of it is no template; write %s", n, n.example)
	default:
		hint := ""
		if bad.Unknown != "" {
			hint = r.suggest(bad.Unknown, format.TemplateNames())
		}
		r.errorIn(n.Node, bad.At, n.String()+" "+bad.Text+hint)
	}
	return "", false
}
