package format

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// dateToken is a number, a word or one other character.
type dateToken struct {
	kind  byte // '0' number, 'a' word, else the character itself
	text  string
	value int  // of up to 16 digits, else -1
	glued bool // no blank before it
}

// eastern replaces the names of Chinese months with English ones, the units of Japanese,
// Chinese and Korean dates with separators, and the dashes and signs of other languages
// with ASCII.
var eastern = strings.NewReplacer("十二月", " december ", "十一月", " november ", "十月", " october ", "九月", " september ", "八月", " august ", "七月", " july ",
	"六月", " june ", "五月", " may ", "四月", " april ", "三月", " march ", "二月", " february ", "一月", " january ",
	"元年", "1-", "年", "-", "월", "-", "月", "-", "년", "-", "日", " ", "일", " ", "號", " ", "号", " ",
	"時", ":", "시", ":", "时", ":", "點", ":", "点", ":", "分", ":", "분", ":", "秒", " ", "초", " ",
	"午前", " forenoon ", "午後", " afternoon ", "오전", " forenoon ", "오후", " afternoon ", "上午", " forenoon ", "下午", " afternoon ",
	"凌晨", " forenoon ", "早上", " forenoon ", "晚上", " afternoon ",
	"à", " ", "\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-", "\uff1a", ":", "º", " ", "ª", " ")

// letters replaces letters that Unicode does not decompose, but that monthNames spells
// in plain letters.
var letters = strings.NewReplacer("ł", "l", "ß", "ss", "ı", "i", "ς", "σ", "đ", "d", "ø", "o", "æ", "ae")

// unaccented returns s in lower case without accents, with full-width characters and
// the digits of other scripts in ASCII.
func unaccented(s string) string {
	s = strings.ToLower(s)
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return s
	}
	s = strings.Map(digit, letters.Replace(s))
	if plain, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s); err == nil {
		return plain
	}
	return s
}

// digit returns the ASCII digit for an Arabic, Persian, Devanagari, Bengali or Thai
// one, and any other character unchanged.
func digit(r rune) rune {
	for _, zero := range []rune{0x660, 0x6f0, 0x966, 0x9e6, 0xe50} {
		if r >= zero && r < zero+10 {
			return '0' + r - zero
		}
	}
	return r
}

// tokens splits a date into numbers, words and signs.
func tokens(s string) []dateToken {
	list := make([]dateToken, 0, 24)
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		s = eastern.Replace(norm.NFC.String(s))
	}
	s = unaccented(s)
	glued := false
	for s != "" {
		kind, n := s[0], 1
		switch r, size := utf8.DecodeRuneInString(s); {
		case r >= '0' && r <= '9':
			kind, n = '0', span(s, func(r rune) bool { return r >= '0' && r <= '9' })
		case unicode.IsLetter(r):
			kind, n = 'a', span(s, unicode.IsLetter)
		case r <= ' ' || r >= utf8.RuneSelf:
			s, glued = s[size:], false
			continue
		}
		list = append(list, dateToken{kind, s[:n], number(s[:n]), glued})
		s, glued = s[n:], true
	}
	return list
}

// at returns the token at i, or an empty one.
func at(list []dateToken, i int) dateToken {
	if i >= 0 && i < len(list) {
		return list[i]
	}
	return dateToken{}
}

// span returns the length of the longest prefix of s whose characters all satisfy ok.
func span(s string, ok func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !ok(r) }); n >= 0 {
		return n
	}
	return len(s)
}

// number returns the value of up to 16 digits, or -1 for anything else.
func number(s string) int {
	if len(s) > 16 {
		return -1
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}
