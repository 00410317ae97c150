package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tributary/internal/news"
)

// Limits of what appears on pages.
const (
	maxLogo  = 32 << 10 // bytes of a file, which is part of every page
	maxIntro = 16 << 10 // bytes of Markdown
	maxLinks = 20
)

// logo reads the address of an image, or the path of an image file. It turns a
// file into a data: URL (RFC 2397), so that a page needs no other file.
func (r *reader) logo(n node) (string, bool) {
	text, ok := r.optional(n)
	if !ok || text == "" {
		return "", ok
	}
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		return parsed(r, pageURL)(n)
	}
	file := r.resolvePath(text)
	r.others.files = append(r.others.files, file)
	data, err := ReadFile(file, maxLogo)
	if err == nil {
		text, err = dataURL(text, data)
	}
	if err != nil {
		r.errorf(n.Node, "logo: %s: %v", shown(n.Value), err)
		return "", false
	}
	return text, true
}

// dataURL returns an image as a data: URL. Browsers run no scripts in an SVG that
// is used as an image.
func dataURL(name string, data []byte) (string, error) {
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case ext == ".svg" && strings.Contains(string(data), "<svg"):
		kind = "image/svg+xml"
	case ext == ".avif":
		kind = "image/avif"
	case !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, kind):
		return "", errors.New("is no picture that browsers show; write a file .svg, .png, .jpg, .webp, .avif or .gif, or an address that begins with https://")
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data), nil
}

// markdown reads a text of several lines.
func (r *reader) markdown(n node) (string, bool) {
	if isEmpty(n) {
		return "", true
	}
	s, ok := r.anyText(n)
	if !ok {
		return "", false
	}
	text := strings.TrimSpace(strings.ReplaceAll(s.text, "\r\n", "\n"))
	control := func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }
	switch {
	case len(text) > maxIntro:
		r.errorf(n.Node, "%s has more than %d KiB; write a few sentences, and link the rest", n, maxIntro>>10)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, control):
		r.errorf(n.Node, "%s must be text in UTF-8 without control characters", n)
	default:
		return text, true
	}
	return "", false
}

// siteLinks reads links:.
func (r *reader) siteLinks(n node) ([]news.SiteLink, bool) {
	if isEmpty(n) {
		return nil, true
	}
	links, ok := list(r, r.siteLink)(n)
	if len(links) > maxLinks {
		r.errorf(n.Node, "links: has more than %d; they stand at the foot of every page", maxLinks)
		return nil, false
	}
	return links, ok
}

// siteLink reads an item of links:.
func (r *reader) siteLink(n node) (news.SiteLink, bool) {
	var l news.SiteLink
	section := r.linkSection(&l)
	complete := r.mapping(n, section)
	for _, key := range section.keys() {
		if k, _ := find(n.Node, key); complete && k == nil {
			r.errorf(n.Node, "this link has no %s; write %s", key, n.example)
			break
		}
	}
	return l, l.Title != "" && l.URL != ""
}

func (r *reader) linkSection(l *news.SiteLink) section {
	return section{"a link", []field{
		{"title", "Imprint", into(&l.Title, r.text)},
		{"url", "https://me.example/imprint", into(&l.URL, parsed(r, linkURL))},
	}}
}

// linkURL parses a web or mailto: address.
func linkURL(n node, text string) (string, error) {
	if to, ok := strings.CutPrefix(text, "mailto:"); ok && strings.Count(to, "@") == 1 && !strings.ContainsAny(to, " <>\"") {
		return text, nil
	}
	return feedURL(n, text)
}

// theme parses the folder of templates and styles. The files in it are checked
// when they are loaded.
func (r *reader) theme(n node, text string) (string, error) {
	path, err := r.folder(n, text)
	if err != nil {
		return "", err
	}
	r.others.theme = path
	switch info, err := os.Stat(path); {
	case err != nil:
		return "", fmt.Errorf("theme: %s: there is no such folder", shown(n.Value))
	case !info.IsDir():
		return "", fmt.Errorf("theme: %s is a file; name the folder that holds style.css and the templates", shown(n.Value))
	}
	return path, nil
}
