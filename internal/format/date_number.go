package format

import (
	"strconv"
	"time"
)

// single reads a date that is a single number, or a year and a week.
func (p *dateParser) single(list []dateToken) bool {
	list = unwrapped(list)
	first, second := list[0], at(list, 1)
	if first.kind != '0' {
		return first.kind == '-' && len(list) == 2 && second.kind == '0' && p.truncated(second.text)
	}
	if len(list) == 1 || len(list) == 3 && second.kind == '.' && len(first.text) >= 9 {
		return p.epoch(first)
	}
	w := 1 // 2004-W03-2, 2004W032
	if second.kind == '-' {
		w = 2
	}
	if len(first.text) == 4 && at(list, w).text == "w" && at(list, w+1).kind == '0' {
		return p.week(first.value, list[w+1], list[w+2:])
	}
	return false
}

// unwrapped removes the /Date(…)/ of .NET together with the zone after the
// milliseconds, which does not change the instant. It also removes a leading "@".
func unwrapped(list []dateToken) []dateToken {
	for i, t := range list[:len(list)-1] {
		if t.text == "date" && list[i+1].kind == '(' && i+2 < len(list) && list[i+2].kind == '0' {
			return list[i+2 : i+3]
		}
	}
	if list[0].kind == '@' && len(list) > 1 {
		return list[1:]
	}
	return list
}

// epoch reads a single number: seconds, milliseconds, microseconds or nanoseconds since
// 1970, YYYYMMDDhhmm[ss], YYYYMM, YYMMDD or YYDDD (ISO 8601:1988). It reports false for
// numbers of other lengths, which resolve reads.
func (p *dateParser) epoch(t dateToken) bool {
	n, _ := strconv.ParseInt(t.text, 10, 64)
	switch len(t.text) {
	case 9, 10:
		p.exact = time.Unix(n, 0).UTC()
	case 13:
		p.exact = time.UnixMilli(n).UTC()
	case 16:
		p.exact = time.UnixMicro(n).UTC()
	case 19:
		p.exact = time.Unix(0, n).UTC()
	case 12, 14:
		digits := (t.text + "00")[:14]
		p.hour, p.minute, p.second = number(digits[8:10]), number(digits[10:12]), number(digits[12:])
		return p.packed(digits[:8])
	case 6:
		if p.packed(t.text) && p.year >= 1900 && p.year <= 2100 {
			return true
		}
		p.year, p.month, p.day = fullYear(short(t.text[:2])), number(t.text[2:4]), number(t.text[4:])
		return p.valid()
	case 5:
		return p.ordinal(fullYear(short(t.text[:2])), number(t.text[2:]))
	default:
		return false
	}
	return true
}

// short makes a token from some of the digits of a longer one.
func short(digits string) dateToken {
	return dateToken{kind: '0', text: digits, value: number(digits)}
}

// truncated reads -YY and -YYMM, dates without their century (ISO 8601:1988
// section 5.2.1.3).
func (p *dateParser) truncated(digits string) bool {
	p.day, p.month = 1, 1
	switch len(digits) {
	case 2:
	case 4:
		p.month = number(digits[2:])
	default:
		return false
	}
	p.year = fullYear(short(digits[:2]))
	return p.valid()
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

// ordinal sets the date to a day of a year, ISO 8601 section 4.1.3.
func (p *dateParser) ordinal(year, day int) bool {
	p.year, p.month, p.day = year, 1, day
	return day >= 1 && day <= 366
}

// week sets the date to a day of a week, the first if none is given, ISO 8601 section
// 4.1.4, and the time to that of the tokens after it.
func (p *dateParser) week(year int, week dateToken, after []dateToken) bool {
	digits, day := week.text, 1
	switch {
	case len(digits) == 3:
		day, digits = number(digits[2:]), digits[:2]
	case at(after, 0).kind == '-':
		day, after = at(after, 1).value, after[1:]
	}
	n := number(digits)
	if len(digits) != 2 || n < 1 || n > 53 {
		return false
	}
	if day < 1 || day > 7 {
		day = 1
	}
	for i := 0; i < len(after); {
		i += p.step(after, i)
	}
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // always in week 1
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
	p.year, p.month, p.day = monday.Year(), int(monday.Month()), monday.Day()+(n-1)*7+day-1
	return true
}
