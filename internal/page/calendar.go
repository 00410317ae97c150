package page

import (
	"html/template"
	"strings"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/bg"
	"github.com/go-playground/locales/bn"
	"github.com/go-playground/locales/ca"
	"github.com/go-playground/locales/cs"
	"github.com/go-playground/locales/da"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/el"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/en_US"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/et"
	"github.com/go-playground/locales/eu"
	"github.com/go-playground/locales/fa"
	"github.com/go-playground/locales/fi"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/ga"
	"github.com/go-playground/locales/gl"
	"github.com/go-playground/locales/he"
	"github.com/go-playground/locales/hi"
	"github.com/go-playground/locales/hr"
	"github.com/go-playground/locales/hu"
	"github.com/go-playground/locales/id"
	"github.com/go-playground/locales/is"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/ja"
	"github.com/go-playground/locales/ko"
	"github.com/go-playground/locales/lt"
	"github.com/go-playground/locales/lv"
	"github.com/go-playground/locales/mk"
	"github.com/go-playground/locales/nb"
	"github.com/go-playground/locales/nl"
	"github.com/go-playground/locales/nn"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/pt"
	"github.com/go-playground/locales/pt_BR"
	"github.com/go-playground/locales/ro"
	"github.com/go-playground/locales/ru"
	"github.com/go-playground/locales/sk"
	"github.com/go-playground/locales/sl"
	"github.com/go-playground/locales/sq"
	"github.com/go-playground/locales/sr"
	"github.com/go-playground/locales/sv"
	"github.com/go-playground/locales/th"
	"github.com/go-playground/locales/tr"
	"github.com/go-playground/locales/uk"
	"github.com/go-playground/locales/ur"
	"github.com/go-playground/locales/vi"
	"github.com/go-playground/locales/zh"
)

// A calendar formats dates in one language, with data from the Unicode CLDR.
type calendar struct {
	tag string // the language of its dates, for the lang attribute
	locales.Translator
}

// calendars maps language tags in lower case to constructors. A tag that is not listed is looked up
// by its primary language.
var calendars = map[string]func() locales.Translator{
	"ar":    ar.New,
	"bg":    bg.New,
	"bn":    bn.New,
	"ca":    ca.New,
	"cs":    cs.New,
	"da":    da.New,
	"de":    de.New,
	"el":    el.New,
	"en":    en_GB.New,
	"en-us": en_US.New,
	"es":    es.New,
	"et":    et.New,
	"eu":    eu.New,
	"fa":    fa.New,
	"fi":    fi.New,
	"fr":    fr.New,
	"ga":    ga.New,
	"gl":    gl.New,
	"he":    he.New,
	"hi":    hi.New,
	"hr":    hr.New,
	"hu":    hu.New,
	"id":    id.New,
	"is":    is.New,
	"it":    it.New,
	"ja":    ja.New,
	"ko":    ko.New,
	"lt":    lt.New,
	"lv":    lv.New,
	"mk":    mk.New,
	"nb":    nb.New,
	"nl":    nl.New,
	"nn":    nn.New,
	"no":    nb.New,
	"pl":    pl.New,
	"pt":    pt.New,
	"pt-br": pt_BR.New,
	"ro":    ro.New,
	"ru":    ru.New,
	"sk":    sk.New,
	"sl":    sl.New,
	"sq":    sq.New,
	"sr":    sr.New,
	"sv":    sv.New,
	"th":    th.New,
	"tr":    tr.New,
	"uk":    uk.New,
	"ur":    ur.New,
	"vi":    vi.New,
	"zh":    zh.New,
}

// calendarOf returns the calendar of the first language that has one, or else the English one. The
// result's tag names the language used.
func calendarOf(tags ...string) calendar {
	for _, tag := range tags {
		tag = strings.ToLower(tag)
		for _, try := range []string{tag, strings.Split(tag, "-")[0]} {
			if make := calendars[try]; make != nil {
				return calendar{try, make()}
			}
		}
	}
	return calendar{"en", calendars["en"]()}
}

// heading returns t as the heading of a day: "Sonntag, 22. November 2026".
func (c calendar) heading(t time.Time) template.HTML {
	t = t.UTC()
	return template.HTML(`<time datetime="` + t.Format(time.DateOnly) + `" ` + string(language(c.tag)) + `>` + template.HTMLEscapeString(c.FmtDateFull(t)) + `</time>`)
}

// stamp returns t as a <time> element with words in the calendar's language.
func (c calendar) stamp(t time.Time, words string) template.HTML {
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `" ` + string(language(c.tag)) + `>` + template.HTMLEscapeString(words) + `</time>`)
}
