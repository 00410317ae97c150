package format

import (
	"cmp"
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// wireExtra returns what an entry carries besides its text as it may be published, see
// wireItem. link is the item's own address. A link that leads only there is left out.
func wireExtra(e *news.Entry, link string) news.Extra {
	x := &e.Extra
	return news.Extra{
		Rights:       clean.Line(x.Rights),
		License:      wireURL(x.License),
		Image:        first(wireURL(x.Image), firstPicture(e.Enclosures), firstPicture(x.Pictures)),
		Pictures:     wirePictures(e),
		Location:     wireLocation(x.Location),
		Comments:     news.Comments{Page: wireURL(x.Comments.Page), Feed: wireURL(x.Comments.Feed), Count: max(x.Comments.Count, 0)},
		ReplyTo:      wireReplies(x.ReplyTo),
		Links:        wireLinks(x.Links, link),
		Contributors: wireAuthors(x.Contributors),
		Episode:      wireEpisode(&x.Episode),
	}
}

// firstPicture returns the first image among files that may stand for an entry, for one that
// names no picture.
func firstPicture(files []news.Enclosure) string {
	for _, f := range files {
		if strings.HasPrefix(f.Type, "image/") && !f.Adult {
			if url := wireURL(f.URL); url != "" {
				return url
			}
		}
	}
	return ""
}

// wirePictures keeps the pictures that are not among the files of an entry. One of unknown
// type is given that of most pictures; programs that show it go by its bytes.
func wirePictures(e *news.Entry) []news.Enclosure {
	kept := slices.DeleteFunc(wireEnclosures(e.Extra.Pictures), func(f news.Enclosure) bool {
		return slices.ContainsFunc(e.Enclosures, func(have news.Enclosure) bool { return have.URL == f.URL })
	})
	for i := range kept {
		if kept[i].Medium() != "image" {
			kept[i].Type = "image/jpeg"
		}
	}
	return kept
}

// wireReplies keeps the replies that have an id, each once. RFC 4685 section 3 requires
// an IRI; an id that is none is replaced by the address of the page.
func wireReplies(given []news.Reply) []news.Reply {
	return distinct(given, func(r news.Reply) (news.Reply, string) {
		r = news.Reply{ID: wireText(r.ID), Link: wireURL(r.Link)}
		if !news.IsIRI(r.ID) {
			r.ID = r.Link
		}
		return r, r.ID
	})
}

// wireLinks keeps the canonical, related and via links, each once. There is at most one
// canonical link, and it comes first.
func wireLinks(given []news.Link, own string) []news.Link {
	var kept []news.Link
	for _, l := range given {
		l = news.Link{Rel: l.Rel, URL: wireURL(l.URL), Type: wireType(l.Type), Title: clean.Line(l.Title), Language: wireLanguage(l.Language)}
		known := slices.ContainsFunc(kept, func(k news.Link) bool {
			return k.Rel == l.Rel && (k.URL == l.URL || l.Rel == news.Canonical)
		})
		if known || l.URL == "" || l.URL == own {
			continue
		}
		switch l.Rel {
		case news.Canonical:
			kept = slices.Insert(kept, 0, news.Link{Rel: l.Rel, URL: l.URL})
		case "related", "via":
			kept = append(kept, l)
		}
	}
	return kept
}

// canonicalOf returns the page to which the entry's link finally leads, or "" if that
// is the link itself.
func canonicalOf(x *news.Extra) string {
	if len(x.Links) > 0 && x.Links[0].Rel == news.Canonical {
		return x.Links[0].URL
	}
	return ""
}

func wireEpisode(given *news.Episode) news.Episode {
	e := *given
	e.Number, e.Season, e.Duration = decimal(e.Number), max(e.Season, 0), max(e.Duration, 0)
	if e.Kind != "full" && e.Kind != "trailer" && e.Kind != "bonus" {
		e.Kind = ""
	}
	e.Transcripts = nil
	for _, l := range given.Transcripts {
		l = news.Link{Rel: captions(l.Rel), URL: wireURL(l.URL), Type: cmp.Or(wireType(l.Type), news.TypeByEnding(l.URL), "text/plain"), Language: wireLanguage(l.Language)}
		if l.URL != "" {
			e.Transcripts = append(e.Transcripts, l)
		}
	}
	if c := e.Chapters; c != nil {
		e.Chapters = nil
		if url := wireURL(c.URL); url != "" {
			e.Chapters = &news.Link{URL: url, Type: first(wireType(c.Type), "application/json+chapters")}
		}
	}
	e.Display, e.SeasonName = clean.Line(e.Display), clean.Line(e.SeasonName)
	e.Tags = wireTags(given.Tags)
	e.People = nil
	for _, p := range given.People {
		p = news.Credit{Name: clean.Line(p.Name), Role: strings.ToLower(clean.Line(p.Role)), Group: strings.ToLower(clean.Line(p.Group)), URL: wireURL(p.URL), Image: wireURL(p.Image)}
		if p.Name != "" {
			e.People = append(e.People, p)
		}
	}
	return e
}

// captions returns the relation of a transcript. The podcast namespace defines only one.
func captions(rel string) string {
	if strings.EqualFold(rel, "captions") {
		return "captions"
	}
	return ""
}

// lastingMain gives the main file the duration of the episode. Vocabularies that know
// no episodes state a duration for files only.
func (it *wireItem) lastingMain() {
	if i := news.MainFile(it.enclosures); i >= 0 && it.enclosures[i].Playable() && it.enclosures[i].Duration == 0 {
		it.enclosures[i].Duration = it.extra.Episode.Duration
	}
}

// showPictures appends to the text those pictures of an entry that it does not show, because
// few readers show Media RSS.
func (it *wireItem) showPictures() {
	e := news.Entry{Enclosures: it.enclosures, Extra: news.Extra{Pictures: it.extra.Pictures}}
	var figures strings.Builder
	for _, f := range clean.Unshown(it.text(), e.Gallery()) {
		if figure := clean.Figure(f); figure != "" {
			figures.WriteString("\n" + figure)
		}
		if it.title == "" && it.opening == "" {
			it.opening = clean.Excerpt(first(f.Alt, f.Title), 80)
		}
	}
	if figures.Len() > 0 {
		it.end(figures.String())
	}
}
