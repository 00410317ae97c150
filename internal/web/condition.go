package web

import (
	"net/http"
	"strings"
	"time"

	"tributary/internal/publish"
)

// precondition evaluates the conditions of a request for reading in the order of
// RFC 9110 section 13.2.2: 304 when the client's copy is the current one, 412 when
// the document is not the one that the client insists on, else 200. What cannot be
// read as a date is no condition.
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

// How entity tags are compared, RFC 9110 section 8.8.3.2.
type comparison bool

const (
	strongly comparison = false
	weakly   comparison = true // W/"x" is "x": proxies that compress turn our tags weak
)

// matches reports whether a list of entity tags names a document, in any of its
// codings: they are one state of one feed.
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

// isTagOf reports whether a tag that a client sent is that of a document or of one of its
// variants: for "x" these are "x", "x-gzip", "x-br" and "x-zstd".
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
