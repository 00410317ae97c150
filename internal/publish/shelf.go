package publish

import (
	"maps"
	"reflect"
	"slices"
	"sync"

	"tributary/internal/news"
)

// Shelf holds the current Documents of every feed. It is safe for concurrent use. What it returns
// is never modified.
type Shelf struct {
	mu         sync.RWMutex
	feeds      map[string]*shelved
	archives   map[string]mark // the archive version last written, by feed
	generation int             // raised by Outdate
}

type shelved struct {
	feed    news.Feed
	edition *news.Edition
	docs    map[string]*Document // by extension; "" is the HTML page
	made    int                  // the generation it was rendered in; -1 means render again
}

// lean returns the feed with documents that were compressed, the large ones without their plain
// bytes.
func (s shelved) lean(packed map[string]*Document) *shelved {
	s.docs = maps.Clone(s.docs)
	for ext, d := range packed {
		s.docs[ext] = d.lean()
	}
	return &s
}

// NewShelf returns an empty shelf.
func NewShelf() *Shelf { return &Shelf{feeds: map[string]*shelved{}, archives: map[string]mark{}} }

// Copy returns a snapshot of the shelf, unaffected by later changes.
func (s *Shelf) Copy() *Shelf {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &Shelf{feeds: maps.Clone(s.feeds), archives: maps.Clone(s.archives), generation: s.generation}
}

// Document returns one representation of a feed, or nil if there is none.
func (s *Shelf) Document(feed, ext string) *Document {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f := s.feeds[feed]; f != nil {
		return f.docs[ext]
	}
	return nil
}

// Edition returns what a feed shows, or nil if the feed is not on the shelf.
func (s *Shelf) Edition(feed string) *news.Edition {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f := s.feeds[feed]; f != nil {
		return f.edition
	}
	return nil
}

// holds reports whether the shelf has the feed, up to date and rendered with this configuration.
func (s *Shelf) holds(site news.Site, f news.Feed) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	have := s.feeds[f.Name]
	return have != nil && have.made == s.generation && reflect.DeepEqual(have.edition.Site, site) && reflect.DeepEqual(have.feed, f)
}

// current returns the present generation, to be read before rendering begins.
func (s *Shelf) current() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.generation
}

func (s *Shelf) put(f *shelved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feeds[f.feed.Name] = f
}

// Outdate marks every feed to be rendered again, because something that they show besides their
// Publications has changed. The present documents are served until then. A feed that is being
// rendered during the call counts as outdated too.
func (s *Shelf) Outdate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation++
}

// spoil marks one feed to be rendered again.
func (s *Shelf) spoil(feed string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.feeds[feed]; f != nil {
		f.made = -1
	}
}

// archive returns the mark of the archive version that was last written for a feed.
func (s *Shelf) archive(feed string) mark {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.archives[feed]
}

func (s *Shelf) noteArchive(feed string, m mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.archives[feed] = m
}

// Keep removes all feeds except the named ones.
func (s *Shelf) Keep(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.feeds {
		if !slices.Contains(names, name) {
			delete(s.feeds, name)
			delete(s.archives, name)
		}
	}
}
