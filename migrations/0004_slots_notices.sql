-- The calendar: what was approved for a slot, which slots are used up, and the mails Galley writes itself.
CREATE TABLE approvals (
  issue_id INTEGER PRIMARY KEY REFERENCES issues (id),
  revision INTEGER NOT NULL,
  waived TEXT NOT NULL,
  actor TEXT NOT NULL,
  approved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE slots (
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  period TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  send_id INTEGER REFERENCES sends (id),
  taken_at INTEGER NOT NULL,
  PRIMARY KEY (publication_id, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  address TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  facts TEXT NOT NULL,
  drawing TEXT,
  template TEXT,
  state TEXT NOT NULL,
  batch_id INTEGER,
  attempts INTEGER NOT NULL,
  due_at INTEGER,
  reply TEXT,
  resent INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_waiting ON notices (id) WHERE state IN ('ready', 'deferred');
CREATE INDEX notices_queued ON notices (batch_id) WHERE state = 'queued';
CREATE INDEX notices_unknown ON notices (changed_at) WHERE state = 'unknown';
