-- Schema 12: what stands beside texts. What came of asking about the files that
-- published entries bring, for those that do not say their type or length.
CREATE TABLE file (
    hash    BLOB PRIMARY KEY,                 -- of the address
    url     TEXT NOT NULL,
    asked   INTEGER NOT NULL,
    tries   INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    type    TEXT NOT NULL,                    -- '' is unknown
    length  INTEGER NOT NULL                  -- bytes; 0 is unknown
) STRICT, WITHOUT ROWID;

-- What the document of a source claims and shows for all of its entries.
ALTER TABLE source ADD COLUMN doc_rights TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN doc_image TEXT NOT NULL DEFAULT '';

ALTER TABLE feed ADD COLUMN kind TEXT NOT NULL DEFAULT '';  -- that its stories were judged by, see news.FeedKind

-- No two Publications of a feed have the same updated time: it is told to the second,
-- as it always was where it is shown, and of one second in milliseconds.
UPDATE publication SET updated = updated - updated % 1000;
UPDATE feed SET updated = updated - updated % 1000;
CREATE INDEX publication_updated ON publication (feed_id, updated);
