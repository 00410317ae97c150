-- Schema 25: the names that public feeds had before, whatever the configuration says
-- of them today: who has such an address shall find the feed, or learn that it is gone.
CREATE TABLE former_name (
    name    TEXT PRIMARY KEY,                 -- of no public feed that is configured
    feed_id INTEGER NOT NULL REFERENCES feed (id)
) STRICT, WITHOUT ROWID;
