-- Schema 10: what entries say, so that later ones can be compared with them.

-- The sketch of every entry within the window, see story.Sketch.
CREATE TABLE sketch (
    source_id INTEGER NOT NULL REFERENCES source (id),
    entry_id  INTEGER NOT NULL REFERENCES entry (id),
    first     INTEGER NOT NULL,               -- the first of its story in its source
    data      BLOB NOT NULL,
    PRIMARY KEY (source_id, entry_id)
) STRICT, WITHOUT ROWID;

-- The terms under which an entry is found, see story.Term: term * 2^32 + entry. A
-- dozen rows an entry, so nothing is looked up when one is written.
CREATE TABLE posting (
    key INTEGER PRIMARY KEY
) STRICT;

-- The last entry that has left the window; the version of the sketches, and how far
-- making them anew has come and has to go.
INSERT INTO counter (name, value) VALUES ('forgotten', 0), ('sketches', 0), ('resketched', -1), ('resketch', 0);

-- Other stories of the same page, and of its translations, when the entry came.
CREATE TABLE related (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    story_id INTEGER NOT NULL REFERENCES story (id),   -- as it was then: it may have been merged since
    PRIMARY KEY (entry_id, story_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX related_story ON related (story_id);

ALTER TABLE source ADD COLUMN apart INTEGER NOT NULL DEFAULT 0;  -- never merges with others
CREATE INDEX source_apart ON source (id) WHERE apart = 1;
