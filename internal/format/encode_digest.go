package format

import (
	"slices"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// jsonDigest is the content of a digest for programs. ReadPast reads it back when the
// database is lost. A story without a link can be read at its page on this site.
type jsonDigest struct {
	Language string             `json:"language"`
	More     int                `json:"more,omitempty"` // stories for which it has no room
	Stories  []news.DigestStory `json:"stories"`
}

// jsonDigestOf leaves out the ids of our database and, in a private feed, the names of
// sources, which are known to its operator only.
func jsonDigestOf(s *news.Shown, private bool) *jsonDigest {
	if s.Digest == nil {
		return nil
	}
	d := &jsonDigest{Language: s.Digest.Language, More: s.Digest.More, Stories: slices.Clone(s.Digest.Stories)}
	for i := range d.Stories {
		t := &d.Stories[i]
		t.Sequence, t.Also = 0, slices.Clone(t.Also)
		outward(&t.Report, private)
		for k := range t.Also {
			outward(&t.Also[k], private)
		}
	}
	return d
}

func outward(r *news.Report, private bool) {
	r.EntryID = 0
	if private {
		r.Source = ""
	}
}

// pastDigest returns the digest that a document describes. It reports false if that is
// incomplete. Its values are as untrusted as the rest of the document.
func pastDigest(p news.Publication, title string, d *jsonDigest) (news.Digest, bool) {
	out := news.Digest{GUID: p.GUID, Key: p.StoryKey, Title: clean.Line(title), Language: news.WordsIn(d.Language).Language,
		Closed: p.Published, More: max(d.More, 0)}
	for _, t := range d.Stories {
		t.StoryKey = plainWord(t.StoryKey)
		if t.GUID == "" || t.StoryKey == "" || t.Published.IsZero() {
			continue
		}
		t.Sequence, t.Heading, t.Summary = 0, clean.Line(t.Heading), clean.Line(t.Summary)
		inward(&t.Report)
		for i := range t.Also {
			inward(&t.Also[i])
		}
		out.Stories = append(out.Stories, t)
	}
	return out, out.Key != "" && len(out.Stories) > 0
}

func inward(r *news.Report) {
	r.EntryID, r.By, r.Title, r.Link = 0, clean.Line(r.By), clean.Line(r.Title), wireURL(r.Link)
}
