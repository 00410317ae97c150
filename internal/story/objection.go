package story

import "time"

// The objections to treating two texts as one, as the operator reads them.
const (
	tooBrief   = "it says too little to be recognised by"
	tooLittle  = "that is too little"
	aDigest    = "the longer one may be a digest that has the shorter one in it"
	aNotice    = "their headlines name nothing of each other, so it may be a notice that stands with everything"
	allBelow   = "headlines and beginnings differ, so it may be a notice that stands below everything"
	aSeries    = "their headlines differ as those of a series do"
	aForm      = "it may be a form that is filled in again and again"
	contradict = "their figures contradict each other"
	tooLate    = "what returns so much later is another report"
)

// objection returns why the shared part does not make two texts one, or "" if it does.
func (l limits) objection(p *pair, contained float64) string {
	switch {
	case p.runs.of < tooShort:
		return tooBrief
	case p.filledIn():
		return aForm
	case p.own:
		return l.otherVersion(p, contained)
	}
	return l.otherReport(p, contained)
}

// otherReport returns why one of two outlets did not copy the other's text, or "" if it did.
func (l limits) otherReport(p *pair, contained float64) string {
	switch {
	case contained < l.copiedPart(p):
		return tooLittle
	case p.ratio() < .22 && !p.excerpt(), p.item():
		return aDigest
	case p.rare() < longText*3/2 && p.inserted():
		return allBelow // or one of the items of a digest; two outlets of one publisher may share either
	case p.noticed():
		return aNotice
	case p.nextPart(contained):
		return aSeries
	case p.agree() < .30, contained < .80 && p.agree() < .75 && p.apart > sameDay:
		return contradict // reports of one kind do, especially on different days
	}
	return ""
}

// copiedPart returns the part of the shorter text that must occur in the other one. Lists of
// further reports and cuts leave little of a copy, which two headlines and the day make up for.
func (l limits) copiedPart(p *pair) float64 {
	if p.headed >= 2 && p.apart <= sameDay {
		return l.named
	}
	return l.copied
}

// filledIn reports whether two texts may be one form, filled in twice. They are if they differ
// in a figure and in what their headlines name, or if they are entries of one feed with different
// headlines and more boilerplate than rare runs, and have hardly anything else at the beginning
// or are of different days.
func (p *pair) filledIn() bool {
	if p.clashes > 0 && p.level == 0 && p.beside() && p.runs.both >= tooShort && p.title.both < p.titleMax {
		return true
	}
	return p.feed && p.filled > p.runs.of && p.title.both < p.titleMax && (p.lead.of < tooShort || p.apart > sameDay)
}

// item reports whether a text is much shorter than the other and shares neither its beginning
// nor what it names there, as one of the items of a digest does.
func (p *pair) item() bool {
	return p.ratio() < .35 && p.rare() < longText*3/2 && p.lead.part() < .25 && p.names.part() < .3
}

// inserted reports whether the shared part is neither at the beginning of both texts nor
// below a common headline.
func (p *pair) inserted() bool {
	return p.title.part() < .25 && p.lead.part() < .5
}

// noticed reports whether the shared part may be a mere notice that the outlets print with
// every article: the headlines name nothing of it, it is no longer than notices are, and both
// texts say more than it. This keeps the entries of a source apart as long as it has no habits.
func (p *pair) noticed() bool {
	whole := .98
	if p.lead.part() >= .7 && !p.beside() && p.rare() >= shortText && p.apart <= sameDay {
		whole = .75 // a notice at the top is seldom three times as long as the news
	}
	return p.unnamed() && p.title.part() < .5 && p.whole() < whole && p.brief()
}

// whole returns the shared part of all that the shorter text says, its boilerplate included. Of
// a form, nothing may be left but another's notice.
func (p *pair) whole() float64 { return share{p.runs.both, p.runs.of + p.filled}.part() }

// unnamed reports whether the headlines name nothing of what is shared: no long word of either
// occurs in the headline or opening of the other entry, or the news stands beside it.
func (p *pair) unnamed() bool { return p.titleMax > 0 && (p.headed == 0 || p.beside()) }

// beside reports whether the news stands beside the shared part: what the headlines name
// occurs in the texts, but not in what they share.
func (p *pair) beside() bool { return p.topics > 0 && p.topical == 0 }

// brief reports whether the shared part is no longer than notices are.
func (p *pair) brief() bool { return p.runs.both<<p.level <= notices }

// excerpt reports whether a much shorter text has the headline and names of the longer
// one, which is then the full text and not a digest.
func (p *pair) excerpt() bool {
	return p.title.part() >= .8 && p.names.part() >= .7 && p.ratio() >= .1
}

// otherVersion returns why two texts of one outlet are not versions of one article, or ""
// if they are. Reports of one kind share the template of their outlet, so more evidence is
// required than between outlets.
func (l limits) otherVersion(p *pair, contained float64) string {
	switch {
	case contained < l.versionPart(p):
		return tooLittle
	case p.agree() < p.versionFigures(contained):
		return contradict
	case p.apart > p.versionReach(contained):
		return tooLate
	case p.series(contained):
		return aSeries
	case p.ratio() >= .30 && p.noticed():
		return aNotice
	case p.ratio() < .30 && !p.beginsAlike():
		return aDigest
	case p.returns(contained):
		return aForm
	case p.standsBelow(contained):
		return allBelow
	}
	return ""
}

// versionPart returns the part of the shorter text that two versions must share.
func (l limits) versionPart(p *pair) float64 {
	if p.rare() < longText {
		return max(l.again, .70)
	}
	return l.again
}

// versionFigures returns the part of the figures that must agree in two versions. A new
// version that calls itself one, or is nearly the same, may correct every figure.
func (p *pair) versionFigures(contained float64) float64 {
	switch {
	case p.revised, contained >= .9 && p.rare() >= longText:
		return 0
	case p.rare() < longText*3/2:
		return .75
	}
	return .60
}

// versionReach is how far apart two versions may be. A short text that returns every day is
// a series.
func (p *pair) versionReach(contained float64) time.Duration {
	switch {
	case p.rare() >= shortText:
		return 7 * day
	case contained >= .95, p.ratio() <= .5:
		return 4 * day
	case p.revised:
		return 2 * day
	}
	return sameDay
}

// standsBelow reports whether two texts that share neither beginning nor headline share what
// stands below every article. They are one only if they are of similar length and either
// nearly equal, or published within half a day with more than a notice in common or two long
// headline words that the other entry has, too.
func (p *pair) standsBelow(contained float64) bool {
	if p.lead.part() >= .15 || p.title.part() >= .5 {
		return false
	}
	named := p.headed >= 2 || !p.brief()
	alike := contained > .93 || contained > .65 && p.apart < 12*time.Hour && named
	return p.ratio() <= .6 || !alike
}

// returns reports whether a text returns on another day below another headline. A short
// one is what its source says about itself; a longer one that begins differently is a form
// of its source.
func (p *pair) returns(contained float64) bool {
	if p.apart <= sameDay {
		return false
	}
	if p.rare() < longText && p.ratio() > .6 && p.title.of > 1 && p.title.both == 0 && (contained < .93 || p.rare() < shortText) {
		return true
	}
	return p.title.part() < .5 && p.lead.part() < .6 && p.names.part() < .75 && contained < .9 && p.brief()
}

// beginsAlike reports whether headline or names, and the first sentences, agree.
func (p *pair) beginsAlike() bool {
	return p.title.part() >= .6 && p.lead.part() >= .3 || p.names.part() >= .75 && p.lead.part() >= .5
}

// series reports whether two short entries of one outlet are parts of a series: their
// headlines differ in a figure (versions, days, parts), a mere slogan stands below different
// headlines, or, in one feed, the headlines name different things above the same text.
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
	if p.rare() >= longText {
		return contained < .8 && p.apart > sameDay
	}
	oneWord := p.titleMax == p.title.of && p.title.both == p.title.of-1
	label := p.titleMax < 3 && p.title.both == 0 // a product, a place, a name
	return label || contained < .8 || oneWord && contained < .93
}

// nextPart reports whether two short texts are parts of a series: versions, days,
// editions.
func (p *pair) nextPart(contained float64) bool {
	return p.numbered() && (p.rare() < shortText || p.rare() < longText*3/2 && (contained < .8 || p.apart > sameDay))
}

// numbered reports whether the headlines are alike except for a figure.
func (p *pair) numbered() bool {
	return p.title.part() >= .6 && p.titleFigures.both < p.titleFigures.of && !p.revised
}
