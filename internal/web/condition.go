package web

import (
	"net/http"
	"strings"
	"time"

	"tributary/internal/publish"
)

// precondition evaluates the conditional header fields of a GET or HEAD request, in the order of
// RFC 9110 section 13.2.2. It returns 304 if the client's copy is current, 412 if d is not what the
// client requires, and otherwise 200. Invalid dates are ignored.
func precondition(h http.Header, d *publish.Document) int {
	if tags := h["If-Match"]; len(tags) > 0 {
		if !matches(tags, d, strongly) {
			return http.StatusPreconditionFailed
		}
	} else if since, ok := dateOf(h, "If-Unmodified-Since"); ok && !d.Modified.IsZero() && d.Modified.After(since) {
		return http.StatusPreconditionFailed
	}
	if tags := h["If-None-Match"]; len(tags) > 0 {
		if matches(tags, d, weakly) {
			return http.StatusNotModified
		}
		return http.StatusOK
	}
	if since, ok := dateOf(h, "If-Modified-Since"); ok && !d.Modified.IsZero() && !d.Modified.After(since) {
		return http.StatusNotModified
	}
	return http.StatusOK
}

func dateOf(h http.Header, name string) (time.Time, bool) {
	values := h[name]
	if len(values) == 0 {
		return time.Time{}, false
	}
	t, err := http.ParseTime(values[0])
	return t, err == nil
}

// comparison is a way to compare entity tags (RFC 9110 section 8.8.3.2).
type comparison bool

const (
	strongly comparison = false
	weakly   comparison = true // W/"x" equals "x": compressing proxies weaken our tags
)

// matches reports whether a list of entity tags includes that of d, in any coding: all variants
// represent the same state of the feed.
func matches(lists []string, d *publish.Document, how comparison) bool {
	for _, list := range lists {
		for one := range strings.SplitSeq(list, ",") {
			one = strings.TrimSpace(one)
			if how == weakly {
				one = strings.TrimPrefix(one, "W/")
			}
			if one == "*" || isTagOf(one, d.ETag) {
				return true
			}
		}
	}
	return false
}

// isTagOf reports whether one is the entity tag of a document or of a variant of it, whether or not
// the variant has been made: "x", "x-gzip", "x-br" and "x-zstd" all name "x".
func isTagOf(one, tag string) bool {
	if one == tag {
		return true
	}
	rest, ok := strings.CutPrefix(one, strings.TrimSuffix(tag, `"`))
	if !ok {
		return false
	}
	switch rest {
	case `-gzip"`, `-br"`, `-zstd"`:
		return true
	}
	return false
}
