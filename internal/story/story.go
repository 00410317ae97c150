// Package story decides what is the same: which entry of a document is one that its Source
// brought before, and which entries of several Sources are one Story. It is pure and
// deterministic. The store passes it what it knows and keeps what it decides, so that a
// decision is made once, when the entry arrives, and can be explained at any later time.
//
// # Identity within a Source
//
// The identity of an entry is (source, guid). A guid is the publisher's promise, and it
// is not always kept. [Identify] therefore gives every entry of a document a ladder of
// keys, from fine to coarse:
//
//	with a guid       guid+link+title   guid+link    guid
//	without one       link+title+text   link+title   link
//	without a link                                   title+text
//
// A new entry is stored under the coarsest key that no different entry of its document
// shares. A guid that occurs once is the key. A guid that occurs twice with two links is
// qualified by the link, and if the links are equal too, by the title. A guid that is white
// space, or the same for all entries of the document ("0", or the address of the feed), is
// ignored. The root of a site does not count as the link of an entry. Entries that share
// even the key under which they would be stored are one entry that the document repeats.
//
// The next document may show the same entry without its double, or with one for the
// first time. [Assign] therefore tries every rung. The keys from the finest down to
// that of a new entry identify by themselves. Coarser ones, and those of the other
// ladder, do so only if link and title agree with what is stored. If a publisher
// changes its guids in mass while link, title and text stay, the entries are recognised
// by their fingerprints, provided that they are at least half of the document.
// [Relocate] does the same for guids and links.
//
// # One Story
//
// [Decide] judges one new entry. The rules, from the strongest evidence to the weakest:
//
//   - guid: two Sources of one Outlet use one guid, and title or URL agrees.
//   - url: the canonical URL is equal. It proves nothing if it is the root of a site; if it
//     lies outside the outlets of both (two people link one page, which makes their entries
//     related but not the same); if one of them wrote 50 words or more about a page that is
//     not its own; or if one of their Sources uses it for several stories.
//   - recording: of entries with audio or video, texts and headlines prove nothing. They
//     are the same if they share a file or, after a change of host, title, length and day.
//   - text, update: most of the shorter text stands in the other one. It is an update if
//     one outlet published both.
//   - teaser: a short text stands at the beginning of a long one. As the weakest evidence,
//     headline and first words name the same things within a few days.
//   - title: the headlines are equal, and the texts do not contradict each other.
//
// An entry joins the most similar entry that a rule accepts, the earliest among equals. It never
// merges two stories. Other stories of the same page, and translations, are returned as related.
//
// # How texts are compared
//
// An entry leaves a [Sketch]: hashes of its runs of five words, of its figures, of
// its headline and of the telling words at its beginning. [compare] counts what two
// sketches share, [limits.judge] applies the rules, and [limits.objection] says what
// speaks against a copy. They rest on three ideas:
//
//   - What counts is the part of the shorter text that is found in the longer one,
//     because outlets cut, append and insert. A ratio of lengths keeps digests out.
//   - What a source says in story after story is taken out of a text: [Habits] finds
//     notices, counts and templates, whatever they say.
//   - Reports of one kind differ in a [Figure] that stands in the same words and in
//     what their headlines name; versions of one article do not. The headlines also tell
//     news from a notice printed with every article, which they do not mention; see
//     objection.go.
//
// Candidates are found by terms: a sample of the same hashes, chosen by value
// ([Sketch.Kept], [Sketch.Asked], [Finds]), so that an entry costs about a dozen index rows.
// The store keeps them in tables, and [Clusterer] keeps them in memory for the command
// `tributary cluster`, which reads JSON lines. Both pass the same things to [Decide].
package story
