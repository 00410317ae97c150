// Package news is the domain of Tributary: what comes in, what it is judged to
// be, and what goes out. It imports the standard library only and performs no
// input or output; every other package speaks its words.
//
// Data flows one way:
//
//	Source -> Fetch -> Document -> Entry -> Story -> Publication -> bytes
//
// A Source is pulled; each attempt is a Fetch with an Outcome. A Fetch that
// brought something holds a Document, the Document holds Entries. An Entry is
// one thing published by one Source and is identified by (source, guid).
// Entries judged to be the same thing form a Story. A Feed is what we publish;
// a Publication is one Story as shown in one Feed, and once written its guid,
// published time and sequence never change.
//
// What is known of a Source beside its entries: its Health and Vitals, a Move to
// another address, the Hints of its publisher, a Push that a hub owes us, and the
// Host that it shares limits with. A ListState is what an OPML list last named.
//
// Two clocks are kept apart by name: published and updated are the publisher's
// word, seen is ours.
package news
