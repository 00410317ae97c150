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
CREATE TABLE archive_name (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    feed_id  INTEGER NOT NULL REFERENCES feed (id),
    number   INTEGER NOT NULL,
    PRIMARY KEY (entry_id, feed_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_name_page ON archive_name (feed_id, number);
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
CREATE TABLE audience (
    feed_id     INTEGER NOT NULL REFERENCES feed (id),
    format      TEXT NOT NULL,
    client      TEXT NOT NULL,
    subscribers INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    PRIMARY KEY (feed_id, format, client)
) STRICT, WITHOUT ROWID;
CREATE TABLE body (
    source_id    INTEGER PRIMARY KEY REFERENCES source (id),
    url          TEXT NOT NULL,
    content_type TEXT NOT NULL,
    reader       INTEGER NOT NULL,
    data         BLOB NOT NULL                -- gzip
) STRICT;
CREATE TABLE cadence (
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    client  TEXT NOT NULL,
    every   INTEGER NOT NULL, -- one of news.Cadences, ms
    spent   INTEGER NOT NULL, -- ms
    seen    INTEGER NOT NULL,
    PRIMARY KEY (feed_id, client, every)
) STRICT, WITHOUT ROWID;
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
, extra TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE digest (
    feed_id  INTEGER NOT NULL REFERENCES feed (id),
    sequence INTEGER NOT NULL,                -- as that of a Publication; those of its stories follow it
    key      TEXT NOT NULL UNIQUE,            -- opaque, in URLs
    guid     TEXT NOT NULL,
    title    TEXT NOT NULL,
    language TEXT NOT NULL,
    closed   INTEGER NOT NULL,
    more     INTEGER NOT NULL,                -- stories of the period that it has no room for
    stories  TEXT NOT NULL,                   -- a JSON list, as they were told
    change   INTEGER NOT NULL,                -- as that of a Publication
    PRIMARY KEY (feed_id, sequence)
) STRICT, WITHOUT ROWID;
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
, guarded TEXT NOT NULL DEFAULT '', hand INTEGER NOT NULL DEFAULT 0, pinned INTEGER NOT NULL DEFAULT 0, hidden INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX entry_pinned ON entry (story_id) WHERE pinned <> 0;
CREATE INDEX entry_source ON entry (source_id);
CREATE INDEX entry_story ON entry (story_id);
CREATE INDEX entry_text ON entry (source_id, text_hash, fingerprint);
CREATE INDEX entry_url ON entry (url_key) WHERE url_key IS NOT NULL;
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
, kind TEXT NOT NULL DEFAULT '', rule TEXT NOT NULL DEFAULT '', change INTEGER NOT NULL DEFAULT 0, archive_generation INTEGER NOT NULL DEFAULT 1, archive_upto INTEGER NOT NULL DEFAULT -1, archive_waits INTEGER NOT NULL DEFAULT 0, archive_seen INTEGER NOT NULL DEFAULT -1, archive_version INTEGER NOT NULL DEFAULT 0, private INTEGER NOT NULL DEFAULT 0, closed INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE feed_source (
    feed_id   INTEGER NOT NULL REFERENCES feed (id),
    source_id INTEGER NOT NULL REFERENCES source (id),
    rank      INTEGER NOT NULL,               -- lower is shown rather
    PRIMARY KEY (feed_id, source_id)
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
, pushed INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX fetch_source ON fetch (source_id, started);
CREATE INDEX fetch_started ON fetch (started);
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
CREATE TABLE file (
    hash    BLOB PRIMARY KEY,                 -- of the address
    url     TEXT NOT NULL,
    asked   INTEGER NOT NULL,
    tries   INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    type    TEXT NOT NULL,                    -- '' is unknown
    length  INTEGER NOT NULL                  -- bytes; 0 is unknown
) STRICT, WITHOUT ROWID;
CREATE TABLE former_name (
    name    TEXT PRIMARY KEY,                 -- of no public feed that is configured
    feed_id INTEGER NOT NULL REFERENCES feed (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE guid (
    source_id INTEGER NOT NULL REFERENCES source (id),
    hash      BLOB NOT NULL,
    entry_id  INTEGER NOT NULL REFERENCES entry (id),
    PRIMARY KEY (source_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX guid_entry ON guid (entry_id);
CREATE INDEX guid_hash ON guid (hash);
CREATE TABLE hand (
    id       INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    act      TEXT NOT NULL CHECK (act IN ('merged', 'split', 'pinned', 'unpinned')),
    at       INTEGER NOT NULL,
    was      INTEGER NOT NULL REFERENCES story (id),  -- its story before
    became   INTEGER NOT NULL REFERENCES story (id)   -- and after; the same where it did not move
) STRICT;
CREATE INDEX hand_entry ON hand (entry_id);
CREATE INDEX hand_was ON hand (was);
CREATE TABLE "health_event" (
    id        INTEGER PRIMARY KEY,
    source_id INTEGER REFERENCES source (id), -- NULL: we ourselves were offline, or are online again
    at        INTEGER NOT NULL,
    was       TEXT NOT NULL,
    became    TEXT NOT NULL,
    cause     TEXT NOT NULL,                  -- a sentence for the operator
    advice    TEXT NOT NULL DEFAULT ''        -- another one; '' for nothing to do
) STRICT;
CREATE INDEX health_event_at ON health_event (at);
CREATE INDEX health_event_source ON health_event (source_id);
CREATE TABLE host (
    name       TEXT PRIMARY KEY,
    not_before INTEGER NOT NULL,
    spacing    INTEGER NOT NULL,              -- milliseconds between two requests, as last widened
    limited    INTEGER NOT NULL,              -- how often it answered 429
    limited_at INTEGER NOT NULL               -- when it last did
) STRICT, WITHOUT ROWID;
CREATE TABLE list (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    url           TEXT NOT NULL,              -- or path
    sources       TEXT NOT NULL DEFAULT '[]', -- of the last good state, see news.Listed
    etag          TEXT NOT NULL DEFAULT '',   -- validators of that state
    last_modified TEXT NOT NULL DEFAULT '',
    body_hash     TEXT NOT NULL DEFAULT '',
    loaded        INTEGER NOT NULL DEFAULT 0,
    -- the latest attempt
    started       INTEGER NOT NULL DEFAULT 0,
    duration      INTEGER NOT NULL DEFAULT 0, -- milliseconds
    bytes         INTEGER NOT NULL DEFAULT 0,
    status        INTEGER NOT NULL DEFAULT 0,
    outcome       TEXT NOT NULL DEFAULT '',
    error         TEXT NOT NULL DEFAULT '',
    failures      INTEGER NOT NULL DEFAULT 0,
    next_due      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE mask (
    value TEXT NOT NULL
) STRICT;
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
CREATE TABLE past (
    feed_id   INTEGER NOT NULL REFERENCES feed (id),
    guid      TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    key       TEXT NOT NULL,                  -- of the story; empty when it was not told
    entered   INTEGER NOT NULL,
    published INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    signature INTEGER NOT NULL,               -- of its words; 0 when it was not told
    PRIMARY KEY (feed_id, guid)
) STRICT, WITHOUT ROWID;
CREATE TABLE past_entry (
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    source  TEXT NOT NULL,                  -- both as published, see news.EntryKey
    entry   TEXT NOT NULL,
    guid    TEXT NOT NULL,                  -- of the Publication
    shown   INTEGER NOT NULL,               -- 1 for the one that it showed
    entered INTEGER NOT NULL, story TEXT NOT NULL DEFAULT '', told TEXT NOT NULL DEFAULT '', arrived INTEGER NOT NULL DEFAULT 1,               -- when the Publication did
    PRIMARY KEY (feed_id, source, entry, guid)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_entry_guid ON past_entry (feed_id, guid);
CREATE VIRTUAL TABLE piece USING fts5 (
    text,
    content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE TABLE posting_block (
    id   INTEGER PRIMARY KEY,                 -- from a hash of its terms
    data BLOB NOT NULL                        -- ascending
) STRICT;
CREATE TABLE posting_log (
    id   INTEGER PRIMARY KEY,
    turn INTEGER NOT NULL,                    -- how many blocks had been written by then
    data BLOB NOT NULL                        -- an odd number takes the posting back
) STRICT;
CREATE VIRTUAL TABLE private_piece USING fts5 (
    text,
    content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
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
    removed   INTEGER NOT NULL DEFAULT 0, aside INTEGER NOT NULL DEFAULT 0, footer TEXT NOT NULL DEFAULT '', change INTEGER NOT NULL DEFAULT 0, page INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (feed_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX publication_change ON publication (feed_id, change) WHERE change > 0;
CREATE UNIQUE INDEX publication_guid ON publication (guid, feed_id) WHERE guid IS NOT NULL;
CREATE INDEX publication_page ON publication (feed_id, page) WHERE page <> 0;
CREATE UNIQUE INDEX publication_story ON publication (story_id, feed_id, first);
CREATE INDEX publication_unpaged ON publication (feed_id, sequence, entered, entry_id) WHERE page = 0 AND removed = 0;
CREATE INDEX publication_updated ON publication (feed_id, updated);
CREATE TABLE push (
    key         BLOB PRIMARY KEY,             -- hash of the id, so that no look-up tells how much of a guess is right
    id          TEXT NOT NULL,
    source_id   INTEGER NOT NULL REFERENCES source (id),
    hub         TEXT NOT NULL,
    topic       TEXT NOT NULL,
    callback    TEXT NOT NULL,
    secret      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('asked', 'active', 'denied', 'leaving')),
    asked       INTEGER NOT NULL DEFAULT 0,
    pending     INTEGER NOT NULL DEFAULT 0,
    next        INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,
    error       TEXT NOT NULL DEFAULT '',
    waiting     INTEGER NOT NULL DEFAULT 0,   -- when the newest delivery came that is not stored
    stored      INTEGER NOT NULL DEFAULT 0,   -- when the last delivery was stored
    missed      INTEGER NOT NULL DEFAULT 0,   -- when a poll last found what was not pushed
    deliveries  INTEGER NOT NULL DEFAULT 0,   -- stored
    refused     INTEGER NOT NULL DEFAULT 0    -- dropped: not signed with the secret, or too large
) STRICT;
CREATE UNIQUE INDEX push_claim ON push (source_id) WHERE state <> 'leaving';
CREATE INDEX push_source ON push (source_id);
CREATE TABLE related (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    story_id INTEGER NOT NULL REFERENCES story (id),   -- as it was then: it may have been merged since
    PRIMARY KEY (entry_id, story_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX related_story ON related (story_id);
CREATE TABLE rendition (
    feed_id  INTEGER NOT NULL REFERENCES feed (id),
    format   TEXT NOT NULL,
    hash     TEXT NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (feed_id, format)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5 (
    title, body, author, tag, facts,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
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
CREATE TABLE "sketch" (
    entry_id  INTEGER PRIMARY KEY REFERENCES entry (id),
    source_id INTEGER NOT NULL REFERENCES source (id),
    first     INTEGER NOT NULL,               -- the first of its story in its source
    data      BLOB NOT NULL
) STRICT;
CREATE INDEX sketch_first ON sketch (source_id, entry_id) WHERE first = 1;
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
, interval INTEGER NOT NULL DEFAULT 0, ttl INTEGER NOT NULL DEFAULT 0, skip_hours INTEGER NOT NULL DEFAULT 0, skip_days INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0, saved INTEGER NOT NULL DEFAULT 0, limited INTEGER NOT NULL DEFAULT 0, fresh INTEGER NOT NULL DEFAULT 0, standing TEXT NOT NULL DEFAULT '', failing_since INTEGER NOT NULL DEFAULT 0, latency INTEGER NOT NULL DEFAULT 0, pause INTEGER NOT NULL DEFAULT 0, latest INTEGER NOT NULL DEFAULT 0, health TEXT NOT NULL DEFAULT '', health_since INTEGER NOT NULL DEFAULT 0, burst INTEGER NOT NULL DEFAULT 0, moved_to TEXT NOT NULL DEFAULT '', moved_by TEXT NOT NULL DEFAULT '', moved_seen INTEGER NOT NULL DEFAULT 0, moved_since INTEGER NOT NULL DEFAULT 0, moved_same INTEGER NOT NULL DEFAULT 0, address TEXT NOT NULL DEFAULT '', home_asked INTEGER NOT NULL DEFAULT 0, hubs TEXT NOT NULL DEFAULT '', topic TEXT NOT NULL DEFAULT '', site TEXT NOT NULL DEFAULT '', author TEXT NOT NULL DEFAULT '', contact TEXT NOT NULL DEFAULT '', icon TEXT NOT NULL DEFAULT '', lists TEXT NOT NULL DEFAULT '[]', apart INTEGER NOT NULL DEFAULT 0, doc_rights TEXT NOT NULL DEFAULT '', doc_image TEXT NOT NULL DEFAULT '', rule TEXT NOT NULL DEFAULT '', rejudge INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX source_apart ON source (id) WHERE apart = 1;
CREATE INDEX source_hidden ON source (id) WHERE public = 0 OR retired_at <> 0;
CREATE INDEX source_hubs ON source (id) WHERE hubs <> '';
CREATE UNIQUE INDEX source_name ON source (name) WHERE retired_at = 0;
CREATE INDEX source_url ON source (url_key);
CREATE TABLE sqlite_sequence(name,seq);
CREATE TABLE story (
    id       INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,            -- opaque, in URLs
    guid     TEXT UNIQUE,                     -- minted when it is first published
    revision INTEGER NOT NULL,                -- of the last change to it or a member
    alias_of INTEGER REFERENCES story (id)
, had_page INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX story_alias ON story (alias_of) WHERE alias_of IS NOT NULL;
CREATE INDEX story_revision ON story (revision);
CREATE TABLE subscription (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: a delivery may still be under way
    feed_id     INTEGER NOT NULL REFERENCES feed (id),
    format      TEXT NOT NULL CHECK (format IN ('atom', 'rss', 'json')),
    topic       TEXT NOT NULL,
    callback    TEXT NOT NULL,
    host        TEXT NOT NULL,
    secret      TEXT NOT NULL DEFAULT '',
    lease_until INTEGER NOT NULL DEFAULT 0,   -- 0: not confirmed yet
    -- what was asked and is still to be confirmed
    ask         TEXT NOT NULL DEFAULT '' CHECK (ask IN ('', 'subscribe', 'unsubscribe', 'denied')),
    ask_at      INTEGER NOT NULL DEFAULT 0,
    ask_next    INTEGER NOT NULL DEFAULT 0,
    ask_tries   INTEGER NOT NULL DEFAULT 0,
    ask_lease   INTEGER NOT NULL DEFAULT 0,   -- milliseconds
    ask_secret  TEXT NOT NULL DEFAULT '',
    -- deliveries
    position    INTEGER NOT NULL,             -- the last change of the feed that was delivered
    next        INTEGER NOT NULL DEFAULT 0,   -- after a failure: not before
    failures    INTEGER NOT NULL DEFAULT 0,   -- in a row
    error       TEXT NOT NULL DEFAULT '',
    delivered   INTEGER NOT NULL DEFAULT 0,   -- when, last
    deliveries  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (callback, topic)
) STRICT;
CREATE INDEX subscription_feed ON subscription (feed_id, format);
CREATE INDEX subscription_host ON subscription (host);
CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    feed       TEXT NOT NULL,                 -- its name, as configured
    name       TEXT NOT NULL,                 -- who has it
    hash       BLOB NOT NULL UNIQUE,          -- SHA-256 of the secret, which is stored nowhere
    made       INTEGER NOT NULL,
    revoked    INTEGER NOT NULL DEFAULT 0,
    used       INTEGER NOT NULL DEFAULT 0,
    client     TEXT NOT NULL DEFAULT '',
    requests   INTEGER NOT NULL DEFAULT 0,
    unmodified INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX token_name ON token (feed, name) WHERE revoked = 0;
CREATE TABLE waiting (
    feed_id  INTEGER NOT NULL REFERENCES feed (id),
    story_id INTEGER NOT NULL REFERENCES story (id),
    since    INTEGER NOT NULL,                -- when its first entry was seen, at the latest when it was judged
    PRIMARY KEY (feed_id, story_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_since ON waiting (feed_id, since);
CREATE TABLE word (
    id    INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    text  TEXT NOT NULL,
    UNIQUE (scope, text)
) STRICT;
