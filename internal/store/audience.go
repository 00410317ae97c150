package store

// Conditions for what an audience may know, see news.Audience. Every query whose
// result is published contains one of them. The audience is their argument $1.

// selectsPrivately is a query for use in EXISTS, to be followed by a feed. It has
// rows if that feed is private and selects the source src.
const selectsPrivately = `SELECT 1 FROM feed_source a JOIN feed af ON af.id = a.feed_id
	WHERE a.source_id = src.id AND af.private <> 0 AND a.feed_id = `

// knownEntry is true for the entries that an audience may know, where src is
// their source. These are the entries of public sources and, for the subscribers
// of a private feed, of the sources it selects.
const knownEntry = `(src.public <> 0 OR EXISTS (` + selectsPrivately + `$1))`

// knownFeed is true for the feeds f that an audience may know: the public ones
// and, for the subscribers of a private feed, that one.
const knownFeed = `(f.private = 0 OR f.id = $1) AND f.removed_at = 0`
