-- Schema 2: what entries bring besides text.

-- What an entry has besides text, as one JSON object: news.Extra.
ALTER TABLE content ADD COLUMN extra TEXT NOT NULL DEFAULT '';
