-- Schema 19: digests.

-- The end of the last period of a feed that shows digests, whether or not anything
-- came in it; 0: it shows stories.
ALTER TABLE feed ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;

-- What such a feed shows, see news.Digest. That a story is in one is its Publication
-- in the feed, whose time of entry is the end of the period.
CREATE TABLE digest (
    feed_id  INTEGER NOT NULL REFERENCES feed (id),
    sequence INTEGER NOT NULL,                -- as that of a Publication; those of its stories follow it
    key      TEXT NOT NULL UNIQUE,            -- opaque, in URLs
    guid     TEXT NOT NULL,
    title    TEXT NOT NULL,
    language TEXT NOT NULL,
    closed   INTEGER NOT NULL,
    more     INTEGER NOT NULL,                -- stories of the period that it has no room for
    stories  TEXT NOT NULL,                   -- a JSON list, as they were told
    change   INTEGER NOT NULL,                -- as that of a Publication
    PRIMARY KEY (feed_id, sequence)
) STRICT, WITHOUT ROWID;
