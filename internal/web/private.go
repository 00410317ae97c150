package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// Private feeds are served at /private/TOKEN/. A document is rendered once for all subscribers,
// with a mask in place of the token. The mask is replaced by the token while the document is sent,
// and gzip is applied at the same time. The compressed bytes are not kept: a reader asks for each
// state of a feed once, so keeping them per subscriber would cost memory and save nothing. A 304
// needs neither step.
//
// No response reveals whether a feed exists: a wrong token, and a name that is not the token's
// feed, are answered like any unknown address.

// grant is what a request may see, and the token that allows it.
type grant struct {
	token news.Token
	feed  news.Feed
	site  news.Site // its Token is the secret of the request
}

// grantHandler is a handler of a route below a token.
type grantHandler func(http.ResponseWriter, *http.Request, grant) error

// private wraps a handler of the routes below a token.
func (s *Server) private(f grantHandler) http.Handler {
	return s.answer(noPreflight, s.withGrant(f))
}

// privateCostly is private for handlers that read the store.
func (s *Server) privateCostly(f grantHandler) http.Handler {
	return s.answer(noPreflight, s.costly(s.withGrant(f)))
}

func (s *Server) withGrant(f grantHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h := w.Header()
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "private")
		g, err := s.grantOf(r)
		if err != nil {
			return err
		}
		return f(w, r, g)
	}
}

// noPreflight answers OPTIONS where scripts of other origins may not read.
func noPreflight(w http.ResponseWriter) {
	w.Header().Set("Allow", allowed)
	w.WriteHeader(http.StatusNoContent)
}

// grantOf returns what the token of a request gives access to.
func (s *Server) grantOf(r *http.Request) (grant, error) {
	secret := r.PathValue("token")
	token, known := s.Tokens.find(secret)
	if !known {
		return grant{}, notFound("page")
	}
	snap := s.current.Load()
	feed, there := snap.private[token.Feed]
	if !token.Revoked.IsZero() || !there {
		return grant{}, gone("address")
	}
	g := grant{token: token, feed: feed, site: snap.Site}
	g.site.Token, g.site.Hub = secret, "" // a topic URL would reveal the token
	return g, nil
}

// privateFile sends one representation of a private feed.
func (s *Server) privateFile(w http.ResponseWriter, r *http.Request, g grant) error {
	name, ext, dotted := strings.Cut(r.PathValue("file"), ".")
	switch {
	case name != g.feed.Name, dotted && ext == "":
		return notFound("page")
	case !dotted:
		http.Redirect(w, r, s.current.Load().base+"/private/"+g.site.Token+"/"+name+"/", http.StatusPermanentRedirect)
		return nil
	}
	if searchable(ext) && typed(r, "q") != "" {
		return s.privateSearchFeed(w, r, g, ext)
	}
	d, err := s.privateDocument(g, ext)
	if err != nil {
		return err
	}
	if s.Readers != nil && ext != "opml" {
		s.Readers.Note(g.feed.ID, ext, r)
	}
	return s.sendPrivate(w, r, g, d)
}

// privateTwin sends the HTML page of a private feed.
func (s *Server) privateTwin(w http.ResponseWriter, r *http.Request, g grant) error {
	if r.PathValue("name") != g.feed.Name {
		return notFound("page")
	}
	d, err := s.privateDocument(g, "")
	if err != nil {
		return err
	}
	pageHeader(w.Header(), d.Policy)
	return s.sendPrivate(w, r, g, d)
}

func (s *Server) privateDocument(g grant, ext string) (*publish.Document, error) {
	if d := s.Private.Document(g.feed.Name, ext); d != nil {
		return d, nil
	}
	if s.Private.Edition(g.feed.Name) == nil {
		return nil, &status{http.StatusServiceUnavailable, "feed"} // it is being made
	}
	return nil, notFound("page")
}

// privateStory sends the page of a story to a subscriber of a feed that shows it.
func (s *Server) privateStory(w http.ResponseWriter, r *http.Request, g grant) error {
	v, into, err := s.storyView(r.Context(), g.feed.Audience(), g.site, r.PathValue("key"))
	if err != nil {
		return err
	}
	if into != "" {
		http.Redirect(w, r, s.current.Load().base+"/private/"+g.site.Token+"/stories/"+into, http.StatusPermanentRedirect)
		return nil
	}
	theme := s.current.Load().Theme
	d, err := rendered(func(out io.Writer) error { return theme.Story(out, v) })
	if err != nil {
		return err
	}
	pageHeader(w.Header(), theme.CSP())
	return s.sendPrivate(w, r, g, d)
}

// nothingPrivate answers every other address below /private/.
func (s *Server) nothingPrivate(http.ResponseWriter, *http.Request, grant) error {
	return notFound("page")
}

// sendPrivate sends a document that contains masks. It is the counterpart of send.
func (s *Server) sendPrivate(w http.ResponseWriter, r *http.Request, g grant, d *publish.Document) error {
	own := *d // as this subscriber sees it
	own.ETag = g.tag(d.ETag)
	code := precondition(r.Header, &own)
	if code == http.StatusPreconditionFailed {
		return &status{code, "page"}
	}
	h := w.Header()
	h["Vary"] = varyCoding
	h["Cache-Control"] = []string{"private, must-revalidate, max-age=" + seconds(d.MaxAge)}
	if !d.Modified.IsZero() {
		h["Last-Modified"] = []string{d.Modified.UTC().Format(http.TimeFormat)}
	}
	packs := choose(r.Header["Accept-Encoding"], []publish.Variant{{Coding: publish.Gzip}}) != nil
	h["Etag"] = []string{own.ETag}
	if packs {
		h["Etag"] = []string{publish.VariantTag(own.ETag, publish.Gzip)}
	}
	fresh := code == http.StatusNotModified
	s.Tokens.record(g.token.ID, r.UserAgent(), fresh, s.Now())
	if fresh {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = []string{d.ContentType}
	if packs {
		h["Content-Encoding"] = []string{publish.Gzip}
	} else {
		h["Content-Length"] = []string{strconv.Itoa(len(d.Body))} // the mask is as long as the token
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	out := patient{s, w}
	if packs {
		pack(out, func(z io.Writer) { unmask(z, d.Body, s.Mask, g.site.Token) })
		return nil
	}
	unmask(out, d.Body, s.Mask, g.site.Token)
	return nil
}

// tag returns the entity tag of a document for one subscriber. It reveals neither the token nor the
// mask.
func (g grant) tag(of string) string {
	sum := sha256.Sum256(append([]byte(of), g.token.Hash[:]...))
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// unmask writes body with the mask replaced by the token. It stops at the first write error, which
// means that the client has left.
func unmask(w io.Writer, body []byte, mask, token string) {
	for mask != "" {
		at := bytes.Index(body, []byte(mask))
		if at < 0 {
			break
		}
		if _, err := w.Write(body[:at]); err != nil {
			return
		}
		if _, err := io.WriteString(w, token); err != nil {
			return
		}
		body = body[at+len(mask):]
	}
	_, _ = w.Write(body)
}

// patient writes to a client in parts, each under its own deadline; see Server.write.
type patient struct {
	s *Server
	w http.ResponseWriter
}

func (p patient) Write(b []byte) (int, error) {
	for written := 0; ; {
		n, err := p.w.Write(b[written:min(written+part, len(b))])
		if written += n; err != nil || written == len(b) {
			return written, err
		}
		p.s.extendDeadline(p.w)
	}
}

// gzipWriters are writers for compressing while sending. They favour speed over size: 220 KB take
// 1.5 ms of processor time.
var gzipWriters = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails only for an invalid level
	return z
}}

func pack(w io.Writer, write func(io.Writer)) {
	z := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(z)
	z.Reset(w)
	write(z)
	_ = z.Close() // fails only if the client has left
}
