package clean

import (
	"strings"
	"testing"

	"tributary/internal/news"
)

func TestCut(t *testing.T) {
	long := strings.Repeat("Ein langer Satz über Brücken & Straßen. ", 40)
	full := func() news.Entry {
		return news.Entry{Summary: "<p>Kurz &amp; <b>gut</b></p>", Content: "<p>" + Escape(long) + "</p>"}
	}
	e := full()
	Cut(&e, news.Full)
	if e.Summary == "" || e.Content == "" {
		t.Errorf("full: %+v", e)
	}
	Cut(&e, news.SummaryOnly)
	if e.Summary != "<p>Kurz &amp; <b>gut</b></p>" || e.Content != "" {
		t.Errorf("summary: %q, %q", e.Summary, e.Content)
	}
	for _, e := range []news.Entry{{Content: full().Content}, {Summary: full().Content}} { // many put all of it there
		Cut(&e, news.SummaryOnly)
		if n := len([]rune(Text(e.Summary))); e.Content != "" || n > cutSummary+1 || n < cutSummary-20 || !strings.HasSuffix(e.Summary, "…") ||
			!strings.Contains(e.Summary, "Brücken &amp; Straßen") {
			t.Errorf("the first words: %q (%d), %q", e.Summary, n, e.Content)
		}
	}
	e = full()
	Cut(&e, news.LinkOnly)
	if e.Summary+e.Content != "" {
		t.Errorf("link: %+v", e)
	}
	if got := firstWords(strings.Repeat("東", 400), 300); len([]rune(got)) != 301 {
		t.Errorf("without blanks: %d characters", len([]rune(got)))
	}
}

func TestExcerpt(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"kurz", "kurz"},
		{"genau zwanzig Zeich.", "genau zwanzig Zeich."},
		{"Heute morgen am Ufer: drei Reiher", "Heute morgen am…"},
		{"Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahr…"},
		{"äöüäöüäöüäöüäöüäöüäöü", "äöüäöüäöüäöüäöüäöüäö…"},
	} {
		if got := Excerpt(c.text, 20); got != c.want {
			t.Errorf("Excerpt(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
