-- Schema 15: our own WebSub hub.

-- What subscribers are to be told of a feed is numbered: a Publication takes the next
-- number when it enters and when its updated moves, and at no other time. 0 is what
-- nobody is to be told of: it went into history, or was there before schema 15.
ALTER TABLE feed ADD COLUMN change INTEGER NOT NULL DEFAULT 0;          -- the last number given
ALTER TABLE publication ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
CREATE INDEX publication_change ON publication (feed_id, change) WHERE change > 0;

-- The claims of others on our feeds, see news.Subscription.
CREATE TABLE subscription (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: a delivery may still be under way
    feed_id     INTEGER NOT NULL REFERENCES feed (id),
    format      TEXT NOT NULL CHECK (format IN ('atom', 'rss', 'json')),
    topic       TEXT NOT NULL,
    callback    TEXT NOT NULL,
    host        TEXT NOT NULL,
    secret      TEXT NOT NULL DEFAULT '',
    lease_until INTEGER NOT NULL DEFAULT 0,   -- 0: not confirmed yet
    -- what was asked and is still to be confirmed
    ask         TEXT NOT NULL DEFAULT '' CHECK (ask IN ('', 'subscribe', 'unsubscribe', 'denied')),
    ask_at      INTEGER NOT NULL DEFAULT 0,
    ask_next    INTEGER NOT NULL DEFAULT 0,
    ask_tries   INTEGER NOT NULL DEFAULT 0,
    ask_lease   INTEGER NOT NULL DEFAULT 0,   -- milliseconds
    ask_secret  TEXT NOT NULL DEFAULT '',
    -- deliveries
    position    INTEGER NOT NULL,             -- the last change of the feed that was delivered
    next        INTEGER NOT NULL DEFAULT 0,   -- after a failure: not before
    failures    INTEGER NOT NULL DEFAULT 0,   -- in a row
    error       TEXT NOT NULL DEFAULT '',
    delivered   INTEGER NOT NULL DEFAULT 0,   -- when, last
    deliveries  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (callback, topic)
) STRICT;
CREATE INDEX subscription_feed ON subscription (feed_id, format);
CREATE INDEX subscription_host ON subscription (host);
