-- Schema 23: sketches in order of arrival, one index for what entries say.

-- A row without a rowid lies in the inner pages of its tree as well: of rows of a
-- kilobyte these hold seven each, and a sketch is seven pages away. By number it is
-- three, of which two are always at hand.
CREATE TABLE sketch_23 (
    entry_id  INTEGER PRIMARY KEY REFERENCES entry (id),
    source_id INTEGER NOT NULL REFERENCES source (id),
    first     INTEGER NOT NULL,               -- the first of its story in its source
    data      BLOB NOT NULL
) STRICT;
INSERT INTO sketch_23 (entry_id, source_id, first, data)
SELECT k.entry_id, k.source_id, k.first, k.data
FROM entry e CROSS JOIN sketch k ON k.source_id = e.source_id AND k.entry_id = e.id ORDER BY e.id;
DROP TABLE sketch;
ALTER TABLE sketch_23 RENAME TO sketch;
CREATE INDEX sketch_first ON sketch (source_id, entry_id) WHERE first = 1;

-- What an entry says is looked up with its fingerprint and without: one index does.
DROP INDEX entry_fingerprint;
DROP INDEX entry_text;
CREATE INDEX entry_text ON entry (source_id, text_hash, fingerprint);
