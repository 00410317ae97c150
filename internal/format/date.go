package format

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// ParseDate reads a time in any form that feeds have been seen to use: RFC 822,
// 850, 1123 and 2822, asctime, RFC 3339, ISO 8601 (extended, basic, ordinal,
// week), W3CDTF of every precision, seconds and milliseconds since 1970, names
// of months in the languages of monthNames, and slips such as "Sept", 24:00 or
// swapped day and month. A time without a zone is UTC. It returns false for
// what cannot be read, and for years that no article has.
func ParseDate(s string) (time.Time, bool) {
	if len(s) > 120 {
		return time.Time{}, false
	}
	s = strings.TrimSpace(s)
	if t, ok := usual(s); ok {
		return sane(t)
	}
	p := dateParser{month: -1}
	if !p.read(tokens(s)) {
		return time.Time{}, false
	}
	return p.time()
}

// usual reads the forms that nearly all feeds use, fast. RFC 1123 with a named
// zone is not among them: the standard library takes every name but GMT for
// offset zero.
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

// sane refuses years that are a mistake.
func sane(t time.Time) (time.Time, bool) {
	if t.Year() < 1900 || t.Year() > 2100 {
		return time.Time{}, false
	}
	return t, true
}

// dateToken is a number, a word or one other character.
type dateToken struct {
	kind  byte // '0' number, 'a' word, else the character itself
	text  string
	value int
	glued bool // no blank before it
}

// eastern replaces the signs of Japanese, Chinese and Korean dates.
var eastern = strings.NewReplacer("年", "-", "월", "-", "月", "-", "년", "-", "日", " ", "일", " ", "時", ":", "시", ":", "时", ":",
	"分", ":", "분", ":", "秒", " ", "초", " ", "午前", " am ", "午後", " pm ", "오전", " am ", "오후", " pm ", "上午", " am ", "下午", " pm ", "à", " ", "\u2212", "-")

// unaccented returns s in lower case without accents.
func unaccented(s string) string {
	s = strings.ToLower(s)
	if strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0 {
		return s
	}
	s = strings.NewReplacer("ł", "l", "ß", "ss", "ı", "i", "ς", "σ").Replace(s)
	if plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s); err == nil {
		return plain
	}
	return s
}

// tokens cuts a date into numbers, words and signs.
func tokens(s string) []dateToken {
	list := make([]dateToken, 0, 24)
	if strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) >= 0 {
		s = eastern.Replace(s)
	}
	s = unaccented(s)
	glued := false
	for s != "" {
		kind, n := s[0], 1
		switch {
		case s[0] >= '0' && s[0] <= '9':
			kind, n = '0', span(s, unicode.IsDigit)
		case unicode.IsLetter(firstRune(s)):
			kind, n = 'a', span(s, unicode.IsLetter)
		case blank(s[0]) || s[0] >= 0x80:
			s, glued = s[len(string(firstRune(s))):], false
			continue
		}
		list = append(list, dateToken{kind, s[:n], number(s[:n]), glued})
		s, glued = s[n:], true
	}
	return list
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// span returns the length of the beginning of s for whose characters ok holds.
func span(s string, ok func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !ok(r) || r >= 0x80 && unicode.IsDigit(r) }); n >= 0 {
		return max(n, 1)
	}
	return len(s)
}

// number returns the value of up to 16 digits; longer ones are -1.
func number(s string) int {
	if len(s) > 16 {
		return -1
	}
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// dateParser gathers the parts of a date.
type dateParser struct {
	year, month, day           int // month is -1 without a name
	hour, minute, second, nano int
	zone                       int // minutes
	timed, zoned               bool
	nums                       []dateToken // numbers that are no time, in order
	seps                       []byte      // the sign before each
	leading                    bool        // the name of the month came first: it may be a weekday
	afternoon, forenoon        bool
	exact                      time.Time // of an epoch number
}

// read sorts the tokens into parts.
func (p *dateParser) read(list []dateToken) bool {
	if len(list) == 0 || len(list) > 40 {
		return false
	}
	if p.single(list) {
		return true
	}
	for i := 0; i < len(list); {
		i += p.step(list, i)
	}
	return p.resolve()
}

// at returns the token at i, or an empty one.
func at(list []dateToken, i int) dateToken {
	if i < len(list) {
		return list[i]
	}
	return dateToken{}
}

// step takes what begins at i and returns how many tokens it was.
func (p *dateParser) step(list []dateToken, i int) int {
	t, next := list[i], at(list, i+1)
	switch {
	case t.kind == '0' && (next.kind == ':' || next.text == "h" && next.glued) && !p.timed:
		return p.clock(list, i)
	case t.kind == '0' && p.isoClock(list, i):
		return p.packedClock(list, i)
	case (t.kind == '+' || t.kind == '-') && p.timed && next.kind == '0' && next.glued && p.offsetFollows(list, i):
		return p.offset(list, i)
	case t.kind == '0':
		sep := byte(' ')
		if i > 0 && t.glued && list[i-1].kind != '0' && list[i-1].kind != 'a' {
			sep = list[i-1].kind
		}
		p.nums, p.seps = append(p.nums, t), append(p.seps, sep)
	case t.kind == 'a':
		p.word(t.text)
	}
	return 1
}

// offsetFollows reports whether a sign after a time begins a zone and not a
// date: "9:15-05:00" and "10:00 +0200" do, "10:00 - 5 May" does not.
func (p *dateParser) offsetFollows(list []dateToken, i int) bool {
	n := list[i+1]
	return len(n.text) == 4 || len(n.text) <= 2 && (at(list, i+2).kind == ':' || list[i].glued || list[i].kind == '+') || len(n.text) == 3
}

// clock reads 12:34, 12:34:56.789 and 20h15.
func (p *dateParser) clock(list []dateToken, i int) int {
	p.timed, p.hour = true, list[i].value
	n := 2
	if t := at(list, i+2); t.kind == '0' && t.glued || t.kind == '0' && list[i+1].kind == ':' {
		p.minute, n = t.value, 3
	}
	if at(list, i+n).kind == ':' && at(list, i+n+1).kind == '0' {
		p.second = at(list, i+n+1).value
		n += 2
	}
	return n + p.fraction(list, i+n)
}

// fraction reads the part of a second behind a point or comma.
func (p *dateParser) fraction(list []dateToken, i int) int {
	sign, digits := at(list, i), at(list, i+1)
	if sign.kind != '.' && sign.kind != ',' || digits.kind != '0' || !digits.glued {
		return 0
	}
	text := (digits.text + "000000000")[:9]
	p.nano = number(text)
	return 2
}

// isoClock reports whether the digits at i are a time of ISO 8601 basic form,
// as in 20040228T221042Z.
func (p *dateParser) isoClock(list []dateToken, i int) bool {
	t := list[i]
	return !p.timed && i > 0 && list[i-1].text == "t" && t.glued && (len(t.text) == 2 || len(t.text) == 4 || len(t.text) == 6)
}

func (p *dateParser) packedClock(list []dateToken, i int) int {
	digits := (list[i].text + "0000")[:6]
	p.timed = true
	p.hour, p.minute, p.second = number(digits[:2]), number(digits[2:4]), number(digits[4:])
	return 1 + p.fraction(list, i+1)
}

// offset reads +02:00, -0500, +2.
func (p *dateParser) offset(list []dateToken, i int) int {
	n, used := list[i+1], 2
	minutes := n.value * 60
	if len(n.text) > 2 {
		minutes = n.value/100*60 + n.value%100
	} else if at(list, i+2).kind == ':' && at(list, i+3).kind == '0' {
		minutes += at(list, i+3).value
		used = 4
	}
	if minutes > 15*60 { // no such zone
		return used
	}
	if list[i].kind == '-' {
		minutes = -minutes
	}
	p.zone, p.zoned = minutes, true
	return used
}

// word reads the name of a month or zone, or am and pm; all others, such as
// weekdays, say nothing more.
func (p *dateParser) word(w string) {
	switch w {
	case "am":
		p.forenoon = true
		return
	case "pm":
		p.afternoon = true
		return
	}
	if m, ok := month(w); ok && !weekdays[w] && (p.month < 0 || p.leading && len(p.nums) > 0) {
		p.month, p.leading = m, len(p.nums) == 0
		return
	}
	if minutes, ok := zones[w]; ok && p.timed && !p.zoned {
		p.zone = minutes
	}
}

// weekdays are those whose names begin like months. An abbreviated one, the
// French "mar.", is found out by the month that follows it.
var weekdays = map[string]bool{"mardi": true, "martes": true, "martedi": true, "marti": true}

// resolve decides which number is year, month and day.
func (p *dateParser) resolve() bool {
	n := p.nums
	switch {
	case p.month > 0 && len(n) >= 2:
		a, b := n[0], n[1]
		if len(a.text) >= 3 || a.value > 31 {
			a, b = b, a
		}
		p.day, p.year = a.value, fullYear(b)
	case p.month > 0 && len(n) == 1 && len(n[0].text) == 4:
		p.day, p.year = 1, n[0].value
	case p.month > 0:
		return false
	case len(n) >= 3 && len(n[2].text) <= 4:
		return p.numeric(n[0], n[1], n[2], p.seps[1])
	case len(n) == 2 && len(n[0].text) == 4 && len(n[1].text) == 3:
		return p.ordinal(n[0].value, n[1].value)
	case len(n) >= 2 && len(n[0].text) == 4:
		p.year, p.month, p.day = n[0].value, n[1].value, 1
	case len(n) >= 1:
		return p.packed(n[0].text)
	}
	return p.valid()
}

// numeric orders three numbers. Between slashes the month comes first as in
// America, unless it cannot; otherwise the day does.
func (p *dateParser) numeric(a, b, c dateToken, sep byte) bool {
	switch {
	case len(a.text) == 4 || sep == '-' && len(c.text) == 2 && b.value <= 12 && c.value <= 31:
		p.year, p.month, p.day = fullYear(a), b.value, c.value
	case sep == '/' && a.value <= 12:
		p.year, p.month, p.day = fullYear(c), a.value, b.value
	default:
		p.year, p.month, p.day = fullYear(c), b.value, a.value
	}
	if p.month > 12 && p.day <= 12 {
		p.month, p.day = p.day, p.month
	}
	return p.valid()
}

// ordinal is a year and its day, ISO 8601 section 4.1.3.
func (p *dateParser) ordinal(year, day int) bool {
	p.year, p.month, p.day = year, 1, day
	return day >= 1 && day <= 366
}

// packed reads the digits of YYYY, YYYYMM, YYYYDDD and YYYYMMDD.
func (p *dateParser) packed(digits string) bool {
	switch len(digits) {
	case 4:
		p.year, p.month, p.day = number(digits), 1, 1
	case 6:
		p.year, p.month, p.day = number(digits[:4]), number(digits[4:]), 1
	case 7:
		return p.ordinal(number(digits[:4]), number(digits[4:]))
	case 8:
		p.year, p.month, p.day = number(digits[:4]), number(digits[4:6]), number(digits[6:])
	default:
		return false
	}
	return p.valid()
}

func (p *dateParser) valid() bool {
	return p.month >= 1 && p.month <= 12 && p.day >= 1 && p.day <= 31
}

// fullYear adds the century: 00 to 49 is ours (RFC 2822 section 4.3).
func fullYear(t dateToken) int {
	switch {
	case len(t.text) == 2 && t.value < 50:
		return 2000 + t.value
	case len(t.text) <= 3:
		return 1900 + t.value
	}
	return t.value
}

// single reads a date that is one number, or year and week.
func (p *dateParser) single(list []dateToken) bool {
	first, second := list[0], at(list, 1)
	if first.kind != '0' {
		return false
	}
	if len(list) == 1 || len(list) == 3 && second.kind == '.' {
		return p.epoch(first)
	}
	w := 1 // 2004-W03-2, 2004W032
	if second.kind == '-' {
		w = 2
	}
	if len(first.text) == 4 && at(list, w).text == "w" && at(list, w+1).kind == '0' {
		return p.week(first.value, list[w+1], at(list, w+3))
	}
	return false
}

// epoch reads seconds, milliseconds and microseconds since 1970, and
// YYYYMMDDhhmm[ss]. Shorter numbers are dates.
func (p *dateParser) epoch(t dateToken) bool {
	switch len(t.text) {
	case 9, 10:
		p.exact = time.Unix(int64(t.value), 0).UTC()
	case 13:
		p.exact = time.UnixMilli(int64(t.value)).UTC()
	case 16:
		p.exact = time.UnixMicro(int64(t.value)).UTC()
	case 12, 14:
		digits := (t.text + "00")[:14]
		p.hour, p.minute, p.second = number(digits[8:10]), number(digits[10:12]), number(digits[12:])
		return p.packed(digits[:8])
	default:
		return false
	}
	return true
}

// week reads a year, a week and a day of it, ISO 8601 section 4.1.4.
func (p *dateParser) week(year int, week, day dateToken) bool {
	digits := week.text
	if len(digits) == 3 {
		day, digits = dateToken{kind: '0', value: int(digits[2] - '0')}, digits[:2]
	}
	if day.kind != '0' || day.value < 1 || day.value > 7 {
		day.value = 1
	}
	n := number(digits)
	if n < 1 || n > 53 {
		return false
	}
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // always in week 1
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
	p.exact = monday.AddDate(0, 0, (n-1)*7+day.value-1)
	return true
}

// time puts the parts together. A day that the month does not have is one of
// the next; a time of day that does not exist is left out.
func (p *dateParser) time() (time.Time, bool) {
	if !p.exact.IsZero() {
		return sane(p.exact)
	}
	if p.afternoon && p.hour < 12 {
		p.hour += 12
	}
	if p.forenoon && p.hour == 12 {
		p.hour = 0
	}
	if p.hour > 24 || p.minute > 59 || p.second > 60 {
		p.hour, p.minute, p.second, p.nano = 0, 0, 0, 0
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.second, p.nano, time.UTC)
	return sane(t.Add(-time.Duration(p.zone) * time.Minute))
}
