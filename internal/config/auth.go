package config

import (
	"encoding/base64"
	"maps"
	"strings"

	"tributary/internal/news"
)

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
