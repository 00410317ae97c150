package publish

import (
	"maps"
	"reflect"
	"slices"
	"sync"

	"tributary/internal/news"
)

// Shelf holds the current Documents of every feed. It is safe for concurrent
// use; what it hands out is never changed.
type Shelf struct {
	mu         sync.RWMutex
	feeds      map[string]*shelved
	archives   map[string]mark // what was written of the archives of feeds
	generation int             // raised by Outdate
}

// shelved is one feed on a Shelf.
type shelved struct {
	feed    news.Feed
	edition *news.Edition
	docs    map[string]*Document // by extension; "" is the twin
	made    int                  // the generation that it was rendered in; -1: it has to be rendered again
}

// NewShelf returns an empty shelf.
func NewShelf() *Shelf { return &Shelf{feeds: map[string]*shelved{}, archives: map[string]mark{}} }

// Copy returns a shelf of what is there now, which nothing changes.
func (s *Shelf) Copy() *Shelf {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &Shelf{feeds: maps.Clone(s.feeds), archives: maps.Clone(s.archives), generation: s.generation}
}

// Document returns one representation of a feed, nil when there is none.
func (s *Shelf) Document(feed, ext string) *Document {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f := s.feeds[feed]; f != nil {
		return f.docs[ext]
	}
	return nil
}

// Edition returns what a feed shows, nil when it is unknown.
func (s *Shelf) Edition(feed string) *news.Edition {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f := s.feeds[feed]; f != nil {
		return f.edition
	}
	return nil
}

// Holds reports whether the feed is there, up to date and as it is configured.
func (s *Shelf) Holds(site news.Site, f news.Feed) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	have := s.feeds[f.Name]
	return have != nil && have.made == s.generation && reflect.DeepEqual(have.edition.Site, site) && reflect.DeepEqual(have.feed, f)
}

// current returns the present generation.
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

// Outdate has every feed rendered again, because something changed that feeds show beside
// their Publications. Until then the present Documents are served. A feed that is being
// rendered at this moment is rendered again, too.
func (s *Shelf) Outdate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation++
}

// spoil has one feed rendered again.
func (s *Shelf) spoil(feed string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.feeds[feed]; f != nil {
		f.made = -1
	}
}

// archive returns which version of the archive of a feed was written last.
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

// Keep forgets all feeds but the named ones.
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
