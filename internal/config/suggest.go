package config

import "strings"

// maxSuggestions bounds how often suggestions are searched for. Comparing
// thousands of wrong names with thousands of right ones would take long and help
// nobody.
const maxSuggestions = 100

// suggest returns `; did you mean "x"?` for the candidate nearest to a wrong
// name, or "" if none is near.
func (r *reader) suggest(name string, candidates []string) string {
	if r.suggested >= maxSuggestions {
		return ""
	}
	r.suggested++
	if best := Nearest(name, candidates); best != "" {
		return didYouMean(shown(best))
	}
	return ""
}

// didYouMean returns the end of a message that suggests something better.
func didYouMean(better string) string { return "; did you mean " + better + "?" }

// Nearest returns the candidate that is most likely meant by a misspelt name, or
// "" if none is near: the one with the smallest distance, if that is at most one
// edit in three characters. The first of several equals wins.
func Nearest(name string, candidates []string) string {
	const longest = 64 // the maximum length of a name
	if len(name) > longest {
		return ""
	}
	name = strings.ToLower(name)
	best, bestCost := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if diff := len(c) - len(name); diff >= bestCost || -diff >= bestCost {
			continue
		}
		if cost := distance(name, c); cost < bestCost {
			best, bestCost = c, cost
		}
	}
	return best
}

// distance returns the number of insertions, deletions, substitutions and
// transpositions of neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
