package story

import (
	"fmt"

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
	if p.lead.of < tooShort/2 || p.short > teaserWords && !p.stub() || p.filledIn() || p.tongue || p.numbered() {
		return likeness{}
	}
	hit, inside := p.lead.part(), p.runs.part()
	if p.ratio() > .6 && (inside < .9 || p.apart > sameDay) && !p.stub() {
		return likeness{} // two short texts with one first sentence, or the next of a series
	}
	reach := 3 * day
	if !p.own && (hit >= .9 && p.lead.of >= 24 || p.names.part() >= .9) {
		reach = 7 * day // a weekly prints it later
	}
	if !p.own && (p.boxed() || p.item()) || p.apart > reach || p.own && !l.ownTeaser(p, hit) || !p.own && !l.othersTeaser(p, hit) {
		return likeness{}
	}
	score := max(hit, min(inside, 1))
	return likeness{news.ReasonTeaser, score, fmt.Sprintf("a teaser and its text: %s of the shorter one's runs (%d of %d) stand at the beginning of the other; %s",
		percent(hit), p.lead.both, p.lead.of, p.circumstances())}
}

// boxed reports whether two texts of two outlets begin with a notice rather than the same
// news, which stands beside it.
func (p *pair) boxed() bool {
	return p.lead.both >= tooShort && p.title.of > 0 && p.beside() && p.title.part() < .25 && p.runs.part() < .9
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
// they must be of one day, and a story takes only one entry by it.
func (l limits) reported(p *pair) likeness {
	if l.report == 0 || p.own || p.tongue || p.filledIn() || p.apart > day || p.short > teaserWords || p.short < 8 {
		return likeness{}
	}
	if p.boxed() || p.names.of < 5 || p.numbered() || p.clashes > 1 || p.clashes > 0 && p.ratio() > .6 {
		return likeness{}
	}
	if p.title.both == p.titleMax && p.runs.both == 0 && p.names.part() < .5 {
		return likeness{} // a headline that stands above other news every day
	}
	headed := p.title.both >= 2 || p.title.both == 1 && p.runs.both >= phrase
	sum, need := p.names.part()+p.title.part(), l.report
	switch {
	case p.sameNews():
		need = 0
	case !headed:
		return likeness{}
	case p.runs.both+p.lead.both == 0 && p.long <= teaserWords && p.title.both < 5:
		return likeness{} // two standfirsts that share nothing but subjects
	case p.runs.both+p.lead.both > 0:
		need -= .5 // a run of five words is shared, too
	}
	if sum < need {
		return likeness{}
	}
	return likeness{news.ReasonTeaser, derivedScore * sum / 2, fmt.Sprintf("the same report in other words: %d of %d words of the headlines and %d of %d telling words of the shorter one agree; %s",
		p.title.both, p.title.of, p.names.both, p.names.of, p.circumstances())}
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
