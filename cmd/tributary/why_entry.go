package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/store"
	"tributary/internal/story"
)

// arrived prints what the entry is, and which fetch brought it.
func (j *journey) arrived(ctx context.Context, p news.Placement) error {
	e := p.Entry
	j.plain("entry %d of source %s (%s)", e.ID, p.Source.Name, oneLine(p.SourceTitle))
	if len(p.Source.Lists) > 0 {
		j.labelled("on lists", "%s", strings.Join(p.Source.Lists, ", "))
	}
	j.labelled("title", "%s", orUntitled(e.Title))
	if e.Link != "" {
		j.labelled("link", "%s", oneLine(news.SafeURL(e.Link)))
	}
	j.labelled("guid", "%s", oneLine(safeGUID(e.GUID)))
	j.labelled("identity", "%s", identity(e.GUID))
	j.labelled("published", "%s (%s)", moment(e.Published), clockOf(e))
	j.labelled("first seen", "%s (our clock)%s", moment(e.FirstSeen), arrival(p))
	fetches, err := j.db.Fetches(ctx, e.SourceID, allFetches)
	if err == nil {
		j.labelled("fetched", "%s", fetched(fetches, e))
	}
	return err
}

// clockOf says whose clock the published time of an entry is from. An entry that
// was published when it was first seen counts as undated, because early versions
// did not mark those that are.
func clockOf(e news.Entry) string {
	switch {
	case e.Published.Equal(e.FirstSeen):
		return "undated: when we saw it"
	case !e.Extra.Undated:
		return "their clock"
	case e.Backlog:
		return "undated: by its place in the first document of its source, or as it was published before the database was lost"
	}
	return "undated: as it was published before the database was lost"
}

// allFetches is more than the number of fetches stored for any source.
const allFetches = 1 << 20

// fetched describes the fetch that brought an entry: it began at the time the
// entry was first seen.
func fetched(fetches []news.Fetch, e news.Entry) string {
	if e.Match.Detail == news.Recalled {
		return "by no fetch: a published feed was read back"
	}
	seen := e.FirstSeen
	i := slices.IndexFunc(fetches, func(f news.Fetch) bool { return f.Started.Equal(seen) && !f.Outcome.Failed() })
	switch {
	case i >= 0:
		f := fetches[i]
		text := fmt.Sprintf("%s: %s, %s", moment(f.Started), f.Outcome, count(f.New, "new entry"))
		if f.Changed > 0 {
			text += fmt.Sprintf(", %d changed", f.Changed)
		}
		if f.Bytes > 0 {
			text += fmt.Sprintf(", %s in %s", size(f.Bytes), f.Duration.Round(time.Millisecond))
		}
		if f.Error != "" {
			text += "; " + oneLine(f.Error)
		}
		return text
	case len(fetches) > 0 && seen.After(fetches[len(fetches)-1].Started):
		return "by no fetch: an upgrade read the kept document again and found it there"
	}
	return fmt.Sprintf("longer ago than single fetches are kept (%s)", span(store.FetchesKept))
}

// identity says by what an entry is known within its source. A key made up in
// place of a guid starts with the parts that it is made of.
func identity(guid string) string {
	kind, _, _ := strings.Cut(guid, ":")
	switch kind {
	case "link":
		return "by its link: it has no guid that is its own"
	case "text":
		return "by its title and text: it has neither a guid nor a link"
	case "link+title", "link+title+text", "guid+link", "guid+link+title":
		return "by its " + strings.ReplaceAll(kind, "+", ", ") + " together: others of its document share less than that"
	}
	return "by its guid"
}

// arrival says how an entry came, unless it was by an ordinary fetch.
func arrival(p news.Placement) string {
	switch {
	case p.Pushed:
		return ", pushed by a hub"
	case p.Entry.Match.Detail == news.Recalled:
		return ", when the database was restored"
	case p.Entry.Backlog:
		return ", with the first document of its source"
	}
	return ""
}

// read prints how the document and the text of an entry were parsed.
func (j *journey) read(ctx context.Context, p news.Placement) error {
	e := p.Entry
	document, err := j.document(ctx, p)
	if err != nil {
		return err
	}
	if document != "" {
		j.labelled("document", "%s", document)
	}
	j.labelled("text", "%s after cleaning, language %s", count(len(strings.Fields(clean.Text(e.Body()))), "word"), cmp.Or(e.Language, "not declared"))
	page, err := j.db.PageOf(ctx, e.SourceID, e.Link)
	if page != nil && err == nil {
		j.labelled("article", "%s", article(*page))
	}
	return err
}

// document returns the format and file of an entry, and what was repaired. It
// knows only the latest document of a source, because older ones are not stored.
func (j *journey) document(ctx context.Context, p news.Placement) (string, error) {
	if p.Source.Kind == news.KindSeeds {
		files, err := j.db.SeedFiles(ctx, p.Entry.SourceID)
		i := slices.IndexFunc(files, func(f news.SeedFile) bool { return f.Owns(p.Entry.GUID) })
		if i < 0 || err != nil {
			return "", err
		}
		return "seed, the file " + oneLine(files[i].Path), nil
	}
	doc, told := j.documents[p.Entry.SourceID]
	if !told {
		body, err := j.db.Body(ctx, p.Entry.SourceID)
		if err != nil {
			return "", err
		}
		if body != nil {
			doc, _ = format.Decode(body.Data, format.Input{URL: body.URL, ContentType: body.ContentType}) // nil if unreadable
		}
		j.documents[p.Entry.SourceID] = doc
	}
	if doc == nil {
		return "", nil
	}
	text := doc.Format
	if !slices.ContainsFunc(doc.Entries, func(e news.Entry) bool { return e.GUID == p.Entry.GUID || e.Link != "" && e.Link == p.Entry.Link }) {
		text += "; no longer in the last one that is kept"
	}
	if n := len(doc.Repairs); n > 0 {
		text += fmt.Sprintf("; %s mended in the last one: %s", count(n, "fault"), oneLine(strings.Join(doc.Repairs, "; ")))
	}
	return text, nil
}

// article describes the result of fetching the page of an entry (content: page).
func article(p news.PageText) string {
	if p.HTML == "" {
		return fmt.Sprintf("its page was asked for %s (%s): %s; the feed's own text stays", moment(p.Fetched), p.Outcome, oneLine(p.Note))
	}
	return fmt.Sprintf("its page was fetched %s and has %s", moment(p.Fetched), count(len(strings.Fields(clean.Text(p.HTML))), "word"))
}

// matched prints why the entry is in its story, which entry it was compared with,
// and which entries joined the story because of it.
func (j *journey) matched(ctx context.Context, e news.Entry, mates []news.Placement) error {
	j.labelled("story", "%s: %s", e.Match.Reason, sentence(e.Match.Detail))
	if e.Match.With != 0 {
		with, err := j.entry(ctx, e.Match.With, mates)
		if err != nil {
			return err
		}
		text := score(e.Match) + " with " + with
		if story.Derived(e.Match) {
			text += "; by names only, and its story takes no other entry like that"
		}
		j.labelled("matched", "%s", text)
	}
	var by []string
	for _, p := range mates {
		if p.Entry.Match.With == e.ID {
			by = append(by, fmt.Sprintf("entry %d of %s (%s, %s)", p.Entry.ID, p.Source.Name, p.Entry.Match.Reason, score(p.Entry.Match)))
		}
	}
	if len(by) > 0 {
		j.labelled("joined by", "%s", some(by))
	}
	return nil
}

// score formats the similarity of two entries: "84 %".
func score(m news.Match) string { return fmt.Sprintf("%.0f %%", 100*m.Score) }

// some joins at most ten items of a list. A story may have very many copies in one day.
func some(list []string) string {
	const most = 10
	if n := len(list) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), n)
	}
	return strings.Join(list, ", ")
}

// entry describes an entry that another was matched with. It is in the same
// story, unless one of them was moved by hand since.
func (j *journey) entry(ctx context.Context, id int64, mates []news.Placement) (string, error) {
	elsewhere := ""
	i := slices.IndexFunc(mates, func(p news.Placement) bool { return p.Entry.ID == id })
	if i < 0 {
		var err error
		if mates, err = j.db.Entry(ctx, id); len(mates) == 0 || err != nil {
			return fmt.Sprintf("entry %d, which is gone", id), err
		}
		i, elsewhere = 0, ", which is in story "+mates[0].Entry.StoryKey+" now"
	}
	p := mates[i]
	return fmt.Sprintf("entry %d of source %s: %s%s", id, p.Source.Name, orUntitled(p.Entry.Title), elsewhere), nil
}

// corrected prints what people and settings did to the entry.
func (j *journey) corrected(ctx context.Context, p news.Placement) error {
	for _, s := range j.cfg.Sources {
		if s.Name == p.Source.Name && s.Apart {
			j.labelled("merge", "false: its source is kept out of the stories of other sources")
		}
	}
	acts, err := j.db.Corrections(ctx, p.Entry.ID)
	for _, c := range acts {
		where := ""
		if c.From != c.To {
			where = ": out of story " + c.From + " into " + c.To
		}
		j.labelled("by hand", "%s %s%s", c.Hand, c.At.Local().Format("2006-01-02 15:04"), where)
	}
	if p.Entry.Guard == news.GuardFlood {
		j.labelled("placed", "into the history of the feeds: it was old and came with many others at once")
	}
	if why := unavailable(p); why != "" {
		j.labelled("hidden", "%s%s", why, j.sourceRule(p))
	} else if !p.Source.Public {
		j.labelled("private", "its source is not public (public: false): only private feeds show it")
	}
	return err
}

// sourceRule says which part of its source's rule is false for a hidden entry.
func (j *journey) sourceRule(p news.Placement) string {
	i := slices.IndexFunc(j.cfg.Sources, func(s config.Source) bool { return s.Name == p.Source.Name })
	if !p.Entry.Hidden || i < 0 {
		return ""
	}
	rule, subject := j.cfg.Sources[i].Where, news.Subject{Entry: &p.Entry, Source: &p.Source}
	if news.Takes(rule, subject) {
		return fmt.Sprintf(", as that was when the entry was last judged; a changed rule reaches back %s", span(store.RuleReach))
	}
	return " " + falsehood(rule, subject)
}

// falsehood says that a rule is false for a subject, and which part of it.
func falsehood(rule news.Rule, s news.Subject) string {
	text := fmt.Sprintf("where %s is false", sentence(rule.String()))
	if why := rule.Explain(s); why != "" {
		text += ": " + sentence(why)
	}
	return text
}

// unavailable says why no feed may show an entry. It returns "" if feeds may.
func unavailable(p news.Placement) string {
	switch {
	case !p.Withdrawn.IsZero():
		return "withdrawn " + moment(p.Withdrawn) + ": its file is no longer there"
	case !p.Retired.IsZero():
		return "its source left the configuration " + moment(p.Retired)
	case p.Entry.Hidden:
		return "by the rule of its source:"
	case p.Entry.Guard == news.GuardBacklog:
		return "it was old when its source was new, and more than that may bring (backlog:)"
	}
	return ""
}
