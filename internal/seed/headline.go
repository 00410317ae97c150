package seed

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a title made from a lead, in characters and words. A shorter clause says too little
// ("Am Morgen, …"), and a longer one is not a headline.
const (
	minTitle      = 20
	maxTitle      = 140
	minTitleWords = 4
	longTitle     = 40   // a part of a clause must be longer to be understood
	maxLead       = 2000 // characters of a lead that are looked at, because each of its commas is weighed
)

// headline makes a title from a lead: its first clause, without a dateline and without the
// punctuation at its end. A clause ends at a comma, a semicolon, a colon or a dash. Places inside a
// number, a quotation, an enumeration or brackets do not count, nor does the end of a subordinate
// clause that opens the sentence or is embedded in it. A long sentence without such a place is cut
// before a conjunction, or else between two words, with an ellipsis.
func headline(lead string) string {
	if runes := []rune(lead); len(runes) > maxLead {
		lead = string(runes[:maxLead])
	}
	whole := trimEnd(opening(withoutDateline(lead)))
	for _, at := range boundaries(whole) {
		if title := trimEnd(whole[:at]); fits(title) {
			return title
		}
	}
	if !balanced(whole) {
		whole = strings.TrimLeft(whole, "([") // the bracketed remark continues in the next sentence
	}
	if utf8.RuneCountInString(whole) <= maxTitle {
		return whole
	}
	title := ""
	for _, at := range joint.FindAllStringIndex(whole, -1) {
		if part := trimEnd(whole[:at[0]]); fits(part) && utf8.RuneCountInString(part) >= longTitle {
			title = part
		}
	}
	return cmp.Or(title, shorten(whole, maxTitle))
}

// joint is where a sentence without a better place is cut: before a word that begins another
// clause.
var joint = regexp.MustCompile(`\s(?:und|aber|sondern|and|but|because|while|which|who|whose|when|where|although|after)\s`)

// opening returns the first sentence of a lead, with the following ones while it is too short to
// say something.
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
	return n >= minTitle && n <= maxTitle && len(wordsOf(title)) >= minTitleWords && balanced(title)
}

// dateline matches the place that opens a report: up to four capitalised words, then the agency in
// brackets, a dash or both.
var dateline = regexp.MustCompile(`^(\p{Lu}[\p{L}.]+)(?:[ /-](?:\p{Lu}[\p{L}.]+|am|an|der|im|bei|on|upon|de|la)){0,3}(?:\s?\([\p{L}\d/., -]{2,40}\)(?:\s?[–—-]|[:.])?|\s[–—-]|—)\s+`)

// withoutDateline returns the report after its dateline. Text that opens with an article, or
// continues in lower case, is a sentence with a dash.
func withoutDateline(lead string) string {
	found := dateline.FindStringSubmatch(lead)
	if found == nil || articles[strings.ToLower(found[1])] {
		return lead
	}
	if report := lead[len(found[0]):]; report != "" && startsSentence(report) {
		return report
	}
	return lead
}

var articles = wordSet("der die das den dem ein eine einen einem the an this that dieser diese dieses")

// pause matches where a clause may end.
var pause = regexp.MustCompile(`[,;:]["”“»«’']?\s|\s(?:[–—-]|--)\s|—|[，；：]`)

// boundaries returns the offsets where the sentence may be cut, in order.
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

// subordinate are the words that begin a subordinate clause.
var subordinate = wordSet("als wenn weil da nachdem während obwohl bevor sobald solange seit seitdem falls indem damit dass ob wie wo wer was sowie " +
	"der die das den dem deren dessen welcher welche welches denen " +
	"when while after before although though because if as since once unless until who which that whose whom where")

// mainToo are those of them that also begin main clauses when they come first.
var mainToo = wordSet("der die das den dem deren dessen welcher welche welches denen da was wer wo wie damit seit sowie who which that whose whom where as once since after before")

// opensSubordinate reports whether s begins with a subordinate clause. At the start of a sentence,
// articles and question words do not count.
func opensSubordinate(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	first, _ := utf8.DecodeRuneInString(word)
	word = strings.ToLower(strings.Trim(word, `„“"»«`))
	return subordinate[word] && !(unicode.IsUpper(first) && mainToo[word])
}

// enumerates reports whether the comma before s only separates the items of an enumeration: another
// comma or a conjunction follows within a few words.
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
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// closing are the characters that may follow the end of a sentence.
const closing = "\"”“»«’'‘)]›‹ "

// trimEnd removes the punctuation at the end of a title, except closing quotes and brackets,
// question marks and exclamation marks.
func trimEnd(s string) string {
	s = strings.TrimSpace(s)
	for {
		short := strings.TrimRight(s, ",;:–—- 。，；：")
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

// balanced reports whether quotes and brackets in s come in pairs. The German closing quote is the
// English opening one, so after a German opening quote either closing quote counts.
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

// sentences cuts a text after each sentence. Joined with spaces, the result is the text again.
// Abbreviations, initials, ordinals and decimals do not end a sentence.
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
			i = end
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

// abbreviated reports whether the full stop at the end of s belongs to its last word: an
// abbreviation, an initial or an ordinal.
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

var abbreviations = wordSet("dr prof st nr ca bzw usw etc mr mrs ms jr sr vs inc ltd bd hrsg ing dipl evtl ggf inkl mio mrd str tel vgl zzt jan feb mär apr jun jul aug sep sept okt nov dez gen lt capt sen rep gov hon rev approx est ed")

// shorten cuts a text to at most limit characters: after a sentence, else between two words with an
// ellipsis.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)
	cut := string(runes[:limit])
	end := 0
	for i, s := range sentences(text) {
		if i > 0 {
			end++ // the space between two sentences
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
