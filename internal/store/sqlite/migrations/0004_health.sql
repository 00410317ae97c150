-- Schema 4: the health of sources.

ALTER TABLE source ADD COLUMN standing TEXT NOT NULL DEFAULT '';        -- outcome of the latest attempt that says something about it
ALTER TABLE source ADD COLUMN failing_since INTEGER NOT NULL DEFAULT 0; -- the first of the failures in a row
ALTER TABLE source ADD COLUMN latency INTEGER NOT NULL DEFAULT 0;       -- usual time to answer, milliseconds
ALTER TABLE source ADD COLUMN pause INTEGER NOT NULL DEFAULT 0;         -- usual longest time between two entries, milliseconds
ALTER TABLE source ADD COLUMN latest INTEGER NOT NULL DEFAULT 0;        -- published time of its newest entry
ALTER TABLE source ADD COLUMN health TEXT NOT NULL DEFAULT '';          -- as last judged
ALTER TABLE source ADD COLUMN health_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN burst INTEGER NOT NULL DEFAULT 0;         -- most new entries of one fetch, its first aside

-- Where it says that it moved, how, how often in a row and since when; whether
-- that address has its entries; and the address that is fetched instead of url.
ALTER TABLE source ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN moved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN moved_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN moved_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN moved_same INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN home_asked INTEGER NOT NULL DEFAULT 0;    -- when url was last asked

-- Which guard acted on an entry: 'backlog' withholds it, 'flood' places it into
-- history.
ALTER TABLE entry ADD COLUMN guarded TEXT NOT NULL DEFAULT '';

CREATE TABLE health_event (
    id        INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id),
    at        INTEGER NOT NULL,
    was       TEXT NOT NULL,
    became    TEXT NOT NULL,
    cause     TEXT NOT NULL                   -- a sentence for the operator
) STRICT;
CREATE INDEX health_event_at ON health_event (at);
CREATE INDEX health_event_source ON health_event (source_id);

-- What is known of the time before.
UPDATE source SET
    standing = coalesce((SELECT f.outcome FROM fetch f WHERE f.id = source.last_fetch), ''),
    latency = coalesce((SELECT f.duration FROM fetch f WHERE f.id = source.last_fetch), 0),
    failing_since = CASE WHEN failures = 0 THEN 0 ELSE coalesce((SELECT min(f.started) FROM fetch f WHERE f.source_id = source.id
        AND f.started > (SELECT coalesce(max(k.started), 0) FROM fetch k WHERE k.source_id = source.id
            AND k.outcome IN ('ok', 'unchanged', 'truncated'))), 0) END,
    latest = coalesce((SELECT max(c.published) FROM entry e JOIN content c ON c.entry_id = e.id WHERE e.source_id = source.id), 0);
