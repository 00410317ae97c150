-- Schema 22: postings in blocks, and entries by what they say.

-- The postings, see store/posting.go: 8 bytes each, term * 2^32 + entry * 2, big endian.
CREATE TABLE posting_block (
    id   INTEGER PRIMARY KEY,                 -- from a hash of its terms
    data BLOB NOT NULL                        -- ascending
) STRICT;

-- What some block still has to take, a row for each transaction that brought any. It
-- goes when every block had its turn after it.
CREATE TABLE posting_log (
    id   INTEGER PRIMARY KEY,
    turn INTEGER NOT NULL,                    -- how many blocks had been written by then
    data BLOB NOT NULL                        -- an odd number takes the posting back
) STRICT;

-- The last row of the log; how many blocks were ever written.
INSERT INTO counter (name, value) SELECT 'posted', 0;
INSERT INTO counter (name, value) SELECT 'posting_turn', CASE WHEN EXISTS (SELECT 1 FROM posting) THEN 32768 ELSE 0 END;

INSERT INTO posting_block (id, data)
SELECT ((term * 1540483477) & 4294967295) >> 17, unhex(group_concat(printf('%08x%08x', term, entry * 2), '' ORDER BY term, entry))
FROM (SELECT (key >> 32) & 4294967295 AS term, key & 4294967295 AS entry FROM posting)
GROUP BY 1;
DROP TABLE posting;

-- What a source said before, for publishers that change guids and links in mass.
CREATE INDEX entry_text ON entry (source_id, text_hash, title_hash);
