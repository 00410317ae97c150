package main_test

import (
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// week simulates a week: papers publish, copy, correct, move and fail, the daemon
// is restarted and killed, and readers poll every evening.
type week struct {
	river   *river
	door    *door
	papers  map[string]*paper
	monday  time.Time
	club    string // the path that a token opens
	news    string // the present name of the news feed
	ledgers map[string]*ledger
	readers []reading
	dropped article // a report that a paper does not list for two days

	// The stories that feeds must show: by feed, and by the word that only the
	// title of the story contains, the number of its items.
	stories map[string]map[string]int
	tonight map[string][]string // titles that a feed must show by the evening
}

// reading is a reader with the documents it is subscribed to.
type reading struct {
	name      string
	documents []string
	subscriber
}

// documents are the feed and the format of what readers subscribe to, by name.
var documents = map[string][2]string{
	"news-atom": {"news", ".atom"}, "news-rss": {"news", ".rss"}, "kept-atom": {"kept", ".atom"},
	"listen-rss": {"listen", ".rss"}, "chronicle-atom": {"chronicle", ".atom"}, "club-atom": {"club", ".atom"},
}

// TestWeek lets real readers poll on seven simulated evenings. The dates of the
// reports are spread over a week, but the clock is not changed. All readers must
// see the same items, and none an item twice.
func TestWeek(t *testing.T) {
	if testing.Short() {
		t.Skip("a week takes minutes, most of which the readers wait")
	}
	t.Parallel()
	w := newWeek(t)
	days := []struct {
		name string
		dawn func(*testing.T)
	}{
		{"monday", w.begin}, {"tuesday", w.wire}, {"wednesday", w.copiesFirst}, {"thursday", w.lateOriginal},
		{"friday", w.moveAndKill}, {"saturday", w.rename}, {"sunday", w.quiet},
	}
	for _, day := range days {
		t.Log(day.name)
		w.tonight = map[string][]string{}
		day.dawn(t)
		eventually(t, func() string { return w.untold(t) })
		w.evening(t)
		for _, r := range w.readers {
			r.poll(t, w.addresses(r))
			t.Run(day.name+" "+r.name, func(t *testing.T) { w.check(t, r) })
		}
		if t.Failed() {
			return // the following days depend on it
		}
	}
	t.Run("history", w.testHistory)
}

// newWeek makes the papers, the configuration and the readers.
func newWeek(t *testing.T) *week {
	w := &week{door: newDoor(t), papers: map[string]*paper{}, ledgers: map[string]*ledger{}, stories: map[string]map[string]int{}, news: "news"}
	w.monday = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -8)
	for i, p := range [][2]string{{"agency", "atom"}, {"kurier", "rss"}, {"echo", "rss"}, {"bote", "json"}, {"blog", "atom"}, {"cast", "rss"}, {"inner", "rss"}, {"chronik", "rss"}} {
		w.papers[p[0]] = newPaper(t, i+2, p[0], p[1])
	}
	binary := build(t)
	pushed := &second{binary: binary, documents: []string{"news-rss", "listen-rss", "chronicle-atom"}, pushed: true, door: newDoor(t)}
	w.river = settle(t, binary, w.configuration(t, "{name: news}", pushed.door))
	all := slices.Sorted(maps.Keys(documents))
	some := []string{"news-atom", "listen-rss", "chronicle-atom", "club-atom"}
	for _, r := range []struct {
		name      string
		documents []string
		make      func(t *testing.T, home string) subscriber
	}{
		{"feedparser", all, newParser},
		{"newsboat", all, newNewsboat},
		{"sfeed", all, newSfeed},
		{"rss2email", all, newRSS2email},
		{"liferea", all, newLiferea},
	} {
		home := t.TempDir()
		t.Run(r.name, func(t *testing.T) { w.readers = append(w.readers, reading{r.name, r.documents, r.make(t, home)}) })
	}
	w.readers = append(w.readers,
		reading{"tributary", some, &second{binary: binary, documents: some, door: newDoor(t)}},
		reading{"tributary of all reports", []string{"kept-atom"}, &second{binary: binary, documents: []string{"kept-atom"}, keep: true, door: newDoor(t)}},
		reading{"tributary by push", pushed.documents, pushed})
	return w
}

// configuration returns the configuration. newsFeed is the news feed in YAML.
func (w *week) configuration(t *testing.T, newsFeed string, pushed *door) string {
	t.Helper()
	var sources strings.Builder
	ports := []string{port(t, pushed.url)}
	for _, name := range slices.Sorted(maps.Keys(w.papers)) {
		p := w.papers[name]
		fmt.Fprintf(&sources, "  - {feed: '%s', name: %s, public: %t}\n", p.url, name, name != "inner")
		ports = append(ports, port(t, p.url))
	}
	selection := "sources: [agency, kurier, echo, bote, blog, seeds]"
	return fmt.Sprintf("site: {title: Week, url: '%s'}\nlisten: 127.0.0.1:0\nadmin: ''\nhub: on\nlimits: {spacing: 0s}\nstories: {window: 14d}\n"+ // the week began eight days ago
		"defaults: {schedule: '%s', allow_networks: [127.0.0.0/8], allow_ports: [%s]}\nsources:\n  - {seeds: seeds/*, name: seeds}\n%sfeeds:\n"+
		"  - {%s, %s}\n  - {name: kept, duplicates: keep, %[6]s}\n"+
		"  - {name: listen, kind: podcast, sources: [cast], language: en, author: Anna, image: 'https://cast.example/cover.jpg', email: anna@cast.example, categories: [News]}\n"+
		"  - {name: chronicle, sources: [chronik], archive: true, limit: 40, window: 0s}\n"+
		"  - {name: club, sources: [inner], access: private}\n",
		w.door.url, halfADayAway(), strings.Join(ports, ", "), sources.String(), strings.Trim(newsFeed, "{}"), selection)
}

// at returns an hour of a day of the week; 0 is Monday.
func (w *week) at(day, hour int) time.Time {
	return w.monday.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour)
}

// path returns the path of a feed's documents, without the format.
func (w *week) path(feed string) string {
	switch feed {
	case "club":
		return w.club
	case "news":
		return "/feeds/" + w.news
	}
	return "/feeds/" + feed
}

func (w *week) feeds() []string { return []string{"news", "kept", "listen", "chronicle", "club"} }

// addresses returns the addresses that a reader uses. Readers keep the first
// address of the news feed after it is renamed, except for one that does not
// follow redirects.
func (w *week) addresses(r reading) map[string]string {
	addresses := map[string]string{}
	for _, document := range r.documents {
		feed, ext := documents[document][0], documents[document][1]
		path := w.path(feed)
		if _, stays := r.subscriber.(*sfeed); feed == "news" && !stays {
			path = "/feeds/news"
		}
		addresses[document] = w.door.url + path + ext
	}
	return addresses
}

// open starts the daemon behind the door.
func (w *week) open(t *testing.T) {
	t.Helper()
	w.river.serve(t)
	w.door.open(t, w.river.url)
}

// fetch makes the daemon fetch sources now.
func (w *week) fetch(t *testing.T, names ...string) {
	t.Helper()
	w.river.command(t, append([]string{"run"}, names...)...)
}

// told adds a story to those that feeds must show.
func (w *week) told(name string, items int, feeds ...string) {
	for _, feed := range feeds {
		if w.stories[feed] == nil {
			w.stories[feed] = map[string]int{}
		}
		w.stories[feed][name] += items
	}
}

// reports are the feeds of the papers' reports.
var reports = []string{"news", "kept"}

// await adds a title to those that feeds must show by the evening.
func (w *week) await(title string, feeds ...string) {
	for _, feed := range feeds {
		w.tonight[feed] = append(w.tonight[feed], title)
	}
}

// untold says what a feed lacks or has too often.
func (w *week) untold(t *testing.T) string {
	t.Helper()
	for feed, stories := range w.stories {
		items, total := w.items(t, feed), 0
		for name, want := range stories {
			total += want
			n := 0
			for _, i := range items {
				if strings.Contains(i.Title, name) {
					n++
				}
			}
			if n != want {
				return fmt.Sprintf("%s has %d items of %s, want %d: %q", feed, n, name, want, items)
			}
		}
		if feed != "chronicle" && len(items) != total {
			return fmt.Sprintf("%s has %d items, want %d: %q", feed, len(items), total, items)
		}
	}
	for feed, titles := range w.tonight {
		items := w.items(t, feed)
		for _, title := range titles {
			if !slices.ContainsFunc(items, func(i item) bool { return i.Title == title }) {
				return fmt.Sprintf("%s has no item %q: %q", feed, title, items)
			}
		}
	}
	return ""
}

// items returns the entries of a feed, as its JSON Feed lists them.
func (w *week) items(t *testing.T, feed string) []item {
	t.Helper()
	return w.river.itemsAt(t, w.path(feed)+".json")
}

// check verifies that a reader has what it must have. It waits, because some
// readers fetch in the background.
func (w *week) check(t *testing.T, r reading) {
	for _, document := range r.documents {
		want := r.expects(w.ledgers[documents[document][0]])
		eventually(t, func() string {
			if diff := compare(want, r.holds(t, document)); diff != "" {
				return document + ": -want +has\n" + diff
			}
			return ""
		})
	}
}

// testHistory follows the archive as RFC 5005 describes. It must find every
// chapter of the chronicle once.
func (w *week) testHistory(t *testing.T) {
	python, home := program(t, "python3", "-c", "import feedparser"), t.TempDir()
	script, err := filepath.Abs(filepath.Join("testdata", "e2e", "archive.py"))
	if err != nil {
		t.Fatal(err)
	}
	ids := strings.Fields(string(run(t, home, nil, python, script, w.door.url+"/feeds/chronicle.atom")))
	slices.Sort(ids)
	var want []string
	for _, a := range w.papers["chronik"].articles {
		want = append(want, a.guid)
	}
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		t.Errorf("the archive has %d items, want %d: %q", len(ids), len(want), ids)
	}
}

// token makes an address of the private feed and returns its path.
func (w *week) token(t *testing.T) string {
	t.Helper()
	address, err := url.Parse(strings.TrimSpace(w.river.command(t, "token", "add", "club", "anna")))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(address.Path, ".atom")
}
