package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// underBase also serves the routes below the path of the public URL, for a proxy that does not
// strip it. A path with empty or dotted parts, as a base URL with one slash too many produces, is
// redirected to its clean form. A path that may contain a token is not, because the redirect would
// reveal the token to whoever sees the response.
func (s *Server) underBase(next http.Handler) http.Handler {
	redirect, hidden := s.public(toPlainPath), s.private(nothing)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if base := s.current.Load().everybody.base; base != "" {
			if rest, ok := strings.CutPrefix(r.URL.Path, base); ok && (rest == "" || rest[0] == '/') {
				below, at := *r, *r.URL
				at.Path, at.RawPath = rest, strings.TrimPrefix(r.URL.RawPath, base)
				if rest == "" {
					at.Path = "/"
				}
				if !strings.HasPrefix(at.RawPath, "/") { // of /river%2Ffeeds
					at.RawPath = ""
				}
				below.URL = &at
				r = &below
			}
		}
		switch plain := plainPath(r.URL.Path); {
		case plain == r.URL.Path:
			next.ServeHTTP(w, r)
		case s.belowToken(r.URL.Path), s.belowToken(plain):
			hidden.ServeHTTP(w, r)
		default:
			redirect.ServeHTTP(w, r)
		}
	})
}

// belowToken reports whether a path is that of a private feed.
func (s *Server) belowToken(path string) bool {
	return strings.HasPrefix(path, "/private/") || strings.HasPrefix(path, s.current.Load().everybody.base+"/private/")
}

func toPlainPath(w http.ResponseWriter, r *http.Request, sc *scope) error {
	return redirect(w, r, sc, plainPath(r.URL.Path))
}

// withoutSlash redirects to the page whose address was given with a slash at its end.
func withoutSlash(w http.ResponseWriter, r *http.Request, sc *scope) error {
	return redirect(w, r, sc, strings.TrimSuffix(r.URL.Path, "/"))
}

// redirect leads to a path below the base, with the query of the request.
func redirect(w http.ResponseWriter, r *http.Request, sc *scope, path string) error {
	to := url.URL{Path: sc.base + path, RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.RequestURI(), http.StatusPermanentRedirect)
	return nil
}

// plainPath returns a path in the form that the routes expect: rooted, with no empty or dotted
// parts.
func plainPath(p string) string {
	plain := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && plain != "/" {
		plain += "/"
	}
	return plain
}

func basePath(site string) string {
	u, err := url.Parse(site)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/")
}
