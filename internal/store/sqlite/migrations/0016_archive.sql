-- Schema 16: the archive of a feed (RFC 5005 section 4).

ALTER TABLE feed ADD COLUMN archive_generation INTEGER NOT NULL DEFAULT 1; -- rises with each rebuild
ALTER TABLE feed ADD COLUMN archive_upto INTEGER NOT NULL DEFAULT -1;      -- highest sequence in a closed page; -1: not begun
ALTER TABLE feed ADD COLUMN archive_waits INTEGER NOT NULL DEFAULT 0;      -- since when what came late waits for a page of its own
ALTER TABLE feed ADD COLUMN archive_seen INTEGER NOT NULL DEFAULT -1;      -- the revision of the feed that was last looked at
ALTER TABLE feed ADD COLUMN archive_version INTEGER NOT NULL DEFAULT 0;    -- rises with every change of its pages

-- The closed page of the present generation that holds a Publication; 0 for none.
ALTER TABLE publication ADD COLUMN page INTEGER NOT NULL DEFAULT 0;
CREATE INDEX publication_unpaged ON publication (feed_id, sequence, entered, entry_id) WHERE page = 0 AND removed = 0;
CREATE INDEX publication_page ON publication (feed_id, page) WHERE page <> 0;

-- The closed pages. A dropped one keeps its row, so that its address says "gone".
CREATE TABLE archive_page (
    feed_id    INTEGER NOT NULL REFERENCES feed (id),
    generation INTEGER NOT NULL,
    number     INTEGER NOT NULL,              -- from 1, in the order in which they were closed
    modified   INTEGER NOT NULL,              -- when the bytes last changed, whole seconds
    stale      INTEGER NOT NULL DEFAULT 0,    -- it names an entry that is withdrawn or private by now
    dropped    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (feed_id, generation, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_page_stale ON archive_page (feed_id, number) WHERE stale <> 0;

-- The bytes of the closed pages that are kept.
CREATE TABLE archive_document (
    id         INTEGER PRIMARY KEY,
    feed_id    INTEGER NOT NULL REFERENCES feed (id),
    generation INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    format     TEXT NOT NULL,
    etag       TEXT NOT NULL,
    length     INTEGER NOT NULL,              -- unpacked
    data       BLOB NOT NULL                  -- gzip
) STRICT;
CREATE UNIQUE INDEX archive_document_page ON archive_document (feed_id, generation, number, format);

-- The entries that the bytes of a page of the present generation name: those
-- shown and those listed beside them.
CREATE TABLE archive_name (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    feed_id  INTEGER NOT NULL REFERENCES feed (id),
    number   INTEGER NOT NULL,
    PRIMARY KEY (entry_id, feed_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_name_page ON archive_name (feed_id, number);
