package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"tributary/internal/publish"
)

// feedCSP keeps a feed that is opened in a browser from doing anything.
const feedCSP = "default-src 'none'; sandbox"

// Values of header fields that every answer shares; nothing appends to them.
// The names beside them are written as http.CanonicalHeaderKey would.
var (
	noPolicy   = []string{feedCSP}
	noSniff    = []string{"nosniff"}
	anyOrigin  = []string{"*"}
	exposed    = []string{"ETag, Last-Modified"}
	varyCoding = []string{"Accept-Encoding"}
	gzipCoding = []string{"gzip"}
)

// idleWrite is how long a client may take to accept the next part of a body;
// one that accepts nothing for so long is let go.
const idleWrite = 30 * time.Second

// part is how much is written under one deadline.
const part = 128 << 10

// send answers with a document: 304 when the client has it, its gzip variant
// when the client takes it. RFC 9110 sections 8.8, 12.5.3 and 13.
func (s *Server) send(w http.ResponseWriter, r *http.Request, d *publish.Document) error {
	body, tag := d.Body, d.ETag
	h := w.Header()
	h["Vary"] = varyCoding
	if d.Gzip != nil && acceptsGzip(r.Header.Values("Accept-Encoding")) {
		body, tag = d.Gzip, gzipTag(d.ETag)
		h["Content-Encoding"] = gzipCoding
	}
	h["Etag"] = []string{tag}
	if !d.Modified.IsZero() {
		h["Last-Modified"] = []string{d.Modified.UTC().Format(http.TimeFormat)}
	}
	h["Cache-Control"] = []string{cacheControl(d)}
	if d.Link != nil {
		h["Link"] = d.Link
	}
	if unchanged(r.Header, d) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = []string{d.ContentType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		s.write(w, body)
	}
	return nil
}

// cacheControl says how long a document may be kept. RFC 9111, RFC 8246.
func cacheControl(d *publish.Document) string {
	age := "public, max-age=" + strconv.Itoa(int(d.MaxAge.Seconds()))
	if d.Immutable {
		age += ", immutable"
	}
	return age
}

// write sends a body part by part, each under a deadline of its own, so that a
// slow client is served and a dead one is not waited for.
func (s *Server) write(w http.ResponseWriter, body []byte) {
	for len(body) > part {
		if _, err := w.Write(body[:part]); err != nil {
			return // the client left
		}
		body = body[part:]
		s.extend(w)
	}
	_, _ = w.Write(body)
}

// extend gives the client another while to take what comes next.
func (s *Server) extend(w http.ResponseWriter) {
	patience := s.patience
	if patience == 0 {
		patience = idleWrite
	}
	_ = http.NewResponseController(w).SetWriteDeadline(s.Now().Add(patience)) // no connection: nothing to wait for
}

// unchanged reports whether the client's copy is the current one. If-None-Match
// goes before If-Modified-Since (RFC 9110 section 13.2.2), so each works alone.
func unchanged(h http.Header, d *publish.Document) bool {
	if tags := h.Values("If-None-Match"); len(tags) > 0 {
		return matches(strings.Join(tags, ","), d.ETag)
	}
	given := h.Get("If-Modified-Since")
	if given == "" {
		return false
	}
	since, err := http.ParseTime(given)
	return err == nil && !d.Modified.IsZero() && !d.Modified.After(since)
}

// matches compares a list of entity tags weakly (RFC 9110 section 8.8.3.2) with
// a document's, in either coding: proxies that compress turn our tag weak.
func matches(list, tag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == tag || one == "*" || one == gzipTag(tag) {
			return true
		}
	}
	return false
}

// gzipTag is the entity tag of the gzip variant: other bytes, another tag.
func gzipTag(tag string) string { return strings.TrimSuffix(tag, `"`) + `-gzip"` }

// acceptsGzip reads Accept-Encoding (RFC 9110 section 12.5.3): gzip, or
// anything, with a weight above zero.
func acceptsGzip(fields []string) bool {
	accepted := false
	for one := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		name, params, _ := strings.Cut(one, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && name != "x-gzip" && name != "*" {
			continue
		}
		ok := weight(params) > 0
		if name != "*" {
			return ok
		}
		accepted = ok
	}
	return accepted
}

func weight(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		if q, ok := strings.CutPrefix(strings.TrimSpace(strings.ToLower(p)), "q="); ok {
			f, err := strconv.ParseFloat(q, 64)
			if err != nil {
				return 0
			}
			return f
		}
	}
	return 1
}
