-- Schema 7: the pages of articles. What came of fetching the page that an entry
-- links to, for sources that say content: page.
CREATE TABLE page (
    scope   INTEGER NOT NULL,                 -- 0: seen by anybody; else the source whose access showed it
    hash    BLOB NOT NULL,                    -- of the entry's link
    url     TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    tries   INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    note    TEXT NOT NULL,                    -- why there is no text
    html    BLOB,                             -- gzip; NULL without a text
    PRIMARY KEY (scope, hash)
) STRICT, WITHOUT ROWID;
