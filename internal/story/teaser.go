package story

import (
	"fmt"
	"time"

	"tributary/internal/news"
)

// teaserWords is the number of words up to which a text may be a teaser.
const teaserWords = 80

// phrase is the number of shared runs, which makes seven words in a row, that say as
// much about the subject of a report as a shared word of the headlines.
const phrase = 3

// teased is the rule for teasers: the short text stands in the long one, usually at its
// beginning.
func (l limits) teased(p *pair) likeness {
	hit := p.lead.part()
	if !p.mayTease() || p.own && !l.ownTeaser(p, hit) || !p.own && !l.othersTeaser(p, hit) {
		return likeness{}
	}
	return likeness{news.ReasonTeaser, max(hit, p.runs.part()), fmt.Sprintf("a teaser and its text: %s of the shorter one's runs (%d of %d) stand at the beginning of the other; %s",
		percent(hit), p.lead.both, p.lead.of, p.circumstances())}
}

// mayTease reports whether one text is short enough for a teaser of the other, long enough to
// be recognised, and nothing speaks against it.
func (p *pair) mayTease() bool {
	stub := p.stub()
	switch {
	case p.lead.of < tooShort/2, p.short > teaserWords && !stub:
		return false
	case p.filledIn(), p.tongue, p.numbered(), p.apart > p.teaserReach():
		return false
	case !p.own && (p.boxed() || p.item()):
		return false
	}
	// Two texts of one length may share no more than the first sentence, or be two of a series.
	return p.ratio() <= .6 || stub || p.runs.part() >= .9 && p.apart <= sameDay
}

// teaserReach is how far apart a teaser and its text may be. A weekly prints what others
// announced days before.
func (p *pair) teaserReach() time.Duration {
	sure := p.lead.part() >= .9 && p.lead.of >= 24 || p.names.part() >= .9
	if !p.own && sure {
		return 7 * day
	}
	return 3 * day
}

// boxed reports whether two texts of two outlets begin with a notice rather than the same
// news, which stands beside it.
func (p *pair) boxed() bool {
	return p.lead.both >= tooShort && p.unnamed() && p.title.part() < .25 && p.whole() < .9
}

// stub reports whether two outlets have the same headline and the same beginning. They may
// then continue differently, because one of them asks for a subscription there.
func (p *pair) stub() bool {
	return !p.own && p.title.part() >= .8 && p.title.of > 1 && p.lead.both >= slogan && p.apart <= 2*day
}

// othersTeaser judges a teaser and a text of two outlets.
func (l limits) othersTeaser(p *pair, hit float64) bool {
	if p.contradicts() {
		return false
	}
	// Or it stands further down as a whole, and the headlines share words, which those of
	// digests do not.
	whole := p.runs.part() >= .8 && p.title.both >= 2 &&
		(p.runs.both >= 4 && p.title.part() >= .25 || p.runs.both >= 2 && p.title.both == p.titleMax)
	return hit >= l.teaser || whole || l.namedAlike(p, hit)
}

// ownTeaser judges a teaser and a text of one outlet, all of whose entries may begin
// with the same words.
func (l limits) ownTeaser(p *pair, hit float64) bool {
	if p.figures.agree() < .8 || p.query || p.ratio() > .6 {
		return false
	}
	title, names := p.title.part(), p.names.part()
	today := p.apart < sameDay
	if hit >= l.teaser {
		return title >= .5 || today && names >= .75 && (hit >= .8 || p.lead.of >= 24)
	}
	return p.ratio() < .3 && (hit >= l.teaser/2 && title >= .8 && names >= .7 || l.namedAlike(p, hit))
}

// namedAlike reports whether headline and names make up for a beginning of which a little
// too few runs are shared.
func (l limits) namedAlike(p *pair, hit float64) bool {
	return hit >= l.teaser-.1 && p.title.part() >= .6 && p.names.part() >= .7
}

// derivedScore is the highest score of a match by names only, see reported.
const derivedScore = .5

// Derived reports whether a match was made by names only. The story takes no other entry
// by names then.
func Derived(m news.Match) bool {
	return m.Reason == news.ReasonTeaser && m.Score <= derivedScore
}

// reported is the rule for reports in other words: a teaser and a text of two outlets name
// the same things in the headline and at the beginning. This is the weakest evidence, so
// a story takes only one entry by it.
func (l limits) reported(p *pair) likeness {
	if l.report == 0 || !p.mayReport() || p.otherNews() {
		return likeness{}
	}
	sum := p.names.part() + p.title.part()
	if !p.sameNews() && (!p.headlinesMeet() || sum < l.needed(p)) {
		return likeness{}
	}
	return likeness{news.ReasonTeaser, derivedScore * sum / 2, fmt.Sprintf("the same report in other words: %d of %d words of the headlines and %d of %d telling words of the shorter one agree; %s",
		p.title.both, p.title.of, p.names.both, p.names.of, p.circumstances())}
}

// mayReport reports whether two outlets published a teaser and a text within three days that
// name enough to be recognised by it.
func (p *pair) mayReport() bool {
	return !p.own && !p.tongue && p.apart <= 3*day && p.short >= 8 && p.short <= teaserWords && p.names.of >= 5
}

// otherNews reports whether figures, a form, a notice or a headline that stands above other
// news every day speak against one report.
func (p *pair) otherNews() bool {
	switch {
	case p.clashes > 1, p.clashes > 0 && p.ratio() > .6, p.numbered():
		return true
	case p.filledIn(), p.boxed():
		return true
	}
	return p.title.both == p.titleMax && p.runs.both == 0 && p.names.part() < .5
}

// headlinesMeet reports whether the headlines share enough for the names to count. It takes
// more of two standfirsts that share no run, which may have nothing but subjects in common, and
// on another day, when the same people may be in the news for something else.
func (p *pair) headlinesMeet() bool {
	if p.apart > day || !p.quotes() && p.long <= teaserWords {
		return p.title.both >= 5
	}
	return p.title.both >= 2 || p.title.both == 1 && p.runs.both >= phrase
}

// quotes reports whether two texts share a run.
func (p *pair) quotes() bool { return p.runs.both+p.lead.both > 0 }

// needed returns how much of headline and names must agree in sum. A run that a teaser shares
// with a text of the same day makes up for half of either. Between texts of like length it
// does not: announcements of two events share one by chance.
func (l limits) needed(p *pair) float64 {
	if p.quotes() && p.apart <= day && p.ratio() < .4 {
		return l.report - .5
	}
	return l.report
}

// sameNews reports whether two reports name so many of the same things that they tell of
// one event. They must be less than sameDay apart, by times of day that both publishers
// give. If the headlines share no word, it takes more names. Two full texts always share
// many words, so names decide only if one text is the mere beginning of a report.
func (p *pair) sameNews() bool {
	need := 7
	if p.title.both == 0 {
		need = 9
	}
	return p.timed && p.apart < sameDay && p.ratio() < .2 && p.names.both >= need && p.names.part() >= 1./3
}
