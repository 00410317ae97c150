-- Schema 3: what fetching politely has to remember.

ALTER TABLE source ADD COLUMN interval INTEGER NOT NULL DEFAULT 0;   -- at which it is asked, milliseconds; 0 by the calendar
ALTER TABLE source ADD COLUMN ttl INTEGER NOT NULL DEFAULT 0;        -- its publisher's hints, see news.Hints; milliseconds
ALTER TABLE source ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0; -- bit h: not in hour h
ALTER TABLE source ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;  -- bit d: not on weekday d
ALTER TABLE source ADD COLUMN size INTEGER NOT NULL DEFAULT 0;       -- of its last whole document, decompressed bytes
ALTER TABLE source ADD COLUMN saved INTEGER NOT NULL DEFAULT 0;      -- bytes that 304 and compression spared
ALTER TABLE source ADD COLUMN limited INTEGER NOT NULL DEFAULT 0;    -- answers 429, or 503 that said when to come back
ALTER TABLE source ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;      -- entries that came after its first document
UPDATE source SET fresh = (SELECT count(*) FROM entry e WHERE e.source_id = source.id AND e.backlog = 0);

-- The rate groups that limited us, see news.Host.
CREATE TABLE host (
    name       TEXT PRIMARY KEY,
    not_before INTEGER NOT NULL,
    spacing    INTEGER NOT NULL,              -- milliseconds between two requests, as last widened
    limited    INTEGER NOT NULL,              -- how often it answered 429
    limited_at INTEGER NOT NULL               -- when it last did
) STRICT, WITHOUT ROWID;
