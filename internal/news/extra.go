package news

// Extra is what some entries bring besides text. It is kept for those who show or
// publish the entry and decides nothing, except that a Canonical link tells which
// page two entries share. Texts are plain, URLs absolute.
type Extra struct {
	Undated      bool     `json:"undated,omitempty"` // of a stored entry: it states no time, its Published is ours
	Rights       string   `json:"rights,omitempty"`
	License      string   `json:"license,omitempty"` // URL: rel="license", RFC 4946; Creative Commons modules
	Image        string   `json:"image,omitempty"`   // URL of the picture that stands for the entry
	Comments     Comments `json:"comments,omitzero"`
	ReplyTo      []Reply  `json:"reply_to,omitempty"`
	Links        []Link   `json:"links,omitempty"` // canonical first; related, via; RFC 4287 section 4.2.7.2
	Contributors []Person `json:"contributors,omitempty"`
	Episode      Episode  `json:"episode,omitzero"`
	Location     Location `json:"location,omitzero"`

	// The pictures that it shows besides its text, each once, in order. Those that are
	// given as files are among its Enclosures only. Image may be one of either or neither.
	Pictures []Enclosure `json:"pictures,omitempty"`
}

// Location is a place that an entry is about: GeoRSS, W3C Basic Geo.
type Location struct {
	Point string `json:"point,omitempty"` // latitude and longitude in degrees of WGS 84: "45.256 -71.92"
	Name  string `json:"name,omitempty"`
}

// Comments says where readers discuss an entry.
type Comments struct {
	Page  string `json:"page,omitempty"`  // RSS comments; rel="replies" of type HTML
	Feed  string `json:"feed,omitempty"`  // wfw:commentRss; rel="replies", RFC 4685 section 4
	Count int    `json:"count,omitempty"` // slash:comments, thr:total; 0 when unstated
}

// Reply names an entry that this one answers: thr:in-reply-to, RFC 4685
// section 3.
type Reply struct {
	ID   string `json:"id,omitempty"`   // as in that entry's feed
	Link string `json:"link,omitempty"` // its page
}

// Canonical is the relation of a Link to the page that the entry's own link leads
// to in the end. RFC 6596.
const Canonical = "canonical"

// Link leads from an entry to something else.
type Link struct {
	Rel      string `json:"rel,omitempty"`
	URL      string `json:"url"`
	Type     string `json:"type,omitempty"` // media type
	Title    string `json:"title,omitempty"`
	Language string `json:"language,omitempty"`
}

// Episode is what the vocabularies of podcasts say of an entry: the tags of
// iTunes and of the podcast namespace (Podcasting 2.0), the latter first.
type Episode struct {
	Number      string   `json:"number,omitempty"`  // a number, possibly with decimals
	Display     string   `json:"display,omitempty"` // what is shown instead of Number
	Season      int      `json:"season,omitempty"`
	SeasonName  string   `json:"season_name,omitempty"` // what is shown instead of Season
	Kind        string   `json:"kind,omitempty"`        // full, trailer or bonus
	Duration    int64    `json:"duration,omitempty"`    // seconds
	Explicit    bool     `json:"explicit,omitempty"`    // or its show; not for children
	Blocked     bool     `json:"blocked,omitempty"`     // or its show; not to be listed in directories
	Transcripts []Link   `json:"transcripts,omitempty"`
	Chapters    *Link    `json:"chapters,omitempty"`
	People      []Credit `json:"people,omitempty"`
	Tags        []Tag    `json:"tags,omitempty"` // of the podcast namespace, without those that have a field here
}

// Tag is an element that is passed on and not interpreted: how to pay for an episode, a
// soundbite, where it was made.
type Tag struct {
	Name  string            `json:"name"` // without prefix
	Attrs map[string]string `json:"attrs,omitempty"`
	Text  string            `json:"text,omitempty"`
	Tags  []Tag             `json:"tags,omitempty"`
}

// Credit is a person who took part in an episode: podcast:person, media:credit.
type Credit struct {
	Name  string `json:"name"`
	Role  string `json:"role,omitempty"`  // lower case: host, guest, editor …
	Group string `json:"group,omitempty"` // lower case: cast, writing …; empty is cast
	URL   string `json:"url,omitempty"`
	Image string `json:"image,omitempty"`
}
