package story

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// corpusSketches returns the sketches of n items of the corpus as a Clusterer has them,
// except for habits.
func corpusSketches(seed uint64, n int) []*Sketch {
	var sketches []*Sketch
	for _, e := range corpusEvidence(seed, n) {
		sketches = append(sketches, e.Sketch)
	}
	return sketches
}

// corpusEvidence returns the evidence of n items of the corpus, each as a story of its own.
func corpusEvidence(seed uint64, n int) []Evidence {
	c := NewClusterer(news.DefaultMatching())
	var all []Evidence
	for item := range corpus(seed, n) {
		c.known = all // its length is the number of the next entry
		at := parseTime(item.Published)
		c.latest = at
		e := c.gather(item, at)
		e.StoryID = e.EntryID
		all = append(all, e)
	}
	return all
}

// mutated returns a sketch that was changed in part, as that of another entry might be.
// Its lists stay sorted.
func mutated(r *rand.Rand, s *Sketch) *Sketch {
	m := *s
	for _, list := range m.lists() {
		kept := slices.DeleteFunc(slices.Clone(*list), func(uint32) bool { return r.IntN(8) == 0 })
		for i := range kept {
			if list != &m.Title && r.IntN(6) == 0 { // flags of a headline's word depend on the word alone
				kept[i] ^= uint32(1 + r.IntN(flags))
			}
		}
		*list = kept
	}
	m.Figures = slices.DeleteFunc(slices.Clone(m.Figures), func(Figure) bool { return r.IntN(8) == 0 })
	for i := range m.Figures {
		switch r.IntN(6) {
		case 0:
			m.Figures[i].Value ^= flagCommon
		case 1:
			m.Figures[i].Around ^= 1 << r.IntN(32)
		}
	}
	for _, h := range m.hashes() {
		switch r.IntN(6) {
		case 0:
			*h = 0
		case 1:
			*h = 4
		}
	}
	if r.IntN(3) == 0 {
		m.Level += uint(r.IntN(3))
	}
	if r.IntN(3) == 0 {
		m.Words = r.IntN(200)
	}
	if r.IntN(4) == 0 {
		m.Media = []uint32{8, 12}
	}
	if r.IntN(4) == 0 {
		m.Headline = 0
	}
	m.Derived = r.IntN(5) == 0
	m.Length += time.Duration(r.IntN(12)) * time.Second
	switch r.IntN(4) {
	case 0:
		m.Published = time.Time{}
	case 1:
		m.Published = m.Published.Add(time.Duration(r.Int64N(int64(4*day/time.Millisecond))) * time.Millisecond)
	}
	return &m
}

var levels = []news.Level{news.Strict, news.Normal, news.Loose}

// TestJudgeIsSymmetric checks that it does not matter which of two entries came first,
// neither for what is counted nor for what is concluded.
func TestJudgeIsSymmetric(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sketches := corpusSketches(3, 1500)
	found := map[news.Reason]int{}
	check := func(a, b *Sketch) {
		t.Helper()
		there, back := compare(a, b), compare(b, a)
		if there != back {
			t.Fatalf("compare is not symmetric:\n%+v\n%+v\nof %+v\nand %+v", there, back, a, b)
		}
		for _, level := range levels {
			l := limitsOf(news.Matching{Level: level, Window: 7 * day})
			one, other := l.judge(&there), l.judge(&back)
			if one != other {
				t.Fatalf("judge is not symmetric: %+v, %+v", one, other)
			}
			found[one.reason]++
		}
	}
	pick := func() *Sketch { return sketches[r.IntN(len(sketches))] }
	for range 20_000 {
		check(pick(), pick())
	}
	for range 10_000 { // chance does not make two similar ones
		s := pick()
		check(s, mutated(r, s))
		check(mutated(r, s), mutated(r, s))
	}
	for _, reason := range []news.Reason{news.ReasonText, news.ReasonUpdate, news.ReasonTeaser, news.ReasonTitle, news.ReasonURL} {
		if found[reason] == 0 {
			t.Errorf("no pair was judged %s: the mutations are too narrow; found %v", reason, found)
		}
	}
}

// stray returns an item that shares nothing with any other: outlet, address, words and
// figures are its own.
func stray(n int, published string) Item {
	var text strings.Builder
	for k := range 30 + n%90 {
		fmt.Fprintf(&text, "Xq%dx%d ", n, k)
	}
	return Item{
		ID:        fmt.Sprintf("stray%d", n),
		Outlet:    fmt.Sprintf("stray%d.example", n),
		URL:       fmt.Sprintf("https://stray%d.example/%d", n, n),
		Title:     fmt.Sprintf("Zy%da Zy%db Zy%dc Zy%dd Zy%de", n, n, n, n, n),
		Text:      text.String(),
		Published: published,
	}
}

var entryNumber = regexp.MustCompile(`entry \d+`)

// unnumbered returns a verdict without the numbers of entries, which count all items.
func unnumbered(v Verdict) Verdict {
	v.Explain = entryNumber.ReplaceAllString(v.Explain, "entry #")
	return v
}

// TestStraysChangeNothing checks that an entry that shares nothing with the others
// changes no later verdict.
func TestStraysChangeNothing(t *testing.T) {
	const n = 1500
	r := rand.New(rand.NewPCG(5, 6))
	alone, among := NewClusterer(news.DefaultMatching()), NewClusterer(news.DefaultMatching())
	joined, strays := 0, 0
	for item := range corpus(4, n) {
		at := parseTime(item.Published)
		for range r.IntN(3) {
			s := stray(strays, item.Published)
			strays++
			if v := among.Add(s, at); v.Reason != news.ReasonNew || v.Story != s.ID {
				t.Fatalf("a stray joined a story: %+v", v)
			}
		}
		want, got := unnumbered(alone.Add(item, at)), unnumbered(among.Add(item, at))
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("with %d strays before it, the verdict is\n%+v, else\n%+v", strays, got, want)
		}
		if want.Reason != news.ReasonNew {
			joined++
		}
	}
	t.Logf("%d of %d items joined a story, among %d strays", joined, n, strays)
	if joined < n/20 {
		t.Errorf("%d of %d items joined a story: that tests little", joined, n)
	}
}

// TestDecideIgnoresOrder checks that neither the order of the candidates nor a
// repetition changes a decision or its explanation.
func TestDecideIgnoresOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	known := corpusEvidence(9, 1200)
	// With equal times, only the number of the entry tells which was first.
	for i := range known {
		known[i].Seen = known[i].Seen.Truncate(6 * time.Hour)
	}
	reasons := map[news.Reason]int{}
	for range 1500 {
		e := known[r.IntN(len(known))]
		var alike []Evidence
		for range 1 + r.IntN(6) {
			alike = append(alike, known[r.IntN(len(known))])
		}
		for range r.IntN(5) { // versions of the entry itself, some nearer than others
			v := known[r.IntN(len(known))]
			v.Sketch = mutated(r, e.Sketch)
			alike = append(alike, v)
		}
		e.EntryID, e.StoryID = int64(len(known)+1), 0
		alike = slices.CompactFunc(slices.SortedStableFunc(slices.Values(alike), func(a, b Evidence) int { return cmp.Compare(a.EntryID, b.EntryID) }),
			func(a, b Evidence) bool { return a.EntryID == b.EntryID })
		want := Decide(e, nil, alike, news.DefaultMatching())
		reasons[want.Match.Reason]++
		for range 3 {
			given := slices.Concat(alike, alike[:r.IntN(len(alike)+1)])
			r.Shuffle(len(given), func(i, j int) { given[i], given[j] = given[j], given[i] })
			if got := Decide(e, nil, given, news.DefaultMatching()); !reflect.DeepEqual(got, want) {
				t.Fatalf("the order of what is alike matters: %+v, then %+v", want, got)
			}
		}
	}
	t.Logf("decisions: %v", reasons)
	if reasons[news.ReasonNew] == 0 || len(reasons) < 4 {
		t.Errorf("decisions %v test too little", reasons)
	}
}

// settle decides on an arrival as Clusterer.Add decides on an item.
func settle(c *Clusterer, a Arrival) Evidence {
	e := a.Evidence
	e.EntryID = int64(len(c.known) + 1)
	e.Seen = c.latest
	c.memory.mark(e)
	finds := c.memory.find(e.Sketch)
	d := Decide(e, c.candidates(e), c.evidence(c.withMates(finds.Best())), c.matching)
	e.StoryID = cmp.Or(d.StoryID, e.EntryID)
	e.Sketch.Derived = Derived(d.Match)
	c.index(e, finds)
	c.keep(fmt.Sprint(e.EntryID), e)
	return e
}

// partition settles documents one after the other and returns the stories: the
// addresses and guids of each, in order.
func partition(sources []news.Source, documents [][]news.Entry) []string {
	c := NewClusterer(news.DefaultMatching())
	c.latest = time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	stories := map[int64][]string{}
	for i, entries := range documents {
		for _, a := range Arrive(sources[i], &news.Document{Entries: entries}) {
			e := settle(c, a)
			stories[e.StoryID] = append(stories[e.StoryID], fmt.Sprintf("%d %s %s %s", i, a.Identity.New, a.Entry.Link, a.Entry.Title))
		}
	}
	var all []string
	for _, members := range stories {
		slices.Sort(members)
		all = append(all, strings.Join(members, "\n"))
	}
	slices.Sort(all)
	return all
}

// TestShuffledDocuments checks that the order of entries in a document does not matter,
// even if many of them were published at one time.
func TestShuffledDocuments(t *testing.T) {
	const n, feeds = 600, 12
	r := rand.New(rand.NewPCG(10, 11))
	sources := make([]news.Source, feeds)
	documents := make([][]news.Entry, feeds)
	for i := range sources {
		outlet := fmt.Sprintf("paper%d.example", i/2) // two feeds of each
		sources[i] = news.Source{ID: int64(i + 1), Name: outlet, Outlet: outlet}
	}
	i := 0
	for item := range corpus(12, n) {
		feed := r.IntN(feeds)
		at := parseTime(item.Published)
		e := news.Entry{GUID: item.GUID, Link: item.URL, Title: item.Title, Summary: item.Summary, Content: item.Content,
			Language: item.Language, Published: at.Truncate(24 * time.Hour)}
		documents[feed] = append(documents[feed], e)
		if i%40 == 0 { // printed twice in one document, and again as a version
			documents[feed] = append(documents[feed], e)
			e.GUID, e.Link = e.GUID+"-2", e.Link+"-2"
			e.Title = "Update: " + e.Title
			documents[feed] = append(documents[feed], e)
		}
		i++
	}
	want := partition(sources, documents)
	for range 3 {
		shuffled := make([][]news.Entry, feeds)
		for i, entries := range documents {
			shuffled[i] = slices.Clone(entries)
			r.Shuffle(len(entries), func(a, b int) { shuffled[i][a], shuffled[i][b] = shuffled[i][b], shuffled[i][a] })
		}
		got := partition(sources, shuffled)
		for k := range min(len(got), len(want)) {
			if got[k] != want[k] {
				t.Fatalf("the order within documents matters: the story\n%s\nis now\n%s", want[k], got[k])
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d stories, then %d", len(want), len(got))
		}
	}
	t.Logf("%d stories of %d entries", len(want), n+2*n/40)
	if len(want) > n-n/20 {
		t.Errorf("%d stories of %d entries: that tests little", len(want), n)
	}
}

// sameSketch compares two sketches as far as the store distinguishes them: times to the
// millisecond, lists by their content.
func sameSketch(a, b *Sketch) bool {
	for i, l := range a.lists() {
		if !slices.Equal(*l, *b.lists()[i]) {
			return false
		}
	}
	for i, h := range a.hashes() {
		if *h != *b.hashes()[i] {
			return false
		}
	}
	return slices.Equal(a.Figures, b.Figures) && a.Published.IsZero() == b.Published.IsZero() && a.Published.Truncate(time.Millisecond).Equal(b.Published.Truncate(time.Millisecond)) && a.Headline == b.Headline && a.Derived == b.Derived && a.Undated == b.Undated &&
		a.Words == b.Words && a.Level == b.Level && a.Length == b.Length
}

// TestSketchRoundTrip checks that the store returns what it was given.
func TestSketchRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	check := func(s *Sketch) {
		t.Helper()
		b, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		got := &Sketch{Words: 1, Media: []uint32{4}} // old values must not remain
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if !sameSketch(got, s) {
			t.Fatalf("got %+v\nof %+v", got, s)
		}
		if there, want := compare(got, s), compare(s, s); there != want {
			t.Fatalf("what comes back compares otherwise: %+v, want %+v", there, want)
		}
		again, _ := got.MarshalBinary()
		if !bytes.Equal(again, b) {
			t.Fatalf("packed again it is % x, was % x", again, b)
		}
		if new(Sketch).UnmarshalBinary(append(b, 0)) == nil {
			t.Fatal("a sketch with more behind it was taken for one")
		}
		if r.IntN(10) > 0 {
			return
		}
		for n := range len(b) { // cut off anywhere, it is invalid
			if err := new(Sketch).UnmarshalBinary(b[:n]); err == nil {
				t.Fatalf("%d of %d bytes were taken for a sketch", n, len(b))
			}
		}
	}
	check(&Sketch{})
	check(&Sketch{Published: time.UnixMilli(0).UTC()}) // a date like any other
	check(&Sketch{Published: time.UnixMilli(86400123).UTC(), Undated: true})
	for _, s := range corpusSketches(15, 400) {
		check(s)
		check(mutated(r, s))
	}
	b, _ := (&Sketch{}).MarshalBinary()
	b[0]++
	if new(Sketch).UnmarshalBinary(b) == nil {
		t.Error("a sketch of another version was taken for one of this")
	}
}

// FuzzUnmarshal checks that no bytes break the decoder or make it allocate more memory
// than they are long.
func FuzzUnmarshal(f *testing.F) {
	for _, s := range []*Sketch{{}, {Words: 7, Level: 2, Derived: true, Runs: []uint32{4, 9}, Media: []uint32{8}, Length: time.Hour, Published: time.UnixMilli(1)}} {
		b, _ := s.MarshalBinary()
		f.Add(b)
		f.Add(b[:len(b)-1])
		f.Add(append(b, 0xff, 0xff))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Sketch
		err := s.UnmarshalBinary(b)
		held := 0
		for _, l := range s.lists() {
			held += 4 * cap(*l)
		}
		held += 12 * cap(s.Figures)
		if held > 2*len(b)+8*len(s.lists()) {
			t.Errorf("%d bytes of lists out of %d bytes", held, len(b))
		}
		if err != nil {
			return
		}
		packed, _ := s.MarshalBinary()
		var again Sketch
		if err := again.UnmarshalBinary(packed); err != nil || !sameSketch(&again, &s) {
			t.Errorf("packed again it is %+v (%v), was %+v", again, err, s)
		}
		// A damaged sketch may compare in any way, but the comparison must end.
		p := compare(&s, &again)
		limitsOf(news.DefaultMatching()).judge(&p)
		s.Kept()
		s.Asked()
	})
}

// FuzzSketch checks what the comparison relies on, whatever an entry says: lists are
// sorted and bounded, and an entry is found by another with the same words.
func FuzzSketch(f *testing.F) {
	f.Add("Stadtrat beschließt Haushalt", "Der Stadtrat hat am Dienstag mit 27 zu 19 Stimmen den Haushalt beschlossen.")
	f.Add("Update: 河水上涨", "河水 上涨 了 今天 1.000,5 \xff\xfe ' \u00ad")
	f.Add("", strings.Repeat("wort ", 900))
	f.Add("a - b | c", "")
	f.Fuzz(func(t *testing.T, title, text string) {
		s := &Sketch{Twin: hash32("twin", title)}
		s.write(title, text)
		words := len(tokens(text))
		if s.Words != words || s.Level > 31 {
			t.Fatalf("%d words at level %d, want %d words", s.Words, s.Level, words)
		}
		// The sample is random, so its bound is many times its deviation.
		bounds := map[string]struct {
			list  []uint32
			limit int
		}{
			"runs":  {s.Runs, leadRuns + min(words, maxRuns*3/2)},
			"title": {s.Title, min(len(tokens(title)), maxTitle)},
			"names": {s.Names, min(len(tokens(title))+nameWords, maxNames)},
			"kept":  {s.Kept(), 3 + len(s.Runs) + len(s.Names)},
		}
		for name, b := range bounds {
			if len(b.list) > b.limit {
				t.Errorf("%d %s, want at most %d", len(b.list), name, b.limit)
			}
			for i := 1; i < len(b.list); i++ {
				if b.list[i-1]&^flags >= b.list[i]&^flags {
					t.Fatalf("%s do not ascend: %v", name, b.list)
				}
			}
		}
		if len(s.Figures) > min(words, maxFigures) || !slices.Equal(s.Figures, fewFigures(slices.Clone(s.Figures))) {
			t.Errorf("figures do not ascend, or are too many: %v", s.Figures)
		}
		asked := map[uint32]bool{}
		last := int64(-1)
		for _, a := range s.Asked() {
			if int64(a.Hash) <= last || a.Weight <= 0 {
				t.Fatalf("asked terms do not ascend or weigh nothing: %v", s.Asked())
			}
			asked[a.Hash], last = true, int64(a.Hash)
		}
		for _, k := range s.Kept() {
			if !asked[k] {
				t.Errorf("term %d is kept, but not asked for", k)
			}
		}
		p := compare(s, s)
		for name, part := range map[string]share{"runs": p.runs, "lead": p.lead, "figures": p.figures, "title": p.title, "names": p.names} {
			if part.both != part.of {
				t.Errorf("an entry shares %d of %d %s with itself", part.both, part.of, name)
			}
		}
		b, _ := s.MarshalBinary()
		var again Sketch
		if err := again.UnmarshalBinary(b); err != nil || !sameSketch(&again, s) {
			t.Errorf("comes back as %+v (%v), was %+v", again, err, s)
		}
	})
}

// TestLengthIsNoMatterOfSampling checks that a short text of which half was copied is
// judged the same beside a text that is kept in full and one that is sampled.
func TestLengthIsNoMatterOfSampling(t *testing.T) {
	s := newSynth(7, 10)
	r := s.rand(streamText, 0)
	prose := func(words int) string {
		var b strings.Builder
		for range words {
			b.WriteString(s.words[r.IntN(len(s.words))] + " ")
		}
		return b.String()
	}
	copied := prose(96) + "3 "
	short := copied + "8 11 " + prose(92) // one of three figures agrees, too few for a short text
	for name, long := range map[string]string{
		"whole":   copied + prose(200) + "7 12",
		"sampled": copied + prose(600) + "7 12",
	} {
		a, b := &Sketch{Outlet: 1}, &Sketch{Outlet: 2}
		a.write("", short)
		b.write("", long)
		p := compare(a, b)
		if got := p.rare(); got < 150 || got > 230 {
			t.Errorf("%s: the shorter text has about %d rare runs, want about 186", name, got)
		}
		if got := limitsOf(news.DefaultMatching()).judge(&p); got.reason != news.ReasonText {
			t.Errorf("%s: judged %q, want %q; runs %v, figures %v", name, got.reason, news.ReasonText, p.runs, p.figures)
		}
	}
}
