package format

// isClock reports whether a time of day begins at i, such as 12:34, 20h15, 8 pm, 20
// Uhr, or 10.05 after a date.
func (p *dateParser) isClock(list []dateToken, i int) bool {
	next := at(list, i+1)
	switch {
	case list[i].value < 0 || len(list[i].text) > 2:
		return false
	case next.kind == ':':
		return true
	case next.kind == 'a':
		half, _ := halfDay(list, i+1)
		return half != 0 && !leads(list, i+1) || hourWord[next.text] && (next.glued || p.dated())
	case next.kind == '.' && next.glued && p.dated():
		minute := at(list, i+2)
		return minute.glued && len(minute.text) == 2 && list[i].value < 24 && minute.value >= 0 && minute.value < 60
	}
	return false
}

// hourWord holds the words after a full hour, in German, Dutch, French and Danish.
var hourWord = map[string]bool{"h": true, "uhr": true, "uur": true}

// leads reports whether the half of a day at i belongs to the time after it: "PM 9:05", or a name
// of eastern.
func leads(list []dateToken, i int) bool {
	_, used := halfDay(list, i)
	word := list[i].text
	return word == "forenoon" || word == "afternoon" || at(list, i+used).kind == '0' && at(list, i+used+1).kind == ':'
}

// dated reports whether the date is complete, so that further numbers belong to a time.
func (p *dateParser) dated() bool {
	return len(p.nums) >= 3 || len(p.nums) == 2 && p.month > 0
}

// clock reads the time that isClock found, with minutes, seconds and their fraction. It
// returns the number of tokens read.
func (p *dateParser) clock(list []dateToken, i int) int {
	p.timed, p.trailing, p.hour = true, true, list[i].value
	sign := at(list, i+1)
	if half, _ := halfDay(list, i+1); sign.kind == 'a' && half != 0 {
		return 1
	}
	n := 2
	if t := at(list, i+2); t.kind == '0' && (t.glued || sign.kind != 'a' || len(t.text) == 2) {
		p.minute, n = t.value, 3
	}
	colon := at(list, i+n)
	if second := at(list, i+n+1); second.kind == '0' && (colon.kind == ':' || colon.kind == '.' && sign.kind == '.' && second.glued) {
		p.second = second.value
		n += 2
	}
	return n + p.fraction(list, i+n)
}

// halfDay reads am, a.m., p. m. and the like at i. It returns 'a' or 'p' and the number
// of tokens read, or 0 when something else stands there.
func halfDay(list []dateToken, i int) (half byte, used int) {
	w := at(list, i).text
	switch w {
	case "am", "forenoon", "πμ":
		return 'a', 1
	case "pm", "afternoon", "μμ":
		return 'p', 1
	case "a", "p", "π", "μ":
		n := i + 1
		if at(list, n).kind == '.' {
			n++
		}
		if m := at(list, n).text; m == "m" || m == "μ" {
			half = 'a'
			if w == "p" || w == "μ" {
				half = 'p'
			}
			if n++; at(list, n).kind == '.' {
				n++
			}
			return half, n - i
		}
	}
	return 0, 0
}

// fraction reads the fraction of a second after a point or comma, and returns the
// number of tokens read.
func (p *dateParser) fraction(list []dateToken, i int) int {
	sign, digits := at(list, i), at(list, i+1)
	if sign.kind != '.' && sign.kind != ',' || digits.kind != '0' || !digits.glued {
		return 0
	}
	p.nano = number((digits.text + "000000000")[:9])
	return 2
}

// isPackedClock reports whether the digits at i are a time of ISO 8601 basic
// form, as in 20040228T221042Z.
func (p *dateParser) isPackedClock(list []dateToken, i int) bool {
	t, last := list[i], at(list, i-1)
	if p.timed || len(t.text) != 2 && len(t.text) != 4 && len(t.text) != 6 {
		return false
	}
	return last.text == "t" && t.glued || last.kind == '0' && len(last.text) == 8 && len(t.text) > 2
}

func (p *dateParser) packedClock(list []dateToken, i int) int {
	digits := (list[i].text + "0000")[:6]
	p.timed, p.trailing = true, true
	p.hour, p.minute, p.second = number(digits[:2]), number(digits[2:4]), number(digits[4:])
	return 1 + p.fraction(list, i+1)
}

// offsetFollows reports whether the sign after a time begins a zone offset and not a
// date: it does in "9:15-05:00", "10:00 +0200" and "GMT -5", but not in "10:00 - 5 May".
func (p *dateParser) offsetFollows(list []dateToken, i int) bool {
	n := list[i+1]
	if !n.glued {
		return list[i].kind == '+'
	}
	return len(n.text) <= 4 && (len(n.text) > 2 || list[i].glued || list[i].kind == '+' ||
		at(list, i+2).kind == ':' || zones[at(list, i-1).text] == 0 && at(list, i-1).kind == 'a' || p.dated())
}

// offset reads a zone offset such as +02:00, -0500 or +2, and returns the number of tokens read.
func (p *dateParser) offset(list []dateToken, i int) int {
	n, used := list[i+1], 2
	minutes := n.value * 60
	if len(n.text) > 2 {
		minutes = n.value/100*60 + n.value%100
	} else if at(list, i+2).kind == ':' && at(list, i+3).kind == '0' {
		minutes += at(list, i+3).value
		used = 4
	}
	p.trailing = false
	if minutes < 0 || minutes > 15*60 { // no zone has such an offset
		return used
	}
	if list[i].kind == '-' {
		minutes = -minutes
	}
	p.zone, p.zoned = minutes, true
	return used
}
