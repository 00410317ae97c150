// Package story decides what is the same: which entry of a document is an
// entry that its Source brought before, and which entries of several Sources
// are one Story. It is pure and deterministic; the store hands it what it
// knows and keeps what it decides, so that a decision is made once, when the
// entry arrives, and can be explained for ever.
//
// # Identity within a Source
//
// The identity of an entry is (source, guid). A guid is the publisher's promise
// and not always kept, so [Identify] gives every entry of a document a ladder of
// keys, from fine to coarse:
//
//	with a guid       guid+link+title   guid+link    guid
//	without one       link+title+text   link+title   link
//	without a link                                   title+text
//
// A new entry is stored under the coarsest key that no different entry of its
// document shares. So a guid that stands alone is the key; one that comes twice
// with two links is qualified by the link, and by the title where the links are
// equal too. A guid that is white space, or the same for all entries of the
// document ("0", the feed's address), says nothing and is passed over. The root
// of a site is no link of an entry. Entries that share even the key they would be
// stored under are one entry that was printed twice.
//
// The next document may show the same entry without its double, or with one for
// the first time. [Assign] therefore tries every rung: the keys from the finest
// down to that of a new entry count at once, coarser ones and those of the other
// ladder only when link and title agree with what is stored. When a publisher
// changes its guids in mass while link, title and text stay, at least half of a
// document is recognised by its fingerprint and stays what it was.
//
// # One Story
//
// [Decide] judges one new entry. What proves most comes first:
//
//   - guid: two Sources of one Outlet use one guid, and title or URL agrees.
//   - url: the canonical URL is equal, unless it says nothing about these two:
//     it is the root of a site; it lies outside the outlets of both (two people
//     link one page: related, not the same); one of them wrote 50 words or more
//     about a page that is not its own; or one of their Sources uses it for
//     several stories. A recording, audio or video, is the same when its file is,
//     or its title, length and day on another host, and by nothing else.
//   - text, update: most of the shorter text stands in the other; update where one
//     outlet printed both.
//   - teaser: a short text stands at the beginning of a long one; or, as the
//     weakest evidence, headline and first words name the same things on one day.
//   - title: the same headline, and texts that do not contradict.
//
// An entry joins the most alike entry that a rule allows, the earliest of equals,
// and never ties two stories together: others of the same page, and translations,
// are returned as related.
//
// # How texts are compared
//
// An entry leaves a [Sketch]: hashes of its runs of five words, of its figures, of
// its headline and of the telling words at its beginning. [compare] counts what two
// sketches share, [limits.judge] holds the rules, and [limits.objection] what speaks against. Three ideas carry them:
//
//   - What counts is the part of the shorter text that is found in the longer one,
//     because outlets cut, append and insert. A ratio of lengths keeps digests out.
//   - What a source says in story after story is taken out of a text: [Habits] finds
//     notices, counts and templates, whatever they say.
//   - Reports of one kind differ in a [Figure] that stands in the same words and in
//     what their headlines name, where versions of one article do not. What only stands
//     with everything is named by no headline: see objection.go.
//
// Candidates are found by terms, a sample of the same hashes chosen by their value
// ([Sketch.Kept], [Sketch.Asked], [Finds]), so that an entry costs a dozen index rows.
// The store keeps them in tables, [Clusterer] in memory; both hand [Decide] the
// same things.
//
// # tributary cluster
//
// [Clusterer] does the same in memory over JSON lines.
package story
