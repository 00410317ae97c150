-- Schema 6: lists of sources.

-- What the configuration says of a source besides what decides its identity.
ALTER TABLE source ADD COLUMN site TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN icon TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN lists TEXT NOT NULL DEFAULT '[]';  -- names of those that it stands on

-- A list as configured, with its last good state.
CREATE TABLE list (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    url           TEXT NOT NULL,              -- or path
    sources       TEXT NOT NULL DEFAULT '[]', -- of the last good state, see news.Listed
    etag          TEXT NOT NULL DEFAULT '',   -- validators of that state
    last_modified TEXT NOT NULL DEFAULT '',
    body_hash     TEXT NOT NULL DEFAULT '',
    loaded        INTEGER NOT NULL DEFAULT 0,
    -- the latest attempt
    started       INTEGER NOT NULL DEFAULT 0,
    duration      INTEGER NOT NULL DEFAULT 0, -- milliseconds
    bytes         INTEGER NOT NULL DEFAULT 0,
    status        INTEGER NOT NULL DEFAULT 0,
    outcome       TEXT NOT NULL DEFAULT '',
    error         TEXT NOT NULL DEFAULT '',
    failures      INTEGER NOT NULL DEFAULT 0,
    next_due      INTEGER NOT NULL DEFAULT 0
) STRICT;
