package publish

import (
	"reflect"
	"slices"
	"sync"

	"tributary/internal/news"
)

// Shelf holds the current Documents of every feed. It is safe for concurrent
// use; what it hands out is never changed.
type Shelf struct {
	mu    sync.RWMutex
	feeds map[string]*shelved
}

type shelved struct {
	feed    news.Feed
	edition *news.Edition
	docs    map[string]*Document // by extension; "" is the twin
}

// NewShelf returns an empty shelf.
func NewShelf() *Shelf { return &Shelf{feeds: map[string]*shelved{}} }

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

// Holds reports whether the feed is there as it is configured.
func (s *Shelf) Holds(f news.Feed) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	have := s.feeds[f.Name]
	return have != nil && reflect.DeepEqual(have.feed, f)
}

func (s *Shelf) put(f news.Feed, e *news.Edition, docs map[string]*Document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feeds[f.Name] = &shelved{feed: f, edition: e, docs: docs}
}

// Clear empties the shelf, so that every feed is rendered again: the site's
// name or address changed.
func (s *Shelf) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feeds = map[string]*shelved{}
}

// Keep forgets all feeds but the named ones.
func (s *Shelf) Keep(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.feeds {
		if !slices.Contains(names, name) {
			delete(s.feeds, name)
		}
	}
}
