-- Schema 21: how often readers come, see news.Cadence. Nobody is told apart in it.
CREATE TABLE cadence (
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    client  TEXT NOT NULL,
    every   INTEGER NOT NULL, -- one of news.Cadences, ms
    spent   INTEGER NOT NULL, -- ms
    seen    INTEGER NOT NULL,
    PRIMARY KEY (feed_id, client, every)
) STRICT, WITHOUT ROWID;
