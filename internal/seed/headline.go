package seed

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a title made from a lead, in characters and words. Below them a
// clause says too little ("Am Morgen, …"), above them it is no headline.
const (
	minTitle      = 20
	maxTitle      = 140
	minTitleWords = 4
)

// headline makes a title of a lead: its first clause, without a dateline and
// without the mark at its end. A clause ends at a comma, a semicolon, a colon
// or a dash, but not inside a number, a quotation, an enumeration or brackets,
// not after a subordinate clause that opens the sentence, and not after one
// that is let into it. A sentence that has no such place within the bounds is
// cut between two words, and then an ellipsis says so.
func headline(lead string) string {
	if report := lead[len(dateline.FindString(lead)):]; report != "" && startsSentence(report) {
		lead = report
	}
	whole := trimEnd(opening(lead))
	for _, at := range boundaries(whole) {
		if title := trimEnd(whole[:at]); fits(title) {
			return title
		}
	}
	if utf8.RuneCountInString(whole) <= maxTitle && whole != "" {
		return whole
	}
	return shorten(whole, maxTitle)
}

// opening returns the first sentence of a lead, with those that follow while it
// is too short to say something.
func opening(lead string) string {
	text := ""
	for _, s := range sentences(lead) {
		if text = strings.TrimSpace(text + " " + s); utf8.RuneCountInString(text) >= minTitle {
			break
		}
	}
	return text
}

// fits reports whether a clause can be a title.
func fits(title string) bool {
	n := utf8.RuneCountInString(title)
	return n >= minTitle && n <= maxTitle && len(strings.Fields(title)) >= minTitleWords && balanced(title)
}

// dateline is the place, often with the agency, that a report opens with.
var dateline = regexp.MustCompile(`^\p{Lu}[\p{L}./ -]{1,40}(?:\s?\([\p{L}\d/., -]{2,40}\))?\s?(?:\s[–—-]|[—])\s+|^\p{Lu}[\p{L}./ -]{1,40}\s\([\p{Lu}\p{Ll}/]{2,20}\)[.:]?\s+`)

// pause is where a clause may end.
var pause = regexp.MustCompile(`[,;:]["”“»«’']?\s|\s[–—-]\s|—`)

// boundaries returns the places where the sentence may be cut, in order.
func boundaries(sentence string) []int {
	var out []int
	skip := 0
	if opensSubordinate(sentence) {
		skip = 1
	}
	for _, at := range pause.FindAllStringIndex(sentence, -1) {
		before, after := sentence[:at[0]], strings.TrimSpace(sentence[at[1]:])
		comma := sentence[at[0]] == ','
		switch {
		case comma && enumerates(after):
		case comma && skip > 0:
			skip--
		case comma && !fits(trimEnd(before)) && opensSubordinate(after):
			skip = 1 // "The gauge, which fell for days, …": the next comma closes it
		default:
			out = append(out, at[0])
		}
	}
	return out
}

// subordinate are the words that open a clause which cannot stand alone.
var subordinate = wordSet("als wenn weil da nachdem während obwohl bevor sobald solange seit seitdem falls indem damit dass ob wie wo wer was sowie " +
	"der die das den dem deren dessen welcher welche welches denen " +
	"when while after before although though because if as since once unless until who which that whose whom where")

// mainToo are those of them that also open main clauses when they come first.
var mainToo = wordSet("der die das den dem deren dessen welcher welche welches denen da was wer wo wie damit seit sowie who which that whose whom where as once since after before")

// opensSubordinate reports whether s opens with a subordinate clause. At the
// start of a sentence articles and questions do not count.
func opensSubordinate(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	first, _ := utf8.DecodeRuneInString(word)
	word = strings.ToLower(strings.Trim(word, `„“"»«`))
	return subordinate[word] && !(unicode.IsUpper(first) && mainToo[word])
}

// enumerates reports whether the comma before s only divides the members of an
// enumeration: another comma or an "and" follows within two words.
func enumerates(s string) bool {
	words := strings.Fields(s)
	for i, word := range words[:min(len(words), 3)] {
		if i > 0 && conjunction[strings.ToLower(word)] {
			return true
		}
		if i < 2 && strings.HasSuffix(word, ",") {
			return true
		}
	}
	return false
}

var conjunction = wordSet("und oder sowie and or")

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// closing are the marks that may follow the end of a sentence.
const closing = "\"”“»«’'‘)]›‹ "

// trimEnd takes the punctuation off the end of a title, but keeps what closes
// a quotation or brackets, a question mark and an exclamation mark.
func trimEnd(s string) string {
	s = strings.TrimSpace(s)
	for {
		short := strings.TrimRight(s, ",;:–—- ")
		if strings.HasSuffix(short, ".") && !abbreviated(short) {
			short = strings.TrimRight(short, ".")
		}
		if !balanced(short) {
			short = strings.TrimRight(short, `"”“»«’'`)
		}
		if short == s {
			return s
		}
		s = short
	}
}

// quotes are pairs that a title must hold both of. The German closing mark is
// the English opening one, so that pair counts as either.
func balanced(s string) bool {
	german := strings.Count(s, "„")
	if german > 0 {
		return strings.Count(s, "“")+strings.Count(s, "”") >= german && brackets(s)
	}
	return strings.Count(s, "“") <= strings.Count(s, "”") && strings.Count(s, `"`)%2 == 0 &&
		strings.Count(s, "»") == strings.Count(s, "«") && brackets(s)
}

func brackets(s string) bool {
	return strings.Count(s, "(") == strings.Count(s, ")") && strings.Count(s, "[") == strings.Count(s, "]")
}

// sentences cuts a text after each sentence; joined with blanks they are the
// text again. Abbreviations, initials, ordinals and decimals end none.
func sentences(text string) []string {
	var out []string
	start := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if !strings.ContainsRune(".!?…", r) {
			continue
		}
		end := i + len(text[i:]) - len(strings.TrimLeft(text[i:], ".!?…\"”“»«’')]"))
		next := strings.TrimLeft(text[end:], " ")
		if next == "" {
			break
		}
		if next == text[end:] || !startsSentence(next) || r == '.' && end == i && abbreviated(text[start:i]) {
			continue
		}
		out = append(out, text[start:end])
		start = len(text) - len(next)
		i = start
	}
	if rest := text[start:]; rest != "" {
		out = append(out, rest)
	}
	return out
}

// startsSentence reports whether s looks like the start of a sentence.
func startsSentence(s string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, `„“"»«‚‘'([`))
	return !unicode.IsLower(r) && !strings.HasPrefix(s, "–") && !strings.HasPrefix(s, "—")
}

// abbreviated reports whether the full stop at the end of s belongs to its last
// word: an abbreviation, an initial or an ordinal.
func abbreviated(s string) bool {
	s = strings.TrimSuffix(s, ".")
	word := s[strings.LastIndexAny(s, " .(„“\"\u00a0-")+1:]
	if utf8.RuneCountInString(word) == 1 && hasWord(word) {
		return true
	}
	if len(word) <= 2 && strings.Trim(word, "0123456789") == "" {
		return word != ""
	}
	return abbreviations[strings.ToLower(word)]
}

var abbreviations = wordSet("dr prof st nr ca bzw usw etc mr mrs ms jr sr vs inc ltd co no bd hrsg ing dipl med phil evtl ggf inkl mio mrd str tel vgl zzt abs art jan feb mär apr jun jul aug sep sept okt oct nov dez dec gen col lt capt sen rep gov hon rev approx est fig vol ed al")

// shorten cuts a text to at most limit characters: after a sentence, else
// between two words with an ellipsis.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)
	cut := string(runes[:limit])
	end := 0
	for i, s := range sentences(text) {
		if i > 0 {
			end++ // the blank between two sentences
		}
		if end += len(s); end > len(cut) {
			end -= len(s)
			break
		}
	}
	if end = min(end, len(cut)); end*2 > len(cut) {
		return strings.TrimSpace(cut[:end])
	}
	cut = string(runes[:limit-1])
	if at := strings.LastIndex(cut, " "); at*2 > len(cut) {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, ",;:–—-. ") + "…"
}
