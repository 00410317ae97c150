package story

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"tributary/internal/news"
)

// labelled is one file of testdata/cases: the answer, then the items in order of
// arrival. All texts there were written for this project; events, people, places
// and outlets are invented.
type labelled struct {
	Case    string      `json:"case"`
	Kind    string      `json:"kind"`
	Want    [][]string  `json:"want"`    // the stories; an item in none of them is a story of its own
	Related [][2]string `json:"related"` // pairs of which the later must name the story of the earlier

	items []byte   // one line each, as `tributary cluster` reads them
	ids   []string // of the items, in order
}

// TestCases runs every labelled case through the stream, each from an empty state.
// Cases on which editors would disagree are not among them.
func TestCases(t *testing.T) {
	for _, c := range readCases(t) {
		t.Run(c.Kind+"/"+c.Case, func(t *testing.T) {
			t.Parallel()
			verdicts := c.run(t)
			for _, fault := range c.faults(verdicts) {
				t.Errorf("%s (%s): %s", c.Case, c.Kind, fault)
			}
		})
	}
}

// TestCasesAreSound checks what makes the set worth running: every kind has several
// cases and both languages, and no answer names an item that does not exist.
func TestCasesAreSound(t *testing.T) {
	kinds, languages, names := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, c := range readCases(t) {
		kinds[c.Kind]++
		if names[c.Case] {
			t.Errorf("%s: there are two cases of this name", c.Case)
		}
		names[c.Case] = true
		known := map[string]bool{}
		for _, id := range c.ids {
			if known[id] {
				t.Errorf("%s: item %s comes twice", c.Case, id)
			}
			known[id] = true
		}
		named := map[string]bool{}
		for _, id := range slices.Concat(c.Want...) {
			if !known[id] || named[id] {
				t.Errorf("%s: want names %s, which is no item or was named before", c.Case, id)
			}
			named[id] = true
		}
		for _, pair := range c.Related {
			if !known[pair[0]] || !known[pair[1]] {
				t.Errorf("%s: related names %v, which are no items", c.Case, pair)
			}
		}
		for line := range bytes.Lines(c.items) {
			item, err := decodeItem(line)
			if err != nil {
				t.Errorf("%s: %v", c.Case, err)
			}
			languages[item.Language]++
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		t.Logf("%-12s %d", kind, kinds[kind])
		if kinds[kind] < 6 {
			t.Errorf("kind %s has %d cases; want 6 or more", kind, kinds[kind])
		}
	}
	t.Logf("%d cases; items by language: %v", len(names), languages)
}

func readCases(t *testing.T) []labelled {
	t.Helper()
	paths, err := filepath.Glob("testdata/cases/*.jsonl")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in testdata/cases, err %v", err)
	}
	cases := make([]labelled, 0, len(paths))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, items, _ := bytes.Cut(data, []byte("\n"))
		c := labelled{items: items}
		if err := json.Unmarshal(head, &c); err != nil {
			t.Fatalf("%s: first line: %v", path, err)
		}
		if want := strings.TrimSuffix(filepath.Base(path), ".jsonl"); c.Case != want {
			t.Fatalf("%s: the case calls itself %q", path, c.Case)
		}
		for line := range bytes.Lines(items) {
			var item struct{ ID string }
			if err := json.Unmarshal(line, &item); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			c.ids = append(c.ids, item.ID)
		}
		cases = append(cases, c)
	}
	return cases
}

// run returns the verdict on each item.
func (c labelled) run(t *testing.T) map[string]Verdict {
	t.Helper()
	var out, warn bytes.Buffer
	bad, err := NewClusterer(news.DefaultMatching()).Run(t.Context(), bytes.NewReader(c.items), &out, &warn)
	if err != nil || bad > 0 {
		t.Fatalf("%d bad lines, err %v\n%s", bad, err, warn.Bytes())
	}
	verdicts := map[string]Verdict{}
	for line := range bytes.Lines(out.Bytes()) {
		var v Verdict
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		verdicts[v.ID] = v
	}
	return verdicts
}

// faults compares pair by pair, so that one item in the wrong place is reported as that
// and not as two wrong stories.
func (c labelled) faults(verdicts map[string]Verdict) (faults []string) {
	want := map[string]int{} // number of the story, from 1; 0 for one of its own
	for i, ids := range c.Want {
		for _, id := range ids {
			want[id] = i + 1
		}
	}
	for j, later := range c.ids {
		v := verdicts[later]
		for _, earlier := range c.ids[:j] {
			together := want[later] != 0 && want[later] == want[earlier]
			switch joined := v.Story == verdicts[earlier].Story; {
			case joined && !together:
				faults = append(faults, fmt.Sprintf("%s and %s are wrongly one story; of %s it says: %s", earlier, later, later, reasonLine(v)))
			case !joined && together:
				faults = append(faults, fmt.Sprintf("%s and %s are wrongly kept apart; of %s it says: %s", earlier, later, later, reasonLine(v)))
			}
		}
	}
	for _, pair := range c.Related {
		if story := verdicts[pair[0]].Story; !slices.Contains(verdicts[pair[1]].Related, story) {
			faults = append(faults, fmt.Sprintf("%s does not name the story of %s as related; it says: %s", pair[1], pair[0], reasonLine(verdicts[pair[1]])))
		}
	}
	return faults
}

func reasonLine(v Verdict) string {
	line := fmt.Sprintf("%s %.2f", v.Reason, v.Score)
	if v.With != "" {
		line += " with " + v.With
	}
	return line + ": " + v.Explain
}
