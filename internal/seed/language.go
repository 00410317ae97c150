package seed

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	lingo "github.com/RadhiFadlillah/whatlanggo"

	"tributary/internal/clean"
)

// candidates are the languages that can be detected, with their ISO 639-1 codes. Small languages
// that the detector confuses with large neighbours, such as Afrikaans and Dutch, are left out:
// their authors have to declare them.
var candidates = map[lingo.Lang]string{
	lingo.Deu: "de", lingo.Eng: "en", lingo.Fra: "fr", lingo.Spa: "es", lingo.Ita: "it", lingo.Por: "pt",
	lingo.Nld: "nl", lingo.Pol: "pl", lingo.Ces: "cs", lingo.Hun: "hu", lingo.Ron: "ro", lingo.Swe: "sv",
	lingo.Dan: "da", lingo.Nob: "nb", lingo.Fin: "fi", lingo.Est: "et", lingo.Lav: "lv", lingo.Lit: "lt",
	lingo.Tur: "tr", lingo.Ell: "el", lingo.Rus: "ru", lingo.Ukr: "uk", lingo.Bul: "bg", lingo.Srp: "sr",
	lingo.Hrv: "hr", lingo.Slv: "sl", lingo.Arb: "ar", lingo.Heb: "he", lingo.Hin: "hi", lingo.Cmn: "zh",
	lingo.Jpn: "ja", lingo.Kor: "ko", lingo.Vie: "vi", lingo.Ind: "id", lingo.Epo: "eo", lingo.Pes: "fa",
}

// Sample sizes for detection: with fewer letters the result is chance, and more do not improve it.
const (
	minSample = 20
	maxSample = 4000
)

// Language returns the ISO 639-1 code of the language of a plain text, or "" if detection is not
// reliable.
func Language(text string) string { return languageOf("", text) }

// languageOf returns the declared language, else the detected one, else "".
func languageOf(declared, text string) string {
	if tag := languageTag(declared); tag != "" {
		return tag
	}
	runes := []rune(clean.Line(text))
	sample := string(runes[:min(len(runes), maxSample)])
	if countLetters(sample) < minSample {
		return ""
	}
	allowed := make(map[lingo.Lang]bool, len(candidates))
	for l := range candidates {
		allowed[l] = true
	}
	if info := lingo.DetectWithOptions(sample, lingo.Options{Whitelist: allowed}); info.IsReliable() {
		return candidates[info.Lang]
	}
	return ""
}

func countLetters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// tag matches the language tags that people declare (RFC 5646 section 2.1): language, script,
// region, variants.
var tag = regexp.MustCompile(`^[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-[a-z\d]{5,8})*$`)

// languageTag returns a declared language as a lower-case tag, or "" if it is not one. It also
// understands the names of German and English, the languages of most seeds.
func languageTag(s string) string {
	s = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "_", "-"))
	s, _, _ = strings.Cut(s, ".") // de_DE.UTF-8
	switch s {
	case "deutsch", "german":
		return "de"
	case "englisch", "english":
		return "en"
	}
	if !tag.MatchString(s) || s == "und" || s == "mul" {
		return ""
	}
	return s
}

// plainLanguage reports whether s is the code of a detectable language, with or without a region.
// It is strict enough for codes inside a line of text.
func plainLanguage(s string) bool {
	code, region, _ := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	return len(region) <= 4 && slices.Contains(slices.Collect(maps.Values(candidates)), code)
}
