package news

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// SafeURL returns raw in a form that may be printed: unchanged, or reduced to
// "scheme://host/…" when HasSecret, or "…" when not even its host can be told.
func SafeURL(raw string) string {
	if !HasSecret(raw) {
		return raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "…"
	}
	if safe := u.Scheme + "://" + u.Host + "/…"; !HasSecret(safe) {
		return safe
	}
	return "…" // the host itself holds something, hidden behind escapes
}

// HasSecret reports whether raw carries something that must not be printed: a
// user name or password (RFC 3986 section 3.2.1), a parameter of its path,
// query or fragment whose name is like token, key, secret, auth or password, or
// the token of a private feed, of ours or of another Tributary. What cannot be
// read as a URL is taken to have one.
func HasSecret(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		return true
	}
	if strings.Contains(u.Opaque, "@") && !strings.EqualFold(u.Scheme, "mailto") {
		return true // user:password@host without a scheme
	}
	parts := strings.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune("/?#&;", r) })
	for i, part := range parts {
		if isToken(part) && i > 0 && parts[i-1] == "private" {
			return true
		}
		name, value, _ := strings.Cut(part, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if value != "" && secretName(name) {
			return true
		}
	}
	return false
}

// Publishable returns an address that may be published: raw, or "" if it HasSecret. Some feeds
// repeat the token of their address as the address of their site.
func Publishable(raw string) string {
	if HasSecret(raw) {
		return ""
	}
	return raw
}

// secretName reports whether a parameter of this name holds a secret. It is
// generous: hiding a harmless address costs little.
func secretName(name string) bool {
	var words []string
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		words = append(words, splitCamel(word)...)
	}
	for _, word := range words {
		switch word {
		case "auth", "sig", "sign", "pass", "pwd", "pw", "jwt", "sid", "otp", "hmac", "session", "sess", "bearer", "cred":
			return true
		}
		if strings.HasSuffix(word, "key") || strings.HasSuffix(word, "auth") {
			return true
		}
	}
	joined := strings.Join(words, "")
	stems := []string{"token", "secret", "passw", "passphrase", "passwd", "apikey", "signature", "credential", "sessionid", "sessid", "authorization"}
	return slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(joined, stem) })
}

// splitCamel splits "feedKey" into its words, in lower case.
func splitCamel(s string) []string {
	var words []string
	start, lower := 0, false
	for i, r := range s {
		if unicode.IsUpper(r) && lower {
			words = append(words, strings.ToLower(s[start:i]))
			start = i
		}
		lower = unicode.IsLower(r)
	}
	return append(words, strings.ToLower(s[start:]))
}
