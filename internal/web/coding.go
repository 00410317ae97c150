package web

import (
	"strconv"
	"strings"

	"tributary/internal/publish"
)

// choose returns the variant that an Accept-Encoding header prefers, the shortest among equals, or
// nil for the unencoded document (RFC 9110 section 12.5.3). A client that refuses every coding we
// have, identity included, gets the unencoded document rather than an error.
func choose(accept []string, variants []publish.Variant) *publish.Variant {
	if len(accept) == 0 || len(variants) == 0 {
		return nil
	}
	var best *publish.Variant
	most := 0.0
	for i := range variants { // the shortest first
		if q := weightOf(accept, variants[i].Coding); q > most {
			best, most = &variants[i], q
		}
	}
	if plain, named := named(accept, "identity"); named && plain > most {
		return nil
	}
	return best
}

// weightOf returns the weight of a coding: its own, else that of "*", else 0.
func weightOf(accept []string, coding string) float64 {
	if q, ok := named(accept, coding); ok {
		return q
	}
	q, _ := named(accept, "*")
	return q
}

// named returns the weight given to a name, and whether it is listed.
func named(accept []string, name string) (q float64, ok bool) {
	for _, list := range accept {
		for one := range strings.SplitSeq(list, ",") {
			given, params, _ := strings.Cut(one, ";")
			if is(strings.TrimSpace(given), name) {
				return weight(params), true
			}
		}
	}
	return 0, false
}

// is reports whether a listed name means the coding. Old clients send x-gzip.
func is(given, coding string) bool {
	return strings.EqualFold(given, coding) || coding == publish.Gzip && strings.EqualFold(given, "x-gzip")
}

// weight returns the q parameter, 1 if there is none, and 0 if it is not a number from 0 to 1.
func weight(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		if q, err := strconv.ParseFloat(value, 64); err == nil && q >= 0 && q <= 1 {
			return q
		}
		return 0
	}
	return 1
}
