-- What stands on the web: issues that were taken back, and the full issue for readers only.
ALTER TABLE issues ADD COLUMN withdrawn_at INTEGER;
ALTER TABLE publications ADD COLUMN pdf TEXT NOT NULL DEFAULT 'public';
ALTER TABLE requests ADD COLUMN issue_id INTEGER;
