-- Schema 18: what a feed of problems tells. An event of health may be about
-- ourselves, and it says what was to be done.
CREATE TABLE health_change (
    id        INTEGER PRIMARY KEY,
    source_id INTEGER REFERENCES source (id), -- NULL: we ourselves were offline, or are online again
    at        INTEGER NOT NULL,
    was       TEXT NOT NULL,
    became    TEXT NOT NULL,
    cause     TEXT NOT NULL,                  -- a sentence for the operator
    advice    TEXT NOT NULL DEFAULT ''        -- another one; '' for nothing to do
) STRICT;
INSERT INTO health_change (id, source_id, at, was, became, cause) SELECT id, source_id, at, was, became, cause FROM health_event;
DROP TABLE health_event;
ALTER TABLE health_change RENAME TO health_event;
CREATE INDEX health_event_at ON health_event (at);
CREATE INDEX health_event_source ON health_event (source_id);
