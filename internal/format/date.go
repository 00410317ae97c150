package format

import (
	"html"
	"strings"
	"time"
	"unicode"
)

// parseDate reads a time in any form that feeds have been seen to use: RFC 822, 850, 1123
// and 2822, asctime, RFC 3339, ISO 8601 (extended, basic, ordinal, week, without
// century), W3CDTF of every precision, seconds to nanoseconds since 1970, names of months
// in the languages of monthNames, Japanese, Chinese and Korean characters, and slips such
// as "Sept", 24:00 or swapped day and month. A time without a zone is in UTC, or in
// Korean time when it is written in Korean. parseDate reports false for what it cannot
// read, for dates that depend on the current date, and for years that no article has.
//
// The language of the text (BCP 47; "" when unknown) decides what 03/04/2024 means
// where both readings are possible. It is 4 March in the languages of the United States
// and the Philippines, in English without a region, in an unknown language, and beside
// AM or PM; otherwise it is 3 April.
func parseDate(s, language string) (time.Time, bool) {
	if len(s) > 120 {
		return time.Time{}, false
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, false // most of the fields that may hold a date are empty
	}
	if t, ok := usual(s); ok && t.Year() < buddhist {
		return plausible(t)
	}
	p := dateParser{month: -1, dayFirst: dayFirst(language), zone: homeZone(s)}
	if !p.read(tokens(s)) {
		return time.Time{}, false
	}
	return p.time()
}

// whenIn returns the first of dates that can be read, in UTC, or the zero time.
// language is that of the document, as in parseDate.
func whenIn(language string, dates ...string) time.Time {
	for _, s := range dates {
		if t, ok := parseDate(s, language); ok {
			return t.UTC()
		}
	}
	return time.Time{}
}

// dayFirst reports whether numeric dates with slashes begin with the day in that language.
func dayFirst(language string) bool {
	language = strings.ToLower(strings.ReplaceAll(language, "_", "-"))
	primary, rest, _ := strings.Cut(language, "-")
	switch primary {
	case "", "fil", "chr", "haw", "nv": // in use in the United States
		return false
	case "en":
		return rest != "" && rest != "us" && rest != "ph" && rest != "pr"
	}
	return !strings.HasSuffix(rest, "us")
}

// homeZone returns the zone of a time that names none, in minutes east of UTC. Hangul
// is the only script of dates that is at home in a single zone.
func homeZone(s string) int {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
		return zones["kst"]
	}
	return 0
}

// usual is a fast path for the forms that nearly all feeds use. RFC 1123 with a named zone
// other than GMT is not among them: time.Parse gives every unknown name the offset zero.
func usual(s string) (time.Time, bool) {
	layout := time.RFC1123Z
	switch {
	case s == "":
		return time.Time{}, false
	case s[0] <= '9':
		layout = time.RFC3339
	case strings.HasSuffix(s, " GMT"):
		layout = "Mon, 02 Jan 2006 15:04:05 GMT"
	}
	t, err := time.Parse(layout, s)
	return t, err == nil
}

// buddhist is a year that only the Thai calendar has reached, which is 543 years ahead.
const buddhist = 2443

// plausible rejects years before 1900 and after 2100, which are mistakes.
func plausible(t time.Time) (time.Time, bool) {
	if t.Year() < 1900 || t.Year() > 2100 {
		return time.Time{}, false
	}
	return t, true
}

// dateParser collects the parts of a date.
type dateParser struct {
	year, month, day           int // month is -1 until a name is read
	era                        int // the year before the first one of a named era, else 0
	hour, minute, second, nano int
	zone                       int // minutes
	timed, zoned               bool
	trailing                   bool        // only words and signs came since the time: a zone may follow
	nums                       []dateToken // numbers that are not part of a time, in order
	seps                       []byte      // the character before each of them
	named                      int         // how many numbers stood before the name of the month
	leading                    bool        // the name of the month came first: it may be a weekday
	afternoon, forenoon        bool
	dayFirst                   bool      // 03/04 is 3 April
	american                   bool      // a zone with daylight saving time, such as EST5EDT
	exact                      time.Time // of an epoch number
}

// read sorts the tokens into the parts of a date and reports whether they make one.
func (p *dateParser) read(list []dateToken) bool {
	if len(list) == 0 || len(list) > 40 || list[0].kind == '-' && at(list, 1).kind == '-' {
		return false // --12-03 is of the current year, which is not known here
	}
	if p.single(list) {
		return true
	}
	for i := 0; i < len(list); {
		i += p.step(list, i)
	}
	return p.resolve()
}

// step reads what begins at i and returns how many tokens it was.
func (p *dateParser) step(list []dateToken, i int) int {
	t, next := list[i], at(list, i+1)
	switch {
	case t.kind == '0' && !p.timed && p.isClock(list, i):
		return p.clock(list, i)
	case t.kind == '0' && p.isPackedClock(list, i):
		return p.packedClock(list, i)
	case (t.kind == '+' || t.kind == '-') && p.trailing && next.kind == '0' && p.offsetFollows(list, i):
		return p.offset(list, i)
	case t.kind == '0':
		sep := byte(' ')
		if i > 0 && t.glued && list[i-1].kind != '0' && list[i-1].kind != 'a' {
			sep = list[i-1].kind
		}
		p.nums, p.seps = append(p.nums, t), append(p.seps, sep)
		p.trailing = p.timed && p.dated() // the date may stand between time and zone
	case t.kind == 'a':
		return p.word(list, i)
	}
	return 1
}

// word reads the name of a month or zone, or am or pm, and ignores all other words,
// such as weekdays. It returns the number of tokens read.
func (p *dateParser) word(list []dateToken, i int) int {
	w := list[i].text
	if half, used := halfDay(list, i); half != 0 && (p.trailing || leads(list, i)) {
		p.forenoon, p.afternoon = half == 'a', half == 'p'
		return used
	}
	if year, ok := eras[w]; ok {
		p.era = year
		return 1
	}
	if m, ok := month(w); ok && !weekdays[w] && (p.month < 0 || p.leading && len(p.nums) > 0) {
		p.month, p.named, p.leading = m, len(p.nums), len(p.nums) == 0
		return 1
	}
	if !p.trailing || p.zoned {
		return 1
	}
	if minutes, ok := zones[w]; ok && (len(w) > 1 || i == len(list)-1) {
		p.zone = minutes
		if digits, summer := at(list, i+1), at(list, i+2); digits.kind == '0' && digits.glued && summer.glued && summer.kind == 'a' {
			p.american, p.zoned = true, true // EST5EDT, POSIX section 8.3
			return 3
		}
	}
	return 1
}

// eras maps the names of eras to the year before their first one.
var eras = map[string]int{"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}

// weekdays lists the names of weekdays that begin like months. An abbreviated one, the
// French "mar.", is recognised by the month that follows it.
var weekdays = map[string]bool{"mardi": true, "martes": true, "martedi": true, "marti": true, "pazar": true, "pazartesi": true}

// resolve decides which numbers are the year, month and day, and reports whether they
// make a date.
func (p *dateParser) resolve() bool {
	n := p.nums
	if p.leading && len(n) >= 3 && p.seps[1] == p.seps[2] && strings.IndexByte("./-", p.seps[1]) >= 0 {
		p.month = -1 // "mar 03/06/2025" begins with a weekday
	}
	switch {
	case p.month > 0:
		return p.namedMonth()
	case len(n) >= 3:
		return p.numeric(n[0], n[1], n[2], p.seps[1])
	case len(n) == 2:
		return p.two(n[0], n[1], p.seps[1])
	case len(n) == 1:
		return p.packed(n[0].text)
	}
	return false
}

// two reads a year and a month of it, or a day of it.
func (p *dateParser) two(a, b dateToken, sep byte) bool {
	switch {
	case len(b.text) == 3 && (len(a.text) == 4 || len(a.text) == 2 && sep == '-'):
		return p.ordinal(fullYear(a), b.value)
	case len(a.text) == 4 && sep != ' ':
		p.year, p.month = a.value, b.value
	case len(b.text) == 4 && sep != ' ': // 12/2025
		p.year, p.month = b.value, a.value
	case p.seps[0] == '-' && sep == '-': // -03-12, ISO 8601:1988 section 5.2.1.3
		p.year, p.month = fullYear(a), b.value
	}
	p.day = 1
	return p.valid()
}

// namedMonth finds the day and the year around the name of the month. The year is the
// number with four digits, else the one that is left over. The day is the number beside
// the month, preferably the one before it.
func (p *dateParser) namedMonth() bool {
	day, year := -1, -1
	for i, n := range p.nums {
		if len(n.text) == 4 && year < 0 {
			year = i
		}
	}
	for _, i := range []int{p.named - 1, p.named, p.named + 1} {
		if i >= 0 && i < len(p.nums) && i != year && day < 0 && (p.nums[i].value <= 31 || year >= 0 || i == p.named) {
			day = i
		}
	}
	for _, i := range []int{p.named, p.named + 1, p.named - 1} {
		if i >= 0 && i < len(p.nums) && i != day && year < 0 {
			year = i
		}
	}
	switch {
	case year < 0:
		return false
	case day < 0:
		p.day = 1
	default:
		p.day = p.nums[day].value
	}
	p.year = fullYear(p.nums[year])
	return p.valid()
}

// numeric assigns three numbers to year, month and day. The year comes first when it
// has four digits or the form is that of ISO 8601. Otherwise slashes mean what dayFirst
// says, and other separators that the day comes first. A month above 12 is swapped with
// the day, except in ISO 8601.
func (p *dateParser) numeric(a, b, c dateToken, sep byte) bool {
	switch {
	case p.era > 0:
		p.year, p.month, p.day = p.era+a.value, b.value, c.value
	case len(a.text) == 4 || sep == '-' && len(a.text) == 2 && len(c.text) == 2 && b.value <= 12 && c.value <= 31:
		p.year, p.month, p.day = fullYear(a), b.value, c.value
	case len(c.text) > 4:
		return p.packed(a.text)
	case sep == '/' && a.value <= 12 && (!p.dayFirst || p.forenoon || p.afternoon):
		p.year, p.month, p.day = fullYear(c), a.value, b.value
	default:
		p.year, p.month, p.day = fullYear(c), b.value, a.value
	}
	if p.month > 12 && p.day <= 12 && (sep != '-' || len(a.text) != 4) {
		p.month, p.day = p.day, p.month
	}
	return p.valid()
}

func (p *dateParser) valid() bool {
	return p.month >= 1 && p.month <= 12 && p.day >= 1 && p.day <= 31
}

// fullYear adds the century to a year of two digits: 00 to 49 are of this century (RFC
// 2822 section 4.3). Three digits count from 1900. A single digit, of a Japanese era or
// a slip, is returned as it is, and plausible rejects it.
func fullYear(t dateToken) int {
	switch {
	case len(t.text) == 2 && t.value < 50:
		return 2000 + t.value
	case len(t.text) == 2 || len(t.text) == 3:
		return 1900 + t.value
	}
	return t.value
}

// time assembles the date. A day that the month does not have becomes one of the next
// month. A time of day that does not exist is dropped.
func (p *dateParser) time() (time.Time, bool) {
	if !p.exact.IsZero() {
		return plausible(p.exact)
	}
	if p.afternoon && p.hour < 12 {
		p.hour += 12
	}
	if p.forenoon && p.hour == 12 {
		p.hour = 0
	}
	if p.hour < 0 || p.hour > 24 || p.minute < 0 || p.minute > 59 || p.second < 0 || p.second > 60 {
		p.hour, p.minute, p.second, p.nano = 0, 0, 0, 0
	}
	if p.year >= buddhist {
		p.year -= 543
	}
	if _, ok := plausible(time.Date(p.year, 6, 1, 0, 0, 0, 0, time.UTC)); !ok {
		return time.Time{}, false
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.second, p.nano, time.UTC)
	if p.american && summerTime(t) {
		p.zone += 60
	}
	if !p.timed {
		return plausible(t) // a date without a time of day is not shifted by a zone
	}
	return plausible(t.Add(-time.Duration(p.zone) * time.Minute))
}

// summerTime reports whether a local time falls into American daylight saving time, by
// the rule since 2007: from the second Sunday of March to the first of November, at 2:00.
func summerTime(t time.Time) bool {
	sunday := func(month time.Month, from int) time.Time {
		first := time.Date(t.Year(), month, from, 2, 0, 0, 0, time.UTC)
		return first.AddDate(0, 0, (7-int(first.Weekday()))%7)
	}
	return !t.Before(sunday(time.March, 8)) && t.Before(sunday(time.November, 1))
}
