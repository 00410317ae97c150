package story

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// Identity holds the keys under which one entry of a document may be known to its
// Source, and the key under which a new entry is stored. Keys are at most 512 bytes
// long and are compared as they are.
type Identity struct {
	Keys        []string // best first
	New         string   // one of Keys
	Fingerprint uint64   // of canonical link, title and text; 0 if there is too little to go by
	Repeats     int      // index of the entry that this one repeats, -1 if none

	sure  int // how many of Keys identify without further agreement
	link  string
	title string
}

// maxKey bounds a key, in bytes. A value that is too long is replaced by its hash.
const maxKey = 512

// Identify returns the identities of the entries of one document, in its order. An
// entry with Repeats >= 0 must not be stored.
func Identify(entries []news.Entry) []Identity {
	return identify(entries, looksOf(entries))
}

func identify(entries []news.Entry, looks []look) []Identity {
	ladders := make([]ladder, len(entries))
	shared := sharedGUID(entries)
	for i, e := range entries {
		ladders[i] = climb(plain(e.GUID), shared, looks[i])
	}
	seen := variants{}
	for _, l := range ladders {
		for _, key := range l.own {
			seen.add(key, l.own[0])
		}
	}
	ids := make([]Identity, len(entries))
	first := map[string]int{}
	for i, l := range ladders {
		ids[i] = l.identity(seen)
		if at, ok := first[ids[i].New]; ok {
			ids[i].Repeats = at
		} else {
			first[ids[i].New] = i
		}
	}
	return ids
}

// ladder holds the keys of one entry, from fine to coarse. own are those of its
// identity, other those that it had if its guid appeared or disappeared.
type ladder struct {
	own, other []string
	look
}

// look is an entry in the form in which it is compared: canonical link, folded title
// and text. It is computed once, because extracting text from HTML is expensive.
type look struct {
	link, title, text string
	words             string // the text before folding
}

func looksOf(entries []news.Entry) []look {
	looks := make([]look, len(entries))
	for i, e := range entries {
		looks[i] = lookOf(e)
	}
	return looks
}

func lookOf(e news.Entry) look {
	words := clean.Text(e.Body())
	return look{clean.CanonicalURL(e.Link), fold(e.Title), strings.ToLower(words), words}
}

func climb(guid, shared string, look look) ladder {
	if guid == "" || guid == shared {
		return ladder{look.keys(), look.guidKeys(guid), look}
	}
	return ladder{look.guidKeys(guid), look.keys(), look}
}

func (l look) guidKeys(guid string) []string {
	if guid == "" {
		return nil
	}
	return []string{
		"guid+link+title:" + digest(guid, l.link, l.title),
		"guid+link:" + digest(guid, l.link),
		bounded("guid:", guid),
	}
}

func (l look) keys() []string {
	if l.link == "" {
		return []string{"text:" + digest(l.title, l.text)}
	}
	keys := []string{"link+title+text:" + digest(l.link, l.title, l.text)}
	if l.title != "" {
		keys = append(keys, "link+title:"+digest(l.link, l.title))
	}
	if !clean.IsRoot(l.link) {
		keys = append(keys, bounded("link:", l.link))
	}
	return keys
}

// fingerprint returns a hash of canonical link, title and text. It recognises an entry
// whose guid changed while everything else stayed. It is 0 if there is too little to go
// by: no link, or neither title nor text.
func (l look) fingerprint() uint64 {
	if l.link == "" || l.title == "" && l.text == "" {
		return 0
	}
	return hash(l.link, l.title, l.text)
}

// identity returns the identity by the coarsest own key that no different entry shares.
func (l ladder) identity(seen variants) Identity {
	at := 0
	for at+1 < len(l.own) && !seen[l.own[at+1]].shared {
		at++
	}
	return Identity{
		Keys:        slices.Concat(l.own, l.other),
		New:         l.own[at],
		Fingerprint: l.fingerprint(),
		Repeats:     -1,
		sure:        at + 1,
		link:        l.link,
		title:       l.title,
	}
}

// sharedGUID returns the guid that all entries of a document have although their links
// or titles differ, or "".
func sharedGUID(entries []news.Entry) string {
	if len(entries) < 2 {
		return ""
	}
	guid := plain(entries[0].GUID)
	differ := false
	for _, e := range entries[1:] {
		if plain(e.GUID) != guid {
			return ""
		}
		differ = differ || e.Link != entries[0].Link || e.Title != entries[0].Title
	}
	if !differ {
		return ""
	}
	return guid
}

// variants records for each key whether different entries share it.
type variants map[string]variant

type variant struct {
	first  string // the first entry seen, by its finest key
	shared bool
}

func (v variants) add(key, entry string) {
	have, ok := v[key]
	if !ok {
		have.first = entry
	}
	have.shared = have.shared || have.first != entry
	v[key] = have
}

// fold makes lines equal that differ only in case and white space. Digits and
// punctuation stay, because reports that share a template differ in nothing else.
func fold(line string) string { return strings.ToLower(clean.Line(line)) }

// plain returns a guid with white space folded, which pretty-printed documents add.
func plain(guid string) string { return strings.Join(strings.Fields(guid), " ") }

// hash hashes a list of parts. No two lists are joined alike, because a plain guid, a
// canonical URL and a folded text contain no line feed.
func hash(parts ...string) uint64 { return xxh3.HashString(strings.Join(parts, "\n")) }

func digest(parts ...string) string {
	sum := xxh3.HashString128(strings.Join(parts, "\n")).Bytes()
	return hex.EncodeToString(sum[:])
}

func bounded(prefix, value string) string {
	if len(prefix)+len(value) <= maxKey {
		return prefix + value
	}
	return prefix + "#" + digest(value)
}
