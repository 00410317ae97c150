-- Schema 17: private feeds, who may read them, and who reads feeds.

-- A private feed is another feed than a public one of the same name, with
-- Publications of its own: so nothing that only subscribers saw is ever public
-- when the configuration changes. Its name here has "private/" in front, that of
-- a feed of problems "health/".
ALTER TABLE feed ADD COLUMN private INTEGER NOT NULL DEFAULT 0;

-- Who may read a private feed, see news.Token. Rows are never deleted: a revoked
-- address answers 410.
CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    feed       TEXT NOT NULL,                 -- its name, as configured
    name       TEXT NOT NULL,                 -- who has it
    hash       BLOB NOT NULL UNIQUE,          -- SHA-256 of the secret, which is stored nowhere
    made       INTEGER NOT NULL,
    revoked    INTEGER NOT NULL DEFAULT 0,
    used       INTEGER NOT NULL DEFAULT 0,
    client     TEXT NOT NULL DEFAULT '',
    requests   INTEGER NOT NULL DEFAULT 0,
    unmodified INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX token_name ON token (feed, name) WHERE revoked = 0;
INSERT INTO counter (name, value) VALUES ('token', 0);

-- What stands in a rendered private feed where the token of each subscriber
-- belongs. It is secret too: a source that knew it could have tokens sent to it.
CREATE TABLE mask (
    value TEXT NOT NULL
) STRICT;
INSERT INTO mask (value) VALUES (hex(randomblob(13)));

-- What aggregators say of how many people they fetch a feed for.
CREATE TABLE audience (
    feed_id     INTEGER NOT NULL REFERENCES feed (id),
    format      TEXT NOT NULL,
    client      TEXT NOT NULL,
    subscribers INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    PRIMARY KEY (feed_id, format, client)
) STRICT, WITHOUT ROWID;
