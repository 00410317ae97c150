-- The schema of Tributary. Times are integer unix milliseconds, 0 is "never";
-- sequences are integer microseconds. JSON columns hold lists that are only
-- ever read whole.

-- Counters: revision rises with every transaction that changes what feeds may
-- show; reload rises when a command asks the daemon to look again.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter (name, value) VALUES ('revision', 0), ('request', 0);

CREATE TABLE source (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('feed', 'seeds')),
    url           TEXT NOT NULL,              -- as configured: feed URL or glob
    url_key       TEXT NOT NULL,              -- the URL without scheme and default port
    origin        TEXT NOT NULL,              -- URL or seed name at first sight: minted ids derive from it
    title         TEXT NOT NULL DEFAULT '',   -- as configured
    outlet        TEXT NOT NULL DEFAULT '',
    tags          TEXT NOT NULL DEFAULT '[]',
    public        INTEGER NOT NULL DEFAULT 1,
    position      INTEGER NOT NULL DEFAULT 0, -- place in the configuration
    created_at    INTEGER NOT NULL,
    retired_at    INTEGER NOT NULL DEFAULT 0,
    -- what its document says of itself
    doc_id        TEXT NOT NULL DEFAULT '',
    doc_title     TEXT NOT NULL DEFAULT '',
    doc_link      TEXT NOT NULL DEFAULT '',
    doc_language  TEXT NOT NULL DEFAULT '',
    -- validators, body hash and next due time change in the transaction that
    -- stores the entries they stand for
    etag          TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    body_hash     TEXT NOT NULL DEFAULT '',
    next_due      INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0,
    first_ok      INTEGER NOT NULL DEFAULT 0,
    requested     INTEGER NOT NULL DEFAULT 0, -- `run NAME` asked for it then
    -- what would have to be counted otherwise
    last_fetch    INTEGER NOT NULL DEFAULT 0, -- row of its latest attempt
    entries       INTEGER NOT NULL DEFAULT 0, -- held
    newest        INTEGER NOT NULL DEFAULT 0, -- first seen time of the newest entry
    requests      INTEGER NOT NULL DEFAULT 0, -- answered, and of those
    unmodified    INTEGER NOT NULL DEFAULT 0, -- with 304
    failed        INTEGER NOT NULL DEFAULT 0, -- attempts
    received      INTEGER NOT NULL DEFAULT 0, -- bytes
    -- the lease of the process that fetches it now
    lease_owner   TEXT NOT NULL DEFAULT '',
    lease_until   INTEGER NOT NULL DEFAULT 0,
    epoch         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX source_name ON source (name) WHERE retired_at = 0;
CREATE INDEX source_url ON source (url_key);

-- The last body of each source with the version of the reader that read it.
CREATE TABLE body (
    source_id    INTEGER PRIMARY KEY REFERENCES source (id),
    url          TEXT NOT NULL,
    content_type TEXT NOT NULL,
    reader       INTEGER NOT NULL,
    data         BLOB NOT NULL                -- gzip
) STRICT;

CREATE TABLE story (
    id       INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,            -- opaque, in URLs
    guid     TEXT UNIQUE,                     -- minted when it is first published
    revision INTEGER NOT NULL,                -- of the last change to it or a member
    alias_of INTEGER REFERENCES story (id)
) STRICT;
CREATE INDEX story_revision ON story (revision);

-- An entry's identity outlives its content.
CREATE TABLE entry (
    id           INTEGER PRIMARY KEY,
    source_id    INTEGER NOT NULL REFERENCES source (id),
    story_id     INTEGER NOT NULL REFERENCES story (id),
    first_seen   INTEGER NOT NULL,
    born         INTEGER NOT NULL,            -- the revision that stored it
    backlog      INTEGER NOT NULL,            -- came with the first document of its source
    withdrawn_at INTEGER NOT NULL DEFAULT 0,
    url_key      INTEGER,                     -- hash of the canonical URL
    fingerprint  INTEGER,                     -- hash of link, title and text
    -- evidence for later decisions, see story.Evidence
    outlet       TEXT NOT NULL,
    page         INTEGER NOT NULL,            -- what the linked page is to the outlet
    title_hash   INTEGER NOT NULL,
    text_hash    INTEGER NOT NULL,
    words        INTEGER NOT NULL,
    -- how it was matched
    reason       TEXT NOT NULL,
    matched      INTEGER NOT NULL DEFAULT 0,  -- the entry it was attached to
    score        REAL NOT NULL DEFAULT 0,
    detail       TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX entry_story ON entry (story_id);
CREATE INDEX entry_source ON entry (source_id);
CREATE INDEX entry_url ON entry (url_key) WHERE url_key IS NOT NULL;
CREATE INDEX entry_fingerprint ON entry (source_id, fingerprint) WHERE fingerprint IS NOT NULL;

-- Every guid under which an entry is known: one as a rule, more after a
-- publisher changed its guids.
CREATE TABLE guid (
    source_id INTEGER NOT NULL REFERENCES source (id),
    hash      BLOB NOT NULL,
    entry_id  INTEGER NOT NULL REFERENCES entry (id),
    PRIMARY KEY (source_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX guid_entry ON guid (entry_id);
CREATE INDEX guid_hash ON guid (hash);        -- the same guid in another source of the outlet

CREATE TABLE content (
    entry_id   INTEGER PRIMARY KEY REFERENCES entry (id),
    published  INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    clean      INTEGER NOT NULL,              -- version of the sanitiser
    signature  INTEGER NOT NULL,              -- hash of the words of title and text
    hash       INTEGER NOT NULL,              -- hash of all fields
    guid       TEXT NOT NULL,                 -- the document's, or what stands for it
    link       TEXT NOT NULL,
    language   TEXT NOT NULL,
    title      TEXT NOT NULL,
    authors    TEXT NOT NULL,
    categories TEXT NOT NULL,
    enclosures TEXT NOT NULL,
    origin     TEXT NOT NULL,
    summary    TEXT NOT NULL,
    content    TEXT NOT NULL
) STRICT;

CREATE TABLE feed (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    uuid       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    selection  TEXT NOT NULL DEFAULT '',      -- what decided its stories
    scanned    INTEGER NOT NULL DEFAULT 0,    -- revision up to which stories were judged
    boundary   INTEGER NOT NULL DEFAULT 0,    -- entries born until then are its backlog
    sequence   INTEGER NOT NULL DEFAULT 0,    -- highest given
    updated    INTEGER NOT NULL DEFAULT 0,    -- highest ever published
    revision   INTEGER NOT NULL DEFAULT 0,    -- rises with every change of what it shows
    removed_at INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The sources that a feed selects, as configured now.
CREATE TABLE feed_source (
    feed_id   INTEGER NOT NULL REFERENCES feed (id),
    source_id INTEGER NOT NULL REFERENCES source (id),
    rank      INTEGER NOT NULL,               -- lower is shown rather
    PRIMARY KEY (feed_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE publication (
    feed_id   INTEGER NOT NULL REFERENCES feed (id),
    sequence  INTEGER NOT NULL,
    story_id  INTEGER NOT NULL REFERENCES story (id),
    first     INTEGER NOT NULL REFERENCES entry (id), -- the entry it was made for
    entry_id  INTEGER NOT NULL REFERENCES entry (id), -- the entry shown
    guid      TEXT,                           -- NULL: the story's
    entered   INTEGER NOT NULL,
    published INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    signature INTEGER NOT NULL,
    removed   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (feed_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX publication_story ON publication (story_id, feed_id, first);
CREATE UNIQUE INDEX publication_guid ON publication (guid, feed_id) WHERE guid IS NOT NULL;

-- When the bytes of each representation last changed, by our clock.
CREATE TABLE rendition (
    feed_id  INTEGER NOT NULL REFERENCES feed (id),
    format   TEXT NOT NULL,
    hash     TEXT NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (feed_id, format)
) STRICT, WITHOUT ROWID;

CREATE TABLE fetch (
    id        INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id),
    started   INTEGER NOT NULL,
    duration  INTEGER NOT NULL,               -- milliseconds
    bytes     INTEGER NOT NULL,
    status    INTEGER NOT NULL,
    outcome   TEXT NOT NULL,
    error     TEXT NOT NULL,
    added     INTEGER NOT NULL,
    changed   INTEGER NOT NULL
) STRICT;
CREATE INDEX fetch_source ON fetch (source_id, started);
CREATE INDEX fetch_started ON fetch (started);

-- Fetches older than ninety days, summed by day.
CREATE TABLE fetch_day (
    source_id INTEGER NOT NULL REFERENCES source (id),
    day       INTEGER NOT NULL,               -- days since 1970 in UTC
    outcome   TEXT NOT NULL,
    count     INTEGER NOT NULL,
    bytes     INTEGER NOT NULL,
    duration  INTEGER NOT NULL,
    added     INTEGER NOT NULL,
    PRIMARY KEY (source_id, day, outcome)
) STRICT, WITHOUT ROWID;

CREATE TABLE seed_file (
    source_id INTEGER NOT NULL REFERENCES source (id),
    path      TEXT NOT NULL,
    guid      TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    runs      BLOB NOT NULL,                  -- sorted hashes of its five-word runs
    size      INTEGER NOT NULL,
    modified  INTEGER NOT NULL,
    present   INTEGER NOT NULL,
    PRIMARY KEY (source_id, path, guid)
) STRICT, WITHOUT ROWID;
