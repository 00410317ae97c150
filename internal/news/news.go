// Package news is the domain of Tributary: the types and rules that all other packages
// share. It imports the standard library only and performs no input or output.
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
// What else is known of a Source: its Health and the Vitals by which that is judged, a Move
// to another address, the Hints of its publisher, a Push by a hub, and the Host whose
// limits it shares. A ListState is what an OPML list named last.
//
// Two clocks are kept apart by name: published and updated are the publisher's times, seen
// is ours.
package news
