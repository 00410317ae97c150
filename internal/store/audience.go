package store

// What an audience may know, see news.Audience. Every query whose result leaves by a
// route, a file or a page must contain one of these conditions. The audience is its first
// argument, $1.

// selectsPrivately selects a row if a feed, which the query must append, is private and
// selects the source src. It stands in an EXISTS.
const selectsPrivately = `SELECT 1 FROM feed_source a JOIN feed af ON af.id = a.feed_id
	WHERE a.source_id = src.id AND af.private <> 0 AND a.feed_id = `

// knownEntry is the condition that an audience may know the entries of a source src: it is
// public, or the audience are the subscribers of a private feed that selects it.
const knownEntry = `(src.public <> 0 OR EXISTS (` + selectsPrivately + `$1))`

// knownMember is the condition that an audience may see an entry e of a source src among the
// entries of its story.
const knownMember = `e.withdrawn_at = 0 AND e.hidden = 0 AND src.retired_at = 0 AND ` + knownEntry

// knownFeed is the condition that an audience may know a feed f: it is public, or the
// audience are its subscribers.
const knownFeed = `(f.private = 0 OR f.id = $1) AND f.removed_at = 0`
