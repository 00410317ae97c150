package page

import (
	"html/template"
	"io"
	"net/url"
	"strconv"
	"strings"

	"tributary/internal/news"
	"tributary/internal/search"
)

// SearchView is the page of a search: the form and the results.
type SearchView struct {
	Site    news.Site
	Feeds   []news.Feed // the feeds that can be searched
	In      *news.Feed  // the feed that is searched; nil for all
	Text    string      // the query as typed; empty shows only the form
	Address news.Search // address of this search
	Best    bool        // order by relevance instead of by time
	Page    int         // from 1
	Query   *search.Query
	Result  *search.Result // nil before a search, and if there is a Problem
	Problem news.Text      // why there is no result
}

// SearchRows is the number of stories on a page of results.
const SearchRows = 50

// ask is a small search form.
type ask struct{ Action, Label, Feed string }

// newAsk returns a form that searches one feed, or all if in is nil. It returns nil for a static
// site, which cannot search.
func (l *locale) newAsk(site news.Site, in *news.Feed) *ask {
	if site.Static {
		return nil
	}
	a := &ask{Action: searchPath(site), Label: l.text("Search all stories")}
	if in != nil {
		a.Label = l.text("Search this feed")
	}
	if in != nil && site.Token == "" { // a token gives access to a single feed
		a.Feed = in.Name
	}
	return a
}

// searchPath returns the action of search forms. It is a path, so that a form works whatever host
// the page was reached by: the policy (form-action 'self') allows no other host.
func searchPath(site news.Site) string {
	u, err := url.Parse(site.URL)
	if err != nil {
		u = &url.URL{}
	}
	path := strings.TrimSuffix(u.Path, "/")
	if site.Token != "" {
		path += "/private/" + site.Token
	}
	return path + "/search"
}

// Search writes the page of a search. It is excluded from search engines.
func (t *Theme) Search(w io.Writer, v *SearchView) error {
	l := t.in(v.Site.Language)
	p := searchPage{
		Action: searchPath(v.Site), Text: v.Text, Best: v.Best, Help: v.Result == nil || len(v.Result.Found) == 0,
		Problem: sentence(l.say(v.Problem)), Choices: l.choices(v),
	}
	f := frame{Site: v.Site, locale: l, Title: l.text("Search") + " · " + siteName(v.Site), Hidden: true}
	if v.Text != "" {
		f.Title = v.Text + " · " + f.Title
	}
	if v.In != nil && v.Site.Token != "" {
		p.In = feedLink(v.Site, *v.In)
	}
	if v.Result != nil {
		p.found(l, v)
		e := news.Edition{Site: v.Site, Search: &v.Address}
		f.Feeds = []feed{{v.Text + " · " + siteName(v.Site), e.URL("atom")}}
		p.Address = breakable(e.URL("atom"))
		p.Formats = formats(&e)[:3] // without OPML: there are no sources to list
	}
	f.View = p
	return t.render(w, "search", f)
}

// searchPage is the data of search.html.
type searchPage struct {
	Action, Text string
	Choices      []choice      // feeds to choose from; none if there is only one
	In           template.HTML // link to the private feed that is searched; "" for public feeds
	Best         bool
	Problem      string
	Asked        bool // there is a result, possibly an empty one
	Count        string
	Orders       []template.HTML
	Address      template.HTML // of the feed of this search
	Formats      []template.HTML
	Notes        []string
	Found        []found
	Pages        []template.HTML
	Help         bool
}

// choice is a feed that can be searched.
type choice struct {
	Name, Title string
	Selected    bool
}

// found is a search result.
type found struct {
	headline
	Title   []search.Piece
	Link    string
	Excerpt []search.Piece
	Where   template.HTML // the report that contains the excerpt; "" if it is the one shown
}

func (l *locale) choices(v *SearchView) []choice {
	if len(v.Feeds) < 2 {
		return nil
	}
	all := []choice{{Title: l.text("all feeds")}}
	for _, f := range v.Feeds {
		all = append(all, choice{f.Name, f.DisplayName(), v.In != nil && v.In.Name == f.Name})
	}
	return all
}

// excerptLength is the length of an excerpt in characters.
const excerptLength = 260

func (p *searchPage) found(l *locale, v *SearchView) {
	r := v.Result
	p.Asked = true
	p.Count = l.stories(r.Total)
	if r.Broad {
		p.Count = l.text("More than %s", p.Count)
	}
	for i := range r.Found {
		p.Found = append(p.Found, l.newFound(v, &r.Found[i]))
	}
	if r.Total > 1 {
		p.Orders = l.orders(v)
	}
	p.Pages = l.pager(v)
	p.Notes = l.notes(v)
}

func (l *locale) newFound(v *SearchView, s *search.Found) found {
	f := found{headline: l.newHeadline(v.Site, &s.Shown), Title: v.Query.Mark(l.title(&s.Entry)), Link: home(v.Site, &s.Shown)}
	excerpt, hit := v.Query.Excerpt(search.PlainText(&s.At), excerptLength)
	f.Excerpt = excerpt
	if s.Hit != nil && hit {
		f.Where = anchor(s.Hit.Link, s.Hit.SourceTitle)
	}
	return f
}

// orders returns the two sort orders. The present one is not a link.
func (l *locale) orders(v *SearchView) []template.HTML {
	newest, best := l.text("Newest first"), l.text("Best match first")
	if v.Best {
		return []template.HTML{anchor(v.url(false, 1), newest), anchor("", best)}
	}
	return []template.HTML{anchor("", newest), anchor(v.url(true, 1), best)}
}

// url returns the address of a page of this search.
func (v *SearchView) url(best bool, page int) string {
	address := v.Site.SearchURL(v.Address, "")
	if best {
		address += "&sort=best"
	}
	if page > 1 {
		address += "&page=" + strconv.Itoa(page)
	}
	return address
}

func (l *locale) pager(v *SearchView) []template.HTML {
	var all []template.HTML
	if v.Page > 1 {
		all = append(all, anchor(v.url(v.Best, v.Page-1), l.text("Previous page")))
	}
	if last := min(v.Result.Total, search.MaxRows); v.Page*SearchRows < last {
		all = append(all, anchor(v.url(v.Best, v.Page+1), l.text("Next page")))
	}
	return all
}

// notes returns remarks on how far the results can be relied on.
func (l *locale) notes(v *SearchView) []string {
	var all []string
	r := v.Result
	if r.Partial {
		all = append(all, l.text("The search index is being made just now: older stories will turn up when it is whole."))
	}
	if r.Total > search.MaxRows || r.Broad {
		all = append(all, l.text("At most %d are listed. Another word narrows the search down.", search.MaxRows))
	}
	if r.Shorter {
		all = append(all, l.text("Very many words hold these letters; only the shorter of them were looked for."))
	}
	if unknown := v.Query.Unknown(); unknown != "" {
		all = append(all, l.text("No source here is called that: %s", unknown))
	}
	if word := v.Query.Whole(); word != "" && r.Total == 0 {
		all = append(all, l.text("%[1]s is short, so only whole words were looked for. *%[1]s* finds longer ones that hold it, too.", word))
	}
	return all
}

// sentence capitalises a message.
func sentence(text string) string {
	if strings.HasPrefix(text, "OR ") {
		return text
	}
	return news.Capital(text)
}
