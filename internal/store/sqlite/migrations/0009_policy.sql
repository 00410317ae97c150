-- Schema 9: what a feed holds back, and who its texts name.

-- The stories that a feed holds back (settle:). They are judged again when they
-- are due, whatever the feed has scanned.
CREATE TABLE waiting (
    feed_id  INTEGER NOT NULL REFERENCES feed (id),
    story_id INTEGER NOT NULL REFERENCES story (id),
    since    INTEGER NOT NULL,                -- when its first entry was seen, at the latest when it was judged
    PRIMARY KEY (feed_id, story_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_since ON waiting (feed_id, since);

-- The entries that the text of a Publication names as further reports
-- (also_reported:), a JSON list of their numbers; '' names none.
ALTER TABLE publication ADD COLUMN footer TEXT NOT NULL DEFAULT '';
