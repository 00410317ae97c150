package story

import (
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// edge is one condition of a rule, as two pairs that differ in little: the rule takes
// the first for the same, and not the second.
type edge struct {
	name    string
	in, out func(*pair)
}

// under checks the edges of a rule on copies of a base pair, which the rule must take
// for the same as it is.
func under(t *testing.T, rule func(limits, *pair) likeness, want news.Reason, base pair, edges []edge) {
	t.Helper()
	// A month, so that the window does not hide the reach of a rule.
	l := limitsOf(news.Matching{Level: news.Normal, Window: news.MaxWindow})
	judged := func(change func(*pair)) news.Reason {
		p := base
		if change != nil {
			change(&p)
		}
		return rule(l, &p).reason
	}
	if got := judged(nil); got != want {
		t.Fatalf("the base pair is %q, want %q", got, want)
	}
	for _, e := range edges {
		if got := judged(e.in); got != want {
			t.Errorf("%s: %q within, want %q", e.name, got, want)
		}
		if got := judged(e.out); got != "" {
			t.Errorf("%s: %q beyond, want none", e.name, got)
		}
	}
}

// set makes several changes to a pair.
func set(changes ...func(*pair)) func(*pair) {
	return func(p *pair) {
		for _, c := range changes {
			c(p)
		}
	}
}

func runsOf(both, of int) func(*pair) { return func(p *pair) { p.runs = share{both, of} } }
func leadOf(both, of int) func(*pair) { return func(p *pair) { p.lead = share{both, of} } }

// figuresOf sets how many figures agree; the others contradict each other.
func figuresOf(both, of int) func(*pair) {
	return func(p *pair) { p.figures, p.clashes = share{both, of}, of-both }
}

// absent sets figures of which some occur in one text only and none contradicts.
func absent(both, of int) func(*pair) {
	return func(p *pair) { p.figures, p.clashes = share{both, of}, 0 }
}
func namesOf(both, of int) func(*pair)  { return func(p *pair) { p.names = share{both, of} } }
func titleFig(both, of int) func(*pair) { return func(p *pair) { p.titleFigures = share{both, of} } }
func wordsIn(a, b int) func(*pair)      { return func(p *pair) { p.short, p.long = a, b } }
func distant(d time.Duration) func(*pair) {
	return func(p *pair) { p.apart = d }
}

// titled sets what two headlines share and the length of the longer one.
func titled(both, of, longer int) func(*pair) {
	return func(p *pair) { p.title, p.titleMax = share{both, of}, longer }
}

// headedBy sets how many headline words occur in the headline or opening of the other entry.
func headedBy(n int) func(*pair) { return func(p *pair) { p.headed = n } }

// saying sets how many runs are not counted because they are boilerplate.
func saying(n int) func(*pair) { return func(p *pair) { p.filled = n } }

// sampled sets how coarsely the longer text is sampled.
func sampled(level uint) func(*pair) { return func(p *pair) { p.level = level } }

func revised(p *pair) { p.revised = true }
func tongues(p *pair) { p.tongue = true }
func queried(p *pair) { p.query = true }
func inFeed(p *pair)  { p.feed = true }
func owned(p *pair)   { p.own = true }
func untimed(p *pair) { p.timed = false }

func TestTextAcrossOutlets(t *testing.T) {
	base := pair{short: 300, long: 400, runs: share{200, 300}, lead: share{20, 32}, figures: share{4, 5}, title: share{2, 8}, titleMax: 8, names: share{5, 20}, headed: 2, apart: time.Hour}
	part := set(titled(6, 10, 10), titleFig(0, 1))
	unnamed := set(headedBy(0), runsOf(200, 300))
	under(t, limits.text, news.ReasonText, base, []edge{
		{"part of the runs", set(headedBy(1), runsOf(120, 300)), set(headedBy(1), runsOf(119, 300))},
		{"part of the runs, named", runsOf(99, 300), runsOf(98, 300)},
		{"part of the runs, named today", set(runsOf(99, 300), figuresOf(75, 100), distant(sameDay)), set(runsOf(99, 300), figuresOf(75, 100), distant(sameDay+1))},
		{"too short", set(runsOf(10, 10), wordsIn(14, 20)), set(runsOf(9, 9), wordsIn(14, 20))},
		{"figures of a long text", figuresOf(30, 100), figuresOf(29, 100)},
		{"figures of a short text, another day", set(runsOf(79, 99), figuresOf(75, 100), distant(day)), set(runsOf(79, 99), figuresOf(74, 100), distant(day))},
		{"figures of a short text, today", set(runsOf(79, 99), figuresOf(74, 100), distant(sameDay)), set(runsOf(79, 99), figuresOf(74, 100), distant(sameDay+1))},
		{"figures of a short copy, another day", set(runsOf(80, 99), figuresOf(74, 100), distant(day)), set(runsOf(79, 99), figuresOf(74, 100), distant(day))},
		{"figures of a long text, another day", set(runsOf(239, 300), figuresOf(75, 100), distant(day)), set(runsOf(239, 300), figuresOf(74, 100), distant(day))},
		{"inserted, all of it", set(runsOf(150, 150), leadOf(0, 32), titled(0, 4, 8)), set(runsOf(149, 149), leadOf(0, 32), titled(0, 4, 8))},
		{"numbered, short", set(part, runsOf(60, 60)), set(part, runsOf(59, 59))},
		{"numbered, partly", set(part, runsOf(80, 99)), set(part, runsOf(79, 99))},
		{"numbered, long", set(part, runsOf(119, 150)), set(part, runsOf(118, 149))},
		{"numbered, today", set(part, runsOf(149, 149), distant(sameDay)), set(part, runsOf(149, 149), distant(sameDay+1))},
		{"numbered, long, another day", set(part, runsOf(150, 150), distant(day)), set(part, runsOf(149, 149), distant(day))},
		{"no word of the headlines", set(unnamed, runsOf(241, 400)), set(unnamed, runsOf(240, 400))},
		{"no word of the headlines, by the sample", set(unnamed, runsOf(121, 200), sampled(1)), set(unnamed, runsOf(120, 200), sampled(1))},
		{"a word of the headlines", set(unnamed, headedBy(1)), unnamed},
		{"half of the headline", set(unnamed, titled(1, 2, 8)), unnamed},
		{"no headlines", set(unnamed, titled(0, 0, 0)), unnamed},
		{"no word of the headlines, but all", set(unnamed, runsOf(98, 100)), set(unnamed, runsOf(97, 100))},
		{"no word of the headlines, beside a form", set(unnamed, runsOf(98, 98), saying(2)), set(unnamed, runsOf(97, 97), saying(2))},
		{"no word of the headlines, but the beginning", set(unnamed, leadOf(7, 10), runsOf(75, 100)), set(unnamed, leadOf(7, 10), runsOf(74, 100))},
		{"no word of the headlines, by the beginning", set(unnamed, leadOf(7, 10), runsOf(90, 100)), set(unnamed, leadOf(69, 100), runsOf(90, 100))},
		{"no word of the headlines, today", set(unnamed, leadOf(7, 10), runsOf(90, 100), distant(sameDay)), set(unnamed, leadOf(7, 10), runsOf(90, 100), distant(sameDay+1))},
		{"no word of the headlines, by the length", set(unnamed, leadOf(7, 10), runsOf(54, 60)), set(unnamed, leadOf(7, 10), runsOf(53, 59))},
		{"figures that one text has", absent(0, 9), figuresOf(0, 1)},
		{"a notice below, by its length", set(runsOf(60, 150), leadOf(0, 32), titled(0, 4, 8)), set(runsOf(60, 149), leadOf(0, 32), titled(0, 4, 8))},
		{"a notice below, by the headline", set(runsOf(60, 100), leadOf(0, 32), titled(1, 4, 8)), set(runsOf(60, 100), leadOf(0, 32), titled(1, 5, 8))},
		{"a notice below, by the beginning", set(runsOf(60, 100), leadOf(16, 32), titled(0, 4, 8)), set(runsOf(60, 100), leadOf(15, 32), titled(0, 4, 8))},
		{"a digest", wordsIn(220, 1000), wordsIn(219, 1000)},
		{"an excerpt by its headline", set(wordsIn(150, 1000), titled(8, 10, 10), namesOf(7, 10)), set(wordsIn(150, 1000), titled(79, 100, 10), namesOf(7, 10))},
		{"an excerpt by its names", set(wordsIn(150, 1000), titled(8, 10, 10), namesOf(7, 10)), set(wordsIn(150, 1000), titled(8, 10, 10), namesOf(69, 100))},
		{"an excerpt by its length", set(wordsIn(100, 1000), titled(8, 10, 10), namesOf(7, 10)), set(wordsIn(99, 1000), titled(8, 10, 10), namesOf(7, 10))},
		{"inserted, by the headline", set(runsOf(59, 59), wordsIn(118, 200), leadOf(1, 32), titled(1, 4, 8)), set(runsOf(59, 59), wordsIn(118, 200), leadOf(1, 32), titled(1, 5, 8))},
		{"inserted, by the beginning", set(runsOf(59, 59), wordsIn(118, 200), leadOf(16, 32), titled(0, 4, 8)), set(runsOf(59, 59), wordsIn(118, 200), leadOf(15, 32), titled(0, 4, 8))},
	})
}

// TestObjections checks that a near miss is explained by the objection to it.
func TestObjections(t *testing.T) {
	base := pair{short: 300, long: 400, runs: share{200, 300}, lead: share{20, 32}, figures: share{4, 5}, title: share{5, 8}, titleMax: 8, names: share{5, 20}, headed: 2, apart: time.Hour}
	numbered := set(titled(6, 10, 10), titleFig(0, 1), runsOf(59, 59))
	for _, c := range []struct {
		change func(*pair)
		want   string
	}{
		{set(runsOf(9, 9)), tooBrief},
		{set(runsOf(98, 300)), tooLittle},
		{set(owned, runsOf(170, 300)), tooLittle},
		{set(wordsIn(100, 1000)), aDigest},
		{set(runsOf(60, 100), leadOf(0, 32), titled(0, 4, 8)), allBelow},
		{set(owned, runsOf(190, 300), leadOf(0, 32), titled(0, 4, 8), wordsIn(90, 100), headedBy(1)), allBelow},
		{set(headedBy(0), titled(2, 8, 8)), aNotice},
		{set(owned, headedBy(0), titled(2, 8, 8)), aNotice},
		{numbered, aSeries},
		{set(owned, numbered), aSeries},
		{set(owned, inFeed, titled(7, 8, 8), leadOf(9, 9), runsOf(20, 20), saying(30)), aForm},
		{set(owned, titled(3, 8, 8), leadOf(10, 32), distant(day)), aForm},
		{set(figuresOf(1, 9)), contradict},
		{set(owned, figuresOf(1, 9)), contradict},
		{set(owned, distant(8*day)), tooLate},
	} {
		p := base
		c.change(&p)
		l := limitsOf(news.Matching{Level: news.Normal, Window: news.MaxWindow})
		if found := l.text(&p); found.reason != "" || found.detail != c.want {
			t.Errorf("%+v: %q, %q; want the objection %q", p, found.reason, found.detail, c.want)
		}
	}
}

func TestVersionWithinOutlet(t *testing.T) {
	base := pair{own: true, short: 300, long: 400, runs: share{210, 300}, lead: share{20, 32}, figures: share{10, 10}, title: share{5, 8}, titleMax: 8, names: share{5, 20}, headed: 2, apart: time.Hour}
	small := set(runsOf(56, 59), wordsIn(90, 100)) // most, but not all of a notice
	apart := set(leadOf(14, 100), titled(49, 100, 8), wordsIn(90, 100))
	returns := set(titled(0, 2, 8), wordsIn(90, 100), distant(day), figuresOf(0, 0))
	digest := set(wordsIn(290, 1000), titled(60, 100, 8), leadOf(30, 100))
	form := set(titled(3, 8, 8), leadOf(10, 32), runsOf(241, 300), distant(day))
	teaser := set(headedBy(0), titled(2, 5, 8), namesOf(75, 100), leadOf(50, 100), runsOf(240, 300))
	filled := set(titled(7, 8, 8), leadOf(9, 9), runsOf(20, 20), saying(30))
	under(t, limits.text, news.ReasonUpdate, base, []edge{
		{"part of the runs", runsOf(174, 300), runsOf(173, 300)},
		{"part of the runs, short", runsOf(70, 99), runsOf(69, 99)},
		{"figures of a long text", figuresOf(60, 100), figuresOf(59, 100)},
		{"figures of a text", set(runsOf(120, 149), figuresOf(75, 100)), set(runsOf(120, 149), figuresOf(74, 100))},
		{"long enough for few figures", set(runsOf(120, 150), figuresOf(60, 100)), set(runsOf(120, 149), figuresOf(60, 100))},
		{"nearly all, whatever the figures", set(runsOf(90, 100), figuresOf(0, 9)), set(runsOf(89, 100), figuresOf(0, 9))},
		{"nearly all of a long text", set(runsOf(100, 100), figuresOf(0, 9)), set(runsOf(99, 99), figuresOf(0, 9))},
		{"a new version, whatever the figures", set(revised, figuresOf(0, 9)), figuresOf(0, 9)},
		{"reach of a notice", set(small, distant(sameDay)), set(small, distant(sameDay+1))},
		{"reach of a revised notice", set(small, revised, distant(2*day)), set(small, revised, distant(2*day+1))},
		{"reach of a notice that stays", set(runsOf(19, 20), wordsIn(90, 100), distant(4*day)), set(runsOf(57, 59), wordsIn(90, 100), distant(4*day+1))},
		{"reach of a cut notice", set(small, wordsIn(50, 100), distant(4*day)), set(small, wordsIn(51, 100), distant(4*day))},
		{"reach", distant(7 * day), distant(7*day + 1)},
		{"a digest of its own, by the headline", digest, set(digest, titled(59, 100, 8))},
		{"a digest of its own, by the beginning", digest, set(digest, leadOf(29, 100))},
		{"a digest of its own, by the ratio", set(wordsIn(300, 1000), titled(59, 100, 8)), set(wordsIn(299, 1000), titled(59, 100, 8))},
		{"a digest of its own, by the names", set(digest, titled(0, 8, 8), namesOf(75, 100), leadOf(50, 100)), set(digest, titled(0, 8, 8), namesOf(74, 100), leadOf(50, 100))},
		{"a digest of its own, by names and beginning", set(digest, titled(0, 8, 8), namesOf(75, 100), leadOf(50, 100)), set(digest, titled(0, 8, 8), namesOf(75, 100), leadOf(49, 100))},
		{"figures that one text has", absent(0, 9), figuresOf(0, 1)},
		{"returns, by the runs", set(returns, runsOf(931, 1000)), set(returns, runsOf(92, 99))},
		{"returns, in a notice", set(returns, runsOf(60, 60)), set(returns, runsOf(59, 59))},
		{"returns, by the headline", set(returns, titled(1, 2, 8), runsOf(59, 59)), set(returns, runsOf(59, 59))},
		{"returns, another day", set(returns, runsOf(59, 59), distant(sameDay)), set(returns, runsOf(59, 59))},
		{"what stands below, all of it", set(apart, runsOf(931, 1000), distant(day)), set(apart, runsOf(930, 1000), distant(day))},
		{"what stands below, today", set(apart, runsOf(196, 300), distant(12*time.Hour-1)), set(apart, runsOf(196, 300), distant(12*time.Hour))},
		{"what stands below, by what is named", set(apart, runsOf(196, 300)), set(apart, runsOf(196, 300), headedBy(1))},
		{"what stands below, by its length", set(apart, runsOf(241, 300), headedBy(1)), set(apart, runsOf(240, 300), headedBy(1))},
		{"what stands below, enough", set(apart, runsOf(196, 300)), set(apart, runsOf(195, 300))},
		{"no word of the headlines", set(headedBy(0), titled(2, 5, 8), runsOf(241, 300)), set(headedBy(0), titled(2, 5, 8), runsOf(240, 300))},
		{"no word of the headlines, by the ratio", set(teaser, wordsIn(299, 1000)), set(teaser, wordsIn(300, 1000))},
		{"a form, by the runs", form, set(form, runsOf(240, 300))},
		{"a form, all of it", set(form, runsOf(90, 100)), set(form, runsOf(89, 100))},
		{"a form, by the headline", set(form, titled(4, 8, 8), runsOf(240, 300)), set(form, runsOf(240, 300))},
		{"a form, by the beginning", set(form, leadOf(60, 100), runsOf(240, 300)), set(form, leadOf(59, 100), runsOf(240, 300))},
		{"a form, by the names", set(form, namesOf(75, 100), runsOf(240, 300)), set(form, namesOf(74, 100), runsOf(240, 300))},
		{"a form, today", set(form, runsOf(240, 300), distant(sameDay)), set(form, runsOf(240, 300))},
		{"filled in", filled, set(filled, inFeed)},
		{"filled in, by the length", set(filled, inFeed, leadOf(10, 10)), set(filled, inFeed, leadOf(9, 9))},
		{"filled in, another day", set(filled, inFeed, leadOf(20, 20), distant(sameDay)), set(filled, inFeed, leadOf(20, 20), distant(sameDay+1))},
		{"filled in, by what it always says", set(filled, inFeed, saying(20)), set(filled, inFeed, saying(21))},
		{"filled in below one headline", set(filled, inFeed, titled(8, 8, 8)), set(filled, inFeed)},
		{"what stands below, by the ratio", set(apart, wordsIn(61, 100)), set(apart, wordsIn(60, 100))},
		{"what stands below, by the beginning", set(apart, runsOf(280, 400), leadOf(15, 100), distant(day)), set(apart, runsOf(280, 400), distant(day))},
		{"what stands below, by the headline", set(apart, titled(50, 100, 8), distant(day)), set(apart, distant(day))},
	})
}

func TestSeries(t *testing.T) {
	base := pair{own: true, short: 90, long: 100, runs: share{99, 99}, lead: share{20, 32}, figures: share{10, 10}, title: share{8, 8}, titleMax: 8, names: share{5, 20}, headed: 2, apart: time.Hour}
	part := set(titled(6, 10, 10), titleFig(0, 1))
	one := set(inFeed, titled(4, 5, 5), leadOf(8, 10), runsOf(93, 99))
	long := set(inFeed, titled(2, 5, 5), runsOf(119, 149), distant(time.Hour/2))
	under(t, limits.text, news.ReasonUpdate, base, []edge{
		{"numbered, short", set(part, runsOf(60, 60)), set(part, runsOf(59, 59))},
		{"numbered, partly", set(part, runsOf(80, 99)), set(part, runsOf(79, 99))},
		{"numbered, long", set(part, runsOf(119, 150)), set(part, runsOf(118, 149))},
		{"numbered, corrected", set(part, revised, runsOf(59, 59)), set(part, runsOf(59, 59))},
		{"numbered, by the words", set(titled(59, 100, 10), titleFig(0, 1), runsOf(59, 59)), set(titled(60, 100, 10), titleFig(0, 1), runsOf(59, 59))},
		{"numbered, by the figure", set(part, titleFig(1, 1), runsOf(59, 59)), set(part, titleFig(1, 2), runsOf(59, 59))},
		{"slogan", set(titled(1, 4, 4), runsOf(20, 20)), set(titled(1, 4, 4), runsOf(19, 19))},
		{"slogan, by the headline", set(titled(2, 4, 4), runsOf(19, 19)), set(titled(1, 4, 4), runsOf(19, 19))},
		{"slogan without headlines", set(titled(0, 0, 0), runsOf(19, 19)), set(titled(0, 0, 4), runsOf(19, 19))},
		{"label", set(inFeed, titled(0, 3, 3)), set(inFeed, titled(0, 2, 2))},
		{"label that is shared", set(inFeed, titled(2, 2, 2)), set(inFeed, titled(0, 1, 2))},
		{"label in another feed", titled(0, 2, 2), set(inFeed, titled(0, 2, 2))},
		{"label of a new version", set(inFeed, revised, titled(0, 2, 2)), set(inFeed, titled(0, 2, 2))},
		{"one feed, part of the runs", set(inFeed, titled(1, 5, 5), runsOf(80, 99)), set(inFeed, titled(1, 5, 5), runsOf(79, 99))},
		{"one word", one, set(one, runsOf(92, 99))},
		{"one word of two lengths", set(one, titled(4, 5, 6), runsOf(92, 99)), set(one, runsOf(92, 99))},
		{"long, another day", set(long, distant(sameDay)), set(long, distant(sameDay+1))},
		{"long, by the runs", set(long, distant(day), runsOf(120, 149)), set(long, distant(day))},
		{"longer", set(long, distant(day), runsOf(119, 150)), set(long, distant(day), runsOf(119, 149))},
		{"long from", set(long, runsOf(79, 100)), set(long, runsOf(79, 99))},
	})
}

func TestTeaserOfOthers(t *testing.T) {
	base := pair{short: 30, long: 400, runs: share{0, 5}, lead: share{7, 10}, title: share{1, 8}, titleMax: 8, names: share{3, 10}, headed: 1, apart: time.Hour}
	below := set(leadOf(0, 10), runsOf(4, 5), titled(25, 100, 30))
	named := set(leadOf(5, 10), titled(3, 3, 5), namesOf(7, 10))
	stub := set(wordsIn(120, 400), leadOf(20, 32), titled(8, 10, 10))
	boxed := leadOf(10, 12)
	under(t, limits.teased, news.ReasonTeaser, base, []edge{
		{"part of the beginning", leadOf(6, 10), leadOf(59, 100)},
		{"a beginning", leadOf(5, 5), leadOf(4, 4)},
		{"short", wordsIn(80, 400), wordsIn(81, 400)},
		{"a stub", stub, set(stub, owned)},
		{"a stub, by the headline", stub, set(stub, titled(79, 100, 8))},
		{"a stub, by more than a word", set(stub, titled(2, 2, 2)), set(stub, titled(1, 1, 1))},
		{"a stub, by the beginning", set(stub, leadOf(20, 32)), set(stub, leadOf(19, 32))},
		{"a stub, as long", set(stub, wordsIn(360, 400)), set(stub, wordsIn(360, 400), leadOf(19, 32))},
		{"a stub, within two days", set(stub, distant(2*day)), set(stub, distant(2*day+1))},
		{"another language", nil, tongues},
		{"numbered", set(titled(59, 100, 8), titleFig(0, 1)), set(titled(60, 100, 8), titleFig(0, 1))},
		{"as long", wordsIn(30, 50), wordsIn(31, 50)},
		{"as long, and within", set(wordsIn(45, 50), runsOf(9, 10)), set(wordsIn(45, 50), runsOf(89, 100))},
		{"as long, today", set(wordsIn(45, 50), runsOf(5, 5), distant(sameDay)), set(wordsIn(45, 50), runsOf(5, 5), distant(sameDay+1))},
		{"figures", figuresOf(60, 100), figuresOf(59, 100)},
		{"one figure", figuresOf(0, 1), figuresOf(0, 2)},
		{"figures that one text has", absent(0, 9), figuresOf(0, 2)},
		{"further down", below, set(below, runsOf(79, 100))},
		{"further down, by the headline", below, set(below, titled(24, 100, 30))},
		{"further down, by two words", set(below, titled(2, 4, 4)), set(below, titled(1, 4, 4))},
		{"further down, by its length", below, set(below, runsOf(3, 3))},
		{"further down, by the whole headline", set(below, runsOf(2, 2), titled(2, 2, 2)), set(below, runsOf(2, 2), titled(2, 2, 3))},
		{"further down, hardly", set(below, runsOf(2, 2), titled(2, 2, 2)), set(below, runsOf(1, 1), titled(2, 2, 2))},
		{"a notice in front", boxed, set(boxed, headedBy(0))},
		{"a notice in front, by its length", set(boxed, headedBy(0), leadOf(9, 12)), set(boxed, headedBy(0))},
		{"a notice in front, but all", set(boxed, headedBy(0), runsOf(9, 10)), set(boxed, headedBy(0), runsOf(89, 100))},
		{"a notice in front of a form", set(boxed, headedBy(0), runsOf(9, 9), saying(1)), set(boxed, headedBy(0), runsOf(9, 9), saying(2))},
		{"a notice in front, by the headline", set(boxed, headedBy(0), titled(1, 4, 8)), set(boxed, headedBy(0), titled(24, 100, 8))},
		{"a notice in front without headlines", set(boxed, headedBy(0), titled(0, 0, 0)), set(boxed, headedBy(0), titled(0, 0, 8))},
		{"named, by the beginning", named, set(named, leadOf(49, 100))},
		{"named, by the headline", set(named, titled(60, 100, 100)), set(named, titled(59, 100, 100))},
		{"named, by the names", named, set(named, namesOf(69, 100))},
		{"reach", distant(3 * day), distant(3*day + 1)},
		{"reach by the beginning", set(leadOf(90, 100), distant(7*day)), set(leadOf(89, 100), distant(7*day))},
		{"reach by a long beginning", set(leadOf(24, 24), distant(7*day)), set(leadOf(23, 23), distant(7*day))},
		{"reach by the names", set(namesOf(90, 100), distant(7*day)), set(namesOf(89, 100), distant(7*day))},
		{"furthest reach", set(namesOf(90, 100), distant(7*day)), set(namesOf(90, 100), distant(7*day+1))},
	})
}

func TestTeaserOfItsOwn(t *testing.T) {
	base := pair{own: true, short: 30, long: 400, runs: share{0, 5}, lead: share{8, 10}, title: share{4, 8}, titleMax: 8, names: share{3, 10}, apart: time.Hour}
	today := set(titled(0, 8, 8), namesOf(75, 100))
	weak := set(leadOf(3, 10), titled(8, 10, 10), namesOf(7, 10), wordsIn(29, 100))
	weaker := set(weak, titled(6, 10, 10), leadOf(5, 10))
	under(t, limits.teased, news.ReasonTeaser, base, []edge{
		{"by the headline", titled(50, 100, 8), titled(49, 100, 8)},
		{"by the beginning", leadOf(6, 10), leadOf(59, 100)},
		{"today, by the names", today, set(today, namesOf(74, 100))},
		{"today", set(today, distant(sameDay-1)), set(today, distant(sameDay))},
		{"today, by the beginning", today, set(today, leadOf(15, 19))},
		{"today, by a long beginning", set(today, leadOf(19, 24)), set(today, leadOf(18, 23))},
		{"figures", figuresOf(80, 100), figuresOf(79, 100)},
		{"numbered", set(titled(59, 100, 8), titleFig(0, 1)), set(titled(60, 100, 8), titleFig(0, 1))},
		{"numbered, corrected", set(titled(60, 100, 8), titleFig(0, 1), revised), set(titled(60, 100, 8), titleFig(0, 1))},
		{"two queries of one page", nil, queried},
		{"as long", wordsIn(30, 50), set(wordsIn(31, 50), runsOf(5, 5))},
		{"weak, by the beginning", weak, set(weak, leadOf(29, 100))},
		{"weak, by the headline", weak, set(weak, titled(79, 100, 10))},
		{"weak, by the names", weak, set(weak, namesOf(69, 100))},
		{"weak, by the ratio", weak, set(weak, wordsIn(30, 100))},
		{"weaker headline, by the beginning", weaker, set(weaker, leadOf(49, 100))},
		{"weaker headline", weaker, set(weaker, titled(59, 100, 10))},
		{"weaker headline, by the names", weaker, set(weaker, namesOf(69, 100))},
		{"reach", distant(3 * day), set(distant(3*day+1), namesOf(9, 10), titled(8, 8, 8))},
	})
}

func TestSameHeadline(t *testing.T) {
	base := pair{sameHeadline: true, short: 20, long: 30, title: share{5, 5}, titleMax: 5, apart: time.Hour}
	under(t, limits.sameHeadline, news.ReasonTitle, base, []edge{
		{"equal", nil, func(p *pair) { p.sameHeadline = false }},
		{"another language", nil, tongues},
		{"two queries of one page", nil, queried},
		{"others' reach", distant(2 * day), distant(2*day + 1)},
		{"others' texts", runsOf(10, 100), runsOf(9, 100)},
		{"others' short texts", runsOf(0, 9), runsOf(0, 10)},
		{"others' figures, another day", set(absent(1, 6), distant(day)), set(absent(0, 6), distant(day))},
		{"others' one figure, another day", set(absent(0, 1), distant(day)), set(absent(0, 2), distant(day))},
		{"others' figures, today", set(absent(0, 6), distant(sameDay)), set(absent(0, 6), distant(sameDay+1))},
		{"others' figures that contradict", figuresOf(3, 5), figuresOf(2, 4)},
		{"others' figure that contradicts", figuresOf(0, 1), figuresOf(0, 2)},
		{"own reach", set(owned, distant(sameDay)), set(owned, distant(sameDay+1))},
		{"own texts", set(owned, runsOf(5, 10)), set(owned, runsOf(4, 9))},
		{"own without texts", owned, set(owned, runsOf(0, 1))},
		{"twice in one feed", set(owned, inFeed, wordsIn(0, 30)), set(owned, inFeed)},
		{"twice in one feed, by what it always says", set(owned, inFeed, wordsIn(0, 0)), set(owned, inFeed, wordsIn(0, 0), saying(1))},
		{"twice in one feed, with texts", set(owned, inFeed, runsOf(5, 10)), set(owned, inFeed)},
		{"own figures", set(owned, runsOf(5, 5), figuresOf(75, 100)), set(owned, runsOf(5, 5), figuresOf(74, 100))},
		{"own figures without texts", set(owned, figuresOf(0, 9)), set(owned, runsOf(5, 5), figuresOf(0, 9))},
	})
}

func TestReported(t *testing.T) {
	base := pair{short: 30, long: 400, lead: share{0, 10}, title: share{2, 5}, titleMax: 8, names: share{5, 7}, apart: 4 * time.Hour, timed: true}
	heads := set(wordsIn(30, 80), titled(5, 12, 12))
	later := set(titled(5, 12, 12), distant(day+1))
	under(t, limits.reported, news.ReasonTeaser, base, []edge{
		{"headline and names", nil, namesOf(4, 6)},
		{"with a run", set(runsOf(1, 5), namesOf(2, 9)), set(runsOf(1, 5), namesOf(1, 6))},
		{"with a run at the beginning", set(leadOf(1, 5), namesOf(2, 9)), set(leadOf(0, 5), namesOf(2, 9))},
		{"of others", nil, owned},
		{"another language", nil, tongues},
		{"within a day", distant(day), distant(day + 1)},
		{"on another day, reach", set(later, distant(3*day)), set(later, distant(3*day+1))},
		{"on another day, by the headline", later, set(later, titled(4, 9, 9))},
		{"on another day, with a run", set(titled(5, 12, 12), namesOf(2, 9), runsOf(1, 5), distant(day)), set(titled(5, 12, 12), namesOf(2, 9), runsOf(1, 5), distant(day+1))},
		{"with a run, of texts as long", set(runsOf(1, 5), namesOf(2, 9), wordsIn(30, 76)), set(runsOf(1, 5), namesOf(2, 9), wordsIn(30, 75))},
		{"short", wordsIn(80, 400), wordsIn(81, 400)},
		{"not too short", wordsIn(8, 400), wordsIn(7, 400)},
		{"words of the headline", titled(2, 2, 8), titled(1, 1, 8)},
		{"a word of the headline with a phrase", set(titled(1, 1, 8), runsOf(3, 20)), set(titled(1, 1, 8), runsOf(2, 20))},
		{"a phrase without a word of the headline", set(titled(1, 1, 8), runsOf(3, 20)), set(titled(0, 1, 8), namesOf(8, 8), runsOf(3, 20))},
		{"numbered", set(titled(2, 4, 8), titleFig(0, 1)), set(titled(2, 3, 8), titleFig(0, 1))},
		{"names", namesOf(5, 5), namesOf(4, 4)},
		{"figures", figuresOf(1, 2), figuresOf(0, 2)},
		{"figures of texts as long", set(figuresOf(1, 2), wordsIn(30, 50), runsOf(1, 5)), set(figuresOf(1, 2), wordsIn(31, 50), runsOf(1, 5))},
		{"figures that one text has", absent(0, 9), figuresOf(0, 2)},
		{"two standfirsts, by the headline", heads, set(heads, titled(4, 9, 9))},
		{"two standfirsts, by the length", set(heads, titled(4, 9, 9), wordsIn(30, 81)), set(heads, titled(4, 9, 9))},
		{"two standfirsts, by a run", set(heads, titled(4, 9, 9), leadOf(1, 5)), set(heads, titled(4, 9, 9))},
	})
	l := limitsOf(news.DefaultMatching())
	if m := (news.Match{Reason: news.ReasonTeaser, Score: l.reported(&base).score}); !Derived(m) {
		t.Errorf("a report is built on: %+v", m)
	}
	all := base
	all.title, all.names = share{5, 5}, share{9, 9}
	if m := (news.Match{Reason: news.ReasonTeaser, Score: l.reported(&all).score}); !Derived(m) {
		t.Errorf("a report that names all the same is built on: %+v", m)
	}
	if Derived(news.Match{Reason: news.ReasonTeaser, Score: .51}) || Derived(news.Match{Reason: news.ReasonTitle, Score: .4}) {
		t.Error("what was found by its words is not built on")
	}
}

func TestRecordings(t *testing.T) {
	judge := limits.judge
	base := pair{recordings: 2, media: 1, short: 300, long: 400, runs: share{300, 300}, lead: share{32, 32}, title: share{8, 8}, sameHeadline: true}
	under(t, judge, news.ReasonURL, base, []edge{
		{"the file", func(p *pair) { *p = pair{recordings: 2, media: 1} }, func(p *pair) { p.media = 0 }},
		{"one has a file", nil, func(p *pair) { p.recordings, p.media = 1, 0 }},
		{"the window", distant(news.MaxWindow), distant(news.MaxWindow + 1)},
	})
	base.media, base.moved = 0, true
	under(t, judge, news.ReasonTitle, base, []edge{
		{"another host", nil, func(p *pair) { p.moved = false }},
	})
	show := func(host uint32, length time.Duration) *Sketch {
		return &Sketch{Show: 4, Host: host, Length: length, Media: []uint32{4 * host}}
	}
	for name, tt := range map[string]struct {
		a, b *Sketch
		want bool
	}{
		"lengths rounded":  {show(1, time.Hour), show(2, time.Hour+rounding), true},
		"lengths differ":   {show(1, time.Hour), show(2, time.Hour+rounding+1), false},
		"one host":         {show(1, time.Hour), show(1, time.Hour), false},
		"nothing is known": {&Sketch{Host: 1, Media: []uint32{4}}, &Sketch{Host: 2, Media: []uint32{8}}, false},
	} {
		if p := compare(tt.a, tt.b); p.moved != tt.want || p.recordings != 2 {
			t.Errorf("%s: moved %v with %d recordings, want %v with 2", name, p.moved, p.recordings, tt.want)
		}
	}
}

// TestLevels checks what a level changes, with pairs on both sides of its thresholds.
func TestLevels(t *testing.T) {
	text := pair{short: 300, long: 400, lead: share{20, 32}}
	named := pair{short: 300, long: 400, lead: share{20, 32}, headed: 2}
	own := pair{own: true, short: 300, long: 400, lead: share{20, 32}, title: share{8, 8}, titleMax: 8}
	teaser := pair{short: 30, long: 400, runs: share{0, 5}, title: share{1, 8}, titleMax: 8, headed: 1}
	report := pair{short: 30, long: 400, title: share{2, 5}, titleMax: 8}
	with := func(p pair, change func(*pair)) pair { change(&p); return p }
	tests := []struct {
		name                  string
		pair                  pair
		strict, normal, loose bool
	}{
		{"text .60", with(text, runsOf(60, 100)), true, true, true},
		{"text .59", with(text, runsOf(177, 300)), false, true, true},
		{"text .40", with(text, runsOf(40, 100)), false, true, true},
		{"text .39", with(text, runsOf(39, 100)), false, false, true},
		{"text .33", with(text, runsOf(33, 100)), false, false, true},
		{"text .32", with(text, runsOf(32, 100)), false, false, false},
		{"named text .60", with(named, runsOf(60, 100)), true, true, true},
		{"named text .59", with(named, runsOf(177, 300)), false, true, true},
		{"named text .33", with(named, runsOf(33, 100)), false, true, true},
		{"named text .32", with(named, runsOf(32, 100)), false, false, true},
		{"named text .28", with(named, runsOf(28, 100)), false, false, true},
		{"named text .27", with(named, runsOf(27, 100)), false, false, false},
		{"version .75", with(own, runsOf(225, 300)), true, true, true},
		{"version .74", with(own, runsOf(222, 300)), false, true, true},
		{"version .58", with(own, runsOf(174, 300)), false, true, true},
		{"version .57", with(own, runsOf(171, 300)), false, false, true},
		{"version .50", with(own, runsOf(150, 300)), false, false, true},
		{"version .49", with(own, runsOf(147, 300)), false, false, false},
		{"teaser .80", with(teaser, leadOf(8, 10)), true, true, true},
		{"teaser .79", with(teaser, leadOf(15, 19)), false, true, true},
		{"teaser .60", with(teaser, leadOf(6, 10)), false, true, true},
		{"teaser .59", with(teaser, leadOf(10, 17)), false, false, true},
		{"teaser .50", with(teaser, leadOf(5, 10)), false, false, true},
		{"teaser .49", with(teaser, leadOf(49, 100)), false, false, false},
		{"report 2.0", with(report, set(titled(5, 5, 5), namesOf(9, 9))), false, true, true},
		{"report 1.11", with(report, namesOf(71, 100)), false, true, true},
		{"report 1.09", with(report, namesOf(69, 100)), false, false, true},
		{"report .96", with(report, namesOf(56, 100)), false, false, true},
		{"report .94", with(report, namesOf(54, 100)), false, false, false},
		{"headline", pair{sameHeadline: true}, false, true, true},
		{"own headline", pair{sameHeadline: true, own: true}, true, true, true},
	}
	for _, tt := range tests {
		for level, want := range map[news.Level]bool{news.Strict: tt.strict, news.Normal: tt.normal, news.Loose: tt.loose} {
			p := tt.pair
			if got := limitsOf(news.Matching{Level: level, Window: day}).judge(&p); (got.reason != "") != want {
				t.Errorf("%s, %s: %q, want alike %v", tt.name, level, got.reason, want)
			}
		}
	}
}

// TestRulesInOrder checks which rule gives the reason where several apply.
func TestRulesInOrder(t *testing.T) {
	all := pair{short: 30, long: 40, runs: share{26, 26}, lead: share{26, 26}, title: share{8, 8}, titleMax: 8, names: share{9, 9}, sameHeadline: true}
	for _, step := range []struct {
		want news.Reason
		next func(*pair)
	}{
		{news.ReasonText, runsOf(0, 9)},
		{"", wordsIn(30, 400)}, // its headline alone decides
		{news.ReasonTeaser, set(leadOf(0, 4), namesOf(0, 9))},
		{news.ReasonTitle, func(p *pair) { p.sameHeadline = false }},
		{"", namesOf(9, 9)},
		{news.ReasonTeaser, nil},
	} {
		got := limitsOf(news.DefaultMatching()).judge(&all).reason
		if step.want != "" && got != step.want {
			t.Errorf("%+v is %q, want %q", all, got, step.want)
		}
		if step.next != nil {
			step.next(&all)
		}
	}
}

// TestSameNews checks two agencies that report one event within a day and share hardly
// a word of the headline or a run.
func TestSameNews(t *testing.T) {
	base := pair{short: 30, long: 400, lead: share{0, 30}, title: share{1, 7}, titleMax: 8, names: share{7, 21}, apart: 4 * time.Hour, timed: true}
	under(t, limits.reported, news.ReasonTeaser, base, []edge{
		{"how many names", nil, namesOf(6, 18)},
		{"how many of its names", namesOf(8, 24), namesOf(8, 25)},
		{"no word of the headlines", set(titled(0, 7, 8), namesOf(9, 27)), set(titled(0, 7, 8), namesOf(8, 24))},
		{"within a day", distant(sameDay - 1), distant(sameDay)},
		{"by the hour", nil, untimed},
		{"the beginning of a report", wordsIn(79, 400), wordsIn(80, 400)},
		{"of others", nil, owned},
		{"numbered", set(titled(2, 4, 8), titleFig(0, 1)), set(titled(3, 4, 8), titleFig(0, 1))},
		{"figures", figuresOf(1, 2), figuresOf(0, 2)},
	})
}

// TestAnHourIsKnown checks that a time of day counts if a publisher gives it, and not
// if it is that of arrival.
func TestAnHourIsKnown(t *testing.T) {
	at := time.Date(2026, 3, 2, 7, 13, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		other Sketch
		want  bool
	}{
		"both":         {Sketch{Published: at}, true},
		"a day":        {Sketch{Published: at.Truncate(day)}, false},
		"none":         {Sketch{}, false},
		"that we saw":  {Sketch{Published: at, Undated: true}, false},
		"another hour": {Sketch{Published: at.Add(time.Hour)}, true},
	} {
		if p := compare(&Sketch{Published: at}, &c.other); p.timed != c.want {
			t.Errorf("%s: %v, want %v", name, p.timed, c.want)
		}
	}
}

// TestComparedCounts checks what two sketches share, flag by flag.
func TestComparedCounts(t *testing.T) {
	const high = 1 << 31
	a := &Sketch{Words: 50, Runs: []uint32{8 | flagLead, 16, 24 | flagCommon, 32 | flagLead | flagTopic, 40, high | flagTopic},
		Title: []uint32{8, 16 | flagFigure, 24 | flagRevised}, Figures: []Figure{{Value: 8}, {Value: 16}}, Names: []uint32{8 | flagTitle, 16 | flagNear}}
	b := &Sketch{Words: 40, Level: 1, Runs: []uint32{8, 16 | flagCommon | flagTopic, 24, 32 | flagLead, 48 | flagLead, high | flagLead},
		Title: []uint32{8, 16 | flagFigure, 32}, Figures: []Figure{{Value: 16}, {Value: 24}, {Value: 32}}, Names: []uint32{8}}
	p := compare(a, b)
	for name, got := range map[string][2]share{
		"runs":    {p.runs, {2, 3}}, // 8 and 32, of 8, 32 and 40
		"lead":    {p.lead, {1, 2}}, // 32, of 8 and 32
		"figures": {p.figures, {1, 2}},
		"title":   {p.title, {1, 1}}, // a word that marks a revision does not count
		"in it":   {p.titleFigures, {1, 1}},
		"names":   {p.names, {1, 1}},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %+v, want %+v", name, got[0], got[1])
		}
	}
	if p.topics != 2 || p.topical != 2 { // 32 and the high one; not what a source says repeatedly
		t.Errorf("%d of %d runs name the news, want 2 of 2", p.topical, p.topics)
	}
	if p.short != 40 || p.long != 50 || p.titleMax != 2 || !p.revised {
		t.Errorf("got %+v", p)
	}
}

// said is what an outlet says at an hour of the week.
type said struct {
	outlet, title, text string
	feed                int64
	hour                int
	language            string
	link                string
	never               bool // its source never merges
}

func (s said) evidence(id int64) Evidence {
	e := news.Entry{ID: id, StoryID: id, SourceID: int64(hash(s.outlet)>>40) + s.feed, Title: s.title, Content: s.text, Link: s.link, Language: s.language,
		Published: time.Date(2026, 3, 2, 7+s.hour, 13, 0, 0, time.UTC)}
	evidence := Gather(s.outlet, e)
	evidence.Apart = s.never
	return evidence
}

const (
	ferry = `Die Fähre zwischen Hohenwedel und Sandkoog fährt seit dem Morgen nicht mehr. Ein Riss im Rumpf der „Anna Petersen“ zwang die Reederei, den Betrieb einzustellen, wie Sprecherin Meike Thoms mitteilte.
 Betroffen sind nach ihren Worten rund 340 Pendler, die nun über die Brücke bei Ostfelde ausweichen müssen. Ein Ersatzschiff liegt im Hafen von Karlsbrück, braucht aber noch eine Abnahme durch die Wasserschutzpolizei.
 Fahrgäste hatten gegen sechs Uhr ein Knirschen gehört. Der Kapitän drehte um und legte nach elf Minuten wieder an. Verletzt wurde niemand. Taucher fanden später an der Steuerbordseite einen Spalt von 70 Zentimetern Länge.`
	mill = `Firefighters have saved most of the old paper mill at Brackenford after a blaze that lit the valley for half the night. About 90 people were taken to the school hall, and nobody was hurt, the fire chief Owen Tarrant said.
 The fire began in a drying loft shortly after ten and ran along a roof of tarred boards. Crews from four towns pumped water out of the mill race, which is why the machine hall stands.
 Tarrant said an electric heater was the likely cause. The owners, a cooperative of 26 potters and printers, had applied for sprinklers in spring and were still waiting for an answer.`
)

// TestTexts runs short reports through the whole comparison.
func TestTexts(t *testing.T) {
	sentences := func(text string, from, to int) string {
		all := strings.SplitAfter(text, ". ")
		return strings.Join(all[from:min(to, len(all))], "")
	}
	wire := said{outlet: "kueste.example", title: "Fähre nach Sandkoog fällt aus", text: ferry, language: "de"}
	blaze := said{outlet: "valley.example", title: "Brackenford paper mill saved from fire", text: mill, language: "en"}
	with := func(s said, change func(*said)) said { change(&s); return s }
	tests := []struct {
		name        string
		first, next said
		want        news.Reason
	}{
		{"copied", wire, with(wire, func(s *said) {
			s.outlet, s.title, s.text = "bote.example", "Riss im Rumpf: Pendler müssen über die Brücke", "HOHENWEDEL (nda) – "+sentences(ferry, 0, 5)+" Die Redaktion bleibt dran."
		}), news.ReasonText},
		{"written anew", wire, with(wire, func(s *said) {
			s.outlet, s.title = "bote.example", "Riss im Rumpf: Pendler müssen über die Brücke"
			s.text = "Wer heute nach Sandkoog will, hat Pech: Die „Anna Petersen“ bleibt im Hafen. Grund ist ein Leck, das Taucher am Vormittag gefunden haben. Etwa 340 Menschen suchen einen anderen Weg. Die Reederei hofft auf ein zweites Schiff, das aber erst geprüft wird."
		}), news.ReasonNew},
		{"copied, english", blaze, with(blaze, func(s *said) {
			s.outlet, s.title, s.text = "dale.example", "Ninety flee as mill burns", sentences(mill, 0, 4)
		}), news.ReasonText},
		{"a new version", wire, with(wire, func(s *said) {
			s.hour, s.title = 5, "Update: Fähre nach Sandkoog fällt aus"
			s.text = strings.Replace(ferry, "rund 340 Pendler", "rund 420 Pendler", 1) + " Am Mittag teilte die Reederei mit, dass das Ersatzschiff am Donnerstag ablegt."
		}), news.ReasonUpdate},
		{"filled in anew", said{outlet: "kueste.example", title: "Pegel Hohenwedel am 2. März", text: "Der Pegel Hohenwedel stand heute früh bei 412 Zentimetern. Der höchste Stand der Woche waren 430 Zentimeter. Der Pegeldienst rechnet mit fallendem Wasser und rät, die Wiesen am Altarm weiter zu meiden."},
			said{outlet: "kueste.example", hour: 1, title: "Pegel Hohenwedel am 3. März", text: "Der Pegel Hohenwedel stand heute früh bei 398 Zentimetern. Der höchste Stand der Woche waren 430 Zentimeter. Der Pegeldienst rechnet mit fallendem Wasser und rät, die Wiesen am Altarm weiter zu meiden."}, news.ReasonNew},
		{"teaser elsewhere", wire, with(wire, func(s *said) {
			s.outlet, s.title, s.text = "bote.example", "Sandkoog abgehängt", sentences(ferry, 0, 1)
		}), news.ReasonTeaser},
		{"another teaser", wire, with(wire, func(s *said) {
			s.outlet, s.title, s.text = "bote.example", "Streik an der Küste", "Die Fähre zwischen Hohenwedel und Amrumsiel liegt am Kai, weil die Besatzung mehr Lohn verlangt und seit Mitternacht streikt."
		}), news.ReasonNew},
		{"own teaser", with(blaze, func(s *said) { s.text = "Firefighters have saved most of the old paper mill at Brackenford …" }), with(blaze, func(s *said) { s.feed, s.hour = 1, 2 }), news.ReasonTeaser},
		{"same headline, no text", with(blaze, func(s *said) { s.text = "" }), with(blaze, func(s *said) { s.outlet, s.text = "dale.example", "" }), news.ReasonTitle},
		{"same headline, two days on", with(blaze, func(s *said) { s.text = "" }), with(blaze, func(s *said) { s.outlet, s.text, s.hour = "dale.example", "", 49 }), news.ReasonNew},
		{"in other words", blaze, with(blaze, func(s *said) {
			s.outlet, s.title, s.text = "dale.example", "Fire at Brackenford paper mill", "Firefighters at Brackenford saved the old paper mill from the blaze, chief Owen Tarrant said."
		}), news.ReasonTeaser},
		{"the same news", wire, with(wire, func(s *said) {
			s.outlet, s.hour, s.title = "bote.example", 5, "Keine Fähre bis zur Prüfung"
			s.text = "An der „Anna Petersen“ ist der Rumpf undicht, Pendler aus Hohenwedel und Sandkoog nehmen die Brücke."
		}), news.ReasonTeaser},
		{"the same news a day later", wire, with(wire, func(s *said) {
			s.outlet, s.hour, s.title = "bote.example", 20, "Keine Fähre bis zur Prüfung"
			s.text = "An der „Anna Petersen“ ist der Rumpf undicht, Pendler aus Hohenwedel und Sandkoog nehmen die Brücke."
		}), news.ReasonNew},
		{"the same news, english", blaze, with(blaze, func(s *said) {
			s.outlet, s.hour, s.title = "dale.example", 5, "Night of smoke at the mill"
			s.text = "Firefighters under Owen Tarrant kept Brackenford and its valley safe: 90 slept in the school."
		}), news.ReasonTeaser},
		{"other news of the place", blaze, with(blaze, func(s *said) {
			s.outlet, s.hour, s.title = "dale.example", 5, "Flower show opens near the mill"
			s.text = "Firefighters gave Brackenford a ladder for its flower show, and Owen Tarrant judged roses and leeks."
		}), news.ReasonNew},
		{"other names", blaze, with(blaze, func(s *said) {
			s.outlet, s.title, s.text = "dale.example", "Fire at Merrow paper mill", "Firefighters at Merrow lost the old sugar works to the flames, deputy Jill Harrow said."
		}), news.ReasonNew},
		{"in a digest", with(wire, func(s *said) { s.text = sentences(ferry, 0, 3) }), with(wire, func(s *said) {
			s.outlet, s.title = "dale.example", "Der Morgen in zehn Minuten"
			s.text = "Guten Tag zusammen, hier kommt das Neue vom Tage aus aller Welt. " + mill + " " + strings.ReplaceAll(mill, " the ", " a ") + " " + sentences(ferry, 0, 3) + " " + strings.ReplaceAll(mill, " a ", " its ")
		}), news.ReasonNew},
		{"after the window", wire, with(wire, func(s *said) { s.outlet, s.hour = "bote.example", 7*24+1 }), news.ReasonNew},
		{"within the window", wire, with(wire, func(s *said) { s.outlet, s.hour = "bote.example", 7*24 }), news.ReasonText},
		{"never merges", wire, with(wire, func(s *said) { s.outlet, s.never = "bote.example", true }), news.ReasonNew},
		{"joins none that never merges", with(wire, func(s *said) { s.never = true }), with(wire, func(s *said) { s.outlet = "bote.example" }), news.ReasonNew},
		{"never merges but with its own", with(wire, func(s *said) { s.never = true }), with(wire, func(s *said) { s.never, s.hour = true, 1 }), news.ReasonUpdate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			first, next := tt.first.evidence(1), tt.next.evidence(0)
			next.StoryID = 0
			got := Decide(next, nil, []Evidence{first}, news.DefaultMatching())
			if got.Match.Reason != tt.want {
				t.Errorf("%s (%s), want %s", got.Match.Reason, got.Match.Detail, tt.want)
			}
		})
	}
}

// TestTranslations checks that one page in two languages is two stories that are related.
func TestTranslations(t *testing.T) {
	german := said{outlet: "amt.example", link: "https://amt.example/de/presse/17", title: "Warnung vor Eisgang an der Wedel", text: "Das Amt warnt vor Eisgang an der Wedel und sperrt die Schleuse.", language: "de"}
	english := said{outlet: "amt.example", link: "https://amt.example/en/presse/17", title: "Ice warning for the river Wedel", text: "The agency warns of drifting ice on the Wedel and closes the lock.", language: "en"}
	for name, tt := range map[string]struct {
		change func(*said)
		want   int
	}{
		"translated":   {func(*said) {}, 1},
		"another page": {func(s *said) { s.link = "https://amt.example/en/presse/18" }, 0},
		"one language": {func(s *said) { s.language = "de" }, 0},
		"of a host":    {func(s *said) { s.link = "https://en.amt.example/presse/17" }, 0},
	} {
		next := english
		tt.change(&next)
		e := next.evidence(0)
		got := Decide(e, nil, []Evidence{german.evidence(1)}, news.DefaultMatching())
		if got.StoryID != 0 || len(got.Related) != tt.want {
			t.Errorf("%s: joined %d, related %v, want none and %d", name, got.StoryID, got.Related, tt.want)
		}
	}
}
