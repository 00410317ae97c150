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
	detail string      // for the operator; without a reason, the objection to copied text
}

// limits are the thresholds of a level of news.Matching.
type limits struct {
	window   time.Duration
	copied   float64 // part of the shorter text's runs that must occur in the other, between outlets
	named    float64 // the same on one day where the headlines name each other's news
	again    float64 // the same, within one outlet
	teaser   float64 // part of the teaser's runs that must occur at the beginning of the full text
	report   float64 // shared part of the headline plus that of the names, 0 to 2; 0 is never
	headline bool    // an equal headline suffices where there is no text
}

func limitsOf(m news.Matching) limits {
	l := limits{window: m.Window, copied: .40, named: .33, again: .58, teaser: .60, report: 1.1, headline: true}
	switch m.Level {
	case news.Strict:
		l.copied, l.named, l.again, l.teaser, l.report, l.headline = .60, .60, .75, .80, 0, false
	case news.Loose:
		l.copied, l.named, l.again, l.teaser, l.report = .33, .28, .50, .50, .95
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
	shortText = 60  // may be a form that its source fills in again and again
	longText  = 100 // shares most of its runs with another text only if one is a copy
	notices   = 240 // the longest notices that outlets print with every article
)

// judge judges a pair. The rules are ordered by how much they prove, and the first one
// that takes the two for the same decides.
func (l limits) judge(p *pair) likeness {
	if p.apart > l.window {
		return likeness{detail: "they were published further apart than entries are compared"}
	}
	if p.recordings > 0 {
		return p.recorded()
	}
	if p.replies {
		return likeness{detail: "answers quote what they answer"}
	}
	copied := l.text(p)
	if copied.reason != "" {
		return copied
	}
	for _, rule := range []func(*pair) likeness{l.teased, l.sameHeadline, l.reported} {
		if found := rule(p); found.reason != "" {
			return found
		}
	}
	return copied
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
	return likeness{detail: "recordings are compared by their files"}
}

// text is the rule for copies: most of the shorter text occurs in the other one.
func (l limits) text(p *pair) likeness {
	contained := p.runs.part()
	if objection := l.objection(p, contained); objection != "" {
		return likeness{detail: objection}
	}
	reason := news.ReasonText
	if p.own {
		reason = news.ReasonUpdate
	}
	return likeness{reason, contained, fmt.Sprintf("same text: %s of the shorter one's rare five-word runs (%d of %d) stand in the other; %s",
		percent(contained), p.runs.both, p.runs.of, p.circumstances())}
}

// sameHeadline is the rule for equal headlines above texts that do not contradict each other.
func (l limits) sameHeadline(p *pair) likeness {
	if !p.sameHeadline || p.tongue || p.query {
		return likeness{}
	}
	if p.own {
		// An entry with the same headline on another day is the next one of a column, and
		// two entries of one feed whose texts are too short to compare are two posts.
		if p.apart > sameDay || p.feed && p.runs.of == 0 && p.short+p.filled > 0 || p.runs.of > 0 && (p.runs.part() < .5 || p.agree() < .75) {
			return likeness{}
		}
	} else if !l.headline || p.apart > 2*day || p.runs.of >= tooShort && p.runs.part() < .1 || p.otherFigures() {
		return likeness{}
	}
	return likeness{news.ReasonTitle, .9, "same headline, and the texts do not contradict; " + p.circumstances()}
}

// otherFigures reports whether figures speak against one report: most of them contradict
// each other, or the texts are of different days and share none. Agencies and authorities
// publish such reports every day under one headline.
func (p *pair) otherFigures() bool {
	return p.apart > sameDay && p.figures.of > 1 && p.figures.both == 0 || p.contradicts()
}

// contradicts reports whether several figures contradict each other, and hardly more than
// half agree.
func (p *pair) contradicts() bool { return p.clashes > 1 && p.agree() < .6 }

// circumstances says in words what else was considered.
func (p *pair) circumstances() string {
	s := fmt.Sprintf("the shorter has %s of the other's words", percent(p.ratio()))
	if p.figures.of > 0 {
		s += fmt.Sprintf("; %d of %d figures agree", p.figures.both, p.figures.of)
		if p.clashes > 0 {
			s += fmt.Sprintf(", %d %s in the same words", p.clashes, news.Plural(p.clashes, "differs", "differ"))
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
