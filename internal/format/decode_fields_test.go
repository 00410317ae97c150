package format

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// fieldCase is one rule: a document and the expected value of one field of it. Fields
// have the names that [fields] gives them.
type fieldCase struct{ doc, field, want string }

// checkFields decodes every document with docURL as its address.
func checkFields(t *testing.T, cases []fieldCase) {
	t.Helper()
	for i, c := range cases {
		t.Run(fmt.Sprintf("%d %s", i, c.field), func(t *testing.T) {
			d, err := Decode([]byte(c.doc), Input{URL: docURL})
			if err != nil {
				t.Fatalf("%v\n%s", err, c.doc)
			}
			all := fields(d)
			got, known := all[c.field]
			if !known {
				t.Fatalf("there is no field %q", c.field)
			}
			if got != c.want {
				t.Errorf("%s: got %q, want %q\n%s", c.field, got, c.want, c.doc)
			}
		})
	}
}

// fields returns the fields of a document as strings. The names of those of its first
// entry begin with a dot.
func fields(d *news.Document) map[string]string {
	f := map[string]string{
		"format": d.Format, "id": d.ID, "title": d.Title, "link": d.Link, "description": d.Description, "language": d.Language,
		"updated": stamp(d.Updated), "authors": persons(d.Authors), "rights": d.Rights, "icon": d.Icon, "image": d.Image,
		"ttl": d.TTL.String(), "skip": fmt.Sprint(d.SkipHours, d.SkipDays), "self": d.Self, "moved": d.Moved,
		"hubs": strings.Join(d.Hubs, " "), "entries": fmt.Sprint(len(d.Entries)),
		"repairs": strings.Join(d.Repairs, "; "),
	}
	if len(d.Entries) == 0 {
		return f
	}
	e := d.Entries[0]
	f[".id"], f[".link"], f[".title"], f[".summary"], f[".content"] = e.GUID, e.Link, e.Title, e.Summary, e.Content
	f[".published"], f[".updated"], f[".authors"], f[".language"] = stamp(e.Published), stamp(e.Updated), persons(e.Authors), e.Language
	var terms, full, files []string
	for _, c := range e.Categories {
		terms = append(terms, c.Term)
		full = append(full, c.Term+"|"+c.Scheme+"|"+c.Label)
	}
	for _, n := range e.Enclosures {
		files = append(files, strings.TrimSpace(fmt.Sprint(n.URL, " ", n.Type, " ", n.Length)))
	}
	f[".categories"], f[".schemes"], f[".enclosures"] = strings.Join(terms, ", "), strings.Join(full, ", "), strings.Join(files, ", ")
	f[".origin"], f[".extra"], f[".files"] = compact(e.Origin), compact(e.Extra), compact(e.Enclosures)
	return f
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func persons(list []news.Person) string {
	var all []string
	for _, p := range list {
		all = append(all, strings.TrimRight(p.Name+"|"+p.Email+"|"+p.URL, "|"))
	}
	return strings.Join(all, ", ")
}

func compact(v any) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	if text := strings.TrimSpace(out.String()); text != "null" && text != "{}" {
		return text
	}
	return ""
}

// spaces declares the vocabularies beside the native ones.
const spaces = ` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:xhtml="http://www.w3.org/1999/xhtml" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
 xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:thr="http://purl.org/syndication/thread/1.0"
 xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:cc="http://web.resource.org/cc/"
 xmlns:creativeCommons="http://backend.userland.com/creativeCommonsRssModule" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:pheedo="http://www.pheedo.com/namespace/pheedo"`

func inChannel(inside string) string {
	return `<rss version="2.0"` + spaces + `><channel>` + inside + `</channel></rss>`
}

func inItem(inside string) string { return inChannel(`<title>C</title><item>` + inside + `</item>`) }

func inRDF(inside string) string {
	return `<rdf:RDF xmlns="http://purl.org/rss/1.0/"` + spaces + `><channel rdf:about="http://c.example/"><title>C</title></channel>` +
		`<item rdf:about="http://c.example/1">` + inside + `</item></rdf:RDF>`
}

func inFeed(inside string) string {
	return `<feed xmlns="http://www.w3.org/2005/Atom"` + spaces + `>` + inside + `</feed>`
}

func inEntry(inside string) string { return inFeed(`<title>F</title><entry>` + inside + `</entry>`) }

func inEntry03(inside string) string {
	return `<feed version="0.3" xmlns="http://purl.org/atom/ns#"` + spaces + `><title>F</title><entry>` + inside + `</entry></feed>`
}

func inJSON(members string) string {
	return `{"version":"https://jsonfeed.org/version/1.1","title":"T",` + members + `}`
}

func inJSONItem(members string) string { return inJSON(`"items":[{` + members + `}]`) }
