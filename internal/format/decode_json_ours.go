package format

import (
	"bytes"
	stdjson "encoding/json"
	"net/url"
	"slices"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// ours reads the extension that Prepared.JSON adds to every item: what JSON Feed has no
// members for, so that one Tributary passes on to another all that it knew. Its values
// are as untrusted as the rest of the document. It returns nil if there is no extension.
func ours(text []byte, items int) []jsonExtension {
	if !bytes.Contains(text, []byte(`"_tributary"`)) {
		return nil
	}
	var f struct {
		Items []struct {
			Tributary jsonExtension `json:"_tributary"`
		} `json:"items"`
	}
	if stdjson.Unmarshal(text, &f) != nil || len(f.Items) != items {
		return nil
	}
	all := make([]jsonExtension, items)
	for i, item := range f.Items {
		all[i] = item.Tributary
	}
	return all
}

// addTo adds to an entry what the extension says.
func (x *jsonExtension) addTo(e *news.Entry, base *url.URL) {
	for _, c := range x.Categories {
		c = news.Category{Term: c.Term, Scheme: clean.Line(c.Scheme), Label: clean.Line(c.Label)}
		i := slices.IndexFunc(e.Categories, func(have news.Category) bool { return have.Term == c.Term })
		if i < 0 {
			continue // not one of the tags
		}
		if have := &e.Categories[i]; have.Scheme == "" {
			have.Scheme, have.Label = c.Scheme, c.Label
		}
		e.Categories = addCategory(e.Categories, c)
	}
	origin := news.Origin{ID: clean.Line(x.Source.ID), Title: clean.Line(x.Source.Title), Link: clean.Resolve(base, x.Source.Home), URL: clean.Resolve(base, x.Source.URL),
		Icon: clean.Resolve(base, x.Source.Icon), Image: clean.Resolve(base, x.Source.Logo), Rights: clean.Line(x.Source.Rights), Updated: wireTime(x.Source.Updated)}
	if origin != (news.Origin{}) {
		e.Origin = &origin
	}
	x.addFiles(e)
	x.addMailboxes(e)
	said := x.Extra
	said.ReplyTo, said.Links, said.Contributors = few(x.ReplyTo), few(x.Links), few(x.Contributors)
	said.Episode.Transcripts, said.Episode.People = few(x.Episode.Transcripts), few(x.Episode.People)
	image, pictures, links := e.Extra.Image, e.Extra.Pictures, e.Extra.Links
	e.Extra = wireExtra(&news.Entry{Extra: said}, e.Link)
	e.Extra.Image, e.Extra.Pictures = image, pictures
	lowerLanguages(e.Extra.Links)
	lowerLanguages(e.Extra.Episode.Transcripts)
	if e.Extra.Links == nil {
		e.Extra.Links = links
	}
}

// addMailboxes gives authors with an address of their own the mailbox that JSON Feed has no
// place for.
func (x *jsonExtension) addMailboxes(e *news.Entry) {
	e.Authors = slices.Clone(e.Authors) // they may be those of the feed
	for _, p := range x.Authors {
		i := slices.IndexFunc(e.Authors, func(have news.Person) bool { return have.Name == p.Name })
		if i >= 0 && e.Authors[i].Email == "" {
			e.Authors[i].Email = clean.Line(p.Email)
		}
	}
}

// addFiles completes the attachments, and takes out those that are pictures of the text.
func (x *jsonExtension) addFiles(e *news.Entry) {
	said := slices.Concat(x.Files, x.Pictures)
	isPicture := func(f news.Enclosure) bool {
		return slices.ContainsFunc(x.Pictures, func(p news.Enclosure) bool { return p.URL == f.URL })
	}
	var files []news.Enclosure
	for _, f := range e.Enclosures {
		if i := slices.IndexFunc(said, func(s news.Enclosure) bool { return s.URL == f.URL }); i >= 0 {
			s := said[i]
			f.Title, f.Alt, f.Credit = clean.Line(s.Title), clean.Line(s.Alt), clean.Line(s.Credit)
			f.Width, f.Height, f.Adult = max(s.Width, 0), max(s.Height, 0), s.Adult
		}
		if isPicture(f) {
			e.Extra.Pictures = append(e.Extra.Pictures, f)
		} else {
			files = append(files, f)
		}
	}
	e.Enclosures = files
}

// lowerLanguages puts the language tags of links into the lower case that entries use.
func lowerLanguages(links []news.Link) {
	for i := range links {
		links[i].Language = languageTag(links[i].Language)
	}
}

// few returns at most the first maxExtras elements of a list.
func few[T any](list []T) []T { return list[:min(len(list), maxExtras)] }
