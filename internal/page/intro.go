package page

import (
	"bytes"
	"html/template"
	"net/url"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// intro returns the site's description of itself, written in CommonMark with the GitHub extensions.
// HTML in it is sanitised and balanced like that of entries.
func (l *locale) intro(site news.Site) (template.HTML, error) {
	if site.Intro == "" {
		return "", nil
	}
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	var b bytes.Buffer
	if err := md.Convert([]byte(site.Intro), &b); err != nil {
		return "", err
	}
	base, err := url.Parse(site.URL + "/")
	if err != nil {
		return "", err
	}
	return l.prose(clean.HTML(b.String(), base), 1, false).HTML(), nil
}
