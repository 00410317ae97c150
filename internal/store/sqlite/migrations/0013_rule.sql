-- Schema 13: rules (where:) of feeds and sources.

ALTER TABLE feed ADD COLUMN rule TEXT NOT NULL DEFAULT '';        -- key of the rule that it is judged by; '' for none
ALTER TABLE source ADD COLUMN rule TEXT NOT NULL DEFAULT '';      -- likewise its entries
ALTER TABLE source ADD COLUMN rejudge INTEGER NOT NULL DEFAULT 0; -- entries below this row wait to be judged anew; 0: none
ALTER TABLE entry ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;   -- the rule of its source does not take it
