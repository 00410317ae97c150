-- Schema 14: what entries are found by. Everything here is made of the stored
-- entries and can be made again.

-- The words of every entry, by its number; the texts themselves are not kept
-- twice. What is written and asked for is folded and cut into words before, see
-- search.Document, so that the tokenizer only has to look for blanks.
CREATE VIRTUAL TABLE search USING fts5 (
    title, body, author, tag, facts,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);

-- Every word that is long enough to hold another one.
CREATE TABLE word (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- And any three letters in a row of it, by its number.
CREATE VIRTUAL TABLE piece USING fts5 (
    text,
    content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);

-- Two parts of about the same size are joined when the index is tidied.
INSERT INTO search (search, rank) VALUES ('usermerge', 2);
INSERT INTO piece (piece, rank) VALUES ('usermerge', 2);

-- The sources of which nobody may find anything: few as a rule.
CREATE INDEX source_hidden ON source (id) WHERE public = 0 OR retired_at <> 0;

-- The version of the index; entries from this number on are in it, and until it
-- is whole this goes down.
INSERT INTO counter (name, value) VALUES ('search', 0), ('searchable', 9223372036854775807);
