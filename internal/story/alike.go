package story

import (
	"fmt"
	"time"

	"tributary/internal/news"
)

// likeness is what a rule concludes about two entries.
type likeness struct {
	reason news.Reason // "" when they are not alike
	score  float64     // 0 to 1
	detail string      // for the operator
}

// limits are the thresholds of a level of news.Matching.
type limits struct {
	window   time.Duration
	copied   float64 // part of the shorter text's runs that must stand in the other, of two outlets
	again    float64 // the same, of one outlet
	teaser   float64 // part of the teaser's runs that must stand at the beginning of the full text
	report   float64 // shared part of the headline plus that of the names, 0 to 2; 0 is never
	headline bool    // an equal headline suffices where there is no text
}

func limitsOf(m news.Matching) limits {
	l := limits{window: m.Window, copied: .40, again: .58, teaser: .60, report: 1.1, headline: true}
	switch m.Level {
	case news.Strict:
		l.copied, l.again, l.teaser, l.report, l.headline = .60, .75, .80, 0, false
	case news.Loose:
		l.copied, l.again, l.teaser, l.report = .33, .50, .50, .95
	}
	return l
}

const (
	day     = 24 * time.Hour
	sameDay = 20 * time.Hour // what is further apart may be two parts of a daily series
)

// Lengths of texts, in rare runs of five words.
const (
	tooShort  = 10  // too little to recognise it by
	slogan    = 20  // may stand under any headline
	shortText = 60  // may be a form that its source fills in repeatedly
	longText  = 100 // shares most of its runs with another text only if one was copied
)

// judge judges a pair. The rules are ordered by how much they prove, and the first one
// that takes the two for the same decides.
func (l limits) judge(p *pair) likeness {
	if p.apart > l.window {
		return likeness{}
	}
	if p.recordings > 0 {
		return p.recorded()
	}
	for _, rule := range []func(*pair) likeness{l.text, l.teased, l.sameHeadline, l.reported} {
		if found := rule(p); found.reason != "" {
			return found
		}
	}
	return likeness{}
}

// recorded judges entries with audio or video by the file alone, or by the show after
// it moved. The notes under all episodes of a show are the same.
func (p *pair) recorded() likeness {
	switch {
	case p.media > 0:
		return likeness{news.ReasonURL, 1, "the same recording"}
	case p.moved:
		return likeness{news.ReasonTitle, 1, "the same recording on another host: title, length and day agree"}
	}
	return likeness{}
}

// text is the rule for copies: most of the shorter text stands in the other one.
func (l limits) text(p *pair) likeness {
	contained := p.runs.part()
	if p.runs.of < tooShort || !l.copy(p, contained) {
		return likeness{}
	}
	reason := news.ReasonText
	if p.own {
		reason = news.ReasonUpdate
	}
	return likeness{reason, contained, fmt.Sprintf("same text: %s of the shorter one's rare five-word runs (%d of %d) stand in the other; %s",
		percent(contained), p.runs.both, p.runs.of, p.circumstances())}
}

// copy reports whether the shared part makes two texts one.
func (l limits) copy(p *pair, contained float64) bool {
	if p.own {
		return l.version(p, contained)
	}
	short, agree := p.rare() < longText, p.agree()
	switch {
	case contained < l.copied, short && p.rare() < tooShort*5/2 && contained < .60:
		return false // a sentence or two may be a common quotation
	case p.ratio() < .22 && !p.excerpt(), p.rare() < shortText && p.ratio() < .6 && p.inserted():
		return false // the longer one is a digest that contains the shorter one
	case p.rare() < longText*3/2 && contained < .80 && p.inserted():
		return false // two outlets may print one notice below everything
	case p.nextPart(contained):
		return false
	case agree < .30, short && contained < .60 && agree < .48, short && contained < .80 && agree < .75 && p.apart > sameDay:
		return false // reports of one kind differ in their figures, the more so on another day
	}
	return true
}

// inserted reports whether a text stands inside another one: without its headline, and
// not at the beginning.
func (p *pair) inserted() bool {
	return p.title.part() < .25 && p.lead.part() < .5
}

// excerpt reports whether a much shorter text has the headline and names of the longer
// one. It was then cut out of it, and the longer one is not a digest.
func (p *pair) excerpt() bool {
	return p.title.part() >= .8 && p.names.part() >= .7 && p.ratio() >= .1
}

// version reports whether two texts of one outlet are versions of one article. Its
// reports of one kind share a template, so more is required than of two outlets.
func (l limits) version(p *pair, contained float64) bool {
	need, figures, reach := l.again, .60, 4*day
	nearlyAll := contained >= .9 && p.rare() >= longText
	switch {
	case nearlyAll, p.revised && p.title.part() >= .6:
		figures = 0
	case p.rare() < longText:
		need, figures = max(need, .70), .80
	case p.rare() < longText*3/2:
		figures = .75
	}
	switch {
	case p.rare() < shortText && contained < .95 && p.ratio() > .5:
		reach = sameDay // what comes back each day is a series
		if p.revised {
			reach = 2 * day
		}
	case p.rare() >= shortText && (contained >= .8 || contained >= .7 && p.lead.part() >= .6 && p.title.part() >= .5):
		reach = 7 * day
	}
	if contained < need || p.agree() < figures || p.apart > reach || p.series(contained) {
		return false
	}
	if p.ratio() < .30 && !p.beginsAlike() {
		return false // the longer one is a digest
	}
	if p.rare() < longText && p.ratio() > .6 && p.apart > sameDay && p.title.of > 1 && p.title.both == 0 && (contained < .93 || p.rare() < shortText) {
		return false // the same text on another day under another headline describes its source
	}
	// Texts that share neither beginning nor headline share what stands below every article.
	apart := p.lead.part() < .15 && p.title.part() < .5
	return !apart || p.ratio() > .6 && (contained > .93 || contained > .65 && p.apart < 12*time.Hour)
}

// beginsAlike reports whether the headlines or names agree, and the first sentences as well.
func (p *pair) beginsAlike() bool {
	return p.title.part() >= .6 && p.lead.part() >= .3 || p.names.part() >= .75 && p.lead.part() >= .5
}

// series reports whether two short entries of one outlet are parts of a series: above a
// text that stays, their headlines differ in a figure (versions, days, parts) or, in
// one feed, in what they name.
func (p *pair) series(contained float64) bool {
	if p.nextPart(contained) {
		return true
	}
	if p.rare() < slogan && p.titleMax > 0 && p.title.part() < .5 {
		return true
	}
	if !p.feed || p.revised || p.title.both == p.title.of || p.rare() >= longText*3/2 {
		return false
	}
	// Each headline has a word that the other lacks.
	like := p.title.part() >= .4
	oneWord := p.titleMax == p.title.of && p.title.both == p.title.of-1
	label := p.titleMax < 3 && p.title.both == 0 // a product, a place, a name
	if p.rare() >= longText {
		return like && contained < .8 && (p.apart < time.Hour/2 || p.apart > sameDay)
	}
	return label || contained < .8 || oneWord && contained < .93 || like && contained < .95 && p.lead.part() < .8
}

// nextPart reports whether two short texts are parts of a numbered series, such as
// versions, days or editions.
func (p *pair) nextPart(contained float64) bool {
	return p.numbered() && (p.rare() < shortText || p.rare() < longText*3/2 && contained < .8)
}

// numbered reports whether the headlines agree except for a figure.
func (p *pair) numbered() bool {
	return p.title.part() >= .6 && p.titleFigures.both < p.titleFigures.of && !p.revised
}

// sameHeadline is the rule for equal headlines: the texts below must not contradict.
func (l limits) sameHeadline(p *pair) likeness {
	if !p.sameHeadline || p.tongue || p.query {
		return likeness{}
	}
	if p.own {
		// What returns with the same headline on another day is a column.
		if p.apart > sameDay || p.runs.of > 0 && (p.runs.part() < .5 || p.agree() < .75) {
			return likeness{}
		}
	} else if !l.headline || p.apart > 2*day || p.runs.of >= tooShort && p.runs.part() < .1 || p.apart > sameDay && p.otherFigures() {
		return likeness{}
	}
	return likeness{news.ReasonTitle, .9, "same headline, and the texts do not contradict; " + p.circumstances()}
}

// otherFigures reports whether both texts have figures but none in common, like those
// that agencies write every day under one headline.
func (p *pair) otherFigures() bool { return p.figures.of > 1 && p.figures.both == 0 }

// circumstances says in words what else was considered.
func (p *pair) circumstances() string {
	s := fmt.Sprintf("the shorter has %s of the other's words", percent(p.ratio()))
	if p.figures.of > 0 {
		s += fmt.Sprintf("; %d of %d figures agree", p.figures.both, p.figures.of)
		if p.clashes > 0 {
			s += fmt.Sprintf(", %d %s in the same words", p.clashes, plural(p.clashes, "differs", "differ"))
		}
	}
	switch {
	case p.sameHeadline:
		s += "; same headline"
	case p.title.of > 0:
		s += fmt.Sprintf("; the headlines share %d of %d words", p.title.both, p.title.of)
	}
	return s
}

func percent(part float64) string { return fmt.Sprintf("%.0f %%", 100*part) }
