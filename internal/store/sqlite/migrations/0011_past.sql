-- What was published before the database was lost, read back from the published
-- feed. A row goes when its story enters the feed again.
CREATE TABLE past (
    feed_id   INTEGER NOT NULL REFERENCES feed (id),
    guid      TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    key       TEXT NOT NULL,                  -- of the story; empty when it was not told
    entered   INTEGER NOT NULL,
    published INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    signature INTEGER NOT NULL,               -- of its words; 0 when it was not told
    PRIMARY KEY (feed_id, guid)
) STRICT, WITHOUT ROWID;
