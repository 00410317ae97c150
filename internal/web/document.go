package web

import (
	"net/http"
	"strconv"
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
)

// idleWrite is how long a client may take to accept the next part of a body; after that it
// is disconnected.
const idleWrite = time.Minute

// part is how many bytes are written under one deadline.
const part = 256 << 10

// send answers with a document in the coding that the client likes best, without
// a body when it has one already. RFC 9110 sections 8.8, 12.5.3 and 13. Ranges are
// not offered: a feed is small, and readers want all of it.
func (s *Server) send(w http.ResponseWriter, r *http.Request, d *publish.Document) error {
	code := precondition(r.Header, d)
	if code == http.StatusPreconditionFailed {
		return &status{code, "page"}
	}
	body, tag, coding := d.Body, d.ETag, ""
	if v := choose(r.Header["Accept-Encoding"], d.Variants); v != nil {
		body, tag, coding = v.Body, v.ETag, v.Coding
	}
	h := w.Header()
	h["Vary"] = varyCoding
	h["Etag"] = []string{tag}
	if !d.Modified.IsZero() {
		h["Last-Modified"] = []string{d.Modified.UTC().Format(http.TimeFormat)}
	}
	h["Cache-Control"] = []string{cacheControl(d)}
	if d.Link != nil {
		h["Link"] = d.Link
	}
	if code == http.StatusNotModified {
		w.WriteHeader(code)
		return nil
	}
	if coding != "" {
		h["Content-Encoding"] = []string{coding}
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
	age := "public, max-age=" + seconds(d.MaxAge)
	if d.Immutable {
		age += ", immutable"
	}
	return age
}

// seconds is a duration as Cache-Control has it.
func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

// write sends a body part by part, each under a deadline of its own, so that a
// slow client is served and a dead one is not waited for.
func (s *Server) write(w http.ResponseWriter, body []byte) {
	for len(body) > part {
		if _, err := w.Write(body[:part]); err != nil {
			return // the client left
		}
		body = body[part:]
		s.extendDeadline(w)
	}
	_, _ = w.Write(body)
}

// extendDeadline gives the client more time, to take what is written next.
func (s *Server) extendDeadline(w http.ResponseWriter) {
	patience := s.patience
	if patience == 0 {
		patience = idleWrite
	}
	_ = http.NewResponseController(w).SetWriteDeadline(s.Now().Add(patience)) // no connection: nothing to wait for
}
