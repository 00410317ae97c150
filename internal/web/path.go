package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// underBase serves the same routes below the path of the public URL, for a
// proxy that does not take it off. A path with empty or dotted parts, which a
// base URL with one slash too many makes, is led to the plain one, but not where a
// token may stand in it: that would be told to whoever sees the answer.
func (s *Server) underBase(next http.Handler) http.Handler {
	redirect, hidden := s.get(s.toPlainPath), s.private(s.nothingPrivate)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if base := s.current.Load().base; base != "" {
			if rest, ok := strings.CutPrefix(r.URL.Path, base); ok && (rest == "" || rest[0] == '/') {
				below, at := *r, *r.URL
				at.Path, at.RawPath = rest, strings.TrimPrefix(r.URL.RawPath, base)
				if rest == "" {
					at.Path = "/"
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

// belowToken reports whether a path is one of private feeds.
func (s *Server) belowToken(path string) bool {
	return strings.HasPrefix(path, "/private/") || strings.HasPrefix(path, s.current.Load().base+"/private/")
}

func (s *Server) toPlainPath(w http.ResponseWriter, r *http.Request) error {
	to := url.URL{Path: s.current.Load().base + plainPath(r.URL.Path), RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.RequestURI(), http.StatusPermanentRedirect)
	return nil
}

// plainPath is a path as the routes know it: from the root, every part a name.
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
