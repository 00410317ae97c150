package story

import (
	"fmt"
	"hash/fnv"
	"html"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// corpus yields n synthetic entries of one week in order of arrival, always the same
// for a seed. To the engine they look like real ones: texts with a median of 350 words,
// a fifth of them only teasers, copies of wire reports with cuts and inserted notices,
// variants of addresses, and footers and templates of outlets. Nothing is kept between
// items, so that a million cost no memory.
func corpus(seed uint64, n int) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		s := newSynth(seed, n)
		for i := range n {
			if !yield(s.item(i)) {
				return
			}
		}
	}
}

// The kinds of items in the corpus.
type synthKind uint8

const (
	synthFull     synthKind = iota
	synthTeaser             // the beginning of a text that others may print in full
	synthTemplate           // a form of its outlet, filled in
	synthCopy               // of the text of an earlier full item or teaser
	synthVariant            // an earlier item again under another form of its address
)

const (
	synthOutlets = 500
	synthWords   = 50_000
	synthWeek    = 7 * 24 * time.Hour
	synthCopied  = 3 * 24 * time.Hour // the maximum age of what is copied
)

// Streams of random numbers, one for each purpose, so that an earlier item can be made
// again without those in between.
const (
	streamItem = iota
	streamText
	streamOutlet
	streamWords
)

// synth makes the items of a corpus, each from the seed and its number alone.
type synth struct {
	seed     uint64
	n        int
	words    []string // most frequent first
	capitals []string // the same with a capital letter
	draw     []uint16 // numbers of words, each repeated by its frequency
	outlets  []synthOutlet
	start    time.Time
}

type synthOutlet struct {
	host     string
	language string
	feeds    int
	footer   string   // under every text, "" for none
	notice   string   // in the middle of some texts, "" for none
	form     []string // sentences of its template; "#" is a number and "@" a word
	teasers  bool     // its feeds never have full texts
}

func newSynth(seed uint64, n int) *synth {
	s := &synth{seed: seed, n: n, start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
	s.makeWords()
	for o := range synthOutlets {
		s.outlets = append(s.outlets, s.makeOutlet(o))
	}
	return s
}

func (s *synth) rand(stream, i int) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed+uint64(stream)<<56, uint64(i)))
}

// makeWords invents the vocabulary. The frequency of the word of rank k falls as
// 1/(k+2.7), Mandelbrot's form of Zipf's law. Two runs of five words that were not
// copied are then equal in about one of 10^12 cases.
func (s *synth) makeWords() {
	r := s.rand(streamWords, 0)
	onsets := strings.Fields("b br d dr f fl g gr h j k kl l m n p pr r s sch st t tr v w z")
	nuclei := strings.Fields("a e i o u ä ö ü au ei ie")
	codas := strings.Fields("l m n r s t nd rt ng st ch")
	taken := map[string]bool{}
	for len(s.words) < synthWords {
		var w strings.Builder
		for range 1 + int(math.Log10(float64(len(s.words)+10))/2.2+r.Float64()*0.9) {
			w.WriteString(onsets[r.IntN(len(onsets))] + nuclei[r.IntN(len(nuclei))])
		}
		w.WriteString(codas[r.IntN(len(codas))])
		if !taken[w.String()] {
			taken[w.String()] = true
			s.words = append(s.words, w.String())
			s.capitals = append(s.capitals, synthCapital(w.String()))
		}
	}
	const size = 1 << 20
	sum := math.Log((synthWords + 2.7) / 2.7)
	s.draw = make([]uint16, 0, size)
	for k := range synthWords {
		for range int(size / sum / (float64(k) + 3.2)) {
			s.draw = append(s.draw, uint16(k))
		}
	}
	for k := 0; len(s.draw) < size; k++ { // what rounding leaves goes to rare words
		s.draw = append(s.draw, uint16(synthWords-1-k%(synthWords/2)))
	}
}

func (s *synth) word(r *rand.Rand) string { return s.words[s.draw[r.Uint32()>>12]] }

func (s *synth) makeOutlet(o int) synthOutlet {
	r := s.rand(streamOutlet, o)
	out := synthOutlet{
		host:     fmt.Sprintf("outlet%03d.example", o),
		language: [...]string{"de", "en"}[o%2],
		feeds:    1 + r.IntN(3),
		teasers:  o%11 == 3,
	}
	if o%4 < 2 {
		out.footer = s.sentence(r, 20+r.IntN(21))
	}
	if o%5 == 0 {
		out.notice = s.sentence(r, 40+r.IntN(21))
	}
	if o%3 == 0 {
		for range 4 + r.IntN(4) {
			words := strings.Fields(s.sentence(r, 10+r.IntN(8)))
			words[2], words[5] = "#", "@"
			out.form = append(out.form, strings.Join(words, " "))
		}
	}
	return out
}

// synthPlan is what is decided about an item before any of its text is made.
type synthPlan struct {
	kind   synthKind
	outlet int
	of     int // number of the item that is copied or repeated, else its own
}

// plan returns the plan of an item and the random numbers for the rest of it.
func (s *synth) plan(i int) (synthPlan, *rand.Rand) {
	r := s.rand(streamItem, i)
	p := s.sketch(r, i)
	switch p.kind {
	case synthVariant:
		p.of = s.earlier(r, i, 24*time.Hour)
	case synthCopy:
		p.of = s.earlier(r, i, synthCopied)
	}
	if p.of < 0 { // there is nothing earlier
		p.kind, p.of = synthFull, i
	}
	return p, r
}

// sketch is the plan without what is copied.
func (s *synth) sketch(r *rand.Rand, i int) synthPlan {
	u := r.Float64()
	p := synthPlan{outlet: int(u * u * synthOutlets), of: i} // few outlets publish most
	switch roll := r.Float64(); {
	case roll < 0.03:
		p.kind = synthVariant
	case roll < 0.18:
		p.kind = synthCopy
	case roll < 0.34 || s.outlets[p.outlet].teasers:
		p.kind = synthTeaser
	case roll < 0.42 && s.outlets[p.outlet].form != nil:
		p.kind = synthTemplate
	}
	return p
}

// earlier picks an item with a text of its own that arrived before i and within age,
// preferably a recent one. It returns -1 if there is none.
func (s *synth) earlier(r *rand.Rand, i int, age time.Duration) int {
	u := r.Float64()
	back := 1 + int(u*u*min(float64(i), float64(s.n)*float64(age)/float64(synthWeek)))
	for j := i - back; j >= 0; j-- { // few steps: most items have a text of their own
		if kind := s.sketch(s.rand(streamItem, j), j).kind; kind == synthFull || kind == synthTeaser {
			return j
		}
	}
	return -1
}

func (s *synth) item(i int) Item {
	p, r := s.plan(i)
	if p.kind == synthVariant {
		return s.again(i, p.of, r)
	}
	out := s.outlets[p.outlet]
	title, text := s.article(p.of, p.kind != synthTeaser)
	item := Item{
		ID:        "i" + strconv.Itoa(i),
		Outlet:    out.host,
		Feed:      out.host + "/" + strconv.Itoa(r.IntN(out.feeds)),
		Title:     title,
		Published: s.published(r, i),
		Language:  out.language,
	}
	switch p.kind {
	case synthTeaser:
		item.Summary = html.EscapeString(synthBegin(text, 15+r.IntN(31)))
	case synthTemplate:
		item.Title = synthCapital(out.form[0][:strings.IndexByte(out.form[0], '#')] + strconv.Itoa(r.IntN(1000)))
		item.Content = s.html(out, r, s.fill(out.form, r))
	case synthCopy:
		item.Language = s.outlets[s.sketch(s.rand(streamItem, p.of), p.of).outlet].language
		if r.IntN(10) < 7 {
			item.Title = synthCapital(s.sentence(r, 4+r.IntN(6)))
		}
		item.Content = s.html(out, r, s.edited(r, text))
	default:
		item.Content = s.html(out, r, text)
	}
	item.URL = fmt.Sprintf("https://www.%s/%s-%d.html", out.host, synthSlug(item.Title), i)
	item.GUID = item.URL
	return item
}

// again repeats an earlier item in another feed of its outlet, under another form of
// its address.
func (s *synth) again(i, of int, r *rand.Rand) Item {
	item := s.item(of)
	item.ID = "i" + strconv.Itoa(i)
	item.Feed = item.Outlet + "/again"
	item.Published = s.published(r, i)
	switch r.IntN(5) {
	case 0:
		item.URL += "?utm_source=rss&utm_medium=feed"
	case 1:
		item.URL = strings.Replace(item.URL, "https://www.", "http://m.", 1)
	case 2:
		item.URL = strings.Replace(item.URL, ".example/", ".example/amp/", 1)
	case 3:
		item.URL += "#comments"
	case 4:
		item.URL += "?fbclid=" + strconv.FormatUint(r.Uint64(), 36)
	}
	item.GUID = ""
	return item
}

// published spreads the items over the week. What arrives was published up to half an
// hour before.
func (s *synth) published(r *rand.Rand, i int) string {
	arrived := s.start.Add(30*time.Minute + time.Duration(float64(synthWeek-30*time.Minute)*float64(i)/float64(s.n)))
	return arrived.Add(-time.Duration(r.Int64N(int64(30 * time.Minute)))).Format("2006-01-02T15:04:05Z")
}

// article returns the headline and paragraphs of the text that item i is about, or only
// the first paragraph.
func (s *synth) article(i int, whole bool) (title string, text []string) {
	r := s.rand(streamText, i)
	title = synthCapital(s.sentence(r, 5+r.IntN(6)))
	left := int(330 * math.Exp(0.6*r.NormFloat64()))
	left = min(max(left, 60), 3000)
	var b strings.Builder // one for all: the paragraphs are parts of one string
	b.Grow(8 * left)
	var ends []int
	for left > 0 && (whole || len(ends) == 0) {
		for k := range 2 + r.IntN(3) {
			n := 8 + r.IntN(15)
			if k > 0 {
				b.WriteByte(' ')
			}
			s.write(&b, r, n)
			left -= n
		}
		ends = append(ends, b.Len())
	}
	from := 0
	for _, end := range ends {
		text = append(text, b.String()[from:end])
		from = end
	}
	return title, text
}

// edited returns a text as another outlet prints it: with a dateline, without its end
// or some paragraphs, with paragraphs of its own.
func (s *synth) edited(r *rand.Rand, text []string) []string {
	if r.IntN(2) == 0 {
		text = text[:max(1, len(text)*(50+r.IntN(50))/100)]
	}
	kept := make([]string, 0, len(text)+2)
	for k, p := range text {
		if k == 0 || r.IntN(10) > 0 {
			kept = append(kept, p)
		}
	}
	if r.IntN(2) == 0 {
		kept[0] = strings.ToUpper(s.word(r)) + " (agency) – " + kept[0]
	}
	for range r.IntN(3) {
		kept = append(kept, s.sentence(r, 15+r.IntN(40)))
	}
	return kept
}

func (s *synth) fill(form []string, r *rand.Rand) []string {
	filled := make([]string, len(form))
	for k, f := range form {
		f = strings.Replace(f, "#", strconv.Itoa(r.IntN(1000)), 1)
		filled[k] = strings.Replace(f, "@", s.word(r), 1)
	}
	return filled
}

// html returns a text as the outlet publishes it, with its notices.
func (s *synth) html(out synthOutlet, r *rand.Rand, text []string) string {
	var b strings.Builder
	b.Grow(4096)
	middle := -1
	if out.notice != "" && r.IntN(2) == 0 {
		middle = len(text) / 2
	}
	for k, p := range text {
		if k == middle {
			b.WriteString("<p>" + out.notice + "</p>")
		}
		b.WriteString("<p>" + p + "</p>")
	}
	if out.footer != "" {
		b.WriteString("<p>" + out.footer + "</p>")
	}
	return b.String()
}

func (s *synth) sentence(r *rand.Rand, n int) string {
	var b strings.Builder
	s.write(&b, r, n)
	return strings.TrimSuffix(b.String(), ".")
}

// write writes a sentence of n words, of which one in fifty is a number.
func (s *synth) write(b *strings.Builder, r *rand.Rand, n int) {
	for k := range n {
		switch {
		case k == 0:
			b.WriteString(s.capitals[s.draw[r.Uint32()>>12]])
			continue
		case r.Uint32()%50 == 0:
			b.WriteByte(' ')
			b.WriteString(strconv.Itoa(r.IntN(5000)))
			continue
		}
		b.WriteByte(' ')
		b.WriteString(s.word(r))
	}
	b.WriteByte('.')
}

func synthCapital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// synthBegin returns the first n words of a text.
func synthBegin(text []string, n int) string {
	words := strings.Fields(text[0])
	if len(words) <= n {
		return text[0]
	}
	return strings.Join(words[:n], " ") + " …"
}

func synthSlug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, strings.ToLower(title))
}

// synthRuns hashes the five-word runs of what an item says.
func synthRuns(item Item) map[uint64]bool {
	text := strings.NewReplacer("<p>", " ", "</p>", " ").Replace(item.Content + item.Summary)
	words := strings.Fields(strings.ToLower(text))
	runs := map[uint64]bool{}
	for k := 0; k+5 <= len(words); k++ {
		h := fnv.New64a()
		for _, w := range words[k : k+5] {
			h.Write([]byte(strings.TrimRight(w, ".")))
			h.Write([]byte{' '})
		}
		runs[h.Sum64()] = true
	}
	return runs
}

// TestCorpus checks what benchmarks over the corpus rely on.
func TestCorpus(t *testing.T) {
	const n = 6000
	s := newSynth(1, n)
	kinds := map[synthKind]int{}
	var lengths []int
	owner := map[uint64]int{} // of the runs of full originals without notices
	runs, shared := 0, 0
	i := 0
	for item := range corpus(1, n) {
		p, _ := s.plan(i)
		kinds[p.kind]++
		if p.of > i || p.kind != synthCopy && p.kind != synthVariant && p.of != i {
			t.Fatalf("item %d is made of item %d", i, p.of)
		}
		if item.ID != "i"+strconv.Itoa(i) || item.URL == "" || item.Title == "" || item.Content+item.Summary == "" {
			t.Fatalf("item %d lacks something: %+v", i, item)
		}
		if at := parseTime(item.Published); at.Before(s.start) || at.After(s.start.Add(synthWeek)) {
			t.Fatalf("item %d is published at %v, outside of the week", i, at)
		}
		if p.kind == synthFull {
			_, text := s.article(i, true)
			lengths = append(lengths, len(strings.Fields(strings.Join(text, " "))))
			for run := range synthRuns(Item{Content: strings.Join(text, " ")}) {
				runs++
				if other, ok := owner[run]; ok && other != i {
					shared++
				}
				owner[run] = i
			}
		}
		i++
	}
	slices.Sort(lengths)
	median := lengths[len(lengths)/2]
	t.Logf("kinds %v, median %d words, %d of %d five-word runs twice", kinds, median, shared, runs)
	for kind, want := range map[synthKind]float64{synthTeaser: 0.20, synthCopy: 0.15, synthVariant: 0.03} {
		if got := float64(kinds[kind]) / n; math.Abs(got-want) > 0.02 {
			t.Errorf("kind %d: share %.3f, want %.2f", kind, got, want)
		}
	}
	if kinds[synthTemplate] < n/100 {
		t.Errorf("%d items of templates, want at least %d", kinds[synthTemplate], n/100)
	}
	if median < 320 || median > 380 {
		t.Errorf("median %d words, want about 350", median)
	}
	if shared*10_000 > runs {
		t.Errorf("%d of %d runs occur twice although nobody copied; want below 1 in 10,000", shared, runs)
	}
}

// TestCorpusCopies checks that copies can be recognised, and that variants of an address
// lead to the page of their original.
func TestCorpusCopies(t *testing.T) {
	const n = 4000
	s := newSynth(2, n)
	var copies, poor, variants int
	for i := range n {
		p, _ := s.plan(i)
		origin, _ := s.plan(p.of)
		switch {
		case p.kind == synthVariant:
			variants++
			if page(s.item(i).URL) != page(s.item(p.of).URL) {
				t.Errorf("%s is no form of %s", s.item(i).URL, s.item(p.of).URL)
			}
		case p.kind == synthCopy && origin.kind == synthFull:
			a, b := synthRuns(s.item(p.of)), synthRuns(s.item(i))
			common := 0
			for run := range a {
				if b[run] {
					common++
				}
			}
			copies++
			if common*2 < min(len(a), len(b)) {
				poor++
			}
		}
	}
	t.Logf("%d copies, %d of them share less than half; %d variants", copies, poor, variants)
	if copies == 0 || variants == 0 || poor*10 > copies {
		t.Errorf("%d of %d copies share less than half of the shorter text with what they copy; want below a tenth", poor, copies)
	}
}

// TestCorpusIsDeterministic checks that a figure measured over the corpus can be
// measured again.
func TestCorpusIsDeterministic(t *testing.T) {
	sum := func(seed uint64) uint64 {
		h := fnv.New64a()
		for item := range corpus(seed, 2000) {
			fmt.Fprintf(h, "%+v", item)
		}
		return h.Sum64()
	}
	if first, second := sum(7), sum(7); first != second {
		t.Error("the same seed gave two corpora")
	}
	if sum(7) == sum(8) {
		t.Error("two seeds gave the same corpus")
	}
}

func BenchmarkCorpus(b *testing.B) {
	i, bytes := 0, 0
	s := newSynth(1, 1_000_000)
	for b.Loop() {
		item := s.item(i % s.n)
		bytes += len(item.Content) + len(item.Summary)
		i++
	}
	b.ReportMetric(float64(bytes)/float64(i), "B/text")
}
