package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// feedURL parses the address of a feed. It refuses user information, because logs
// and pages of other programs would print the password.
func feedURL(n node, raw string) (string, error) {
	if _, err := webAddress(raw); err != nil {
		return "", badAddress(n, err)
	}
	return raw, nil
}

// proxy reads the address of a proxy. It may hold a user name and password, which
// no message shows. "" means no proxy, so that the value may be a variable.
func (r *reader) proxy(n node) (*url.URL, bool) {
	raw, ok := r.optional(n)
	if !ok || raw == "" {
		return nil, ok
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "":
		r.errorf(n.Node, "proxy: %s is no address; write %s", shown(n.Value), n.example)
	case !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme):
		r.errorf(n.Node, "proxy: %s begins with none of http://, https://, socks5://; write %s", shown(n.Value), n.example)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		r.errorf(n.Node, "proxy: %s has more than a host and a port; write %s", shown(n.Value), n.example)
	default:
		return u, true
	}
	return nil, false
}

// badAddress returns the error for an invalid address, as it is written in the file.
func badAddress(n node, err error) error {
	if hasVariable(n.Value) {
		// The fault may lie in a secret, so the message names only the variable.
		err = errors.New("holds variables that make no address such as https://example.org/")
	}
	hint := ""
	if err == errNoWeb && n.key == "feed" {
		hint = "; seeds: is for files on disk"
	}
	return fmt.Errorf("%s %s %w%s", n, shown(n.Value), err, hint)
}

// errNoWeb is the error for an address of a scheme that is not fetched.
var errNoWeb = errors.New("is no address that begins with https:// or http://")

// webAddress parses an absolute http or https URL (RFC 3986 section 4.3) without
// user information.
func webAddress(raw string) (*url.URL, error) {
	if bare := strings.Trim(raw, "“”„«»<>"); bare != raw { // what word processors and mails put around it
		return nil, fmt.Errorf("is no address%s", didYouMean(shown(bare)))
	}
	if strings.ContainsFunc(raw, isForeign) {
		return nil, errors.New("has a character that no address may have; write it as %20 and the like")
	}
	if better := guessAddress(raw); better != "" {
		return nil, fmt.Errorf("is no address%s", didYouMean(shown(better)))
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("is no address such as https://example.org/")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errNoWeb
	case u.User != nil:
		return nil, errors.New(`a user name or password in an address is refused; a source takes basic_auth: {username: …, password: "${…}"}`)
	case u.Hostname() == "":
		return nil, errors.New("names no host; write https://example.org/")
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if p, err := strconv.ParseUint(port, 10, 16); err != nil || p == 0 {
			return nil, errors.New("has a port that is none; ports go from 1 to 65535")
		}
	}
	return u, nil
}

// isForeign reports whether neither RFC 3986 nor RFC 3987 allows a character in an address.
func isForeign(c rune) bool {
	return c == utf8.RuneError || unicode.IsSpace(c) || unicode.IsControl(c) || strings.ContainsRune("\"<>\\", c)
}

// guessAddress returns the address meant by a common misspelling of one, or "" if it knows none.
func guessAddress(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	switch {
	case strings.HasPrefix(raw, "feed:http"):
		return strings.TrimPrefix(raw, "feed:")
	case strings.HasPrefix(raw, "//"):
		return "https:" + raw
	case ok && !slices.Contains([]string{"http", "https"}, scheme) && (scheme == "feed" || Nearest(scheme, []string{"https", "http"}) != ""):
		return "https://" + rest
	case ok:
		return ""
	}
	for _, prefix := range []string{"https:/", "http:/", "https:", "http:"} {
		if rest, ok := strings.CutPrefix(raw, prefix); ok && rest != "" {
			return strings.TrimRight(prefix, ":/") + "://" + rest
		}
	}
	switch host, _, _ := strings.Cut(raw, "/"); {
	case isHost(host):
		return "https://" + raw
	case strings.HasPrefix(host, "localhost:"):
		return "http://" + raw
	}
	return ""
}

// isHost reports whether s looks like a host name on the Internet: labels
// separated by dots, the last one without digits, and perhaps a port.
func isHost(s string) bool {
	s, _, _ = strings.Cut(s, ":")
	labels := strings.Split(s, ".")
	if len(labels) < 2 || strings.ContainsAny(s, "*?@ ") || slices.Contains(labels, "") {
		return false
	}
	last := labels[len(labels)-1]
	return len(last) >= 2 && !strings.ContainsAny(last, "0123456789_") && !isFileType(last)
}

// isFileType reports whether s is a file extension of feeds, seeds, lists or icons.
func isFileType(s string) bool {
	return slices.Contains([]string{"xml", "rss", "atom", "json", "rdf", "txt", "md", "html", "htm", "opml", "png", "ico", "jpg", "svg", "gif"}, strings.ToLower(s))
}

// baseURL parses the public address of the site and removes a slash at its end.
func baseURL(n node, raw string) (string, error) {
	u, err := webAddress(raw)
	if err == nil && (u.RawQuery != "" || u.ForceQuery || u.Fragment != "") {
		err = errors.New("has a query or fragment; write a host and perhaps a path, as in https://me.example/river/")
	}
	if err != nil {
		return "", badAddress(n, err)
	}
	return strings.TrimRight(raw, "/"), nil
}

// contact parses an e-mail address, or the address of a page, at which somebody can be reached.
func contact(n node, text string) (string, error) {
	local, host, _ := strings.Cut(strings.TrimPrefix(text, "mailto:"), "@")
	if local != "" && host != "" && !strings.ContainsAny(text, " <>()") && strings.Count(text, "@") == 1 {
		return text, nil
	}
	if _, err := webAddress(text); err == nil {
		return text, nil
	}
	return "", fmt.Errorf("%s %s is neither an e-mail address nor that of a page; write %s", n, shown(n.Value), n.example)
}

// listener reads the address of a listener, host:port. With port 0 the system chooses a port.
func (r *reader) listener(n node) (string, bool) {
	if n.Tag == "!!int" {
		r.errorf(n.Node, `%s is a number, not host:port; did you mean "127.0.0.1:%s"?`, n, n.Value)
		return "", false
	}
	return parsed(r, func(n node, text string) (string, error) {
		if err := checkListener(text); err != nil {
			return "", fmt.Errorf("%s %s %w", n, shown(n.Value), err)
		}
		return text, nil
	})(n)
}

func checkListener(text string) error {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		if !strings.Contains(text, ":") {
			return errors.New(`names no port; write host:port, as in "127.0.0.1:8080"`)
		}
		return errors.New(`is not host:port; write "127.0.0.1:8080", or "[::1]:8080"`)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("has the port %s; ports are numbers from 1 to 65535", shown(port))
	}
	if strings.ContainsAny(host, "/@ ") {
		return errors.New(`has a host that is none; write "127.0.0.1:8080"`)
	}
	return nil
}

// siteURL returns the URL at which a browser on this machine reaches a listener.
func siteURL(listen string) string {
	host, port, _ := net.SplitHostPort(listen)
	addr, err := netip.ParseAddr(host)
	if host == "" || err == nil && (addr.IsUnspecified() || addr.IsLoopback()) {
		host = "localhost"
	}
	if port == "80" || port == "0" {
		return (&url.URL{Scheme: "http", Host: strings.TrimSuffix(net.JoinHostPort(host, ""), ":")}).String()
	}
	return (&url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}).String()
}

// isOpen reports whether other machines can reach a listener.
func isOpen(listen string) bool {
	host, _, _ := net.SplitHostPort(listen)
	addr, err := netip.ParseAddr(host)
	return host == "" || err == nil && !addr.IsLoopback()
}

// network parses a network in CIDR notation (RFC 4632).
func (r *reader) network(n node, text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		hint := "write an address and its length, as in 192.168.0.0/16"
		if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
			hint = fmt.Sprintf("did you mean %s/%d?", addr, addr.BitLen())
		} else if text == "localhost" {
			hint = "did you mean 127.0.0.0/8?"
		}
		return p, fmt.Errorf("%s %s is no network; %s", n, shown(n.Value), hint)
	case p.Addr().Is4In6():
		return p, fmt.Errorf("%s %s is an IPv4 network in IPv6 dress; write it as IPv4, as in 192.168.0.0/16", n, shown(n.Value))
	case p != p.Masked():
		return p, fmt.Errorf("%s %s has bits beyond its length; did you mean %s?", n, shown(n.Value), p.Masked())
	case p.Bits() == 0:
		r.warnf(n.Node, "%s %s opens every private network to what a feed links to", n, shown(n.Value))
	}
	return p, nil
}

// port reads a port number that requests may go to.
func (r *reader) port(n node) (uint16, bool) {
	p, ok := r.whole(1, 65535)(n)
	return uint16(p), ok
}
