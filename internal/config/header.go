package config

import (
	"encoding/base64"
	"maps"
	"net/textproto"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/net/http/httpguts"

	"tributary/internal/fetch"
	"tributary/internal/news"
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

// basicAuth reads a user name and password, and returns the value of an
// Authorization header (RFC 7617). No problem shows it.
func (r *reader) basicAuth(n node) (string, bool) {
	var username, password string
	before := len(r.problems)
	complete := r.mapping(n, r.authSection(&username, &password))
	if !complete || len(r.problems) > before {
		return "", false
	}
	switch {
	case username == "":
		r.errorf(n.Node, "basic_auth: has no username:; write %s", n.example)
		return "", false
	case strings.Contains(username, ":"):
		r.errorf(valueOf(n, "username"), "username: a colon cannot stand in it: RFC 7617 ends the name there")
		return "", false
	}
	if k, _ := find(n.Node, "password"); k == nil {
		r.errorf(n.Node, `basic_auth: has no password:; write %s, or password: "" if there is none`, n.example)
		return "", false
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+password)), true
}

func (r *reader) authSection(username, password *string) section {
	return section{"basic_auth", []field{
		{"username", "me", into(username, r.text)},
		{"password", `"${PASSWORD}"`, into(password, r.optional)},
	}}
}

// authorize adds the login of a source to its headers, which are sent to the
// configured origin only.
func (r *reader) authorize(d *draft) {
	const field = "Authorization"
	if d.login == "" || d.Kind == news.KindSeeds {
		return
	}
	if _, there := d.Headers[field]; there {
		r.errorf(d.auth, "basic_auth: and headers: both set %s; leave one of them out", field)
		return
	}
	headers := maps.Clone(d.Headers)
	if headers == nil {
		headers = map[string]string{}
	}
	headers[field] = d.login
	d.Headers = headers
}
