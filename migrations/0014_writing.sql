-- Writing on the desk: the text of an issue as it was typed, read or not; the files it shows; what was waived; how a publication is run.
CREATE TABLE revisions_typed (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  revision INTEGER NOT NULL,
  saves INTEGER NOT NULL,
  tree TEXT,
  source TEXT NOT NULL,
  stops TEXT NOT NULL,
  errors INTEGER,
  hash TEXT NOT NULL,
  actor TEXT NOT NULL,
  points TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
INSERT INTO revisions_typed SELECT id, issue_id, revision, 1, tree, source, stops, 0, hash, 'operator', '[]', created_at, created_at FROM revisions;
DROP TABLE revisions;
ALTER TABLE revisions_typed RENAME TO revisions;
CREATE UNIQUE INDEX revisions_revision ON revisions (issue_id, revision);

-- What the text of an issue names by a path: a stored picture or PDF, or the text of a table.
CREATE TABLE issue_files (
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  path TEXT NOT NULL,
  asset TEXT,
  content TEXT,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (issue_id, path)
) STRICT, WITHOUT ROWID;

-- Why something that stops an issue may go out all the same. It covers the very problem it was written for and no other.
CREATE TABLE waivers (
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  check_name TEXT NOT NULL,
  problem TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (issue_id, check_name, problem)
) STRICT, WITHOUT ROWID;

CREATE TABLE customs (
  publication_id INTEGER PRIMARY KEY REFERENCES publications (id),
  two_people INTEGER NOT NULL,
  grace_minutes INTEGER NOT NULL,
  missed_slot TEXT NOT NULL,
  reminder_days TEXT NOT NULL,
  reminder_to TEXT NOT NULL
) STRICT;

CREATE TABLE reminders (
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  period TEXT NOT NULL,
  days INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (publication_id, period, days)
) STRICT, WITHOUT ROWID;

-- `edition` is the hash that was approved; `slotted_at` since when it waits for the monthly slot, which an approval by command always did.
ALTER TABLE approvals ADD COLUMN edition TEXT;
ALTER TABLE approvals ADD COLUMN slotted_at INTEGER;
UPDATE approvals SET slotted_at = approved_at;
