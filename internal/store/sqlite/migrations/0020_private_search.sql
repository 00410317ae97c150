-- Schema 20: what stands in private sources is found by those who may read it, in an
-- index of its own, so that it tells nothing to those who search what is public.

-- Words are known by scope: the source that they stand in where that is private, 0
-- for all public ones together.
DROP TABLE word;
CREATE TABLE word (
    id    INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    text  TEXT NOT NULL,
    UNIQUE (scope, text)
) STRICT;

-- The same three tables once more, see schema 14.
CREATE VIRTUAL TABLE private_search USING fts5 (
    title, body, author, tag, facts,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
CREATE TABLE private_word (
    id    INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    text  TEXT NOT NULL,
    UNIQUE (scope, text)
) STRICT;
CREATE VIRTUAL TABLE private_piece USING fts5 (
    text,
    content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
INSERT INTO private_search (private_search, rank) VALUES ('usermerge', 2);
INSERT INTO private_piece (private_piece, rank) VALUES ('usermerge', 2);

-- Both are made anew.
UPDATE counter SET value = 0 WHERE name = 'search';
