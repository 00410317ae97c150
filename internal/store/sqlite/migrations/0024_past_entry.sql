-- Schema 24: which entries the stories had that were published before the database
-- was lost. They stay when their story is there again: they tell which sources a feed
-- had already.
CREATE TABLE past_entry (
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    source  TEXT NOT NULL,                  -- both as published, see news.EntryKey
    entry   TEXT NOT NULL,
    guid    TEXT NOT NULL,                  -- of the Publication
    shown   INTEGER NOT NULL,               -- 1 for the one that it showed
    entered INTEGER NOT NULL,               -- when the Publication did
    PRIMARY KEY (feed_id, source, entry, guid)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_entry_guid ON past_entry (feed_id, guid) WHERE shown = 1;
