package news

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// namespace separates our version 5 UUIDs from everybody else's (RFC 9562
// section 5.5). It must never change: it is part of what readers key on.
var namespace = [16]byte{0x8c, 0x3f, 0x0f, 0x9e, 0x5d, 0x1b, 0x4a, 0x6e, 0x9b, 0x52, 0x74, 0x72, 0x69, 0x62, 0x75, 0x74}

// URN mints "urn:uuid:…" from parts; the same parts give the same urn.
func URN(parts ...string) string {
	h := sha1.New()
	h.Write(namespace[:])
	h.Write([]byte(strings.Join(parts, "\x00")))
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	s := hex.EncodeToString(u)
	return "urn:uuid:" + s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// StoryKey mints the opaque id of a story from its first entry: sixteen lower
// case letters and digits. An empty database mints the same keys. salt is 0;
// a higher one is for the case that the key is taken.
func StoryKey(sourceKey, entryKey string, salt int) string {
	return mark("story", sourceKey+"\x00"+entryKey+strings.Repeat("\x00", salt))
}

// EntryKey names an entry in what we publish, so that an empty database knows it
// again: one part for its source, a dot, one for its guid. An empty database makes the
// same one, and no two entries have it, though they may have one guid.
func EntryKey(s Source, guid string) string {
	return SourceMark(s) + "." + mark("entry", guid)
}

// SourceMark is the first part of an EntryKey. A source that is asked by https where it
// was asked by http keeps it.
func SourceMark(s Source) string {
	if s.Kind == KindFeed {
		return mark("feed", FeedKey(s.URL))
	}
	return mark("seeds", s.Key())
}

// mark is sixteen lower case letters and digits for a text of some kind.
func mark(kind, text string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// GUID proposes what subscribers key on for a story first published through an
// entry: the entry's own guid when it is an absolute IRI that may be shown,
// else a urn derived from the source's key and the guid. The second result is
// that urn, for the case that the first is in use by another story.
func GUID(s Source, origin, guid string) (first, fallback string) {
	fallback = URN(origin, guid)
	if s.Public && s.Kind == KindFeed && IsIRI(guid) && !HasSecret(guid) {
		return guid, fallback
	}
	return fallback, fallback
}

// IsIRI reports whether s is an absolute IRI (RFC 3987) that every reader and
// validator takes as an identifier: http, https, urn, tag or another scheme with
// an authority, and no blanks, controls or delimiters.
func IsIRI(s string) bool {
	if len(s) > 1024 || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar || strings.ContainsRune("<>\"{}|\\^`", r)
	}) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	case "urn":
		return urnSyntax.MatchString(s) && (!strings.HasPrefix(strings.ToLower(s), "urn:uuid:") || uuidSyntax.MatchString(s))
	case "tag":
		return tagSyntax.MatchString(s)
	}
	return u.Host != ""
}

// The syntax of urn: (RFC 2141 section 2, which the later RFC 8141 only widens), of
// urn:uuid: (RFC 9562 section 4) and of tag: (RFC 4151 section 2.1).
var (
	urnSyntax  = regexp.MustCompile(`^(?i:urn):[A-Za-z0-9][A-Za-z0-9-]{1,31}:([A-Za-z0-9()+,\-.:=@;$_!*']|%[0-9A-Fa-f]{2})+$`)
	uuidSyntax = regexp.MustCompile(`^(?i:urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
	tagSyntax  = regexp.MustCompile(`^tag:([a-z0-9._-]+@)?[a-z0-9.-]+,[0-9]{4}(-[0-9]{2}){0,2}:[A-Za-z0-9;/?:@&=+$._!~*'()%,#-]*$`)
)

// HostOf returns the host of an address without its port, "" for none.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// FeedKey is equal for the addresses that mean one feed: scheme, default port,
// fragment and the case of the host aside.
func FeedKey(feedURL string) string {
	u, err := url.Parse(strings.TrimSpace(feedURL))
	if err != nil || u.Host == "" {
		return feedURL
	}
	host := strings.ToLower(u.Host)
	switch {
	case strings.EqualFold(u.Scheme, "http"):
		host = strings.TrimSuffix(host, ":80")
	case strings.EqualFold(u.Scheme, "https"):
		host = strings.TrimSuffix(host, ":443")
	}
	key := host + "/" + strings.TrimPrefix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		key += "?" + u.RawQuery
	}
	return key
}
