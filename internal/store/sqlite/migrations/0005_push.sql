-- Schema 5: WebSub subscriptions.

-- What a source announces: the hubs that push it, a JSON list, and the address
-- by which they know it. It changes with the document that says so.
ALTER TABLE source ADD COLUMN hubs TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN topic TEXT NOT NULL DEFAULT '';
CREATE INDEX source_hubs ON source (id) WHERE hubs <> '';

-- A document that came from a hub, not from asking.
ALTER TABLE fetch ADD COLUMN pushed INTEGER NOT NULL DEFAULT 0;

-- Our claims on hubs, see news.Push.
CREATE TABLE push (
    key         BLOB PRIMARY KEY,             -- hash of the id, so that no look-up tells how much of a guess is right
    id          TEXT NOT NULL,
    source_id   INTEGER NOT NULL REFERENCES source (id),
    hub         TEXT NOT NULL,
    topic       TEXT NOT NULL,
    callback    TEXT NOT NULL,
    secret      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('asked', 'active', 'denied', 'leaving')),
    asked       INTEGER NOT NULL DEFAULT 0,
    pending     INTEGER NOT NULL DEFAULT 0,
    next        INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,
    error       TEXT NOT NULL DEFAULT '',
    waiting     INTEGER NOT NULL DEFAULT 0,   -- when the newest delivery came that is not stored
    stored      INTEGER NOT NULL DEFAULT 0,   -- when the last delivery was stored
    missed      INTEGER NOT NULL DEFAULT 0,   -- when a poll last found what was not pushed
    deliveries  INTEGER NOT NULL DEFAULT 0,   -- stored
    refused     INTEGER NOT NULL DEFAULT 0    -- dropped: not signed with the secret, or too large
) STRICT;
CREATE INDEX push_source ON push (source_id);
CREATE UNIQUE INDEX push_claim ON push (source_id) WHERE state <> 'leaving';
