-- Measuring: whether a publication counts links and downloads (NULL until somebody has said), the links of each edition, and counts per issue and day. No
-- table here knows a reader.
ALTER TABLE publications ADD COLUMN measure TEXT;
ALTER TABLE publications ADD COLUMN measure_since INTEGER;

CREATE TABLE links (
  edition_id INTEGER NOT NULL REFERENCES editions (id),
  key TEXT NOT NULL,
  place INTEGER NOT NULL,
  url TEXT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (edition_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE counts (
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  what TEXT NOT NULL,
  day TEXT NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (issue_id, what, day)
) STRICT, WITHOUT ROWID;

-- Who left after a send, and how: asked of a table that also holds every import.
CREATE INDEX consents_leaves ON consents (publication_id, send_id, way) WHERE event = 'leave';
