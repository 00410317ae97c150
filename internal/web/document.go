package web

import (
	"cmp"
	"io"
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
	kept := d
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
	chosen := choose(r.Header["Accept-Encoding"], d.Variants)
	if chosen == nil {
		chosen = &publish.Variant{Body: d.Body, ETag: d.ETag}
	}
	h := w.Header()
	h["Vary"] = varyCoding
	h["Etag"] = []string{chosen.ETag}
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
	if chosen.Coding != "" {
		h["Content-Encoding"] = []string{chosen.Coding}
	}
	switch {
	case chosen.Coding == "":
		h["Content-Length"] = []string{strconv.Itoa(d.Length)}
	case chosen.Body != nil: // else it is compressed while it is sent
		h["Content-Length"] = []string{strconv.Itoa(len(chosen.Body))}
	}
	w.WriteHeader(http.StatusOK)
	out := &patient{s: s, w: w}
	switch {
	case r.Method == http.MethodHead:
	case !sc.private && chosen.Body != nil:
		_, _ = out.Write(chosen.Body) // an error means that the client has left
	default:
		if err := s.sendPlain(out, sc, kept, chosen.Coding); err != nil && out.err == nil {
			s.Log.Error("a document cannot be decoded and was sent in part", "document", cmp.Or(d.Name, d.ETag), "error", err)
		}
	}
	return nil
}

// sendPlain sends a document that has to be decoded, or whose mask has to be replaced. After an
// error the response is not complete, by its length or by its gzip trailer.
func (s *Server) sendPlain(out io.Writer, sc *scope, d *publish.Document, coding string) error {
	plain, err := d.Plain()
	if err != nil {
		return err
	}
	defer plain.Close()
	if sc.private {
		return s.writeMasked(out, plain, coding, sc.site.Token)
	}
	return copyPlain(out, plain, "", "")
}

// patient writes to a client in parts, each under its own deadline, so that a slow client is served
// and a dead one is not waited for. Small writes in a row count as one part.
type patient struct {
	s    *Server
	w    http.ResponseWriter
	sent int   // of the present part
	err  error // the client has left
}

func (p *patient) Write(b []byte) (written int, err error) {
	for written < len(b) && p.err == nil {
		if p.sent == part {
			p.s.extendDeadline(p.w)
			p.sent = 0
		}
		n := 0
		n, p.err = p.w.Write(b[written:min(written+part-p.sent, len(b))])
		written, p.sent = written+n, p.sent+n
	}
	return written, p.err
}

// extendDeadline sets a new write deadline for what is sent next.
func (s *Server) extendDeadline(w http.ResponseWriter) {
	patience := cmp.Or(s.patience, idleWrite)
	_ = http.NewResponseController(w).SetWriteDeadline(s.Now().Add(patience)) // fails only without a connection
}
