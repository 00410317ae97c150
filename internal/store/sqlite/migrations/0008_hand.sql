-- Schema 8: corrections by hand, which nothing automatic undoes.

-- What people did to entries, see news.Correction.
CREATE TABLE hand (
    id       INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    act      TEXT NOT NULL CHECK (act IN ('merged', 'split', 'pinned', 'unpinned')),
    at       INTEGER NOT NULL,
    was      INTEGER NOT NULL REFERENCES story (id),  -- its story before
    became   INTEGER NOT NULL REFERENCES story (id)   -- and after; the same where it did not move
) STRICT;
CREATE INDEX hand_entry ON hand (entry_id);
CREATE INDEX hand_was ON hand (was);

ALTER TABLE entry ADD COLUMN hand INTEGER NOT NULL DEFAULT 0;       -- the act that moved it last, a row of hand; 0 for none
ALTER TABLE entry ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;     -- when it was pinned
CREATE UNIQUE INDEX entry_pinned ON entry (story_id) WHERE pinned <> 0;

-- Another Publication of the same story stands in its place in this feed: both
-- were shown before their stories were merged.
ALTER TABLE publication ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;

-- Of an alias: a feed had shown it, so it had a page, and that leads on.
ALTER TABLE story ADD COLUMN had_page INTEGER NOT NULL DEFAULT 0;
CREATE INDEX story_alias ON story (alias_of) WHERE alias_of IS NOT NULL;
