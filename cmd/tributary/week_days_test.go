package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Number of chapters of the chronicle: those from before the week fill two pages
// of its archive, and the restored ones a third.
const (
	chaptersBefore = 255
	chaptersMore   = 45
)

// name returns a word that only the title of story n contains.
func name(n int) string {
	first := []string{"Alder", "Birch", "Cinder", "Dapple", "Elm", "Fallow", "Gorse", "Hazel", "Ivory", "Juniper"}
	second := []string{"ford", "holm", "brook", "wick", "stead", "combe", "mere"}
	return first[n%len(first)] + second[n/len(first)%len(second)]
}

// report returns story n as a paper prints it.
func report(n int, at time.Time) article {
	words := strings.Fields(strings.NewReplacer("<p>", "", "</p>", "", ".", "").Replace(prose(uint64(n)+1000, 4)))
	return article{title: name(n) + ": " + strings.Join(words, " "), text: prose(uint64(n), 150), published: at}
}

// copied returns story n as another paper prints it: under a headline of its own,
// and with an additional paragraph.
func copied(n int, by string, at time.Time) article {
	a := report(n, at)
	a.title, a.text = "What "+name(n)+" means for the "+by, a.text+prose(uint64(n)*31+uint64(len(by)), 30)
	return a
}

// chapters returns n entries of the chronicle, one an hour.
func chapters(from, n int, last time.Time) []article {
	var all []article
	for i := range n {
		words := strings.Fields(strings.NewReplacer("<p>", "", "</p>", "", ".", "").Replace(prose(uint64(from+i)+9000, 5)))
		all = append(all, article{guid: fmt.Sprintf("urn:chronik:%d", from+i), title: strings.Join(words, " "), text: prose(uint64(from+i)+5000, 60), published: last.Add(time.Duration(i-n+1) * time.Hour)})
	}
	return all
}

// begin is Monday: every paper has older reports, and the daemon has none.
func (w *week) begin(t *testing.T) {
	for n, paper := range []string{"agency", "agency", "kurier", "kurier", "echo", "echo", "bote", "bote", "blog", "blog"} {
		w.papers[paper].print(report(n, w.at(0, n)))
		w.told(name(n), 1, "news", "kept")
	}
	for n := 10; n < 12; n++ {
		w.episode(n, w.at(0, n))
		w.papers["inner"].print(report(n+2, w.at(0, n)))
		w.told(name(n+2), 1, "club")
	}
	w.papers["chronik"].print(chapters(1, chaptersBefore, w.at(0, 12))...)
	w.river.seed(t, "note.md", "---\ntitle: \""+name(14)+": a note\"\ndate: "+w.at(0, 6).Format(time.RFC3339)+"\n---\n\n"+plain(prose(14, 90)))
	w.told(name(14), 1, "news", "kept")

	w.river.command(t, "run", "--all", "--strict")
	w.river.command(t, "run", "--rebuild-archive", "chronicle")
	w.club = w.token(t)
	w.open(t)
}

// wire is Tuesday: two papers print what the agency sent, one corrects a report,
// and one changes only white space, case and markup.
func (w *week) wire(t *testing.T) {
	w.papers["agency"].print(report(15, w.at(1, 8)))
	w.papers["kurier"].print(copied(15, "Kurier", w.at(1, 9)))
	w.papers["echo"].print(copied(15, "reader of the Echo", w.at(1, 10)))
	w.told(name(15), 1, "news")
	w.told(name(15), 3, "kept")
	w.papers["bote"].print(report(16, w.at(1, 11)))
	w.told(name(16), 1, "news", "kept")
	w.episode(17, w.at(1, 12))
	w.papers["inner"].print(report(18, w.at(1, 13)))
	w.told(name(18), 1, "club")

	w.papers["kurier"].edit(t, name(2), func(a *article) { a.title, a.text = name(2)+", corrected", a.text+prose(7001, 60) })
	w.papers["echo"].edit(t, name(4), func(a *article) {
		a.title = strings.ToUpper(a.title[:1]) + strings.Replace(a.title[1:], ": ", ":  ", 1)
		a.text = strings.ReplaceAll(a.text, "<p>", `<p class="lead">`)
	})
	w.await(report(15, w.at(1, 8)).title, reports...)
	w.await(name(2)+", corrected", reports...)
	w.fetch(t, "agency", "kurier", "echo", "bote", "cast", "inner")
}

// copiesFirst is Wednesday: copies arrive before their original, one paper is
// down, and a document is put into the folder.
func (w *week) copiesFirst(t *testing.T) {
	w.papers["kurier"].print(copied(19, "Kurier", w.at(2, 10)))
	w.papers["echo"].print(copied(19, "reader of the Echo", w.at(2, 11)))
	w.told(name(19), 1, "news")
	w.told(name(19), 2, "kept")
	w.papers["bote"].set(func(p *paper) { p.down = true })
	w.papers["bote"].print(report(20, w.at(2, 12)))
	w.papers["blog"].print(report(21, w.at(2, 13)))
	w.told(name(21), 1, "news", "kept")
	w.river.seed(t, "paper.txt", " date "+w.at(2, 0).Format(time.DateOnly)+" "+name(22)+" was put on paper. "+plain(prose(22, 80)))
	w.told(name(22), 1, "news", "kept")
	w.chronicle(chaptersBefore+1, 1, w.at(2, 14))
	w.fetch(t, "kurier", "echo", "bote", "blog", "seeds", "chronik")
}

// lateOriginal is Thursday: the agency's report arrives a day late and
// back-dated, the paper that was down publishes two days at once, the file of an
// episode moves, and the daemon is restarted.
func (w *week) lateOriginal(t *testing.T) {
	w.papers["agency"].print(report(19, w.at(2, 7)))
	w.told(name(19), 1, "kept")
	w.papers["bote"].set(func(p *paper) { p.down = false })
	w.papers["bote"].print(report(23, w.at(3, 9)))
	for _, n := range []int{20, 23} {
		w.told(name(n), 1, "news", "kept")
	}
	w.papers["cast"].edit(t, name(17), func(a *article) { a.sound += "?expires=tomorrow" })
	if err := w.river.terminate(t); err != nil {
		t.Errorf("after SIGTERM: %v, want exit 0 within 10 s", err)
	}
	w.open(t)
	w.await(report(19, w.at(2, 7)).title, reports...)
	w.fetch(t, "agency", "bote", "cast")
}

// moveAndKill is Friday: the blog moves, many old chapters of the chronicle are
// restored, a paper drops a report, and the daemon is killed while it fetches.
func (w *week) moveAndKill(t *testing.T) {
	w.papers["blog"].set(func(p *paper) { p.moved = true })
	w.papers["blog"].print(report(24, w.at(4, 8)))
	w.told(name(24), 1, "news", "kept")
	w.chronicle(chaptersBefore+2, chaptersMore, w.at(4, 9))
	w.papers["agency"].print(report(25, w.at(4, 10)))
	w.papers["kurier"].print(copied(25, "Kurier", w.at(4, 11)))
	w.told(name(25), 1, "news")
	w.told(name(25), 2, "kept")
	w.dropped = w.papers["echo"].drop()
	w.river.seed(t, "note.md", "---\ntitle: \""+name(14)+": a note, continued\"\ndate: "+w.at(0, 6).Format(time.RFC3339)+"\n---\n\n"+plain(prose(14, 90))+"\n\n"+plain(prose(7002, 40)))

	asked := make(chan struct{}, 1)
	w.papers["agency"].set(func(p *paper) { p.asked = asked })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.interrupted(t, "agency", "kurier", "chronik")
	}()
	select {
	case <-asked:
	case <-time.After(patience):
		t.Fatal("the agency was not asked")
	}
	w.river.kill(t)
	<-ended
	w.open(t)
	w.fetch(t, "agency", "kurier", "echo", "blog", "chronik", "seeds")
	w.await(report(25, w.at(4, 10)).title, reports...)
	w.await(name(14)+": a note, continued", reports...)
}

// rename is Saturday: the news feed is renamed, a paper changes the guids of all
// its reports, and the agency corrects a report that others copied.
func (w *week) rename(t *testing.T) {
	config := filepath.Join(w.river.dir, "config.yaml")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	renamed := strings.Replace(string(text), "{name: news,", "{name: nachrichten, moved_from: [news],", 1)
	write(t, w.river.dir, "config.yaml", renamed)
	w.news = "nachrichten"
	w.papers["kurier"].set(func(p *paper) {
		for i := range p.articles {
			p.articles[i].guid = fmt.Sprintf("https://kurier.example/?p=%d", 100+len(p.articles)-i)
		}
	})
	w.papers["kurier"].print(report(26, w.at(5, 9)))
	w.told(name(26), 1, "news", "kept")
	w.papers["agency"].edit(t, name(15), func(a *article) { a.title, a.text = name(15)+": the second report", a.text+prose(7003, 50) })
	w.await(name(15)+": the second report", reports...)
	w.fetch(t, "kurier", "agency")
}

// quiet is Sunday: the dropped report is listed again, the daemon is killed while
// idle, a document is renamed, and nothing is new except one correction.
func (w *week) quiet(t *testing.T) {
	w.papers["echo"].print(w.dropped)
	w.papers["bote"].edit(t, name(23), func(a *article) { a.title, a.text = name(23)+", seen again", prose(7004, 50)+a.text })
	folder := filepath.Join(w.river.dir, "seeds")
	if err := os.Rename(filepath.Join(folder, "note.md"), filepath.Join(folder, "notes.md")); err != nil {
		t.Fatal(err)
	}
	w.river.kill(t)
	w.open(t)
	w.await(name(23)+", seen again", reports...)
	w.fetch(t, "echo", "bote", "seeds", "agency", "kurier", "blog", "cast", "chronik", "inner")
}

// episode makes the podcast publish an episode.
func (w *week) episode(n int, at time.Time) {
	a := report(n, at)
	a.sound = fmt.Sprintf("https://cast.example/%d.mp3", n)
	w.papers["cast"].print(a)
	w.told(name(n), 1, "listen")
}

// chronicle publishes chapters, and expects the last one in the feed.
func (w *week) chronicle(from, n int, last time.Time) {
	all := chapters(from, n, last)
	w.papers["chronik"].print(all...)
	w.await(all[n-1].title, "chronicle")
}

// plain returns a text without its markup.
func plain(html string) string {
	return strings.NewReplacer("<p>", "", "</p>", "\n\n").Replace(html)
}
