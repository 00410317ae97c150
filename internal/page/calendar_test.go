package page

import (
	"strings"
	"testing"
)

func TestCalendar(t *testing.T) {
	for tag, want := range map[string]string{
		"de": `lang="de" dir="ltr">Sonntag, 22. November 2026<`, "de-AT": `lang="de" dir="ltr">Sonntag, 22. November 2026<`,
		"en": `lang="en" dir="ltr">Sunday, 22 November 2026<`, "en-us": `lang="en-us" dir="ltr">Sunday, November 22, 2026<`,
		"fr": `lang="fr" dir="ltr">dimanche 22 novembre 2026<`, "ar": `lang="ar" dir="rtl">`, "ja": `2026年11月22日`,
		"": `lang="en" dir="ltr">Sunday, 22 November 2026<`, "tlh": `lang="en" dir="ltr">Sunday, 22 November 2026<`,
	} {
		got := string(calendarOf(tag).heading(sampleNow))
		if !strings.HasPrefix(got, `<time datetime="2026-11-22" `) || !strings.Contains(got, want) {
			t.Errorf("%q: got %s, want %s", tag, got, want)
		}
	}
	for tag := range calendars {
		if got := string(calendarOf(tag).heading(sampleNow)); !strings.Contains(got, "2026") && !strings.Contains(got, "2569") || !strings.Contains(got, `lang="`+tag+`"`) {
			t.Errorf("%s: got %s", tag, got)
		}
	}
}
