package store

import "testing"

// An entry with the address of a new one is found even if it is in the same
// document, whether it is new as well or has just changed to that address.
func TestAnAddressTwiceInOneDocument(t *testing.T) {
	first, second, moved := entry("a", "first", 3), entry("a", "second", 2), entry("a", "moved", 5)
	second.Link, second.Summary, second.Content = first.Link, first.Summary, first.Content
	moved.Summary, moved.Content = first.Summary, first.Content
	t.Run("both are new", func(t *testing.T) {
		b := newBench(t)
		b.fetch("a", first, second)
		if n := b.rows("story"); n != 1 {
			t.Errorf("%d stories, want 1", n)
		}
	})
	t.Run("one moved there", func(t *testing.T) {
		b := newBench(t)
		b.fetch("a", moved)
		moved.Link = first.Link
		b.fetch("a", moved, first)
		if n := b.rows("story"); n != 1 {
			t.Errorf("%d stories, want 1", n)
		}
	})
}
