-- Mails of which nobody knows whether they arrived: how often each was sent again, and when a person let it be.
ALTER TABLE deliveries ADD COLUMN resent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN dismissed_at INTEGER;
CREATE INDEX deliveries_unknown ON deliveries (send_id, changed_at) WHERE state = 'unknown';
