package format

import (
	"slices"
	"testing"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// parse(publish(x)) gives back x for every field that the format has.
func TestDecodeWhatWeWrite(t *testing.T) {
	for _, duplicates := range []news.Duplicates{news.Collapse, news.Group} {
		e := richEdition()
		e.Feed.Duplicates = duplicates
		want := Prepare(e).items
		for _, f := range writers {
			d, err := Decode(render(t, f.write, e), Input{URL: e.URL(f.ext)})
			if err != nil {
				t.Fatalf("%s: %v", f.ext, err)
			}
			if d.Outcome != news.OutcomeOK || len(d.Repairs) > 0 {
				t.Errorf("%s: outcome %s, repairs %q: want a document that needs none", f.ext, d.Outcome, d.Repairs)
			}
			checkHead(t, f.ext, d, e)
			if len(d.Entries) != len(want) {
				t.Fatalf("%s: got %d entries, want %d", f.ext, len(d.Entries), len(want))
			}
			for i := range want {
				checkEntry(t, f.ext, &d.Entries[i], &want[i])
			}
		}
	}
}

func checkHead(t *testing.T, ext string, d *news.Document, e *news.Edition) {
	t.Helper()
	if d.Title != e.Feed.Title || d.Link != e.URL("") || d.Description != e.Feed.Description || d.Language != e.Feed.Language {
		t.Errorf("%s: got title %q link %q description %q language %q", ext, d.Title, d.Link, d.Description, d.Language)
	}
	if ext != "json" && !d.Updated.Equal(e.Updated) { // JSON Feed has no place for it
		t.Errorf("%s: updated %v, want %v", ext, d.Updated, e.Updated)
	}
	if ext == "rss" && d.TTL != 2*time.Minute {
		t.Errorf("%s: ttl %v, want 2m", ext, d.TTL)
	}
}

func checkEntry(t *testing.T, ext string, got *news.Entry, it *wireItem) {
	t.Helper()
	title, summary := it.heading(), it.summary
	switch ext {
	case "json":
		title, summary = it.title, "" // which is plain text
	case "rss":
		title = clean.Text(title) // RSS cannot say that a title is not HTML
	}
	same := func(field, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s %s: %s is\n %q, want\n %q", ext, it.guid, field, got, want)
		}
	}
	same("guid", got.GUID, it.guid)
	same("link", got.Link, it.link)
	same("title", got.Title, title)
	same("language", wireLanguage(got.Language), first(it.language, wireLanguage("de")))
	if it.text() != "" {
		same("text", clean.Text(got.Body()), clean.Text(it.text()))
	}
	if it.content != "" && summary != "" {
		same("summary", got.Summary, summary)
	}
	if !got.Published.Equal(it.published) || !got.Updated.Equal(it.updated) {
		t.Errorf("%s %s: published %v updated %v", ext, it.guid, got.Published, got.Updated)
	}
	checkLists(t, ext, got, it)
}

func checkLists(t *testing.T, ext string, got *news.Entry, it *wireItem) {
	t.Helper()
	names := func(people []news.Person) (all []string) {
		for _, p := range people {
			all = append(all, p.Name)
		}
		return all
	}
	if got, want := names(got.Authors), names(it.authors); !slices.Equal(got, want) {
		t.Errorf("%s %s: authors %q, want %q", ext, it.guid, got, want)
	}
	if ext == "atom" && !slices.Equal(got.Authors, it.authors) || ext == "atom" && !slices.Equal(got.Categories, it.categories) {
		t.Errorf("%s %s: authors %v, categories %v", ext, it.guid, got.Authors, got.Categories)
	}
	terms := func(list []news.Category) (all []string) {
		for _, c := range list {
			all = append(all, c.Term)
		}
		return all
	}
	if got, want := terms(got.Categories), terms(it.categories); !slices.Equal(got, want) {
		t.Errorf("%s %s: categories %q, want %q", ext, it.guid, got, want)
	}
	if !slices.Equal(got.Enclosures, it.enclosures) {
		t.Errorf("%s %s: enclosures %v, want %v", ext, it.guid, got.Enclosures, it.enclosures)
	}
}
