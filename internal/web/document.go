package web

import (
	"cmp"
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
func (s *Server) send(w http.ResponseWriter, r *http.Request, sc *scope, d *publish.Document) error {
	if sc.private {
		own := sc.masked(*d)
		d = &own
	}
	code := precondition(r.Header, d)
	if code == http.StatusPreconditionFailed {
		return &status{code, "page"}
	}
	fresh := code == http.StatusNotModified
	if sc.private {
		s.Tokens.record(sc.token.ID, r.UserAgent(), fresh, s.Now())
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
	h["Cache-Control"] = []string{sc.cacheControl(d.MaxAge, d.Immutable)}
	if d.Link != nil {
		h["Link"] = d.Link
	}
	if d.Policy != "" {
		pageHeader(h, d.Policy)
	}
	if fresh {
		w.WriteHeader(code)
		return nil
	}
	h["Content-Type"] = []string{d.ContentType}
	if coding != "" {
		h["Content-Encoding"] = []string{coding}
	}
	if body != nil { // else it is compressed while it is sent
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(http.StatusOK)
	switch out := (&patient{s: s, w: w}); {
	case r.Method == http.MethodHead:
	case !sc.private:
		_, _ = out.Write(body) // an error means that the client has left
	default:
		s.writeMasked(out, d.Body, coding, sc.site.Token)
	}
	return nil
}

// patient writes to a client in parts, each under its own deadline, so that a slow client is served
// and a dead one is not waited for. Small writes in a row count as one part.
type patient struct {
	s    *Server
	w    http.ResponseWriter
	sent int // of the present part
}

func (p *patient) Write(b []byte) (written int, err error) {
	for written < len(b) && err == nil {
		if p.sent == part {
			p.s.extendDeadline(p.w)
			p.sent = 0
		}
		n := 0
		n, err = p.w.Write(b[written:min(written+part-p.sent, len(b))])
		written, p.sent = written+n, p.sent+n
	}
	return written, err
}

// extendDeadline sets a new write deadline for what is sent next.
func (s *Server) extendDeadline(w http.ResponseWriter) {
	patience := cmp.Or(s.patience, idleWrite)
	_ = http.NewResponseController(w).SetWriteDeadline(s.Now().Add(patience)) // fails only without a connection
}
