package page

import (
	"strings"
	"testing"

	"tributary/internal/search"
)

// TestNotes: every limitation of a result is mentioned.
func TestNotes(t *testing.T) {
	for _, tt := range []struct {
		query  string
		result search.Result
		want   string // "" for no note
	}{
		{"verkehr", search.Result{Total: 3}, ""},
		{"verkehr", search.Result{Total: 3, Partial: true}, "older stories will turn up"},
		{"verkehr", search.Result{Total: 3, Broad: true}, "At most 200 are listed."},
		{"verkehr", search.Result{Total: search.MaxRows + 1}, "At most 200 are listed."},
		{"verkehr", search.Result{Total: 3, Shorter: true}, "only the shorter of them"},
		{"source:nobody", search.Result{}, "No source here is called that: source:nobody"},
		{"bahn", search.Result{}, "bahn is short, so only whole words"},
		{"bahn", search.Result{Total: 1}, ""},
	} {
		q, err := search.Parse(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(english().notes(&SearchView{Query: q, Result: &tt.result}), " ")
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s, %+v: %q, want %q", tt.query, tt.result, got, tt.want)
		}
	}
}
