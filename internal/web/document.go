package web

import (
	"net/http"
	"strconv"
	"time"

	"tributary/internal/publish"
)

// feedCSP is the policy of a feed opened in a browser: it may load and run nothing.
const feedCSP = "default-src 'none'; sandbox"

// Header values shared by all responses; they must not be modified. Code that uses them sets map
// keys directly and must spell them as http.CanonicalHeaderKey does.
var (
	noPolicy   = []string{feedCSP}
	noSniff    = []string{"nosniff"}
	anyOrigin  = []string{"*"}
	exposed    = []string{"ETag, Last-Modified"}
	varyCoding = []string{"Accept-Encoding"}
)

// idleWrite is how long a client may take to accept the next part of a body before its connection
// is closed.
const idleWrite = time.Minute

// part is the number of bytes written under one deadline.
const part = 256 << 10

// send answers with d in the content coding that the client prefers, or without a body if the
// client has a current copy (RFC 9110 sections 8.8, 12.5.3 and 13). Range requests are not
// supported: feeds are small, and readers want all of them.
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

// cacheControl returns the Cache-Control value of a document (RFC 9111, RFC 8246).
func cacheControl(d *publish.Document) string {
	age := "public, max-age=" + seconds(d.MaxAge)
	if d.Immutable {
		age += ", immutable"
	}
	return age
}

// seconds formats a duration for Cache-Control.
func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

// write sends a body in parts, each under its own deadline, so that a slow client is served and a
// dead one is not waited for.
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

// extendDeadline sets a new write deadline for what is sent next.
func (s *Server) extendDeadline(w http.ResponseWriter) {
	patience := s.patience
	if patience == 0 {
		patience = idleWrite
	}
	_ = http.NewResponseController(w).SetWriteDeadline(s.Now().Add(patience)) // fails only without a connection
}
