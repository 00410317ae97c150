package format

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	const day = "2004-01-01T00:00:00Z"
	for in, want := range map[string]string{
		// RFC 822 and its successors, and slips in writing them
		"Thu, 01 Jan 2004 19:48:21 GMT":         "2004-01-01T19:48:21Z",
		"Thu, 1 Jan 2004 19:48:21 +0100":        "2004-01-01T18:48:21Z",
		"Thu, 01 Jan 04 19:48:21 GMT":           "2004-01-01T19:48:21Z",
		"01 Jan 2004 19:48 GMT":                 "2004-01-01T19:48:00Z",
		"Thu, 01 Jan 2004":                      day,
		"Thu,01 January 2004 19:48:21 EST":      "2004-01-02T00:48:21Z",
		"Thu Jan 01 2004 19:48:21 PDT":          "2004-01-02T02:48:21Z",
		"Jan 1, 2004 7:48 pm":                   "2004-01-01T19:48:00Z",
		"Thursday, 01-Jan-04 19:48:21 GMT":      "2004-01-01T19:48:21Z",
		"Thu Jan  1 19:48:21 2004":              "2004-01-01T19:48:21Z",
		"Thu Jan  1 19:48:21 PST 2004":          "2004-01-02T03:48:21Z",
		"Thu, 01 Jan 2004 19:48:21 -0500 (EST)": "2004-01-02T00:48:21Z",
		"Thu, 01 Jan 2004 19:48:21 GMT+01:00":   "2004-01-01T18:48:21Z",
		"Thu, 01 Jan 2004 24:00:00 GMT":         "2004-01-02T00:00:00Z",
		"Thu, 01 Jan 2004 25:70:00 GMT":         day,
		"Thu, 31 Jun 2004 19:48:21 GMT":         "2004-07-01T19:48:21Z",
		"Wed, 3 Sept 2025 10:00 CEST":           "2025-09-03T08:00:00Z",
		"Fri, 2006/09/15 08:19:53 EDT":          "2006-09-15T12:19:53Z",
		"Wed, 03 Dec 2025 10:00:00 IST":         "2025-12-03T04:30:00Z",
		"Wed, 03 Dec 2025 10:00:00 AEST":        "2025-12-03T00:00:00Z",
		"Wed, 03 Dec 2025 10:00:00 AEDT":        "2025-12-02T23:00:00Z",
		"Wed, 03 Dec 2025 10:00:00 MESZ":        "2025-12-03T08:00:00Z",
		"Wed, 03 Dec 2025 10:00:00 JST":         "2025-12-03T01:00:00Z",
		"Wed, 03 Dec 2025 10:00:00 AT":          "2025-12-03T14:00:00Z",
		"December 3, 2025 at 6:43 pm":           "2025-12-03T18:43:00Z",
		"Sun, 31 Dec 1995 23:59:60 GMT":         "1996-01-01T00:00:00Z",
		// ISO 8601 and W3CDTF
		"2003":                           "2003-01-01T00:00:00Z",
		"2003-12":                        "2003-12-01T00:00:00Z",
		"2003-12-31":                     "2003-12-31T00:00:00Z",
		"20031231":                       "2003-12-31T00:00:00Z",
		"200312":                         "2003-12-01T00:00:00Z",
		"2003-335":                       "2003-12-01T00:00:00Z",
		"2003335":                        "2003-12-01T00:00:00Z",
		"2004-W01-4":                     day,
		"2004W014":                       day,
		"2003-12-31T10:14Z":              "2003-12-31T10:14:00Z",
		"2003-12-31T10:14:55-08:00":      "2003-12-31T18:14:55Z",
		"2003-12-31T10:14:55-0800":       "2003-12-31T18:14:55Z",
		"2003-12-31T10:14:55.25Z":        "2003-12-31T10:14:55.25Z",
		"2003-12-31T10:14:55,5+01:00":    "2003-12-31T09:14:55.5Z",
		"20031231T101455Z":               "2003-12-31T10:14:55Z",
		"20031231T1014+0100":             "2003-12-31T09:14:00Z",
		"2003-12-31 10:14:55":            "2003-12-31T10:14:55Z",
		"2003-12-31 10:14:55 +0100":      "2003-12-31T09:14:55Z",
		"2003-12-31T24:00:00Z":           "2004-01-01T00:00:00Z",
		"2003/12/31 10:14":               "2003-12-31T10:14:00Z",
		"03-12-31":                       "2003-12-31T00:00:00Z",
		"2003-12-31T10:14:55.123456789Z": "2003-12-31T10:14:55.123456789Z",
		// numbers
		"1072915200":     day,
		"1072915200000":  day,
		"1072915200.25":  day,
		"20040101000000": day,
		"200401010000":   day,
		// order of numbers
		"12/31/2003":        "2003-12-31T00:00:00Z",
		"31/12/2003":        "2003-12-31T00:00:00Z",
		"03/04/2024":        "2024-03-04T00:00:00Z",
		"03.04.2024":        "2024-04-03T00:00:00Z",
		"31.12.2003, 10:14": "2003-12-31T10:14:00Z",
		// languages
		"Mi, 03 Dez 2025 10:00:00 +0100":     "2025-12-03T09:00:00Z",
		"3. März 2025, 20:15 Uhr":            "2025-03-03T20:15:00Z",
		"Mittwoch, 3. Dezember 2025":         "2025-12-03T00:00:00Z",
		"mar., 03 févr. 2004 20:15:00 +0100": "2004-02-03T19:15:00Z",
		"mercredi 3 décembre 2025 à 10h05":   "2025-12-03T10:05:00Z",
		"1er août 2025":                      "2025-08-01T00:00:00Z",
		"miércoles, 3 de diciembre de 2025":  "2025-12-03T00:00:00Z",
		"mar, 03 ene 2023 10:00:00 GMT":      "2023-01-03T10:00:00Z",
		"mer, 03 dic 2025 10:00:00 +0100":    "2025-12-03T09:00:00Z",
		"3 de março de 2025":                 "2025-03-03T00:00:00Z",
		"qua, 03 dez 2025 10:00:00 -0300":    "2025-12-03T13:00:00Z",
		"wo, 03 mrt 2025 10:00:00 +0100":     "2025-03-03T09:00:00Z",
		"3 października 2025":                "2025-10-03T00:00:00Z",
		"Śr, 03 gru 2025 10:00:00 +0100":     "2025-12-03T09:00:00Z",
		"3 мая 2025 г.":                      "2025-05-03T00:00:00Z",
		"Ср, 03 дек 2025 10:00:00 +0300":     "2025-12-03T07:00:00Z",
		"2025年12月3日 10:00":                   "2025-12-03T10:00:00Z",
		"2025年12月3日 午後3時05分":                 "2025-12-03T15:05:00Z",
		"2004년 05월 28일  01:31:15":            "2004-05-27T16:31:15Z", // of Korea
		"2004년 05월 28일":                      "2004-05-28T00:00:00Z",
		"2004년 05월 28일 01:31:15 UTC":         "2004-05-28T01:31:15Z",
		"2004-05-25 오후 11:23:17":             "2004-05-25T14:23:17Z",
		"Κυρ, 11 Ιούλ 2004 12:00:00 EST":     "2004-07-11T17:00:00Z",
		"2004-július-13T9:15-05:00":          "2004-07-13T14:15:00Z",
	} {
		got, ok := parseDate(in, "")
		if text := got.UTC().Format(time.RFC3339Nano); !ok || text != want {
			t.Errorf("parseDate(%q) = %s, %v; want %s", in, text, ok, want)
		}
	}
}

// TestParseDateForms reads testdata/dates.tsv: in each line the expected time in UTC,
// or nothing, a tab, and a date as somebody wrote it.
func TestParseDateForms(t *testing.T) {
	table, err := os.ReadFile("testdata/dates.tsv")
	if err != nil {
		t.Fatal(err)
	}
	forms := 0
	for line := range strings.Lines(string(table)) {
		want, in, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			continue
		}
		forms++
		got := "none"
		if at, ok := parseDate(in, ""); ok {
			got = at.UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("parseDate(%q) = %s, want %s", in, got, want)
		}
	}
	if forms < 400 {
		t.Errorf("%d forms, want at least 400", forms)
	}
}

func TestParseDateInLanguage(t *testing.T) {
	const march, april = "2024-03-04", "2024-04-03"
	for _, c := range []struct{ in, language, want string }{
		{"03/04/2024", "", march}, {"03/04/2024", "en", march}, {"03/04/2024", "en-US", march}, {"03/04/2024", "es-us", march},
		{"03/04/2024", "en-GB", april}, {"03/04/2024", "en_AU", april}, {"03/04/2024", "de", april}, {"03/04/2024", "pt-br", april},
		{"03/04/2024", "FR", april}, {"3/4/2024 10:00:00 PM", "fr", march}, {"3/4/2024 10:00:00 PM", "en-GB", march},
		{"2024/03/04", "de", march}, {"03/14/2024", "de", "2024-03-14"}, {"14/03/2024", "en-US", "2024-03-14"}, {"03.04.2024", "en-US", april},
	} {
		if got, ok := parseDate(c.in, c.language); !ok || got.Format(time.DateOnly) != c.want {
			t.Errorf("parseDate(%q, %q) = %s, %v; want %s", c.in, c.language, got, ok, c.want)
		}
	}
}

// TestDecodeReadsDatesInTheLanguageOfTheFeed checks that the declared language of a
// document decides what a date with slashes means.
func TestDecodeReadsDatesInTheLanguageOfTheFeed(t *testing.T) {
	for language, want := range map[string]string{"en-us": "2024-03-04", "en-gb": "2024-04-03", "fr": "2024-04-03"} {
		d, err := Decode([]byte(`<rss version="2.0"><channel><title>x</title><language>`+language+`</language><item><title>a</title><pubDate>03/04/2024 10:00</pubDate></item></channel></rss>`), Input{})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Entries[0].Published.Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", language, got, want)
		}
	}
}

func TestSummerTime(t *testing.T) {
	for in, want := range map[string]string{
		"9 Mar 2025 01:59 EST5EDT": "2025-03-09T06:59:00Z", "9 Mar 2025 03:00 EST5EDT": "2025-03-09T07:00:00Z",
		"2 Nov 2025 00:59 EST5EDT": "2025-11-02T04:59:00Z", "2 Nov 2025 02:00 EST5EDT": "2025-11-02T07:00:00Z",
	} {
		if got, _ := parseDate(in, ""); got.UTC().Format(time.RFC3339) != want {
			t.Errorf("parseDate(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestParseDateRefuses(t *testing.T) {
	for _, in := range []string{"", " ", "never", "0", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "Mon, 01 Jan 2124 00:00:00 GMT", "12", "99/99/9999", "2003-13-45", "yesterday at noon", "Thu, 32 Jan 2004", "1.5"} {
		if got, ok := parseDate(in, ""); ok {
			t.Errorf("parseDate(%q) = %s, want none", in, got)
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"Thu, 01 Jan 2004 19:48:21 GMT", "2003-W01-1", "2003-12-31T10:14:55.1-08:00", "3. März 2025, 20:15 Uhr", "2004년 05월 28일", "1072915200", "+-::1h", "9999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, ok := parseDate(in, "")
		if !ok {
			return
		}
		if got.Year() < 1899 || got.Year() > 2101 {
			t.Errorf("parseDate(%q) = %s", in, got)
		}
		again, ok := parseDate(got.UTC().Format(time.RFC3339Nano), "")
		if got.UTC().Year() >= 1900 && got.UTC().Year() <= 2100 && (!ok || !again.Equal(got)) {
			t.Errorf("parseDate(%q) = %s, read again as %s", in, got, again)
		}
	})
}

func BenchmarkParseDate(b *testing.B) {
	for name, in := range map[string]string{"usual": "Thu, 01 Jan 2004 19:48:21 +0100", "named zone": "Thu, 01 Jan 2004 19:48:21 GMT", "german": "Mi, 03 Dez 2025 10:00:00 +0100"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				parseDate(in, "")
			}
		})
	}
}
