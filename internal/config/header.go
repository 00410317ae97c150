package config

import (
	"net/textproto"

	"go.yaml.in/yaml/v4"
	"golang.org/x/net/http/httpguts"

	"tributary/internal/fetch"
)

// headers reads the HTTP headers sent with requests for a feed, and returns them
// under their canonical names. No problem shows their values.
func (r *reader) headers(n node) (map[string]string, bool) {
	if !r.isKind(n, yaml.MappingNode) {
		return nil, false
	}
	values := map[string]string{}
	for key, value := range pairs(n.Node) {
		name := textproto.CanonicalMIMEHeaderKey(key.Value)
		_, repeated := values[name]
		switch {
		case key.Kind != yaml.ScalarNode || !httpguts.ValidHeaderFieldName(key.Value):
			r.errorf(key, "%s is no name of an HTTP header; write %s", shown(key.Value), n.example)
		case fetch.IsReserved(name):
			r.errorf(key, "the header %s is set by Tributary itself; leave it out", name)
		case repeated:
			r.errorf(key, "the header %s stands twice", name)
		default:
			v, few := r.value(value, "the header "+name, n.example)
			if !few {
				return nil, false
			}
			values[name] = r.header(v)
		}
	}
	return values, true
}

// header reads one header value. RFC 9110 section 5.5 allows printable characters.
func (r *reader) header(n node) string {
	text, ok := r.optional(n)
	if ok && text == "" {
		r.errorf(n.Node, "%s is empty; write its value or leave it out", n)
	}
	return text
}
