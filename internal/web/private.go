package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"

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

// private wraps a handler for the subscribers of private feeds, whose addresses begin with a token.
func (s *Server) private(f handler) http.Handler {
	return s.answer(noPreflight, func(w http.ResponseWriter, r *http.Request) error {
		h := w.Header()
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "private")
		sc, err := s.subscribed(r.PathValue("token"))
		if err == nil {
			err = f(w, r, sc)
		}
		if err != nil {
			return unnamed(err)
		}
		return nil
	})
}

// unnamed makes every address that is not found alike, whatever it lacks.
func unnamed(err error) error {
	if st := (*status)(nil); errors.As(err, &st) && st.code == http.StatusNotFound {
		return notFound("page")
	}
	return err
}

// noPreflight answers OPTIONS where scripts of other origins may not read.
func noPreflight(w http.ResponseWriter) {
	w.Header().Set("Allow", allowed)
	w.WriteHeader(http.StatusNoContent)
}

// subscribed returns what the holder of a token may see.
func (s *Server) subscribed(secret string) (*scope, error) {
	token, known := s.Tokens.find(secret)
	if !known {
		return nil, notFound("page")
	}
	feed := s.current.Load().subscribers[token.Feed]
	if !token.Revoked.IsZero() || feed == nil {
		return nil, gone("address")
	}
	own := *feed
	own.token, own.site.Token = token, secret
	return &own, nil
}

// masked returns a document as one subscriber gets it. The entity tag is that of the subscriber and
// reveals neither the token nor the mask. The variant has no body yet.
func (sc *scope) masked(d publish.Document) publish.Document {
	sum := sha256.Sum256(append([]byte(d.ETag), sc.token.Hash[:]...))
	d.ETag = `"` + hex.EncodeToString(sum[:16]) + `"`
	d.Variants = []publish.Variant{{Coding: publish.Gzip, ETag: publish.VariantTag(d.ETag, publish.Gzip)}}
	return d
}

// writeMasked writes a masked document, with gzip or without.
func (s *Server) writeMasked(w io.Writer, plain io.Reader, coding, token string) error {
	if coding == "" {
		return copyPlain(w, plain, s.Mask, token)
	}
	return s.pack(w, func(z io.Writer) error { return copyPlain(z, plain, s.Mask, token) })
}

// copyPlain copies r to w with the mask replaced by the token, which is as long. Without a mask
// nothing is replaced. What r gives last is written only when r has ended well, so that a document
// whose checksum is wrong is never complete.
func copyPlain(w io.Writer, r io.Reader, mask, token string) error {
	in := bufio.NewReaderSize(r, 32<<10)
	held := max(len(mask)-1, 1) // a mask may begin there
	for {
		window, err := in.Peek(in.Size())
		if err != nil && err != io.EOF {
			return err
		}
		done := replace(window, mask, token)
		if err == io.EOF {
			_, err = w.Write(window)
			return err
		}
		done = max(done, len(window)-held)
		if _, err := w.Write(window[:done]); err != nil {
			return err
		}
		_, _ = in.Discard(done) // it is buffered
	}
}

// replace writes token over every mask in b, and returns where the last one ends.
func replace(b []byte, mask, token string) (end int) {
	for mask != "" {
		at := bytes.Index(b[end:], []byte(mask))
		if at < 0 {
			break
		}
		end += at + copy(b[end+at:], token)
	}
	return end
}

// pack writes with gzip. It favours speed over size: 220 KB take 1.5 ms of processor time. After
// an error the trailer is missing.
func (s *Server) pack(w io.Writer, write func(io.Writer) error) error {
	z, _ := s.packers.Get().(*gzip.Writer)
	if z == nil {
		z, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails only for an invalid level
	}
	defer s.packers.Put(z)
	z.Reset(w)
	if err := write(z); err != nil {
		return err
	}
	return z.Close()
}
