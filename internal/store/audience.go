package store

// What an audience may know, see news.Audience. Every query whose result leaves by
// a route, a file or a page of ours holds one of these conditions; their first
// argument, $1, is the audience.

// selectsPrivately is true, in an EXISTS and with a feed behind it, where that is a
// private one that selects the source src.
const selectsPrivately = `SELECT 1 FROM feed_source a JOIN feed af ON af.id = a.feed_id
	WHERE a.source_id = src.id AND af.private <> 0 AND a.feed_id = `

// knownEntry is true of the entries that an audience may know, where src is their
// source: those of public sources, and for the subscribers of a private feed those
// of the sources that it selects.
const knownEntry = `(src.public <> 0 OR EXISTS (` + selectsPrivately + `$1))`

// knownFeed is true of the feeds f that an audience may know: the public ones, and
// for the subscribers of a private one that.
const knownFeed = `(f.private = 0 OR f.id = $1) AND f.removed_at = 0`
