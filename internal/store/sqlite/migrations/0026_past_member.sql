-- Schema 26: what was published of the entries of a story besides the one shown, so that
-- they are in that story again when they arrive, and are named until then.
ALTER TABLE past_entry ADD COLUMN story TEXT NOT NULL DEFAULT '';        -- the key of its story
ALTER TABLE past_entry ADD COLUMN told TEXT NOT NULL DEFAULT '';         -- a news.Member as JSON
ALTER TABLE past_entry ADD COLUMN arrived INTEGER NOT NULL DEFAULT 1;    -- 0 until it is stored
DROP INDEX past_entry_guid;
CREATE INDEX past_entry_guid ON past_entry (feed_id, guid);
